"""Fixtures of NHI-PRM-002."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-002"

TENANT = {"tenant_id": "0a000000-0000-4000-8000-000000000001"}
BINDINGS: dict[str, Any] = {
    "platforms": ["aws", "entra"],
    "entra": TENANT,
    "resources": {"model": {"aws": [{"kind": "model", "id": "anthropic.claude-sonnet-5"}]}},
    "data_scopes": {"empty": {"aws": []}},
    "tools": {"phone": {"aws": [], "entra": []}},
}


def case(name: str, *, expect: str = "", **changes: Any) -> Case:
    declares = {"platforms": ["aws"], "denied_actions": [], "allowed_actions": [], **changes}
    agent = replace(kit.agent(**declares), environment=kit.environment(**BINDINGS))
    return Case(name, agent, kit.context(agent), expect=expect)


GOOD = [case("a word that opens something", allowed_actions=["text_generation"])]
BAD = [
    case("an action the platform has nothing for", platforms=["entra"], allowed_actions=["text_generation"],
         expect="Azure role assignments"),
    case("a scope with an empty binding", data_access=[{"scope": "empty", "access": "read"}], expect="`empty`"),
    case("a tool with nothing on either platform", platforms=["aws", "entra"],
         tool_access=[{"tool": "phone", "allowed": True}], expect="aws: the environment binds an empty list"),
]  # fmt: skip
NEAR_MISS = [
    case("a word that one of two platforms has", platforms=["aws", "entra"], allowed_actions=["text_generation"]),
    case("a scope that is closed anyway", data_access=[{"scope": "empty", "access": "none"}]),
    case("a tool that is refused anyway", tool_access=[{"tool": "phone", "allowed": False}]),
    case("a denied action without a counterpart", platforms=["entra"], denied_actions=["text_generation"]),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
