"""Fixtures of NHI-DEL-200."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nhi.catalog.invocation import app_role_id
from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-DEL-200"

HANDS = {"allowed": True, "max_depth": 1, "allowed_targets": ["search-agent"]}
TAKES = {"allowed": False, "accepts_from": ["people-agent"]}
KNOWN = "0de00000-0000-4000-8000-000000000301"


def caller(**changes: Any) -> DeclaredAgent:
    return e.agent(**{"delegation": HANDS, **changes})


def callee(**changes: Any) -> DeclaredAgent:
    return e.agent(agent_id="search-agent", **{"delegation": TAKES, **changes})


def told(*agents: DeclaredAgent, **changes: Any) -> Context:
    return e.context(*(agents or (caller(), callee(), e.mail_agent())), **changes)


def invoke(
    to: Resource | None = None, of: Resource | None = None, agent: str = "search-agent", **changes: Any
) -> Resource:
    """The assignment of an agent's role, on a principal that only the directory's id names."""
    target = to or e.principal(callee())
    made = e.assignment(app_role_id(agent), kit.UNKNOWN, of or e.principal(caller()))
    depends = {**made.property_dependencies, "resourceObjectId": (target.urn,)}
    return kit.altered(replace(made, property_dependencies=depends), **changes)


def stack(*assignments: Resource) -> list[Resource]:
    return [e.principal(caller()), e.principal(callee()), e.principal(e.mail_agent()), *assignments]


_NORTH = callee(instances={"north": "active", "south": "suspended"})
_INSTANCES = [e.principal(caller()), *(e.principal(_NORTH, instance=one) for one in ("north", "south"))]
_ELSEWHERE = {"where": {"entra.agent_principals": {"search-agent": KNOWN}}}
_GROUP = e.group(None)
_PERSON = replace(
    e.by_hand(invoke()),
    inputs={**invoke().inputs, "principalObjectId": e.STRANGER},
    property_dependencies={"resourceObjectId": (e.principal(callee()).urn,)},
)

_FOREIGN = replace(
    invoke(resourceObjectId=e.STRANGER), property_dependencies={"principalObjectId": (e.principal(caller()).urn,)}
)
_MADE = replace(e.principal(callee()), ids=(f"/servicePrincipals/{KNOWN}",))
_MADE_FROM = invoke(_MADE, resourceObjectId=e.STRANGER)

GOOD = [
    Case("an id that is known by now", [e.principal(caller()), _MADE, invoke(_MADE, resourceObjectId=KNOWN)], told()),
    Case("a declared edge", stack(invoke()), told()),
    Case("an active instance", [*_INSTANCES, invoke(_INSTANCES[1])], told(caller(), _NORTH)),
    Case(
        "a principal that the environment names",
        [e.principal(caller()), invoke(resourceObjectId=KNOWN)],
        told(caller(**_ELSEWHERE), callee(**_ELSEWHERE)),
    ),
]
BAD = [
    Case(
        "a callee that accepts nobody",
        stack(invoke()),
        told(caller(), callee(delegation={"allowed": False})),
        "takes no work from people-agent",
    ),
    Case("a caller that names no target", stack(invoke(of=e.principal(e.mail_agent()))), told(), "does not hand work"),
    Case("a stopped caller", stack(invoke()), told(caller(state="suspended"), callee()), "stopped"),
    Case("a stopped callee", stack(invoke()), told(caller(), callee(state="suspended")), "stopped"),
    Case(
        "past a date",
        stack(invoke()),
        told(caller(), callee(**{"credential.expires": "2026-10-31T00:00:00Z"})),
        "past its date",
    ),
    Case("a stopped instance", [*_INSTANCES, invoke(_INSTANCES[2])], told(caller(), _NORTH), "search-agent--south"),
    Case("a person", stack(_PERSON), told(), "no agent that the files name"),
    Case("a group", [*stack(), _GROUP, e.by_hand(invoke(of=_GROUP))], told(), "no agent that the files name"),
    Case(
        "access without any role",
        stack(invoke(appRoleId="00000000-0000-0000-0000-000000000000")),
        told(),
        "past the role",
    ),
    Case("the role of another agent", stack(invoke(agent="mail-agent")), told(), "on the principal of search-agent"),
    Case("the role on some other principal", stack(_FOREIGN), told(), "not known to be its"),
    Case("an id made from the callee's and not it", [*stack()[:1], _MADE, _MADE_FROM], told(), "not known to be its"),
]
NEAR_MISS = [
    Case("a role of an API", stack(e.assignment()), told()),
    Case("no assignment at all", stack(), told()),
    Case("a role of a principal that is no agent's", stack(e.assignment(e.ABSENCE_READ, e.STRANGER)), told()),
    Case("a stack without agents", stack(invoke()), told(agents={})),
]
UNKNOWN = [
    Case(
        "a principal that nothing tells",
        stack(replace(invoke(), property_dependencies={"principalObjectId": (e.principal(caller()).urn,)})),
        told(),
        expect="resourceObjectId",
    ),
    Case("a role that nothing tells", stack(invoke(appRoleId=kit.UNKNOWN)), told(), expect="appRoleId"),
]
