"""Fixtures of NHI-DEL-005."""

from policies.delegation_kit import CHAIN, case
from policies.kit import Case

RULE = "NHI-DEL-005"

GOOD = [case("two hops of two", origin={"delegation.max_depth": 2})]
BAD = [
    case("two hops of one", origin={"delegation.max_depth": 1}, expect="2 hops (origin -> middle -> end)"),
    case("three hops of tier 2's two", edges=[*CHAIN, "end>beyond"], origin={"risk_tier": 2}, expect="it may make 2"),
]
NEAR_MISS = [
    case("a shorter way to the last agent", edges=[*CHAIN, "origin>end"], origin={"delegation.max_depth": 1}),
    case(
        "the agent in between may go no further",
        origin={"delegation.max_depth": 1},
        middle={"delegation.allowed": False},
    ),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
