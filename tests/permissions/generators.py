"""Random pairs of policies and requests on all four platforms, for the evaluator's laws and for differential tests.

Everything comes from one `random.Random`, so a seed is a case. The distribution on AWS:

- A set has 1 policy in 4 of 5 cases, else 2; a policy has 1 to 4 statements, each a Deny in 1 of 4 cases.
- Actions: 1 or 2 of 9 patterns over s3 and iam, upper and lower case, with `*` and `?`; NotAction in 1 of 8 statements.
- Resources: 1 or 2 of 11 patterns over three ARN families and `*`, with `*`, `?`, an escaped star and one policy
  variable (with and without a default); NotResource in 1 of 8 statements.
- Conditions: none in 2 of 5 statements, else 1 or 2. A condition takes one of `OPERATORS`, each as likely as the next,
  on a key of its kind (spelled in two cases) with 1 or 2 values of that kind, also variables with and without a
  default; in 1 of 4 cases one on texts stands on the variable's own key. It has the suffix IfExists in 1 of 5 cases.
  Operators with a set prefix stand on a key of their own.
- A pair's second policy set is fresh in 1 of 3 cases, else the first with one change: a statement dropped, added,
  given another effect, or stripped of its conditions. So many pairs are true inclusions.
- A request takes its action and resource from texts that hit the patterns and near misses, and for every key a value
  of its kind, or nothing in 1 of 4 cases; the key of the set prefixes takes 0 to 3 values.
- Operators that are undecided by design (BinaryEquals, an unknown one) come up only with `undecided=True`, as 1 in 20
  conditions.

On the other platforms policies, effects and pairs are made alike, without complements, from their own words: 6 actions,
8 to 12 resources (on Google Cloud with `*`, on Kubernetes with whole parts `*`, subresources, missing names and
paths), and in 3 of 5 statements (Kubernetes: 2 of 5) 1 or 2 conditions on the keys that the platform has, written as
IAM writes them, on Google Cloud also as CEL does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from nhi.contract import Platform
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
    "arn:aws:s3:::b/${*}",
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
    "string": (
        "aws:RequestTag/name",
        ("red", "r*", "?ed", "", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}"),
        ("red", "bed", "Red", ""),
    ),
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
    if kind == "string" and random.random() < 0.25:
        key, values = TEAM, ("red", "r*", "none")
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


def policy(random: Random, undecided: bool = False, platform: Platform = "aws") -> Policy:
    """One policy."""
    make = _maker(platform, undecided)
    return Policy(tuple(make(random) for _ in range(random.randint(1, 4))))


def permission_set(random: Random, undecided: bool = False, platform: Platform = "aws") -> PermissionSet:
    """One set of policies."""
    count = 1 if random.random() < 0.8 else 2
    return PermissionSet(platform, tuple(policy(random, undecided, platform) for _ in range(count)))


def pair(random: Random, undecided: bool = False, platform: Platform = "aws") -> tuple[PermissionSet, PermissionSet]:
    """Two sets: the second is another one, or the first with one change."""
    one = permission_set(random, undecided, platform)
    if random.random() < 1 / 3:
        return one, permission_set(random, undecided, platform)
    first, *rest = one.policies
    statements = list(first.statements)
    at = random.randrange(len(statements))
    change = random.choice(("drop", "add", "effect", "conditions"))
    if change == "drop":
        del statements[at]
    elif change == "add":
        statements.append(_maker(platform, undecided)(random))
    elif change == "effect":
        statements[at] = replace(statements[at], effect="allow" if statements[at].effect == "deny" else "deny")
    else:
        statements[at] = replace(statements[at], conditions=())
    return one, PermissionSet(platform, (Policy(tuple(statements)), *rest))


def _maker(platform: Platform, undecided: bool) -> Callable[[Random], Statement]:
    return lambda random: statement(random, undecided) if platform == "aws" else _elsewhere(random, platform)


def request(random: Random, platform: Platform = "aws") -> Witness:
    """One request."""
    if platform != "aws":
        words = WORDS[platform]
        given = {key: random.choice((None, *values)) for key, (_, _, values) in words.keys.items()}
        return Witness(random.choice(words.asked_actions), random.choice(words.asked_resources), given)
    context: dict[str, str | tuple[str, ...] | None] = {}
    for kind, (key, _, values) in _KINDS.items():
        if kind == "set":
            context[key] = tuple(random.sample(values, random.randint(0, 3)))
        else:
            context[key] = None if random.random() < 0.25 else random.choice(values)
    context[TEAM] = random.choice((None, "red", "none", "blue"))
    return Witness(random.choice(REQUEST_ACTIONS), random.choice(REQUEST_RESOURCES), context)


# --- the other platforms ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """What statements and requests of a platform are made of."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    asked_actions: tuple[str, ...]
    asked_resources: tuple[str, ...]
    keys: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]
    """For each key its operators, values in statements, and values in requests."""
    conditional: float


