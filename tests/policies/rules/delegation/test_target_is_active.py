"""Fixtures of NHI-DEL-007."""

from policies.delegation_kit import case
from policies.kit import Case

RULE = "NHI-DEL-007"

_PAST = "2026-10-01T00:00:00Z"

GOOD = [case("both are active")]
BAD = [
    case("a retired target", middle={"state": "retired"}, expect="middle is not active"),
    case("a target past its lock date", middle={"credential.expires": _PAST}, expect="inactive::middle"),
    case("every instance is stopped", middle={"instances": {"eu": "suspended"}}, expect="inactive::middle"),
]
NEAR_MISS = [
    case("a caller that is stopped itself", origin={"state": "suspended"}, middle={"state": "retired"}),
    case("one instance is active", middle={"instances": {"eu": "active", "us": "suspended"}}),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
