"""Fixtures of NHI-PRM-020."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-020"

_KB = "arn:aws:s3:::acme-kb/docs/*"

GOOD = [Case("a named action", kit.policy(kit.statement("s3:GetObject", _KB)))]
BAD = [
    Case("a family of reads", kit.policy(kit.statement("s3:GetObject*", _KB)), expect="Action::s3:GetObject*"),
    Case("every list of a service", kit.policy(kit.statement("dynamodb:List*", "*")), expect="dynamodb:List*"),
]
NEAR_MISS = [
    Case("a family with a write in it, which another rule judges", kit.policy(kit.statement("s3:*Object", _KB))),
    Case("a family that is denied", kit.policy(kit.statement("s3:Get*", "*", effect="Deny"))),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
