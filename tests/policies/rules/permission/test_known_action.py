"""Fixtures of NHI-PRM-014."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-014"

GOOD = [Case("an action", kit.policy())]
BAD = [
    Case("a misspelt action", kit.policy(kit.statement("s3:GetObjet", "arn:aws:s3:::a/*")), expect="s3:GetObjet"),
    Case("a misspelt service", kit.policy(kit.statement("bedrok:InvokeModel", "*")), expect="bedrok"),
    Case("a misspelt deny", kit.policy(kit.statement("iam:PassRoles", "*", effect="Deny")), expect="iam:PassRoles"),
    Case("a wildcard for nothing", kit.policy(kit.statement("s3:Foo*", "*")), expect="s3:Foo*"),
    Case("no service at all", kit.policy(kit.statement("GetObject", "*")), expect="GetObject"),
]
NEAR_MISS = [
    Case("another case", kit.policy(kit.statement("S3:getobject", "arn:aws:s3:::a/*"))),
    Case("a wildcard for something", kit.policy(kit.statement("payment-cryptography:*", "*", effect="Deny"))),
    Case("an action that only the overlay knows", kit.policy(kit.statement("sts:GetScopedCredentials", "*"))),
    Case("everything, denied", kit.policy(kit.statement("*", "*", effect="Deny"))),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
