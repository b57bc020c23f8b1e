"""What a workload on AWS needs to become the agent on Entra ID, and that nobody else gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from nhi.catalog.federation import ACTION, outbound_grant
from nhi.catalog.vocabulary import aws_action
from nhi.contract import ENTRA_AUDIENCE, Platform
from nhi.permissions.model import Condition, Grant
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.environment import AwsEnvironment, EksCluster, KubernetesEnvironment
from words import agent, environment, meant

ISSUER = "https://a1b2c3d4.tokens.sts.global.api.aws"
PLATFORMS: tuple[Platform, ...] = ("aws", "entra")
LAMBDA = "credential: {type: workload_identity, workload: {kind: lambda, function: research}}"
WORKLOADS = {
    "ecs": "{kind: ecs, cluster: agents, service: research}",
    "lambda": "{kind: lambda, function: research}",
    "agentcore": "{kind: agentcore, runtime: research}",
    "eks": "{kind: eks, cluster: main}",
    "kubernetes": "{kind: kubernetes}",
    "gke": "{kind: gke, cluster: main}",
    "oidc": "{kind: oidc, issuer: https://ci.example.com, subject: main}",
    "spiffe": "{kind: spiffe, id: spiffe://example.org/a}",
    "cloud-run": "{kind: cloud-run, service: research}",
    "agent-engine": '{kind: agent-engine, engine: "42"}',
}


def around(aws: dict[str, Any] | None = None, kubernetes: dict[str, Any] | None = None) -> DeclaredEnvironment:
    """The whole environment with the account's issuer, and other fields of AWS and Kubernetes changed."""
    whole = environment()
    own = whole.environment
    assert own.aws is not None
    assert own.kubernetes is not None
    changed = {
        "aws": AwsEnvironment.model_validate(own.aws.model_dump() | {"outbound_issuer": ISSUER} | (aws or {})),
        "kubernetes": KubernetesEnvironment.model_validate(own.kubernetes.model_dump() | (kubernetes or {})),
    }
    return replace(whole, environment=own.model_copy(update=changed))


def declared(kind: str = "lambda", where: DeclaredEnvironment | None = None, tier: int = 2) -> DeclaredAgent:
    lines = f"credential: {{type: workload_identity, workload: {WORKLOADS[kind]}}}"
    found = agent(lines, *PLATFORMS, where=where or around())
    return replace(found, agent=found.agent.model_copy(update={"risk_tier": tier}))


def granted(kind: str = "lambda", where: DeclaredEnvironment | None = None) -> Grant | None:
    return outbound_grant(declared(kind, where), PLATFORMS)


def test_the_role_may_ask_for_one_audience_and_for_five_minutes() -> None:
    grant = granted()
    assert grant is not None
    assert (grant.platform, grant.effect, grant.actions, grant.resources) == ("aws", "allow", (ACTION,), ("*",))
    assert set(grant.conditions) == {
        Condition("ForAllValues:StringEquals", "sts:IdentityTokenAudience", (ENTRA_AUDIENCE,)),
        Condition("Null", "sts:IdentityTokenAudience", ("false",)),
        Condition("NumericLessThanEquals", "sts:DurationSeconds", ("300",)),
    }


def test_the_grant_points_at_the_workload_that_needs_it() -> None:
    grant = granted()
    assert grant is not None
    assert (grant.origin.file, grant.origin.line) == ("agent.yaml", 8)


def test_aws_knows_the_action_and_no_resource_for_it() -> None:
    facts = aws_action(ACTION)
    assert facts is not None
    assert facts.resources == ()


@pytest.mark.parametrize("kind", WORKLOADS)
def test_only_a_workload_that_holds_nothing_but_its_role_needs_it(kind: str) -> None:
    assert (granted(kind) is not None) == (kind in {"ecs", "lambda", "agentcore", "eks"})


@pytest.mark.parametrize(
    "where",
    [
        around(aws={"clusters": {"main": EksCluster(name="m", oidc_issuer="https://oidc.example.org")}}),
        around(kubernetes={"oidc_issuer": "https://oidc.example.org"}),
    ],
    ids=["named with the cluster", "named with the environment's cluster"],
)
def test_a_pod_whose_cluster_has_an_issuer_brings_its_own_token(where: DeclaredEnvironment) -> None:
    assert granted("eks", where) is None


@pytest.mark.parametrize("platforms", [("aws",), ("aws", "gcp", "kubernetes"), ("entra",), ()])
def test_an_agent_that_is_not_on_both_clouds_needs_it_not(platforms: tuple[Platform, ...]) -> None:
    assert outbound_grant(declared(), platforms) is None


def test_an_account_without_an_issuer_can_make_no_such_token() -> None:
    assert granted("lambda", environment()) is None


def test_no_token_lives_longer_than_the_tier_lets_one_live() -> None:
    where = around()
    strict = {tier: replace(one, max_token_life=timedelta(minutes=tier)) for tier, one in where.profile.tiers.items()}
    short = replace(where, profile=replace(where.profile, tiers=strict))
    grant = outbound_grant(declared("lambda", short, tier=3), PLATFORMS)
    assert grant is not None
    assert Condition("NumericLessThanEquals", "sts:DurationSeconds", ("180",)) in grant.conditions


def test_it_is_part_of_what_the_declaration_means_on_aws_and_nowhere_else() -> None:
    where = around()
    assert [grant.actions for grant in meant(LAMBDA, "aws", where=where, also=("entra",)).allows] == [(ACTION,)]
    assert meant(LAMBDA, "entra", where=where, also=("aws",)).allows == ()
    assert meant(LAMBDA, "aws", where=where).allows == ()
