"""NHI-PRM-011: an agent's grants name what they are about."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.holders import granted
from nhi_policies.view.aws.reach import takes_resources, unnamed
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-011",
    slug="no-wildcard-resource",
    severity="high",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.3", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_wildcard_resource(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each resource that an agent is allowed names one bucket, table, function or other container.

    Why: a pattern reaches every object that exists and every one that will be made.
    Bad: `Resource: "*"` for `s3:GetObject`; `arn:aws:s3:::*/*`; `table/*`; `function:*`.
    Fix: name the object. A wildcard behind the container is fine (`arn:aws:s3:::kb/docs/*`), and so is `*` for an
        action that AWS can only grant on `*`.
    """
    who, statements = granted(resource, context)
    for statement in statements:
        for pattern in statement.resources:
            why = unnamed(pattern)
            action = next((one for one in statement.actions if why and takes_resources(one)), None)
            if action is not None:
                yield Finding(
                    f"{statement.label} allows {action} on {pattern}: {why}.",
                    "name the object that the agent needs.",
                    f"Resource::{pattern}",
                    origin_of(context, who.agent, "aws", action, pattern),
                )
