"""Fixtures of NHI-PRM-018."""

from policies import kit
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-PRM-018"

_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_SHORT = aws.agent(data_access=[{"scope": "notes", "access": "read", "expires": "2026-12-24T00:00:00Z"}])
_STORED = aws.agent(**{"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30})
_OWN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-support-agent-credential-??????"

# Two declared grants that the builder writes as one statement.
_FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function"
_TWO = aws.agent(
    bindings={**aws.BINDINGS, "resources": {"function": {"aws": [{"kind": "lambda", "function": "quote"}]}}},
    allowed_actions=["function_invoke"],
    tool_access=[{"tool": "refund", "allowed": True}],
)
_BOTH = kit.statement("LAMBDA:invokefunction", [f"{_FUNCTION}:quote", f"{_FUNCTION}:refund"])


def _wide(action: str, resource: str) -> object:
    return aws.stack(aws.MODEL, kit.statement(action, resource))


GOOD = [
    Case("what is declared", aws.stack(), aws.CONTEXT),
    Case(
        "less than is declared",
        aws.stack(kit.statement("s3:GetObject", "arn:aws:s3:::acme-notes/drafts/a")),
        aws.CONTEXT,
    ),
]
BAD = [
    Case("another bucket", _wide("s3:GetObject", "arn:aws:s3:::acme-other/*"), aws.CONTEXT, expect="acme-other"),
    Case("the whole bucket", _wide("s3:GetObject", "arn:aws:s3:::acme-notes/*"), aws.CONTEXT, expect="acme-notes/*"),
    Case("another action", _wide("s3:PutObject", aws.NOTES), aws.CONTEXT, expect="s3:PutObject"),
    Case("a wildcard around a declared action", _wide("s3:Get*", aws.NOTES), aws.CONTEXT, expect="s3:Get*"),
    Case("a condition left out", _wide("s3:ListBucket", "arn:aws:s3:::acme-notes"), aws.CONTEXT, expect="weaker"),
    Case("longer than declared", aws.stack(aws.READ, declared=_SHORT), kit.context(_SHORT), expect="weaker"),
    Case(
        "an inline policy",
        aws.stack(more=(kit.inline_policy(kit.statement("sqs:SendMessage", "*")),)),
        aws.CONTEXT,
        expect="sqs:SendMessage",
    ),
    Case("a policy of AWS", aws.stack(more=(kit.attachment(policyArn=_ADMIN),)), aws.CONTEXT, expect="Administrator"),
    Case(
        "a policy without tags, attached",
        aws.stack(
            more=(
                kit.policy(kit.statement("sqs:SendMessage", "*"), name="by-hand", path="/", tags={}),
                kit.attachment(policyArn="arn:aws:iam::111122223333:policy/by-hand"),
            )
        ),
        aws.CONTEXT,
        expect="sqs:SendMessage",
    ),
    Case(
        "everything but a list", aws.stack(kit.statement(Action=..., NotAction="iam:*")), aws.CONTEXT, expect="except"
    ),
    Case(
        "another agent's secret",
        aws.stack(kit.statement("secretsmanager:GetSecretValue", _OWN.replace("support", "other")), declared=_STORED),
        kit.context(_STORED),
    ),
]
NEAR_MISS = [
    Case(
        "the agent's own secret",
        aws.stack(kit.statement("secretsmanager:GetSecretValue", _OWN), declared=_STORED),
        kit.context(_STORED),
    ),
    Case("two declared functions in one statement", aws.stack(_BOTH, declared=_TWO), kit.context(_TWO)),
    Case("a wide deny", aws.stack(guard=(aws.AFTER, aws.NO_REFUND, aws.NEVER)), aws.CONTEXT),
    Case(
        "a grant on a role of nobody's",
        aws.stack(more=(kit.inline_policy(kit.statement("sqs:*", "*"), role="web"),)),
        aws.CONTEXT,
    ),
]
UNKNOWN = [
    Case(
        "an unknown attachment",
        aws.stack(more=(kit.attachment(policyArn=kit.UNKNOWN),)),
        aws.CONTEXT,
        expect="policyArn",
    ),
    Case("an unknown document", aws.stack(more=(kit.inline_policy(policy=kit.UNKNOWN),)), aws.CONTEXT, expect="policy"),
]
