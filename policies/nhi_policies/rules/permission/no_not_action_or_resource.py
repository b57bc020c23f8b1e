"""NHI-PRM-012: an Allow says what it allows, not what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.holders import granted
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-012",
    slug="no-not-action-or-resource",
    severity="high",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AICM-IAM-05"),
    row="3.1",
)
def no_not_action_or_resource(resource: Resource, context: Context) -> Iterator[Finding]:
    """No Allow of an agent uses NotAction or NotResource.

    Why: it allows everything else, and with it every service that AWS will ever add.
    Bad: `Effect: Allow, NotAction: iam:*, Resource: "*"`.
    Fix: write `Action` and `Resource` with what the agent needs; deny the rest with a Deny.
    """
    for statement in granted(resource, context)[1]:
        for element, values in (("NotAction", statement.not_actions), ("NotResource", statement.not_resources)):
            if values:
                yield Finding(
                    f"{statement.label} allows everything except {', '.join(values[:3])} ({element}).",
                    f"write {element.removeprefix('Not')} with what the agent needs.",
                    f"{element}::{statement.sid or statement.index}",
                )
