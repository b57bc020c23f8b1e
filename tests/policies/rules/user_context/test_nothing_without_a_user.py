"""Fixtures of NHI-USR-010."""

from policies import kit
from policies import user_kit as u
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-USR-010"

_CONTEXT = kit.context(u.AGENT)
_UNGUARDED = (aws.AFTER, u.CHOSEN)
_WIDER = {**u.ALONE, "NotAction": [*u.OWN, "aoss:APIAccessAll"]}
_SOMETIMES = {**u.ALONE, "Condition": {"Null": u.NO_USER, "Bool": {"aws:SecureTransport": "true"}}}
_INLINE = kit.inline_policy(kit.statement("dynamodb:GetItem", "*", condition=None))
_STORED = u.agent(**{"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30})
_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-support-agent-credential-??????"

GOOD = [
    Case("as rendered", u.stack(), _CONTEXT),
    Case(
        "its own credential",
        u.stack(*u.GRANTS, kit.statement("secretsmanager:GetSecretValue", _SECRET), declared=_STORED),
        kit.context(_STORED),
    ),
]
BAD = [
    Case(
        "a read without a user, and nothing denies it",
        u.stack(aws.MODEL, u.READ_ALONE, guard=_UNGUARDED),
        _CONTEXT,
        expect="aoss:APIAccessAll on arn:aws:aoss",
    ),
    Case("a denial that leaves it out", u.stack(u.READ_ALONE, guard=(aws.AFTER, _WIDER)), _CONTEXT, expect="aoss"),
    Case("a denial that holds sometimes", u.stack(u.READ_ALONE, guard=(_SOMETIMES,)), _CONTEXT, expect="aoss"),
    Case("an inline policy", u.stack(guard=_UNGUARDED, more=(_INLINE,)), _CONTEXT, expect="dynamodb:GetItem"),
    Case(
        "a user may be there",
        u.stack(
            kit.statement(
                "aoss:APIAccessAll",
                u.COLLECTION,
                condition={"StringNotEqualsIfExists": {"identitystore:UserId": "nobody"}, **kit.LOCK},
            ),
            guard=_UNGUARDED,
        ),
        _CONTEXT,
        expect="without identitystore:UserId",
    ),
    Case(
        "a session of any role",
        u.stack(kit.statement("sts:AssumeRole", "*")),
        _CONTEXT,
        expect="sts:AssumeRole",
    ),
    Case(
        "any secret",
        u.stack(kit.statement("secretsmanager:GetSecretValue", "*"), declared=_STORED),
        kit.context(_STORED),
        expect="secretsmanager:GetSecretValue",
    ),
]
NEAR_MISS = [
    Case("the grants alone ask for a user", u.stack(guard=_UNGUARDED), _CONTEXT),
    Case("the guard alone denies the rest", u.stack(u.READ_ALONE), _CONTEXT),
    Case("it may act without", u.stack(u.READ_ALONE, guard=_UNGUARDED, declared=u.OPTIONAL), kit.context(u.OPTIONAL)),
    Case(
        "a named user only",
        u.stack(
            kit.statement(
                "aoss:APIAccessAll",
                u.COLLECTION,
                condition={"StringEquals": {"identitystore:UserId": "a1"}, **kit.LOCK},
            ),
            guard=_UNGUARDED,
        ),
        _CONTEXT,
    ),
]
UNKNOWN = [
    Case(
        "an unknown document",
        [
            one if one.name != "acme-support-agent-grants-1" else kit.altered(one, policy=kit.UNKNOWN)
            for one in u.stack()
        ],
        _CONTEXT,
        expect="unproven",
    ),
    Case(
        "an operator that nobody can decide",
        u.stack(
            kit.statement("aoss:APIAccessAll", u.COLLECTION, condition={"StringFoo": {"identitystore:UserId": "a"}}),
            guard=_UNGUARDED,
        ),
        _CONTEXT,
        expect="undecided",
    ),
]
