"""Generated AWS policies to measure proofs with.

Owns their shape, and says it in words (`PAIRS`, `FEW`, `DIVERSE`). Does not own the generators of the differential
tests, whose policies are small and strange where these are of the size and kind that identities have.
"""

from __future__ import annotations

from random import Random

from nhi.permissions.model import Condition, PermissionSet, Policy, Statement

PAIRS = (
    "5 statements a side with 1 to 3 actions on 1 to 3 ARNs with * and ?, 20 % Deny, 70 % with 1 or 2 conditions; "
    "the parent is another set, the child with one statement more, or with one changed, in turns"
)
FEW = "6 ARNs, 6 keys"
DIVERSE = "an ARN of its own in each place (one in 10 begins with a star), 8 keys"

_SERVICES = ("s3", "dynamodb", "sqs", "lambda")
_VERBS = ("Get*", "GetObject", "PutObject", "List*", "Delete*", "*", "?etObject")
_ARNS = tuple(f"arn:aws:s3:::{name}" for name in ("logs/*", "logs/a?/*", "data/*", "data/x", "*/public/*", "d*"))
_KEYS = (
    ("StringEquals", "aws:PrincipalTag/team", ("red", "blue")),
    ("StringLike", "aws:RequestTag/name", ("r*", "b?d")),
    ("Bool", "aws:SecureTransport", ("true",)),
    ("DateLessThan", "aws:CurrentTime", ("2026-12-01T00:00:00Z",)),
    ("NumericLessThan", "s3:max-keys", ("10",)),
    ("IpAddress", "aws:SourceIp", ("203.0.113.0/24",)),
    ("StringNotEquals", "aws:ResourceTag/kind", ("secret",)),
    ("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::1:role/agents/*",)),
)


def policies(seed: int | str, statements: int, diverse: bool = False) -> PermissionSet:
    """One set of one policy."""
    random = Random(seed)
    keys = _KEYS if diverse else _KEYS[:6]
    return PermissionSet("aws", (Policy(tuple(_statement(random, keys, diverse) for _ in range(statements))),))


def pair(seed: int, statements: int = 5) -> tuple[PermissionSet, PermissionSet]:
    """A child and a parent as `PAIRS` says."""
    child = policies(seed, statements)
    if seed % 3 == 0:
        return child, policies(f"other {seed}", statements)
    if seed % 3 == 1:
        return child, widened(child)
    changed = list(child.policies[0].statements)
    changed[seed % statements] = policies(f"other {seed}", 1).policies[0].statements[0]
    return child, PermissionSet("aws", (Policy(tuple(changed)),))


def widened(one: PermissionSet) -> PermissionSet:
    """The same set and one more allow, so that a proof has to look at everything."""
    more = Statement("allow", ("ec2:RunInstances",), (), ("arn:aws:ec2:*:*:instance/*",))
    return PermissionSet("aws", (Policy((*one.policies[0].statements, more)),))


def _statement(random: Random, keys: tuple[tuple[str, str, tuple[str, ...]], ...], diverse: bool) -> Statement:
    chosen = random.sample(keys, random.randint(1, 2)) if random.random() < 0.7 else ()
    resources = random.sample(_ARNS, random.randint(1, 3))
    if diverse:
        resources = [_own(random) for _ in resources]
    return Statement(
        "deny" if random.random() < 0.2 else "allow",
        tuple(f"{random.choice(_SERVICES)}:{random.choice(_VERBS)}" for _ in range(random.randint(1, 3))),
        (),
        tuple(resources),
        (),
        tuple(Condition(*one) for one in chosen),
    )


def _own(random: Random) -> str:
    number = random.randint(0, 99_999)
    if random.random() < 0.1:
        return f"arn:aws:s3:::*/public-{number}/*"
    return f"arn:aws:s3:::{random.choice(('logs', 'data'))}-{number}{random.choice(('/*', '/a?/*', '*', '/x'))}"
