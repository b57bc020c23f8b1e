"""Fixtures of NHI-EXP-500."""

from policies import kit
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-EXP-500"

_ENDLESS = kit.statement("s3:GetObject", aws.NOTES, condition=None)
_BUT_READS = kit.statement(
    Action=..., NotAction="s3:GetObject", Resource="*", effect="Deny", condition=aws.AFTER["Condition"]
)
_BUT_MODELS = {**_BUT_READS, "NotAction": "bedrock:*"}
_UNTIL = kit.statement("s3:GetObject", aws.NOTES, condition={"DateLessThanEquals": {"aws:CurrentTime": kit.END}})
_LATE = {**aws.AFTER, "Condition": {"DateGreaterThan": {"aws:CurrentTime": kit.END}}}
_OFF = aws.agent(state="suspended")
_ODD = kit.statement("s3:GetObject", aws.NOTES, condition={"DateLessThan": {"aws:CurrentTime": "next year"}})

GOOD = [Case("grants and guard end together", aws.stack(), aws.CONTEXT)]
BAD = [
    Case(
        "no end and no deny",
        aws.stack(_ENDLESS, guard=(aws.NO_REFUND,)),
        aws.CONTEXT,
        expect="s3:GetObject on arn:aws:s3:::acme-notes/drafts/ (aws:CurrentTime 2027-03-31",
    ),
    Case("a deny with a way out", aws.stack(_ENDLESS, guard=(_BUT_READS,)), aws.CONTEXT, expect="s3:GetObject"),
    Case("a deny that begins one moment late", aws.stack(_ENDLESS, guard=(_LATE,)), aws.CONTEXT, expect="2027-03-31"),
    Case("one moment too long", aws.stack(_UNTIL, guard=(aws.NO_REFUND,)), aws.CONTEXT, expect="after-lock-date"),
    Case(
        "an inline policy of no end beside dated grants",
        aws.stack(guard=(aws.NO_REFUND,), more=(kit.inline_policy(_ENDLESS),)),
        aws.CONTEXT,
        expect="by-hand",
    ),
]
NEAR_MISS = [
    Case("an Allow without end that the guard ends", aws.stack(_ENDLESS), aws.CONTEXT),
    Case("dated grants without a guard", aws.stack(guard=(aws.NO_REFUND,)), aws.CONTEXT),
    Case("a deny of all but what is not granted", aws.stack(_ENDLESS, guard=(_BUT_MODELS,)), aws.CONTEXT),
    Case("a suspended agent", aws.stack(_ENDLESS, guard=(), declared=_OFF), kit.context(_OFF)),
    Case("a role of nobody's", [kit.role(name="web", path="/", tags={})], aws.CONTEXT),
]
UNKNOWN = [Case("a date that is none", aws.stack(_ODD, guard=(aws.NO_REFUND,)), aws.CONTEXT, expect="unproven")]
