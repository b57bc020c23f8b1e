"""NHI-GAT-005: nothing beside agents whose effect the gate cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import classify


@rule(
    id="NHI-GAT-005",
    slug="opaque-type-beside-agents",
    severity="medium",
    kind="resource",
    targets=("opaque",),
    controls=("OWASP-NHI6", "ASI04", "NIST-CM-7", "ISO27001-A.5.15"),
    row="3.2",
)
def opaque_type_beside_agents(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stack with agents holds only resources whose effect on identities can be read from their properties.

    Why: a script, a template or a chart can attach any permission to any agent, and no preview shows it.
    Bad: a dynamic resource, `command:local:Command`, a CloudFormation stack, a Helm release, a `ConfigFile`.
    Fix: move it to a stack without agents, declare its objects as resources, or ask for an exception.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    yield Finding(
        f"{resource.type} is opaque: {classify(resource.type).why}. Beside agents that is unproven.",
        "move it to a stack without agents, or declare what it makes as resources.",
        "opaque",
    )
