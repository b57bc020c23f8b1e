"""Fixtures of NHI-TRU-013."""

from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-013"

_FOREIGN = "arn:aws:iam::999988887777:root"


def _role(principal: object, condition: object = ...) -> object:
    return kit.role(
        assumeRolePolicy=kit.document(kit.trust_statement(Principal={"AWS": principal}, Condition=condition))
    )


GOOD = [Case("a service", kit.role())]
BAD = [
    Case("another account", _role(_FOREIGN), expect=_FOREIGN),
    Case("by its number", _role("999988887777"), expect="999988887777"),
    Case("one of two", _role(["111122223333", "arn:aws:iam::999988887777:role/x"]), expect="role/x"),
    Case("any external id", _role(_FOREIGN, {"StringLike": {"sts:ExternalId": "*"}}), expect=_FOREIGN),
    Case("an account in a word", _role("AIDAEXAMPLE"), expect="AIDAEXAMPLE"),
]
NEAR_MISS = [
    Case("with an external id", _role(_FOREIGN, {"StringEquals": {"sts:ExternalId": "c0ffee"}})),
    Case("within the organisation", _role(_FOREIGN, {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}})),
    Case("the own account", _role("arn:aws:iam::111122223333:role/deployer")),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
