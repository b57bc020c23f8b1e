"""Fixtures of NHI-GAT-009."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-009"

GOOD = [Case("an exception in force", kit.exceptions({}))]
BAD = [
    Case("one that ran out", kit.exceptions({"expires": "2026-10-01T00:00:00Z"}), expect="2026-10-01T00:00:00Z"),
    Case("one that runs out this second", kit.exceptions({"expires": "2026-11-01T00:00:00Z"})),
]
NEAR_MISS = [Case("one with a second left", kit.exceptions({"expires": "2026-11-01T00:00:01Z"}))]
UNKNOWN: list[Case] = []
