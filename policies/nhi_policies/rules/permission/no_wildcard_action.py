"""NHI-PRM-010: no wildcard in an action that writes or manages."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.vocabulary import aws_action, expand
from nhi.permissions.globs import has_wildcard

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.holders import granted
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-010",
    slug="no-wildcard-action",
    severity="critical",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_wildcard_action(resource: Resource, context: Context) -> Iterator[Finding]:
    """No action that an agent is allowed is a pattern that stands for writing or managing.

    Why: a pattern grants more with every action that AWS adds, and nobody reviewed those.
    Bad: `*`, `s3:*`, `dynamodb:Put*`.
    Fix: name each action that the agent needs.
    """
    who, statements = granted(resource, context)
    for statement in statements:
        for action in statement.actions:
            if not has_wildcard(action):
                continue
            deep = [name for name in expand(action) if (facts := aws_action(name)) and facts.access != "read"]
            if deep:
                yield Finding(
                    f"{statement.label} allows {action}, which stands for {len(deep)} actions that write or manage, "
                    f"{deep[0]} among them.",
                    "name each action that the agent needs.",
                    f"Action::{action}",
                    origin_of(context, who.agent, "aws", action, next(iter(statement.resources), "*")),
                )
