"""Fixtures of NHI-EXP-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-EXP-010"

_ONE = kit.agent(risk_tier=1)
_LATE = {"DateLessThan": {"aws:CurrentTime": "2027-04-01T00:00:00Z"}}
_EARLY = {"DateLessThan": {"aws:CurrentTime": "2026-12-24T00:00:00Z"}}

GOOD = [Case("the lock date", kit.policy())]
BAD = [
    Case("no end at tier 2", kit.policy(kit.statement(condition=None)), expect="never"),
    Case("an end after the lock date", kit.policy(kit.statement(condition=_LATE)), expect="late"),
    Case("late at tier 1 too", kit.policy(kit.statement(condition=_LATE)), kit.context(_ONE), expect="late"),
    Case("an end for some", kit.policy(kit.statement(), kit.statement("s3:GetObject", condition=None)), expect="never"),
    Case(
        "the later of two values counts",
        kit.policy(kit.statement(condition={"DateLessThan": {"aws:CurrentTime": [kit.END, "2030-01-01T00:00:00Z"]}})),
        expect="2030",
    ),
    Case(
        "a start instead of an end",
        kit.policy(kit.statement(condition={"DateGreaterThan": {"aws:CurrentTime": kit.END}})),
    ),
    Case("inline", kit.inline_policy(kit.statement(condition=None)), expect="never"),
]
NEAR_MISS = [
    Case("an end before the lock date", kit.policy(kit.statement(condition=_EARLY))),
    Case("no end at tier 1", kit.policy(kit.statement(condition=None)), kit.context(_ONE)),
    Case("a deny without end", kit.policy(kit.statement(effect="Deny", condition=None))),
    Case(
        "the lock date in another zone",
        kit.policy(kit.statement(condition={"DateLessThan": {"aws:CurrentTime": "2027-03-31T02:00:00+02:00"}})),
    ),
    Case("a grant of nobody's", kit.policy(kit.statement(condition=None), tags={"team": "web"})),
]
UNKNOWN = [
    Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy"),
    Case(
        "a date that is none",
        kit.policy(kit.statement(condition={"DateLessThan": {"aws:CurrentTime": "soon"}})),
        expect="date condition",
    ),
]
