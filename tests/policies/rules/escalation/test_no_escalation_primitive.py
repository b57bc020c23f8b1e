"""Fixtures of NHI-ESC-010."""

from nhi_policies.view.aws.escalation import PRIMITIVES

from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-010"

_ROLE = "arn:aws:iam::111122223333:role/acme-worker"
_SECRETS = "arn:aws:secretsmanager:eu-central-1:111122223333:secret"

# Every service that has a primitive on a named object.
_MOST = sorted({f"{row.action.partition(':')[0]}:*" for row in PRIMITIVES if not row.only_wide})

GOOD = [Case("a model", kit.policy())]
BAD = [
    Case("pass role, exactly named", kit.policy(kit.statement("iam:PassRole", _ROLE)), expect="iam:PassRole"),
    Case("a new policy version", kit.policy(kit.statement("iam:CreatePolicyVersion", "*")), expect="rewrite a policy"),
    Case("a wildcard that contains one", kit.policy(kit.statement("iam:Create*", "*")), expect="more"),
    Case("any role", kit.policy(kit.statement("sts:AssumeRole", "*")), expect="sts:AssumeRole"),
    Case("any role of the account", kit.policy(kit.statement("sts:AssumeRole", "arn:aws:iam::111122223333:role/*"))),
    Case("any secret", kit.policy(kit.statement("secretsmanager:GetSecretValue", f"{_SECRETS}:*")), expect="secrets"),
    Case("a function's code", kit.policy(kit.statement("lambda:UpdateFunctionCode", "*")), expect="function"),
    Case(
        "everything but a list",
        kit.policy(kit.statement(Action=..., NotAction=["s3:*", "iam:Get*"], Resource="*")),
        expect="NotAction",
    ),
    Case("in another case", kit.inline_policy(kit.statement("IAM:passrole", _ROLE)), expect="iam:PassRole"),
]
NEAR_MISS = [
    Case(
        "everything but a list on one named object",
        kit.policy(kit.statement(Action=..., NotAction=_MOST, Resource=f"{_SECRETS}:mail-??????")),
    ),
    Case("one named role", kit.policy(kit.statement("sts:AssumeRole", _ROLE))),
    Case("one named secret", kit.policy(kit.statement("secretsmanager:GetSecretValue", f"{_SECRETS}:mail-??????"))),
    Case("reading a role", kit.policy(kit.statement("iam:GetRole", _ROLE))),
    Case("a primitive that is denied", kit.policy(kit.statement("iam:PassRole", "*", effect="Deny"))),
    Case("a primitive of somebody who is no agent", kit.policy(kit.statement("iam:PassRole", "*"), tags={"team": "x"})),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
