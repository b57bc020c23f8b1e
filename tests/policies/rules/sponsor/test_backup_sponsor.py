"""Fixtures of NHI-SPN-004."""

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-004"

GOOD = [Case("tier 3 with a backup", kit.agent(risk_tier=3))]
BAD = [
    Case("tier 3 without", kit.agent(risk_tier=3, **{"sponsor.backup": ...}), expect="needs a backup"),
    Case("no tier is judged as 3", kit.agent(risk_tier=..., **{"sponsor.backup": ...}), expect="needs a backup"),
    Case("the same person", kit.agent(**{"sponsor.backup": "Tomas.Lind@example.com"}), expect="is the sponsor"),
]
NEAR_MISS = [Case("tier 2 needs none", kit.agent(**{"sponsor.backup": ...}))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
