"""Fixtures of NHI-EXP-011."""

from policies import kit
from policies.kit import Case

RULE = "NHI-EXP-011"

_ONE = kit.agent(risk_tier=1)


def _role(end: object, declared: object = None) -> object:
    made = kit.trust_statement()
    del made["Condition"]["DateLessThan"]
    if end:
        made["Condition"]["DateLessThan"] = {"aws:CurrentTime": end}
    return kit.role(declared, assumeRolePolicy=kit.document(made))


GOOD = [Case("the lock date", kit.role())]
BAD = [
    Case("no end", _role(None), expect="never"),
    Case("an end after the lock date", _role("2028-01-01T00:00:00Z"), expect="2028"),
]
NEAR_MISS = [
    Case("no end at tier 1", _role(None, _ONE), kit.context(_ONE)),
    Case(
        "nobody, for ever", kit.role(assumeRolePolicy=kit.document(kit.trust_statement(Effect="Deny", Principal="*")))
    ),
    Case("a role of nobody's", kit.altered(_role(None), name="web", path="/", tags={})),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