_DATES = tuple(f"Date{order}" for order in _ORDER)
_MOMENTS = ("2026-11-28T00:00:00Z", "2026-11-28T01:00:00+01:00", "2027-01-01T00:00:00Z")
_ASKED_MOMENTS = ("2026-11-27T23:59:59Z", "2026-11-28T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
_CLOCK = (_DATES, _MOMENTS, _ASKED_MOMENTS)
_STRINGS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")
_BUCKET = "//storage.googleapis.com/projects/_/buckets"

WORDS: dict[Platform, Words] = {
    "gcp": Words(
        actions=(
            "storage.objects.get",
            "storage.objects.list",
            "storage.objects.create",
            "storage.Objects.get",
            "iam.serviceAccounts.actAs",
            "run.routes.invoke",
        ),
        resources=(
            "projects/p",
            "//*.googleapis.com/projects/p/*",
            "//*.googleapis.com/projects/_/*",
            f"{_BUCKET}/b",
            f"{_BUCKET}/b/*",
            f"{_BUCKET}/b/objects/a*",
            f"{_BUCKET}/b?/*",
            "//run.googleapis.com/projects/p/locations/l/services/s",
        ),
        asked_actions=("storage.objects.get", "storage.objects.list", "storage.Objects.get", "run.routes.invoke"),
        asked_resources=(
            "projects/p",
            f"{_BUCKET}/b",
            f"{_BUCKET}/b/objects/a1",
            f"{_BUCKET}/b/objects/x",
            f"{_BUCKET}/b?/x",
            f"{_BUCKET}/bc/x",
            "//run.googleapis.com/projects/p/locations/l/services/s",
        ),
        keys={
            "request.time": ((*_DATES, "<", "<=", ">", ">=", "==", "Null"), _MOMENTS, _ASKED_MOMENTS),
            "resource.name": (
                (*_STRINGS, "startsWith", "==", "Null", "StringLikeIfExists"),
                (f"{_BUCKET}/b/objects/a", f"{_BUCKET}/b/*", "projects/_", ""),
                (f"{_BUCKET}/b/objects/a", f"{_BUCKET}/b/objects/a1", f"{_BUCKET}/c", ""),
            ),
            "resource.type": (
                (*_STRINGS, "==", "Null"),
                ("storage.googleapis.com/Object", "storage.googleapis.com/Bucket"),
                ("storage.googleapis.com/Object", "storage.googleapis.com/object", "x"),
            ),
            "resource.service": (("StringEquals", "=="), ("storage.googleapis.com",), ("storage.googleapis.com", "x")),
        },
        conditional=0.6,
    ),
    "kubernetes": Words(
        actions=("get", "list", "create", "*", "impersonate", "get*"),
        resources=(
            "n//pods",
            "n//pods/*",
            "n//pods/a",
            "n//pods:log/*",
            "*//pods",
            "n/*/*",
            "n/apps/*:scale",
            "n/apps/deployments/*",
            "*/*/*/*",
            "//nodes/x",
            "url:/healthz",
            "url:/api/*",
        ),
        asked_actions=("get", "list", "create", "get*", "delete"),
        asked_resources=(
            "n//pods/",
            "n//pods/a",
            "n//pods/b/c",
            "n//pods:log/a",
            "m//pods/a",
            "n/apps/deployments:scale/d",
            "n/apps/deployments/d",
            "//nodes/x",
            "url:/healthz",
            "url:/api/v1",
        ),
        keys={"request.time": (("DateLessThan", "DateLessThanEquals", "<", "Null"), _MOMENTS, _ASKED_MOMENTS)},
        conditional=0.4,
    ),
    "entra": Words(
        actions=("role:Mail.Read", "role:Mail.Send", "scope:Mail.Read", "scope:Mail.Send", "role:mail.read", "scope:X"),
        resources=("microsoft.graph", "search", "flows", "Search", "tool-1", "tool-2", "tool-?", "graph"),
        asked_actions=("role:Mail.Read", "role:Mail.Send", "scope:Mail.Read", "scope:Mail.Send", "role:x"),
        asked_resources=("microsoft.graph", "search", "Search", "tool-1", "tool-?", "y"),
        keys={
            "request.time": _CLOCK,
            "user": (
                ("Null", "StringEquals", "StringNotEquals", "StringLike", "=="),
                ("u", "v*", ""),
                ("u", "v", "vw"),
            ),
        },
        conditional=0.6,
    ),
}


def _elsewhere(random: Random, platform: Platform) -> Statement:
    words = WORDS[platform]
    conditions: list[Condition] = []
    for _ in range(random.randint(1, 2) if random.random() < words.conditional else 0):
        key = random.choice(tuple(words.keys))
        operators, values, _asked = words.keys[key]
        operator = random.choice(operators)
        if operator == "Null":
            values = ("true", "false")
        chosen = tuple(random.sample(values, random.randint(1, min(2, len(values)))))
        conditions.append(Condition(operator, key, chosen))
    return Statement(
        effect="deny" if random.random() < 0.25 else "allow",
        actions=tuple(random.sample(words.actions, random.randint(1, 2))),
        resources=tuple(random.sample(words.resources, random.randint(1, 2))),
        conditions=tuple(conditions),
    )
