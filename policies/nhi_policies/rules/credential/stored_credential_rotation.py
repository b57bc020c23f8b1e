"""NHI-CRD-003: stored credentials are rotated."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable

STORED = ("oauth2_client_credentials", "api_key")
"""Credential types whose secret is kept somewhere."""


@rule(
    id="NHI-CRD-003",
    slug="stored-credential-rotation",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AIRS-SEC-05"),
    row="2.4",
)
def stored_credential_rotation(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """A stored credential is rotated at least every 90 days, or as often as the tier demands.

    Why: a secret that leaks is worth something until it is replaced.
    Bad: `rotation_days: 91`; a client secret or API key without `rotation_days`.
    Fix: set `credential.rotation_days` to a number within the ceiling.
    """
    credential = declared.agent.credential
    if credential is None:
        raise NotApplicable("the agent declares no credential")
    ceiling = declared.environment.profile.ceilings(declared.agent.risk_tier).max_rotation_days
    if credential.rotation_days is None:
        if credential.type not in STORED:
            raise NotApplicable("nothing is stored that could be rotated")
        yield Finding(
            f"a stored credential ({credential.type}) is never rotated.",
            f"set `credential.rotation_days` to at most {ceiling}.",
            "missing",
            declared.positions.at("credential", "type"),
        )
    elif credential.rotation_days > ceiling:
        yield Finding(
            f"the credential is rotated every {credential.rotation_days} days; at most {ceiling} are allowed.",
            f"set `credential.rotation_days` to at most {ceiling}.",
            "ceiling",
            declared.positions.at("credential", "rotation_days"),
        )
