"""Fixtures of NHI-PRM-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-001"

GOOD = [Case("disjoint", kit.agent())]
BAD = [
    Case("an action", kit.agent(denied_actions=["text_generation"]), expect="text_generation"),
    Case(
        "a scope",
        kit.agent(data_access=[{"scope": "kb", "access": "read"}, {"scope": "kb", "access": "none"}]),
        expect="scope `kb`",
    ),
    Case(
        "a tool",
        kit.agent(tool_access=[{"tool": "x", "allowed": True}, {"tool": "x", "allowed": False}]),
        expect="tool `x`",
    ),
]
NEAR_MISS = [
    Case(
        "two levels of one scope",
        kit.agent(data_access=[{"scope": "a", "access": "read"}, {"scope": "a", "access": "write"}]),
    ),
    Case("denied and not mentioned", kit.agent(denied_actions=["mail_send"])),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
