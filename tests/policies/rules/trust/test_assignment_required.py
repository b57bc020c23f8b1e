"""Fixtures of NHI-TRU-204."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-204"

_CONTEXT = e.context()

GOOD = [Case("required", e.principal(), _CONTEXT)]
BAD = [
    Case("not required", e.principal(appRoleAssignmentRequired=False), _CONTEXT, expect="everybody"),
    Case("left out", e.principal(appRoleAssignmentRequired=...), _CONTEXT, expect="everybody"),
]
NEAR_MISS = [
    Case("a principal of nobody's", e.principal(tags=..., notes=..., appRoleAssignmentRequired=False), _CONTEXT)
]
UNKNOWN = [
    Case("not known", e.principal(appRoleAssignmentRequired=kit.UNKNOWN), _CONTEXT, expect="appRoleAssignmentRequired")
]
