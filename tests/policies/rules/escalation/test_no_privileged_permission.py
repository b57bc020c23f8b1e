"""Fixtures of NHI-ESC-200."""

from nhi_policies.view import types as t
from nhi_policies.view.entra.privileged import PRIVILEGED

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-200"

_CONTEXT = e.context()
_RENAMED = e.context(
    e.agent(
        where={
            "entra.apis": {
                "x": {
                    "client_id": e.GRAPH,
                    "object_id": e.GRAPH_OBJECT,
                    "roles": {"User.Read.All": e.ROLE_MANAGEMENT, "Domain.ReadWrite.All": e.STRANGER},
                }
            }
        }
    )
)


def _asks(id: str, kind: str = "Role", **changes: object) -> object:
    wanted = [{"resourceAppId": e.GRAPH, "resourceAccesses": [{"id": id, "type": kind}]}]
    return e.application(requiredResourceAccesses=wanted, **changes)


GOOD = [Case("a permission to read", e.assignment(), _CONTEXT), Case("a scope", e.delegated(), _CONTEXT)]
BAD = [
    *(Case(one.value, e.assignment(one.role_id), _CONTEXT, expect=one.value) for one in PRIVILEGED if one.role_id),
    *(Case(f"{one.value} for a user", e.delegated(one.value), _CONTEXT) for one in PRIVILEGED if one.scope_id),
    Case("by its id in capitals", e.assignment(e.ROLE_MANAGEMENT.upper()), _CONTEXT, expect="directory role"),
    Case("under a harmless name", e.assignment(e.ROLE_MANAGEMENT), _RENAMED, expect="which is RoleManagement"),
    Case("by its value, over another id", e.assignment(e.STRANGER), _RENAMED, expect="Domain.ReadWrite.All"),
    Case("for whomever", e.by_hand(e.assignment(e.ROLE_MANAGEMENT)), _CONTEXT, expect="holder"),
    Case(
        "through an API that is not known",
        e.by_hand(e.delegated("Directory.AccessAsUser.All", resourceServicePrincipalObjectId=kit.UNKNOWN)),
        _CONTEXT,
        expect="somebody else",
    ),
    Case("asked for", _asks(e.ROLE_MANAGEMENT), _CONTEXT, expect="asks for"),
    Case("asked for as a scope", _asks("d01b97e9-cbc0-49fe-810a-750afd5527a3", "Scope"), _CONTEXT, expect="asks for"),
    Case(
        "asked for by hand",
        e.below(
            t.ENTRA_API_ACCESS,
            "applicationId",
            e.application(),
            "access",
            {"apiClientId": e.GRAPH, "roleIds": [e.ROLE_MANAGEMENT]},
        ),
        _CONTEXT,
        expect="asks for",
    ),
]
NEAR_MISS = [
    Case("asked for by a service", _asks(e.ROLE_MANAGEMENT, displayName="shop", tags=..., notes=...), _CONTEXT),
    Case("a stack without agents", e.by_hand(e.assignment(e.ROLE_MANAGEMENT)), e.context(agents={})),
    Case("an unknown role of nobody's", e.by_hand(e.assignment(appRoleId=kit.UNKNOWN)), _CONTEXT),
    Case("a name that only begins so", e.delegated("Directory.AccessAsUser.AllTheTime"), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown role", e.assignment(appRoleId=kit.UNKNOWN), _CONTEXT, expect="appRoleId"),
    Case("an unknown scope", e.delegated(claimValues=kit.UNKNOWN), _CONTEXT, expect="claimValues"),
]
