"""NHI-TRU-203: an agent's application is of one tenant."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource

_ONE_TENANT = "AzureADMyOrg"
"""What the provider takes where nothing is said, as well."""


@rule(
    id="NHI-TRU-203",
    slug="application-of-one-tenant",
    severity="high",
    kind="resource",
    targets=("entra-application",),
    controls=("OWASP-NHI4", "ASI03", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-IAM-01"),
    row="2.1",
)
def application_of_one_tenant(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's application can be used in the environment's own tenant only.

    Why: a tenant that nobody here administers could make a principal of the application and let its users in.
    Bad: `sign_in_audience: AzureADMultipleOrgs`, or one with personal accounts.
    Fix: set it to AzureADMyOrg.
    """
    holder(resource, context)
    audience = resource.text("signInAudience") or _ONE_TENANT
    if audience != _ONE_TENANT:
        yield Finding(
            f"its application is open to other tenants ({audience}).",
            f"set `signInAudience` to {_ONE_TENANT}.",
            "tenant",
        )
