"""NHI-GAT-006: nothing beside agents that no rule knows and that could bear identity."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import CLOUD_PACKAGES, classify


@rule(
    id="NHI-GAT-006",
    slug="unknown-type-beside-agents",
    severity="medium",
    kind="resource",
    targets=("unknown",),
    controls=("OWASP-NHI6", "ASI04", "NIST-CM-7", "ISO27001-A.5.15"),
    row="3.2",
)
def unknown_type_beside_agents(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stack with agents holds only resource types that the gate covers or lists as harmless.

    Why: a new type of an identity service can grant what the rules never look at.
    Bad: an `aws:iam` type that no rule reads, a custom resource of an operator, a resource of an unknown package.
    Fix: move it to a stack without agents, teach the gate the type, or ask for an exception.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    if not resource.custom and resource.package not in CLOUD_PACKAGES:
        raise NotApplicable("a component of the program: its children are judged one by one")
    yield Finding(
        f"{resource.type}: {classify(resource.type).why}. Beside agents that is unproven.",
        "move it to a stack without agents, or add the type to the gate's table with a rule that reads it.",
        "unknown",
    )
