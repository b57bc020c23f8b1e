"""Fixtures of NHI-SPN-005."""

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-005"

GOOD = [Case("still here", kit.agent())]
BAD = [
    Case("left, in grace", kit.agent(**{"sponsor.departed_on": "2026-10-30T00:00:00Z"}), expect="ends on 2026-11-06"),
    Case("left long ago", kit.agent(**{"sponsor.departed_on": "2026-10-01T00:00:00Z"}), expect="suspended since"),
]
NEAR_MISS = [Case("leaves in the future", kit.agent(**{"sponsor.departed_on": "2026-12-01T00:00:00Z"}))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
