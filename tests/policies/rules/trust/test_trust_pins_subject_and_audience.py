"""Fixtures of NHI-TRU-011."""

from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-011"

_ISSUER = "token.actions.githubusercontent.com"
_SUB = "repo:example/agent:environment:prod"
_AUD = "sts.amazonaws.com"
_SPIFFE = {
    "Principal": {"Service": "rolesanywhere.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:PrincipalTag/x509SAN/URI": "spiffe://example.org/agent"}},
}


def _role(**changes: object) -> object:
    return kit.role(assumeRolePolicy=kit.document(kit.trust_statement(**changes)))


def _oidc(operator: str = "StringEquals", **keys: object) -> object:
    pins = {f"{_ISSUER}:sub": _SUB, f"{_ISSUER}:aud": _AUD}
    for key, value in keys.items():
        pins.pop(f"{_ISSUER}:{key}") if value is ... else pins.update({f"{_ISSUER}:{key}": value})
    return kit.role(
        assumeRolePolicy=kit.document(
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {operator: pins},
            }
        )
    )


GOOD = [Case("an EKS pod", kit.role()), Case("an OIDC subject", _oidc()), Case("a SPIFFE id", _role(**_SPIFFE))]
BAD = [
    Case("no subject", _oidc(sub=...), expect=":sub"),
    Case("no audience", _oidc(aud=...), expect=":aud"),
    Case("every repository", _oidc("StringLike", sub="repo:example/*"), expect="pattern"),
    Case("a star that was meant as a pattern", _oidc(sub="*"), expect="pattern"),
    Case("only where the key is there", _oidc("StringEqualsIfExists"), expect="missing"),
    Case("no condition", _role(Condition=...), expect="namespace"),
    Case(
        "no service account",
        _role(**{"Condition.StringEquals": {"aws:RequestTag/kubernetes-namespace": "agents"}}),
        expect="service account",
    ),
    Case("any certificate", _role(**{**_SPIFFE, "Condition": ...}), expect="SPIFFE id"),
]
NEAR_MISS = [
    Case("StringLike without a pattern", _oidc("StringLike")),
    Case("a service that pins by source", _role(Principal={"Service": "lambda.amazonaws.com"}, Condition=...)),
    Case("nobody", _role(Effect="Deny", Principal="*", Condition=...)),
    Case("a role of nobody's", kit.altered(_oidc(sub=...), name="ci", path="/", tags={})),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
