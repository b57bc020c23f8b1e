"""NHI-PRM-020: read actions are named too."""

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
    id="NHI-PRM-020",
    slug="exact-read-actions",
    severity="medium",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AICM-IAM-05"),
    row="3.1",
)
def exact_read_actions(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each read action that an agent is allowed is named exactly.

    Why: `s3:Get*` changes nothing, but it also reads access lists, old versions and whatever AWS adds next.
    Bad: `s3:Get*`, `dynamodb:List*`.
    Fix: name each action that the agent needs.
    """
    who, statements = granted(resource, context)
    for statement in statements:
        for action in statement.actions:
            known = expand(action) if has_wildcard(action) else ()
            if known and all((facts := aws_action(name)) and facts.access == "read" for name in known):
                yield Finding(
                    f"{statement.label} allows {action}: it only reads, but it is {len(known)} actions, "
                    f"{known[0]} among them, and not one.",
                    "name each action that the agent needs.",
                    f"Action::{action}",
                    origin_of(context, who.agent, "aws", action, next(iter(statement.resources), "*")),
                )
