"""Fixtures of NHI-TRU-205."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-205"

_CONTEXT = e.context()


def _below(type_token: str, **inputs: object) -> object:
    return e.below(type_token, "applicationId", e.application(), "beside", inputs)


GOOD = [Case("a confidential client", e.application(), _CONTEXT)]
BAD = [
    Case("a fallback", e.application(fallbackPublicClientEnabled=True), _CONTEXT, expect="fallbackPublicClient"),
    Case("an implicit grant", e.application(**{"web.implicitGrant.accessTokenIssuanceEnabled": True}), _CONTEXT),
    Case("a public address", e.application(**{"publicClient.redirectUris": ["https://x/"]}), _CONTEXT, expect="public"),
    Case("a page in a browser", e.application(**{"singlePageApplication.redirectUris": ["https://x/"]}), _CONTEXT),
    Case("a fallback by hand", _below(t.ENTRA_FALLBACK_CLIENT, enabled=True), _CONTEXT, expect="enabled"),
    Case("addresses by hand", _below(t.ENTRA_REDIRECT_URIS, type="SPA", redirectUris=["https://x/"]), _CONTEXT),
]
NEAR_MISS = [
    Case("an address of a server", e.application(**{"web.redirectUris": ["https://agent.example.com/"]}), _CONTEXT),
    Case("addresses of a server", _below(t.ENTRA_REDIRECT_URIS, type="Web", redirectUris=["https://x/"]), _CONTEXT),
    Case("a fallback that is off", _below(t.ENTRA_FALLBACK_CLIENT, enabled=False), _CONTEXT),
    Case(
        "of nobody's", e.application(displayName="x", tags=..., notes=..., fallbackPublicClientEnabled=True), _CONTEXT
    ),
]
UNKNOWN = [
    Case("a fallback that may be on", e.application(fallbackPublicClientEnabled=kit.UNKNOWN), _CONTEXT),
    Case("addresses of an unknown kind", _below(t.ENTRA_REDIRECT_URIS, type=kit.UNKNOWN), _CONTEXT, expect="type"),
]
