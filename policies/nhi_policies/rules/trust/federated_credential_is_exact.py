"""NHI-TRU-200: a federated credential names one exact workload, and Entra ID's own audience."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.entra.trust import AUDIENCE
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource

_WILD = ("*", "?", "${")


@rule(
    id="NHI-TRU-200",
    slug="federated-credential-is-exact",
    severity="critical",
    kind="resource",
    targets=("entra-trust",),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def federated_credential_is_exact(resource: Resource, context: Context) -> Iterator[Finding]:
    """A federated credential of an agent names one exact issuer and subject, and the audience of Entra ID.

    Why: one issuer signs for every repository or pod of its users, and a token made for another service must not do.
    Bad: a flexible federated credential; `subject: repo:example/*`, which Entra ID takes letter by letter and which so
        trusts nobody; an audience such as `sts.amazonaws.com`; an issuer without https.
    Fix: write issuer and subject as the token carries them, and the audience `api://AzureADTokenExchange`.
    """
    holder(resource, context)
    if resource.type == t.ENTRA_FLEXIBLE_CREDENTIAL:
        yield Finding(
            "it matches claims by a pattern, so every workload that fits it could become the agent.",
            "use a federated credential with the one exact subject.",
            "pattern",
        )
        return
    issuer, subject = resource.text("issuer") or "", resource.text("subject") or ""
    if not issuer.startswith("https://") or any(mark in issuer for mark in _WILD):
        yield Finding("its issuer is no one exact https address.", "write the issuer as tokens carry it.", "issuer")
    if not subject or any(mark in subject for mark in _WILD):
        yield Finding(
            f"its subject {subject!r} is no one exact subject.", "write the subject as tokens carry it.", "subject"
        )
    audiences = resource.texts("audiences")
    if audiences != (AUDIENCE,):
        yield Finding(
            f"it takes tokens for {', '.join(audiences) or 'no audience'}, and not for {AUDIENCE} alone.",
            f"set `audiences` to {AUDIENCE}, and have the token made for it.",
            "audience",
        )
