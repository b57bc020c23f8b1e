"""Fixtures of NHI-PRM-011."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-011"

_DYNAMO = "arn:aws:dynamodb:eu-central-1:111122223333:table"
_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:mail-??????"  # an ARN


def _on(action: str, *resources: str) -> object:
    return kit.policy(kit.statement(action, list(resources)))


GOOD = [Case("one model", kit.policy())]
BAD = [
    Case("a write on everything", _on("s3:PutObject", "*"), expect="everything"),
    Case("a read on everything", _on("s3:GetObject", "*"), expect="Resource::*"),
    Case("every bucket", _on("s3:GetObject", "arn:aws:s3:::*/*"), expect="arn:aws:s3:::*/*"),
    Case("every table", _on("dynamodb:PutItem", f"{_DYNAMO}/*")),
    Case("every function", _on("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:111122223333:function:*")),
    Case("every account", _on("sqs:SendMessage", "arn:aws:sqs:eu-central-1:*:orders"), expect="account"),
    Case("every service", _on("sqs:SendMessage", "arn:aws:*:eu-central-1:111122223333:orders"), expect="service"),
    Case("every secret", _on("secretsmanager:GetSecretValue", _SECRET.replace("mail-??????", "*"))),
    Case("buckets that begin alike", _on("s3:GetObject", "arn:aws:s3:::acme-*/docs/x"), expect="pattern"),
    Case("one named and one wide", _on("s3:GetObject", "arn:aws:s3:::acme-kb/*", "arn:aws:s3:::*"), expect=":::*"),
]
NEAR_MISS = [
    Case("a prefix inside one bucket", _on("s3:PutObject", "arn:aws:s3:::acme-kb/docs/*")),
    Case("all of one bucket", _on("s3:GetObject", "arn:aws:s3:::acme-kb/*")),
    Case("an action that is only granted on everything", _on("s3:ListAllMyBuckets", "*")),
    Case("speech, where the lexicon is an extra", _on("polly:SynthesizeSpeech", "*")),
    Case("a secret with its six random characters", _on("secretsmanager:GetSecretValue", _SECRET)),
    Case("an index of one table", _on("dynamodb:Query", f"{_DYNAMO}/orders/index/*")),
    Case(
        "streams of one log group",
        _on("logs:PutLogEvents", "arn:aws:logs:eu-central-1:111122223333:log-group:/shop/web:log-stream:*"),
    ),
    Case("a star that stands for itself", _on("s3:GetObject", "arn:aws:s3:::acme-kb/a${*}b")),
    Case("everything, denied", kit.policy(kit.statement("s3:PutObject", "*", effect="Deny"))),
]
UNKNOWN = [Case("an unknown document", kit.policy(policy=kit.UNKNOWN), expect="policy")]
