"""NHI-TRU-300: a workload identity provider says whom it lets in."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.federation import demanded
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-300",
    slug="provider-has-a-condition",
    severity="critical",
    kind="resource",
    targets=(t.GCP_PROVIDER, t.GCP_POOL),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def provider_has_a_condition(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents a workload identity provider has an attribute condition, and a pool federates and does no more.

    Why: an issuer signs for every repository, pod or account of its users; without a condition all of them get in.
    Bad: a provider for a code host's tokens without `attribute_condition`; one with `true`; a pool in the mode
        TRUST_DOMAIN, whose attestation rules no rule reads.
    Fix: hold the provider to one exact subject: `assertion.sub == "..."`.
    """
    beside_agents(context)
    if resource.type == t.GCP_POOL:
        mode = resource.text("mode")
        if mode not in (None, "FEDERATION_ONLY"):
            yield Finding(
                f"its mode is {mode}, in which it gives identities out by rules that nobody here reads.",
                "leave `mode` out, or move the pool to a stack without agents.",
                "mode",
            )
        return
    condition = resource.text("attributeCondition")
    if not condition or not condition.strip():
        yield Finding(
            "it has no attribute condition, so everybody for whom the issuer signs gets in.",
            'hold it to one exact subject: `assertion.sub == "..."`.',
            "missing",
        )
        return
    if not demanded(condition) and not any(word in condition for word in ("assertion", "attribute", "google")):
        yield Finding(
            "its attribute condition looks at nothing that a token says.",
            'hold it to one exact subject: `assertion.sub == "..."`.',
            "constant",
        )
