"""Fixtures of NHI-ESC-201."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-201"

_CONTEXT = e.context()


def _group(**inputs: object) -> object:
    return kit.resource(t.ENTRA_GROUP, "group", {"displayName": "x", "securityEnabled": True, **inputs})


GOOD = [Case("a group of people", _group(), _CONTEXT)]
BAD = [
    *(
        Case(token.rpartition(":")[2], kit.resource(token, "role", {"roleId": "x"}), _CONTEXT, expect="role of the")
        for token in sorted(t.KINDS["entra-directory-role"])
    ),
    Case("a group for roles", _group(assignableToRole=True), _CONTEXT, expect="assignable"),
    Case(
        "a group for roles, its members apart",
        kit.resource(t.ENTRA_GROUP_WITHOUT_MEMBERS, "group", {"assignableToRole": True}),
        _CONTEXT,
        expect="assignable",
    ),
]
NEAR_MISS = [
    Case("a group that says it is not", _group(assignableToRole=False), _CONTEXT),
    Case("a stack without agents", kit.resource(t.ENTRA_ROLE_ASSIGNMENT, "role", {}), e.context(agents={})),
]
UNKNOWN = [Case("a group that may be", _group(assignableToRole=kit.UNKNOWN), _CONTEXT, expect="assignableToRole")]
