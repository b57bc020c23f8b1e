"""Fixtures of NHI-ESC-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-010"

_ROLE = "arn:aws:iam::111122223333:role/acme-worker"
_SECRETS = "arn:aws:secretsmanager:eu-central-1:111122223333:secret"

GOOD = [Case("a model", kit.policy())]
BAD = [
    Case("pass role, exactly named", kit.policy(kit.statement("iam:PassRole", _ROLE)), expect="iam:PassRole"),
    Case("a new policy version", kit.policy(kit.statement("iam:CreatePolicyVersion", "*")), expect="rewrite a policy"),
    Case("a wildcard that contains one", kit.policy(kit.statement("iam:Create*", "*")), expect="more"),
    Case("any role", kit.policy(kit.statement("sts:AssumeRole", "*")), expect="sts:AssumeRole"),
    Case("any role of the account", kit.policy(kit.statement("sts:AssumeRole", "arn:aws:iam::111122223333:role/*"))),
    Case("any secret", kit.policy(kit.statement("secretsmanager:GetSecretValue", f"{_SECRETS}:*")), expect="secrets"),
    Case("a function's code", kit.policy(kit.statement("lambda:UpdateFunctionCode", "*")), expect="function"),
    Case("in another case", kit.inline_policy(kit.statement("IAM:passrole", _ROLE)), expect="iam:PassRole"),
]
NEAR_MISS = [
    Case("one named role", kit.policy(kit.statement("sts:AssumeRole", _ROLE))),
    Case("one named secret", kit.policy(kit.statement("secretsmanager:GetSecretValue", f"{_SECRETS}:mail-??????"))),
    Case("reading a role", kit.policy(kit.statement("iam:GetRole", _ROLE))),
    Case("a primitive that is denied", kit.policy(kit.statement("iam:PassRole", "*", effect="Deny"))),
    Case("a primitive of somebody who is no agent", kit.policy(kit.statement("iam:PassRole", "*"), tags={"team": "x"})),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
