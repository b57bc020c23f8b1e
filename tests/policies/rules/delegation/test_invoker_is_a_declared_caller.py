"""Fixtures of NHI-DEL-300."""

from __future__ import annotations

from typing import Any

from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-DEL-300"

_RUN = {"kind": "cloud-run", "service": "billing"}
_ENGINE = {"kind": "agent-engine", "engine": "4711"}
_POLICY = "gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy"
_BINDING = "gcp:cloudrunv2/serviceIamBinding:ServiceIamBinding"
_FIRST = "gcp:cloudrun/iamMember:IamMember"
_ENGINE_MEMBER = "gcp:vertex/aiReasoningEngineIamMember:AiReasoningEngineIamMember"
_PLACE = {"project": g.PROJECT, "location": "europe-west3", "name": "billing"}
_TEAM = "group:shop@example.com"


def caller(**changes: Any) -> DeclaredAgent:
    hands = {"allowed": True, "max_depth": 1, "allowed_targets": ["billing-agent"]}
    return g.agent(**{"delegation": hands, **changes})


def callee(workload: dict[str, Any] = _RUN, **changes: Any) -> DeclaredAgent:
    takes = {"allowed": False, "accepts_from": ["support-agent"]}
    return g.agent(agent_id="billing-agent", **{"delegation": takes, "credential.workload": workload, **changes})


def told(*agents: DeclaredAgent, **changes: Any) -> Context:
    return g.context(*(agents or (caller(), callee())), **changes)


def on(token: str = g.RUN_MEMBER, **changes: Any) -> Any:
    """A member on the callee's service: the caller's, with its own role, where nothing else is said."""
    return g.member(token, **{**_PLACE, **changes})


_INVOKES = g.role("run.routes.invoke")
_QUERIES = g.role("aiplatform.reasoningEngines.query")
_READS = g.role("run.services.get")
_ON_ENGINE = {"project": g.PROJECT, "region": "europe-west3", "reasoningEngine": "4711"}

GOOD = [
    Case("a declared caller", [_INVOKES, on()], told()),
    Case("one by its project's number", [_INVOKES, on(project=g.NUMBER)], told()),
    Case("one of an engine", [_QUERIES, g.member(_ENGINE_MEMBER, **_ON_ENGINE)], told(caller(), callee(_ENGINE))),
]
BAD = [
    Case("a group", [on(member=_TEAM, role="roles/run.invoker")], told(), f"member::{_TEAM}"),
    Case(
        "an account of another system",
        [
            g.raw_account(),
            on(member="serviceAccount:robot@acme-agents.iam.gserviceaccount.com", role="roles/run.admin"),
        ],
        told(),
        "robot@",
    ),
    Case(
        "a callee that accepts nobody",
        [_INVOKES, on()],
        told(caller(), callee(delegation={"allowed": False})),
        "takes no work from support-agent",
    ),
    Case("a caller that hands nothing on", [_INVOKES, on()], told(g.AGENT, callee()), "does not hand work"),
    Case("a stopped caller", [_INVOKES, on()], told(caller(state="suspended"), callee()), "stopped"),
    Case("a stopped callee", [_INVOKES, on()], told(caller(), callee(state="suspended")), "stopped"),
    Case(
        "a whole policy", [g.policy({"role": "roles/run.invoker", "members": [_TEAM]}, token=_POLICY, **_PLACE)], told()
    ),
    Case("a binding", [g.binding(_TEAM, role="roles/run.invoker", token=_BINDING, **_PLACE)], told(), _TEAM),
    Case(
        "a member in the first version's form",
        [g.member(_FIRST, location="europe-west3", service="billing", member=_TEAM, role="roles/run.invoker")],
        told(),
        _TEAM,
    ),
    Case(
        "a person on the engine",
        [g.member(_ENGINE_MEMBER, **_ON_ENGINE, member="user:anna@example.com", role="roles/aiplatform.user")],
        told(caller(), callee(_ENGINE)),
        "anna",
    ),
    Case("a role of another stack", [on(member=_TEAM, role=g.role_name("elsewhere"))], told(), _TEAM),
]
NEAR_MISS = [
    Case("another service", [on(name="shop", member=_TEAM, role="roles/run.invoker")], told()),
    Case("a role that invokes nothing", [_READS, on(member=_TEAM)], told()),
    Case("everybody, which another rule says", [on(member="allUsers", role="roles/run.invoker")], told()),
    Case("another project", [on(project="acme-shop", member=_TEAM, role="roles/run.invoker")], told()),
    Case("no agent with an endpoint", [on(member=_TEAM)], told(caller(), callee({"kind": "gke", "cluster": "main"}))),
]
UNKNOWN = [
    Case("an unknown service", [_INVOKES, on(name=kit.UNKNOWN)], told(), expect="unproven"),
    Case("an unknown member", [_INVOKES, on(member=kit.UNKNOWN)], told(), expect="member"),
]
