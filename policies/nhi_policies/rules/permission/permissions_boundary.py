"""NHI-PRM-016: every agent's role has the environment's permissions boundary."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-016",
    slug="permissions-boundary",
    severity="critical",
    kind="resource",
    targets=(t.AWS_ROLE, t.AWS_USER),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def permissions_boundary(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every agent's principal has the permissions boundary that its environment names.

    Why: the boundary is the lock that still holds when a policy is wrong.
    Bad: a role without `permissions_boundary`, or with another policy as its boundary.
    Fix: set `permissions_boundary` to the environment's `aws.permissions_boundary`.
    """
    holder(resource, context)
    boundary = resource.text("permissionsBoundary")
    aws = context.environment.environment.aws if context.environment else None
    if not boundary:
        yield Finding(
            "the agent's principal has no permissions boundary.",
            f"set it to {aws.permissions_boundary}." if aws else "set the environment's boundary.",
            "missing",
        )
    elif aws is not None and boundary != aws.permissions_boundary:
        yield Finding(
            f"its permissions boundary is {boundary}, not the environment's.",
            f"set it to {aws.permissions_boundary}.",
            "other",
        )
