"""Fixtures of NHI-CRD-002."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-002"

GOOD = [Case("within the ceiling", kit.agent())]
BAD = [
    Case("no end", kit.agent(**{"credential.expires": ...}), expect="no end date"),
    Case(
        "too late for tier 2", kit.agent(**{"credential.expires": "2027-05-05T00:00:00Z"}), expect="later than tier 2"
    ),
    Case("too late for tier 3", kit.agent(risk_tier=3), expect="later than tier 3"),
]
NEAR_MISS = [
    Case("on the last day", kit.agent(**{"credential.expires": "2027-05-04T00:00:00Z"})),
    Case("past is another rule", kit.agent(**{"credential.expires": "2026-08-11T00:00:00Z"})),
    Case("no credential", kit.agent(credential=...)),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
