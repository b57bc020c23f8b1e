"""Fixtures of NHI-GAT-004."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-004"
_UNLISTED = kit.context(agents={}, listed=False, stack="staging")

GOOD = [Case("a listed stack", [kit.role()])]
BAD = [
    Case("an unlisted stack", [kit.role()], _UNLISTED, "staging"),
    Case("an unlisted stack without resources", [], _UNLISTED, "staging"),
]
NEAR_MISS = [Case("a gate without files lists no stacks", [], kit.context(listed=False, from_files=False))]
UNKNOWN = [Case("unknown resources in an unlisted stack", [kit.role(name=kit.UNKNOWN)], _UNLISTED)]
