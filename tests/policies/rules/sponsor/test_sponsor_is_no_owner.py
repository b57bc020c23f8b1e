"""Fixtures of NHI-SPN-200."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-200"

_CONTEXT = e.context()
_OWNER = e.below(t.ENTRA_OWNER, "applicationId", e.application(), "owner", {"ownerObjectId": e.ANNA})

GOOD = [Case("no owners", e.application(), _CONTEXT), Case("a principal without", e.principal(), _CONTEXT)]
BAD = [
    Case("the sponsor", e.application(owners=[e.ANNA]), _CONTEXT, expect="owner"),
    Case("of the principal", e.principal(owners=[e.ANNA, e.BELA]), _CONTEXT, expect="owner"),
    Case("by a resource of its own", _OWNER, _CONTEXT, expect="owner"),
]
NEAR_MISS = [
    Case("an empty list", e.application(owners=[]), _CONTEXT),
    Case("an owner of a service's application", e.by_hand(_OWNER), _CONTEXT),
    Case("of nobody's", e.application(displayName="shop", tags=..., notes=..., owners=[e.ANNA]), _CONTEXT),
]
UNKNOWN = [
    Case("unknown owners", e.application(owners=kit.UNKNOWN), _CONTEXT, expect="owners"),
    Case("one unknown owner", e.principal(owners=[kit.UNKNOWN]), _CONTEXT, expect="owners"),
]
