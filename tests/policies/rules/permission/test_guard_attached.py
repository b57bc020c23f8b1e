"""Fixtures of NHI-PRM-017."""

from policies import kit
from policies import user_kit as u
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-PRM-017"

_OFF = aws.agent(state="suspended")
_LATER = kit.statement(
    "*", "*", effect="Deny", condition={"DateGreaterThanEquals": {"aws:CurrentTime": "2027-04-01T00:00:00Z"}}
)
_SOMETIMES = kit.statement(
    "lambda:InvokeFunction", aws.REFUND, effect="Deny", condition={"Bool": {"aws:SecureTransport": "false"}}
)

_USERS = kit.context(u.AGENT)
_WIDER = {**u.ALONE, "NotAction": [*u.OWN, "s3:GetObject"]}
_NARROWER = {**u.ALONE, "NotAction": ["sts:AssumeRole", "sts:SetContext"]}

_EXPIRED = kit.statement(
    "lambda:InvokeFunction",
    aws.REFUND,
    effect="Deny",
    condition={"DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}},
)
_BUT_REFUNDS = kit.statement(Action=..., NotAction="lambda:*", Resource="*", effect="Deny", condition=None)
_ALL_BUT_MODELS = kit.statement(Action=..., NotAction="bedrock:*", Resource="*", effect="Deny", condition=None)
_HERE, _ELSEWHERE = (
    {**aws.AFTER, "Resource": "arn:aws:s3:::*"},
    kit.statement("*", Resource=..., NotResource="arn:aws:s3:::*", effect="Deny", condition=aws.AFTER["Condition"]),
)

GOOD = [
    Case("guard, grants and lists", aws.stack(), aws.CONTEXT),
    Case("an agent that acts for users only", u.stack(), _USERS),
]
BAD = [
    Case("no attachment", aws.stack(without=(":RolePolicyAttachment", "Exclusive")), aws.CONTEXT, expect="lock-date"),
    Case("no deny after the lock date", aws.stack(guard=(aws.NO_REFUND,)), aws.CONTEXT, expect="lock-date"),
    Case("a deny that begins too late", aws.stack(guard=(_LATER, aws.NO_REFUND)), aws.CONTEXT, expect="lock-date"),
    Case(
        "a denied tool that is not denied", aws.stack(guard=(aws.AFTER,)), aws.CONTEXT, expect="lambda:InvokeFunction"
    ),
    Case("denied under a condition only", aws.stack(guard=(aws.AFTER, _SOMETIMES)), aws.CONTEXT, expect="deny::"),
    Case("nothing without a user is not denied", u.stack(guard=(aws.AFTER, u.CHOSEN)), _USERS, expect="without a user"),
    Case("more is left out than declared", u.stack(guard=(aws.AFTER, u.CHOSEN, _WIDER)), _USERS, expect="deny::except"),
    Case("a user's name is taken", u.stack(guard=(aws.AFTER, u.ALONE)), _USERS, expect="GetWorkloadAccessToken"),
    Case(
        "a deny that ends",
        aws.stack(guard=(aws.AFTER, _EXPIRED)),
        aws.CONTEXT,
        expect="refund (aws:CurrentTime",
    ),
    Case("all but what must be denied", aws.stack(guard=(aws.AFTER, _BUT_REFUNDS)), aws.CONTEXT, expect="left open"),
    Case("half of everything after the end", aws.stack(guard=(_HERE, aws.NO_REFUND)), aws.CONTEXT, "lock-date"),
    Case(
        "a deny whose condition cannot be read",
        aws.stack(guard=(aws.AFTER, {**aws.NO_REFUND, "Condition": {"BinaryEquals": {"aws:x": "QQ=="}}})),
        aws.CONTEXT,
        expect="undecided",
    ),
    Case("no list of attachments", aws.stack(without=("AttachmentsExclusive",)), aws.CONTEXT, expect="attachments"),
    Case("no list of inline policies", aws.stack(without=("PoliciesExclusive",)), aws.CONTEXT, expect="inline"),
    Case("suspended without a full deny", aws.stack(declared=_OFF), kit.context(_OFF), expect="everything"),
]
NEAR_MISS = [
    Case("everything denied but what it works with", aws.stack(guard=(aws.AFTER, _ALL_BUT_MODELS)), aws.CONTEXT),
    Case("everything after the end, in two halves", aws.stack(guard=(_HERE, _ELSEWHERE, aws.NO_REFUND)), aws.CONTEXT),
    Case("a guard that denies everything at once", aws.stack(guard=(aws.NEVER,)), aws.CONTEXT),
    Case(
        "a wider deny than declared",
        aws.stack(guard=(aws.AFTER, kit.statement("lambda:*", "*", effect="Deny", condition=None))),
        aws.CONTEXT,
    ),
    Case("suspended, and everything denied", aws.stack(guard=(aws.NEVER,), declared=_OFF), kit.context(_OFF)),
    Case("less is left out than declared", u.stack(guard=(aws.AFTER, u.CHOSEN, _NARROWER)), _USERS),
    Case(
        "everything is denied without a user",
        u.stack(guard=(aws.AFTER, u.CHOSEN, u.deny("*", condition={"Null": u.NO_USER}))),
        _USERS,
    ),
    Case("a role of nobody's", [kit.role(name="web", path="/", tags={})], aws.CONTEXT),
]
UNKNOWN = [
    Case(
        "an unknown document",
        [
            one if "guard" not in one.name or "policy:" not in one.type else kit.altered(one, policy=kit.UNKNOWN)
            for one in aws.stack()
        ],
        aws.CONTEXT,
        expect="unproven",
    ),
]
