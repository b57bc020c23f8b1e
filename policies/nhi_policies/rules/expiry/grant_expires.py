"""NHI-EXP-010: an agent's grants end."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.ending import late
from nhi_policies.view.aws.holders import granted
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-010",
    slug="grant-expires",
    severity="high",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IAM-06"),
    row="3.3",
)
def grant_expires(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each Allow of an agent ends no later than its lock date, and at tiers 2 and 3 each Allow ends.

    Why: access that ends by itself needs nobody to remember it.
    Bad: an Allow without `DateLessThan aws:CurrentTime`; one that ends after `credential.expires`.
    Fix: let the component write the policy; it puts the lock date into each statement.
    """
    who, statements = granted(resource, context)
    yield from late(who, statements, context)
