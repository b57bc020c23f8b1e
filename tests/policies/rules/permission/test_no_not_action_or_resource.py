"""Fixtures of NHI-PRM-012."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-012"

GOOD = [Case("Action and Resource", kit.policy())]
BAD = [
    Case("everything but IAM", kit.policy(kit.statement(Action=..., NotAction="iam:*")), expect="NotAction"),
    Case(
        "everywhere but one bucket",
        kit.policy(kit.statement("s3:GetObject", Resource=..., NotResource="arn:aws:s3:::a")),
    ),
    Case("inline", kit.inline_policy(kit.statement(Action=..., NotAction="iam:*")), expect="iam:*"),
]
NEAR_MISS = [
    Case("a Deny of everything else", kit.policy(kit.statement(effect="Deny", Action=..., NotAction="s3:GetObject"))),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
