"""Fixtures of NHI-DEL-003."""

from policies.delegation_kit import case
from policies.kit import Case

RULE = "NHI-DEL-003"

GOOD = [case("the target names the agent")]
BAD = [
    case("the target names nobody", middle={"delegation.accepts_from": []}, expect="does not accept work from origin"),
    case("the target names somebody else", middle={"delegation.accepts_from": ["end"]}, expect="consent::middle"),
    case("the target declares no delegation", "middle", end={"delegation": ...}, expect="consent::end"),
]
NEAR_MISS = [
    case(
        "delegation that is not allowed", middle={"delegation.accepts_from": []}, origin={"delegation.allowed": False}
    ),
    case("consent that nobody uses", origin={"delegation.allowed_targets": []}),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
