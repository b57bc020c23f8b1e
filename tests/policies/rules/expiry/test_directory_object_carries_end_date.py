"""Fixtures of NHI-EXP-200."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-EXP-200"

_CONTEXT = e.context()
_FIRST = e.agent(risk_tier=1)


def _ends(**changes: object) -> object:
    return e.application(tags=e.lines(**changes), notes=...)


GOOD = [Case("an application", e.application(), _CONTEXT), Case("a principal", e.principal(), _CONTEXT)]
BAD = [
    Case("no end at tier 2", _ends(expires=...), _CONTEXT, expect="missing"),
    Case("a principal without end", e.principal(tags=e.lines(expires=...), notes=...), _CONTEXT, expect="missing"),
    Case("never", _ends(expires="never"), _CONTEXT, expect="malformed"),
    Case("a day without a zone", _ends(expires="2027-03-31"), _CONTEXT, expect="malformed"),
    Case("after the agent's end", _ends(expires="2027-04-01T00:00:00Z"), _CONTEXT, expect="late"),
]
NEAR_MISS = [
    Case("an earlier end", _ends(expires="2026-12-31T00:00:00Z"), _CONTEXT),
    Case("in the notes only", e.application(tags=["nhi:agent-id=people-agent"]), _CONTEXT),
    Case("no end at tier 1", e.application(_FIRST, tags=e.lines(_FIRST, expires=...), notes=...), e.context(_FIRST)),
    Case("of nobody's", e.application(displayName="shop", tags=..., notes=...), _CONTEXT),
]
UNKNOWN = [Case("unknown tags", e.application(tags=kit.UNKNOWN), _CONTEXT, expect="tags")]
