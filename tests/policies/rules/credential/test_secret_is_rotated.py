"""Fixtures of NHI-CRD-012."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-012"

_NAME = "acme-support-agent-credential"
_SECRET = "aws:secretsmanager/secret:Secret"  # a type token
_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"


def _secret(**inputs: object) -> object:
    return kit.resource(_SECRET, "secret", {"name": _NAME, "tags": kit.tags(), **inputs})


def _rotation(rules: object = None) -> object:
    given = {"secretId": kit.UNKNOWN, "rotationRules": rules or {"automaticallyAfterDays": 30}}
    return kit.resource(_ROTATION, "rotation", given, property_dependencies={"secretId": (kit.urn(_SECRET, "secret"),)})


def _named(secret: str, **rules: object) -> object:
    given = {"secretId": secret, "rotationRules": rules or {"automaticallyAfterDays": 30}}
    return kit.resource(_ROTATION, "named", given)


_STORED = e.context(e.agent(**e.STORED))

GOOD = [
    Case("rotated every 30 days", [_secret(), _rotation()]),
    Case("rotated by the next password", [e.application(), e.password(), e.secret(), e.secret_version()], _STORED),
]
BAD = [
    Case("written by somebody else", [e.secret(), e.secret_version()], _STORED, "no rotation"),
    Case("no rotation", [_secret()], expect="no rotation"),
    Case("known by its name only", [_secret(tags={})], expect="no rotation"),
    Case("too seldom", [_secret(), _rotation({"automaticallyAfterDays": 91})], expect="91"),
    Case("another secret's rotation", [_secret(), _named("another")], expect="no rotation"),
]
NEAR_MISS = [
    Case("by name instead of dependency", [_secret(), _named(_NAME, scheduleExpression="rate(12 hours)")]),
    Case("a secret of nobody's", [_secret(name="web", tags={})]),
    Case("the ceiling itself", [_secret(), _rotation({"automaticallyAfterDays": 90})]),
]
UNKNOWN = [
    Case("unknown rules", [_secret(), _rotation({"automaticallyAfterDays": kit.UNKNOWN})], expect="not known"),
    Case("a schedule that is no rate", [_secret(), _named(_NAME, scheduleExpression="cron(0 8 * * ? *)")]),
]
