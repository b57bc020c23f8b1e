"""Fixtures of NHI-PRM-202."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-202"

_CONTEXT = e.context()
_QUIET = e.mail_application(requiredResourceAccesses=...)


def _but(*changed: object) -> list[object]:
    names = {one.name for one in changed}
    return [*(one for one in e.good() if one.name not in names), *changed]


GOOD = [Case("the same", e.good(), _CONTEXT)]
BAD = [
    Case("asked for and not granted", e.without(e.good(), t.ENTRA_APP_ROLE_ASSIGNMENT), _CONTEXT, expect="asks for"),
    Case("granted and not asked for", e.good(e.by_hand(e.assignment(e.REPORTS_READ))), _CONTEXT, expect="does not ask"),
    Case("a scope that is not asked for", _but(_QUIET), _CONTEXT, expect="Mail.Read"),
    Case(
        "asked for by hand",
        e.good(
            e.below(
                t.ENTRA_API_ACCESS,
                "applicationId",
                e.application(),
                "access",
                {"apiClientId": e.GRAPH, "roleIds": [e.REPORTS_READ]},
            )
        ),
        _CONTEXT,
        expect="Reports.Read.All",
    ),
]
NEAR_MISS = [
    Case("no application", [], _CONTEXT),
    Case("asks of a service", [e.application(displayName="shop", tags=..., notes=...)], _CONTEXT),
    Case(
        "a stopped agent that asks for nothing", [e.application(requiredResourceAccesses=...), e.principal()], _CONTEXT
    ),
]
UNKNOWN = [
    Case("an unknown role", e.good(e.by_hand(e.assignment(appRoleId=kit.UNKNOWN))), _CONTEXT, expect="appRoleId"),
    Case("unknown wishes", _but(e.application(requiredResourceAccesses=kit.UNKNOWN)), _CONTEXT, expect="unproven"),
]
