"""Fixtures of NHI-TRU-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-010"


def _role(**changes: object) -> object:
    return kit.role(assumeRolePolicy=kit.document(kit.trust_statement(**changes)))


_WEB = kit.role(name="web", path="/", tags={}, assumeRolePolicy=kit.document(kit.trust_statement(Principal="*")))

GOOD = [Case("one service", kit.role())]
BAD = [
    Case("everyone", _role(Principal="*"), expect="everyone"),
    Case("every AWS principal", _role(Principal={"AWS": "*"}), expect="everyone"),
    Case("everyone but one", _role(Principal=..., NotPrincipal={"AWS": "111122223333"}), expect="NotPrincipal"),
    Case("one of several", _role(Principal={"AWS": ["111122223333", "*"]}), expect="everyone"),
    Case("a role beside the agents", _WEB, expect="everyone"),
    Case(
        "a secret for everyone",
        kit.resource(
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "x",
            {
                "policy": kit.document(
                    {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
                )
            },
        ),
        expect="everyone",
    ),
]
NEAR_MISS = [
    Case("nobody: a deny for everyone", _role(Effect="Deny", Principal="*", Condition=...)),
    Case("everyone where no agent lives", _WEB, kit.context(agents={})),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
