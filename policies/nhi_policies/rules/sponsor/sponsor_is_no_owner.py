"""NHI-SPN-200: nobody owns an agent's application."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-SPN-200",
    slug="sponsor-is-no-owner",
    severity="high",
    kind="resource",
    targets=(t.ENTRA_APPLICATION, t.ENTRA_SERVICE_PRINCIPAL, t.ENTRA_OWNER),
    controls=("OWASP-NHI4", "ASI03", "NIST-AC-6", "NIST-AC-5", "ISO27001-A.5.3", "AIRS-IAM-01"),
    row="1.3",
)
def sponsor_is_no_owner(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's application and principal have no owners; the sponsor stands in tags and notes.

    Why: an owner may add a secret or another federated credential, and then is the agent, without a review
        (https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners).
    Bad: the sponsor's object id in `owners`; an `ApplicationOwner`.
    Fix: leave `owners` out, and name the sponsor in the agent's file.
    """
    holder(resource, context)
    if resource.type == t.ENTRA_OWNER or resource.texts("owners"):
        yield Finding(
            "it makes somebody an owner of the agent's application, who may add a secret and become the agent.",
            "leave owners out; the sponsor is named in tags and notes.",
            "owners",
        )
