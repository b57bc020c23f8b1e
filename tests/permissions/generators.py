"""Random pairs of AWS policies and requests, for the evaluator's laws and for the proof's differential tests.

Everything comes from one `random.Random`, so a seed is a case. The distribution:

- A set has 1 policy in 4 of 5 cases, else 2; a policy has 1 to 4 statements, each a Deny in 1 of 4 cases.
- Actions: 1 or 2 of 9 patterns over s3 and iam, upper and lower case, with `*` and `?`; NotAction in 1 of 8 statements.
- Resources: 1 or 2 of 10 patterns over three ARN families and `*`, with `*`, `?` and one policy variable (with and
  without a default); NotResource in 1 of 8 statements.
- Conditions: none in 2 of 5 statements, else 1 or 2. A condition takes one of `OPERATORS`, each as likely as the next,
  on a key of its kind (each kind has a key of its own, spelled in two cases) with 1 or 2 values of that kind. It has
  the suffix IfExists in 1 of 5 cases. Operators with a set prefix stand on a key of their own.
- A pair's second policy set is fresh in 1 of 3 cases, else the first with one change: a statement dropped, added,
  given another effect, or stripped of its conditions. So many pairs are true inclusions.
- A request takes its action and resource from texts that hit the patterns and near misses, and for every key a value
  of its kind, or nothing in 1 of 4 cases; the key of the set prefixes takes 0 to 3 values.
- Operators that are undecided by design (BinaryEquals, an unknown one) come up only with `undecided=True`, as 1 in 20
  conditions.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from nhi.permissions.model import Condition, PermissionSet, Policy, Statement, Witness

ACTIONS = (
    "s3:GetObject",
    "s3:getobject",
    "s3:Get*",
    "s3:*",
    "s3:?etObject",
    "iam:PassRole",
    "iam:*",
    "*",
    "s3:PutObject",
)
RESOURCES = (
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a?",
    "arn:aws:s3:::b/a1",
    "arn:aws:s3:::*/a*",
    "arn:aws:s3:::B/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/*",
    "arn:aws:iam::1:role/agents/*",
    "arn:aws:iam::1:role/?*",
)
REQUEST_ACTIONS = ("s3:GetObject", "S3:GETOBJECT", "s3:PutObject", "s3:GetAcl", "iam:PassRole", "ec2:RunInstances")
REQUEST_RESOURCES = (
    "arn:aws:s3:::b/a1",
    "arn:aws:s3:::b/a12",
    "arn:aws:s3:::B/a",
    "arn:aws:s3:::c/a1",
    "arn:aws:s3:::b/red/x",
    "arn:aws:s3:::b/none/x",
    "arn:aws:iam::1:role/agents/x",
    "arn:aws:iam::1:role/",
)
TEAM = "aws:PrincipalTag/team"

# Kind: key, values in policies, values in requests.
_KINDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "string": ("aws:RequestTag/name", ("red", "r*", "?ed", "", "${aws:PrincipalTag/team}"), ("red", "bed", "Red", "")),
    "folded": ("aws:RequestTag/folded", ("Red", "blue", "r*"), ("red", "RED", "BLUE", "r*")),
    "set": ("aws:TagKeys", ("red", "r*", "blue"), ("red", "rose", "blue", "green")),
    "arn": (
        "aws:PrincipalArn",
        ("arn:aws:iam::1:role/*", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a?"),
        ("arn:aws:iam::1:role/a", "arn:aws:iam::1:x:role/a", "arn:aws:iam::2:role/a", "arn:aws:iam::1:role/ab"),
    ),
    "numeric": ("s3:max-keys", ("10", "10.5", "-3"), ("9", "10", "10.5", "11", "-4")),
    "date": (
        "aws:CurrentTime",
        ("2026-11-28T00:00:00Z", "2026-11-28T01:00:00+01:00", "1798761600"),
        ("2026-11-27T23:59:59Z", "2026-11-28T00:00:00Z", "2027-01-01T00:00:00Z"),
    ),
    "bool": ("aws:MultiFactorAuthPresent", ("true", "false"), ("true", "false")),
    "ip": (
        "aws:SourceIp",
        ("203.0.113.0/24", "203.0.113.5/32", "2001:db8::/32", "203.0.113.7"),
        ("203.0.113.5", "203.0.113.7", "203.0.114.1", "2001:db8::1", "2001:db9::1"),
    ),
}
_ORDER = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: dict[str, str] = {
    **dict.fromkeys(("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"), "string"),
    **dict.fromkeys(("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), "folded"),
    **dict.fromkeys(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), "arn"),
    **{f"Numeric{order}": "numeric" for order in _ORDER},
    **{f"Date{order}": "date" for order in _ORDER},
    **dict.fromkeys(("IpAddress", "NotIpAddress"), "ip"),
    **{
        f"{prefix}:{operator}": "set"
        for prefix in ("ForAllValues", "ForAnyValue")
        for operator in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
    },
    "Bool": "bool",
    "Null": "null",
}
"""Every operator of the model, and the kind of key it stands on. `Null` stands on the key of any kind."""


def condition(random: Random, undecided: bool = False) -> Condition:
    """One condition."""
    if undecided and random.random() < 0.05:
        return Condition(random.choice(("BinaryEquals", "StringAlmost")), TEAM, ("red",))
    operator = random.choice(tuple(OPERATORS))
    kind = OPERATORS[operator]
    key, values, _ = _KINDS[random.choice(tuple(_KINDS)) if kind == "null" else kind]
    key = random.choice((key, key.upper()))
    if kind == "null":
        return Condition(operator, key, (random.choice(("true", "false")),))
    suffix = "IfExists" if random.random() < 0.2 else ""
    return Condition(operator + suffix, key, tuple(random.sample(values, random.randint(1, 2))))


def statement(random: Random, undecided: bool = False) -> Statement:
    """One statement."""
    actions = tuple(random.sample(ACTIONS, random.randint(1, 2)))
    resources = tuple(random.sample(RESOURCES, random.randint(1, 2)))
    not_action, not_resource = random.random() < 1 / 8, random.random() < 1 / 8
    count = 0 if random.random() < 0.4 else random.randint(1, 2)
    return Statement(
        effect="deny" if random.random() < 0.25 else "allow",
        actions=() if not_action else actions,
        not_actions=actions if not_action else (),
        resources=() if not_resource else resources,
        not_resources=resources if not_resource else (),
        conditions=tuple(condition(random, undecided) for _ in range(count)),
    )


def policy(random: Random, undecided: bool = False) -> Policy:
    """One policy."""
    return Policy(tuple(statement(random, undecided) for _ in range(random.randint(1, 4))))


def permission_set(random: Random, undecided: bool = False) -> PermissionSet:
    """One set of policies."""
    count = 1 if random.random() < 0.8 else 2
    return PermissionSet("aws", tuple(policy(random, undecided) for _ in range(count)))


def pair(random: Random, undecided: bool = False) -> tuple[PermissionSet, PermissionSet]:
    """Two sets: the second is another one, or the first with one change."""
    one = permission_set(random, undecided)
    if random.random() < 1 / 3:
        return one, permission_set(random, undecided)
    first, *rest = one.policies
    statements = list(first.statements)
    at = random.randrange(len(statements))
    change = random.choice(("drop", "add", "effect", "conditions"))
    if change == "drop":
        del statements[at]
    elif change == "add":
        statements.append(statement(random, undecided))
    elif change == "effect":
        statements[at] = replace(statements[at], effect="allow" if statements[at].effect == "deny" else "deny")
    else:
        statements[at] = replace(statements[at], conditions=())
    return one, PermissionSet("aws", (Policy(tuple(statements)), *rest))


def request(random: Random) -> Witness:
    """One request."""
    context: dict[str, str | tuple[str, ...] | None] = {}
    for kind, (key, _, values) in _KINDS.items():
        if kind == "set":
            context[key] = tuple(random.sample(values, random.randint(0, 3)))
        else:
            context[key] = None if random.random() < 0.25 else random.choice(values)
    context[TEAM] = random.choice((None, "red", "none", "blue"))
    return Witness(random.choice(REQUEST_ACTIONS), random.choice(REQUEST_RESOURCES), context)
