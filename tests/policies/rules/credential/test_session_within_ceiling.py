"""Fixtures of NHI-CRD-004."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-004"

GOOD = [Case("an hour at tier 2", kit.agent())]
BAD = [
    Case("a tier-1 session at tier 3", kit.agent(risk_tier=3, **{"credential.max_session": "12h"}), expect="12 h"),
    Case("61 minutes at tier 2", kit.agent(**{"credential.max_session": "61m"}), expect="61 min"),
]
NEAR_MISS = [
    Case("12 hours at tier 1", kit.agent(risk_tier=1, **{"credential.max_session": "12h"})),
    Case("none declared", kit.agent(risk_tier=3, **{"credential.max_session": ...})),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
