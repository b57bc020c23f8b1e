"""What one edge brings its caller on AWS, and that it is that one callee and nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from nhi.catalog.delegation import agent_role_arns, assume_actions, edge_grants, way_on_aws
from nhi.catalog.vocabulary import aws_action
from nhi.contract import PLATFORMS, Platform
from nhi.permissions.globs import matches
from nhi.permissions.model import Grant, Origin
from nhi.spec.declared import DeclaredAgent
from words import agent

END = datetime(2027, 1, 1, tzinfo=UTC)
LINE = Origin("agents/caller.yaml", 7, 5)
WORKLOADS: dict[str, dict[str, Any]] = {
    "lambda": {"kind": "lambda", "function": "callee"},
    "agentcore": {"kind": "agentcore", "runtime": "callee"},
    "eks": {"kind": "eks", "cluster": "main"},
    "ecs": {"kind": "ecs", "cluster": "agents"},
    "oidc": {"kind": "oidc", "issuer": "https://ci.example.com", "subject": "main"},
    "spiffe": {"kind": "spiffe", "id": "spiffe://example.org/a"},
}


@dataclass(frozen=True)
class Edge:
    caller: DeclaredAgent
    callee: DeclaredAgent
    origin: Origin = LINE


def lives(agent_id: str, workload: dict[str, Any], *platforms: Platform) -> DeclaredAgent:
    found = agent("credential: {type: workload_identity, workload: {kind: kubernetes}}", *(platforms or ("aws",)))
    given = found.agent.model_dump(by_alias=True, exclude_unset=True)
    given |= {"agent_id": agent_id, "credential": {"type": "workload_identity", "workload": workload}}
    return DeclaredAgent(type(found.agent).model_validate(given), found.positions, found.environment)


def edge(callee: str = "eks", caller: str = "eks") -> Edge:
    return Edge(lives("caller", WORKLOADS[caller]), lives("callee", WORKLOADS[callee]))


def granted(callee: str = "eks", caller: str = "eks") -> Grant:
    (grant,) = edge_grants(edge(callee, caller), "aws", (None,), END)
    return grant


def arn(service: str, resource: str) -> str:
    aws = edge().callee.environment.environment.aws
    assert aws is not None
    return f"arn:aws:{service}:{aws.region}:{aws.account_id}:{resource}"


def test_a_function_is_called_by_its_exact_name() -> None:
    grant = granted("lambda")
    assert (grant.actions, grant.resources) == (("lambda:InvokeFunction",), (arn("lambda", "function:callee"),))


def test_a_runtime_is_called_whatever_ten_characters_aws_gave_it() -> None:
    grant = granted("agentcore")
    assert grant.actions == ("bedrock-agentcore:InvokeAgentRuntime",)
    whole = arn("bedrock-agentcore", "runtime/callee-AbCdEf0123")
    assert [
        any(matches(pattern, name, case_sensitive=True) for pattern in grant.resources)
        for name in (whole, f"{whole}/runtime-endpoint/DEFAULT")
    ] == [True, True]


@pytest.mark.parametrize(
    "other", ["runtime/callee2-AbCdEf0123", "runtime/callee-AbCdEf01234", "runtime/other-AbCdEf0123"]
)
def test_no_other_runtime_is(other: str) -> None:
    assert not any(
        matches(pattern, arn("bedrock-agentcore", other), case_sensitive=True)
        for pattern in granted("agentcore").resources
    )


@pytest.mark.parametrize("kind", ["eks", "ecs", "oidc", "spiffe"])
def test_the_role_of_any_other_callee_is_assumed(kind: str) -> None:
    grant = granted(kind)
    assert (grant.actions, grant.resources) == (
        ("sts:AssumeRole", "sts:TagSession"),
        agent_role_arns(edge(kind).callee, [None]),
    )


def test_a_callee_with_instances_is_assumed_by_the_names_of_its_active_ones() -> None:
    (grant,) = edge_grants(edge(), "aws", ("blue", "green"), END)
    assert [name.rsplit("--", 1)[1] for name in grant.resources] == ["blue", "green"]


def test_no_instance_is_no_grant() -> None:
    assert edge_grants(edge(), "aws", (), END) == ()


def test_a_certificate_brings_its_source_identity_along() -> None:
    assert "sts:SetSourceIdentity" in granted(caller="spiffe").actions
    assert "sts:SetSourceIdentity" not in assume_actions(edge())


def test_a_name_is_taken_letter_by_letter() -> None:
    wide = Edge(lives("caller", WORKLOADS["eks"]), lives("callee", {"kind": "lambda", "function": "c*"}))
    (grant,) = edge_grants(wide, "aws", (None,), END)
    assert grant.resources == (arn("lambda", "function:c${*}"),)


def test_the_grant_carries_its_edge_and_its_end() -> None:
    grant = granted()
    assert (grant.origin, grant.reason, grant.expires) == (LINE, "hands work to callee", END)


@pytest.mark.parametrize("side", ["caller", "callee"])
def test_whoever_lives_elsewhere_has_no_edge_here(side: str) -> None:
    moved = lives(side, WORKLOADS["eks"], "kubernetes")
    elsewhere = Edge(moved, edge().callee) if side == "caller" else Edge(edge().caller, moved)
    assert edge_grants(elsewhere, "aws", (None,), END) == ()
    assert way_on_aws(elsewhere) is None


@pytest.mark.parametrize("kind", WORKLOADS)
def test_the_actions_are_the_clouds_own(kind: str) -> None:
    assert all(aws_action(action) for action in granted(kind, "spiffe").actions)


@pytest.mark.parametrize("platform", [platform for platform in PLATFORMS if platform != "aws"])
def test_agents_on_aws_alone_have_nothing_elsewhere(platform: Platform) -> None:
    assert edge_grants(edge(), platform, (None,), END) == ()
