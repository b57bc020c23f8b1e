"""Fixtures of NHI-CRD-005."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-005"

_KEY = {"credential.type": "api_key"}
GOOD = [Case("a workload identity", kit.agent())]
BAD = [
    Case("tier 2", kit.agent(**_KEY), expect="API key"),
    Case("no tier", kit.agent(risk_tier=..., **_KEY), expect="API key"),
]
NEAR_MISS = [Case("tier 1", kit.agent(risk_tier=1, **_KEY))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
