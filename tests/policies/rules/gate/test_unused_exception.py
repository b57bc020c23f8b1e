"""Fixtures of NHI-GAT-008."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-008"

GOOD = [Case("an empty file", kit.exceptions())]
BAD = [
    Case("an exception that nothing needs", kit.exceptions({}), expect="NHI-GAT-005"),
    Case("two of them", kit.exceptions({}, {"target": "other-agent"}), expect="other-agent"),
]
NEAR_MISS = [
    Case("an exception in use", kit.exceptions({}, used=1)),
    Case("one that has run out has its own rule", kit.exceptions({"expires": "2026-10-01T00:00:00Z"})),
]
UNKNOWN: list[Case] = []
