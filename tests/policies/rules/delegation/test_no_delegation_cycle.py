"""Fixtures of NHI-DEL-004."""

from policies.delegation_kit import case
from policies.kit import Case

RULE = "NHI-DEL-004"

GOOD = [case("a chain")]
BAD = [
    case("three agents", "end", ["origin>middle", "middle>end", "end>origin"], expect="end -> origin -> middle -> end"),
    case("an agent that names itself", edges=["origin>origin"], expect="origin -> origin"),
    case("a knot beside the start", "end", ["origin>end", "end>middle", "middle>end"], expect="end -> middle -> end"),
]
NEAR_MISS = [
    case("two ways to one agent", edges=["origin>middle", "origin>other", "middle>end", "other>end"]),
    case("the last edge has no consent", "end", ["origin>end", "end>origin"], origin={"delegation.accepts_from": []}),
    case("the cycle is another one's finding", "origin", ["origin>end", "end>middle", "middle>end"]),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
