"""NHI-EXP-011: who may become an agent may do so until a date."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.ending import late
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-011",
    slug="trust-expires",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IAM-06"),
    row="3.3",
)
def trust_expires(resource: Resource, context: Context) -> Iterator[Finding]:
    """The trust policy of an agent ends no later than its lock date, and at tiers 2 and 3 it ends.

    Why: a role cannot expire, so the statement that lets a workload in has to.
    Bad: a trust statement without `DateLessThan aws:CurrentTime`; one that ends after `credential.expires`.
    Fix: let the component write the trust policy; it puts the lock date into it.
    """
    who, statements = entrances(resource, context)
    yield from late(who, statements, context)
