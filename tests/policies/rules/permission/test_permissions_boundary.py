"""Fixtures of NHI-PRM-016."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-016"

_OTHER = "arn:aws:iam::111122223333:policy/anything"

GOOD = [Case("the environment's boundary", kit.role())]
BAD = [
    Case("no boundary", kit.role(permissionsBoundary=...), expect="no permissions boundary"),
    Case("an empty boundary", kit.role(permissionsBoundary=""), expect="missing"),
    Case("another boundary", kit.role(permissionsBoundary=_OTHER), expect="anything"),
    Case("a role of another name", kit.role(name="by-hand", permissionsBoundary=...), expect="missing"),
]
NEAR_MISS = [
    Case("a role that is no agent's", kit.role(name="web", path="/", tags={}, permissionsBoundary=...)),
]
UNKNOWN = [Case("an unknown boundary", kit.role(permissionsBoundary=kit.UNKNOWN), expect="permissionsBoundary")]
