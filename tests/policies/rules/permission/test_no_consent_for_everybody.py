"""Fixtures of NHI-PRM-204."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-204"

_CONTEXT = e.context()
_PRE = e.below(t.ENTRA_PRE_AUTHORIZED, "authorizedClientId", e.principal(), "pre", {"applicationId": "/applications/x"})


def _known(*clients: object) -> object:
    return e.below(t.ENTRA_KNOWN_CLIENTS, "applicationId", e.application(), "known", {"knownClientIds": list(clients)})


GOOD = [Case("for one user", e.delegated(), _CONTEXT)]
BAD = [
    Case("for everybody", e.delegated(user=None), _CONTEXT, expect="every user"),
    Case("for nobody in particular", e.delegated(user=""), _CONTEXT, expect="every user"),
    Case("pre-authorised by an API", _PRE, _CONTEXT, expect="pre-authorized"),
    Case("with the consent to another", _known(e.STRANGER), _CONTEXT, expect="knownClientIds"),
    Case(
        "in the application", e.application(**{"api.knownClientApplications": [e.STRANGER]}), _CONTEXT, expect="known"
    ),
]
NEAR_MISS = [
    Case("a service's own, for everybody", e.by_hand(e.delegated(user=None)), _CONTEXT),
    Case("no known clients", _known(), _CONTEXT),
    Case("an API that pre-authorises a service", e.by_hand(_PRE), _CONTEXT),
]
UNKNOWN = [
    Case("for a user that is not known", e.delegated(userObjectId=kit.UNKNOWN), _CONTEXT, expect="userObjectId"),
    Case("clients that are not known", _known(kit.UNKNOWN), _CONTEXT, expect="knownClientIds"),
]
