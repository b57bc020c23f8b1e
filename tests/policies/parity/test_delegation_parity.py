"""Row 3.4 of agents that hand work over: each lock of an edge goes in turn, and the row of whom it held falls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from nhi.catalog.invocation import app_role_id
from nhi.spec.declared import DeclaredAgent
from nhi_policies.view import types as t

from policies import kit
from policies.parity.identities import World, added, agent, dropped, edited, world

PODS = {
    "type": "workload_identity",
    "expires": "2027-03-31T00:00:00Z",
    "max_session": "1h",
    "workload": {"kind": "kubernetes"},
}
SERVICE = {**PODS, "workload": {"kind": "cloud-run", "service": "callee"}}
HANDS = {"allowed": True, "max_depth": 1, "allowed_targets": ["callee-agent"]}
TAKES = {"allowed": False, "accepts_from": ["support-agent"]}
READS = {"data_access": [{"scope": "knowledge-base", "access": "read"}], "denied_actions": ["credential_management"]}


def caller(**changes: Any) -> DeclaredAgent:
    everywhere = {"platforms": ["entra", "gcp", "kubernetes"], "acts_on_behalf": "never", "credential": PODS}
    return agent(**{**READS, **everywhere, "delegation": HANDS, **changes})


def callee(**changes: Any) -> DeclaredAgent:
    own = {"agent_id": "callee-agent", "platforms": ["entra", "kubernetes"], "acts_on_behalf": "never"}
    return agent(**{**READS, **own, "allowed_actions": ..., "credential": PODS, "delegation": TAKES, **changes})


ON_GOOGLE = {"platforms": ["gcp"], "credential": SERVICE}
GOOD = world(caller(), callee())
GOOGLE = world(caller(), callee(**ON_GOOGLE))
PRINCIPAL, NETWORK, ASSIGNMENT = (
    "callee-agent-service-principal",
    "callee-agent-network-policy",
    "support-agent-invoke-callee-agent",
)
STRANGER = "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"


def row(of: World, platform: str, who: str = "support-agent") -> tuple[str, str]:
    found = of.answers(platform, who).answers["3.4"]
    return found.word, found.reason


@pytest.mark.parametrize("who", ["support-agent", "callee-agent"])
@pytest.mark.parametrize("platform", ["entra", "kubernetes"])
def test_an_edge_is_detected_and_counted_on_both_of_its_sides(platform: str, who: str) -> None:
    word, reason = row(GOOD, platform, who)
    assert word == "detected"
    assert "on 1 of 1 edges" in reason


@pytest.mark.parametrize("who", ["support-agent", "callee-agent"])
def test_an_endpoint_that_iam_guards_is_counted(who: str) -> None:
    word, reason = row(GOOGLE, "gcp", who)
    assert word == "detected"
    assert "on 1 of 1 edges" in reason


def test_what_a_platform_guards_of_no_edge_is_said() -> None:
    assert "on 0 of 1 edges" in row(GOOD, "gcp")[1]
    acts_for_users = world(caller(acts_on_behalf="required", data_access=..., allowed_actions=...), callee())
    assert "on 0 of 1 edges" in row(acts_for_users, "entra", "callee-agent")[1]


@pytest.mark.parametrize("platform", ["entra", "kubernetes", "gcp"])
def test_while_the_callee_is_stopped_no_edge_stands(platform: str) -> None:
    word, reason = row(world(caller(), callee(state="suspended")), platform)
    assert (word, "no edge of it stands now" in reason) == ("detected", True)


def test_the_resources_that_hold_an_edge_are_named() -> None:
    assert ASSIGNMENT in {one.name for one in GOOD.answers("entra").answers["3.4"].by}
    assert NETWORK in {one.name for one in GOOD.answers("kubernetes", "callee-agent").answers["3.4"].by}
    assert "gcp:cloudrunv2/serviceIamMember:ServiceIamMember" in {
        one.type for one in GOOGLE.answers("gcp").answers["3.4"].by
    }


def _assigned(of: World) -> World:
    """With the callee's role assigned to somebody whom only an id names."""
    made = kit.resource(
        t.ENTRA_APP_ROLE_ASSIGNMENT,
        "by-hand",
        {"appRoleId": app_role_id("callee-agent"), "principalObjectId": STRANGER, "resourceObjectId": kit.UNKNOWN},
        property_dependencies={"resourceObjectId": (PRINCIPAL,)},
    )
    return added(made)(of)


def _member(of: World) -> World:
    made = kit.resource(
        "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
        "by-hand",
        {"name": "callee", "member": "group:shop@example.com", "role": "roles/run.invoker"},
    )
    return added(made)(of)


def _more(of: World) -> World:
    """With an app role for the callee that the caller's file does not have."""
    made = kit.resource(
        t.ENTRA_APP_ROLE_ASSIGNMENT,
        "by-hand",
        {
            "appRoleId": "0de00000-0000-4000-8000-000000000022",
            "principalObjectId": kit.UNKNOWN,
            "resourceObjectId": "0de00000-0000-4000-8000-000000000021",
        },
        property_dependencies={"principalObjectId": (PRINCIPAL,)},
    )
    return added(made)(of)


def _without_consent(of: World) -> World:
    """The same resources, and a callee whose file names nobody."""
    before = of.context.agents["callee-agent"]
    silent = before.agent.model_copy(update={"delegation": None})
    told = {**of.context.agents, "callee-agent": replace(before, agent=silent)}
    return replace(of, context=replace(of.context, agents=told))


_FROM = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}


@pytest.mark.parametrize(
    ("platform", "who", "good", "change"),
    [
        ("entra", "callee-agent", GOOD, edited(PRINCIPAL, "appRoleAssignmentRequired", to=False)),
        ("entra", "callee-agent", GOOD, _assigned),
        ("entra", "callee-agent", GOOD, _more),
        ("entra", "support-agent", GOOD, _without_consent),
        ("kubernetes", "callee-agent", GOOD, dropped(NETWORK)),
        ("kubernetes", "callee-agent", GOOD, edited(NETWORK, "spec", "ingress", to=[_FROM])),
        ("kubernetes", "callee-agent", GOOD, edited(NETWORK, "spec", "policyTypes", to=["Egress"])),
        ("kubernetes", "support-agent", GOOD, _without_consent),
        ("gcp", "callee-agent", GOOGLE, _member),
        ("gcp", "support-agent", GOOGLE, _without_consent),
    ],
)
def test_without_a_lock_the_row_falls(platform: str, who: str, good: World, change: Callable[[World], World]) -> None:
    assert row(good, platform, who)[0] == "detected"
    assert row(change(good), platform, who)[0] == "documented"


@pytest.mark.parametrize("platform", ["entra", "kubernetes", "gcp"])
def test_a_callee_that_may_do_more_lets_the_callers_row_fall(platform: str) -> None:
    wider = [{"scope": "knowledge-base", "access": "read"}, {"scope": "sales-figures", "access": "read"}]
    tools = [{"tool": "hr-portal", "allowed": True}]
    routes = [{"scope": "knowledge-base", "access": "read"}, {"scope": "delivery-routes", "access": "read"}]
    more: dict[str, dict[str, Any]] = {
        "entra": {"tool_access": tools},
        "kubernetes": {"data_access": routes},
        "gcp": {**ON_GOOGLE, "data_access": wider},
    }
    assert row(world(caller(), callee(**more[platform])), platform)[0] == "documented"
