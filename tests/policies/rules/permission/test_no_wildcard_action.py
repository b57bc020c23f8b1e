"""Fixtures of NHI-PRM-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-010"

_KB = "arn:aws:s3:::acme-kb/docs/*"

GOOD = [
    Case("a named action", kit.policy()),
    Case("a wildcard for somebody who is no agent", kit.policy(kit.statement("s3:*"), tags={"team": "web"})),
]
BAD = [
    Case("every action", kit.policy(kit.statement("*", "*")), expect="Action::*"),
    Case("every action of a service", kit.policy(kit.statement("s3:*", _KB)), expect="s3:*"),
    Case("a family of writes", kit.policy(kit.statement(["s3:GetObject", "dynamodb:Put*"], _KB)), expect="PutItem"),
    Case("a question mark", kit.policy(kit.statement("s3:PutObjec?", _KB)), expect="s3:PutObject"),
    Case("an inline policy", kit.inline_policy(kit.statement("S3:*", "*")), expect="S3:*"),
    Case(
        "a role's own inline policy",
        kit.role(inlinePolicies=[{"name": "x", "policy": kit.document(kit.statement("sqs:*", "*"))}]),
        expect="sqs:*",
    ),
]
NEAR_MISS = [
    Case("a family of reads, which another rule judges", kit.policy(kit.statement("s3:GetObject*", _KB))),
    Case("a wildcard that denies", kit.policy(kit.statement("*", "*", effect="Deny", condition=None))),
]
UNKNOWN = [
    Case("a document from another resource's output", kit.policy(policy=kit.UNKNOWN), expect="policy"),
    Case("unknown tags", kit.policy(tags=kit.UNKNOWN), expect="tags"),
    Case("an unknown action", kit.policy(policy={"Statement": kit.statement(kit.UNKNOWN)}), expect="Action"),
]
