"""NHI-TRU-205: an agent's application is no public client."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource

_FLAGS: dict[str, tuple[tuple[str, ...], ...]] = {
    t.ENTRA_APPLICATION: (
        ("fallbackPublicClientEnabled",),
        ("web", "implicitGrant", "accessTokenIssuanceEnabled"),
        ("web", "implicitGrant", "idTokenIssuanceEnabled"),
    ),
    t.ENTRA_REGISTRATION: (("implicitAccessTokenIssuanceEnabled",), ("implicitIdTokenIssuanceEnabled",)),
    t.ENTRA_FALLBACK_CLIENT: (("enabled",),),
}
_ADDRESSES = (("publicClient", "redirectUris"), ("singlePageApplication", "redirectUris"))
_PUBLIC_TYPES = ("PublicClient", "SPA")


@rule(
    id="NHI-TRU-205",
    slug="no-public-client",
    severity="high",
    kind="resource",
    targets=("entra-application", t.ENTRA_FALLBACK_CLIENT, t.ENTRA_REDIRECT_URIS),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def no_public_client(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's application proves who it is; it is no public client and hands no tokens to a browser.

    Why: a public client has no credential, so whoever knows the client id can start a sign-in as the agent.
    Bad: `fallback_public_client_enabled: True`; redirect addresses of a public client or of a single-page application;
        implicit grants.
    Fix: take them out; a workload comes in by its federated credential.
    """
    holder(resource, context)
    for path in _FLAGS.get(resource.type, ()):
        if resource.read(*path, default=False) is not False:
            yield _finding(".".join(path))
    for path in _ADDRESSES if resource.type == t.ENTRA_APPLICATION else ():
        if resource.texts(*path):
            yield _finding(".".join(path))
    if resource.type == t.ENTRA_REDIRECT_URIS and resource.text("type") in _PUBLIC_TYPES:
        yield _finding("redirectUris")


def _finding(what: str) -> Finding:
    return Finding(f"`{what}` makes the agent's application a public client.", "take it out.", what)
