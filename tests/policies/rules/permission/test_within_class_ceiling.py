"""Fixtures of NHI-PRM-130."""

from dataclasses import replace
from typing import Any

from nhi.spec.agent_class import AgentClass, DeclaredClass
from nhi.spec.declared import DeclaredAgent, Positions

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-130"

_CEILING: dict[str, Any] = {
    "risk_tier": 2,
    "platforms": ["aws", "kubernetes"],
    "allowed_actions": ["text_generation", "web_search"],
    "data_access": {"knowledge-base": "read"},
    "tools": ["search-api"],
    "max_session": "1h",
    "max_delegation_depth": 1,
}


def _member(ceiling: dict[str, Any] | None = None, **changes: Any) -> DeclaredAgent:
    found = AgentClass.model_validate({"name": "customer-facing", "ceiling": _CEILING if ceiling is None else ceiling})
    group = DeclaredClass(found, Positions("classes/customer-facing.yaml", {}))
    agent = kit.agent(agent_class="customer-facing", **changes)
    return replace(agent, environment=replace(agent.environment, classes={"customer-facing": group}))


def _edge(depth: int | None) -> dict[str, Any]:
    return {"allowed": True, "allowed_targets": ["a"], **({} if depth is None else {"max_depth": depth})}


GOOD = [Case("within", _member(data_access=[{"scope": "knowledge-base", "access": "read"}]))]
BAD = [
    Case("an action", _member(allowed_actions=["text_generation", "mail_send"]), expect="mail_send"),
    Case("a level", _member(data_access=[{"scope": "knowledge-base", "access": "write"}]), expect="at most read"),
    Case("a scope", _member(data_access=[{"scope": "customer-data", "access": "read"}]), expect="at most none"),
    Case("a tool", _member(tool_access=[{"tool": "pay", "allowed": True}]), expect="call pay"),
    Case("a tier", _member(risk_tier=3), expect="tier 3"),
    Case("no tier is judged as 3", _member(risk_tier=...), expect="tier 3"),
    Case("a platform", _member({**_CEILING, "platforms": ["aws"]}), expect="kubernetes"),
    Case("a session", _member({**_CEILING, "max_session": "30m"}), expect="sessions"),
    Case(
        "an undeclared session", _member({"max_session": "30m"}, **{"credential.max_session": ...}), expect="sessions"
    ),
    Case("a depth", _member(delegation=_edge(2)), expect="2 hops"),
    Case("an unbounded depth", _member(delegation=_edge(None)), expect="any number"),
]
NEAR_MISS = [
    Case(
        "closed and refused need no allowance",
        _member(
            data_access=[{"scope": "customer-data", "access": "none"}], tool_access=[{"tool": "pay", "allowed": False}]
        ),
    ),
    Case("a class that bounds nothing", _member({}, risk_tier=3, allowed_actions=["mail_send"])),
    Case("no class", kit.agent(agent_class=...)),
    Case("a class that nobody declared is the loader's", kit.agent(agent_class="elsewhere")),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
