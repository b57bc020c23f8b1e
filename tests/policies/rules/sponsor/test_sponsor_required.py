"""Fixtures of NHI-SPN-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-001"

GOOD = [Case("a sponsor", kit.agent())]
BAD = [
    Case("none", kit.agent(sponsor=...), expect="no sponsor"),
    Case("blank", kit.agent(sponsor={"id": "  "}), expect="no sponsor"),
]
NEAR_MISS = [Case("only a short form", kit.agent(sponsor="tomas.lind@example.com"))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
