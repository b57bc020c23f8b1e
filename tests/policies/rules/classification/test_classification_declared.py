"""Fixtures of NHI-CLS-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CLS-001"

GOOD = [Case("classified", kit.agent())]
BAD = [
    Case("no team", kit.agent(owner_team=...), expect="owner_team"),
    Case("no tier", kit.agent(risk_tier=...), expect="risk_tier"),
    Case("a blank purpose", kit.agent(purpose="   "), expect="purpose"),
]
NEAR_MISS = [Case("no class is no fault", kit.agent(agent_class=...))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
