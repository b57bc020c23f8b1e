"""NHI-CRD-005: no API key where the tier demands short-lived credentials."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-CRD-005",
    slug="no-long-lived-api-key",
    severity="medium",
    kind="agent",
    controls=("OWASP-NHI7", "OWASP-NHI4", "ASI03", "NIST-IA-5(13)", "AIRS-SEC-02"),
    row="1.5",
)
def no_long_lived_api_key(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Agents of tier 2 and 3 use short-lived credentials, never an API key.

    Why: an API key works for whoever holds it, from anywhere, until somebody notices.
    Bad: `credential.type: api_key` at tier 2 or 3.
    Fix: use `workload_identity`, `oidc_federation`, `spiffe_svid` or `oauth2_client_credentials`.
    """
    credential = declared.agent.credential
    if credential is not None and credential.type == "api_key" and declared.agent.risk_tier != 1:
        yield Finding(
            "the agent uses an API key, a credential that lives until it is replaced by hand.",
            "use `workload_identity`, `oidc_federation`, `spiffe_svid` or `oauth2_client_credentials`.",
            "api-key",
            declared.positions.at("credential", "type"),
        )
