"""Fixtures of NHI-DEL-006."""

from policies.delegation_kit import case
from policies.kit import Case

RULE = "NHI-DEL-006"

GOOD = [case("one tier")]
BAD = [
    case("a tier up", origin={"risk_tier": 2}, expect="middle is of tier 3, and this agent is of tier 2"),
    case("a target without a tier", middle={"risk_tier": ...}, expect="middle has no tier"),
]
NEAR_MISS = [
    case("a tier down", middle={"risk_tier": 2}),
    case("a tier up without consent", origin={"risk_tier": 2}, middle={"delegation.accepts_from": []}),
    case("a tier up further on is that one's finding", middle={"risk_tier": 2}),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
