"""NHI-ESC-200: nobody beside agents holds a permission with which to take the directory over."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.entra.grants import permissions
from nhi_policies.view.entra.privileged import privileged
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-ESC-200",
    slug="no-privileged-permission",
    severity="critical",
    kind="resource",
    targets=("entra-grant", t.ENTRA_APPLICATION, t.ENTRA_API_ACCESS),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(10)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_privileged_permission(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent gets or asks for a permission that leads to all others, declared or not, and nobody beside it gets one.

    Why: one of them is as much as Global Administrator. Whose an assignment is shows only once the directory has given
        its ids, so beside agents it is refused for anybody.
    Bad: `RoleManagement.ReadWrite.Directory`, `AppRoleAssignment.ReadWrite.All`, `Application.ReadWrite.All`,
        `Directory.ReadWrite.All`, by value or by id, also where a harmless name stands over the id.
    Fix: let a pipeline with its own review do this step, in a stack without agents.
    """
    beside_agents(context)
    agent = resource.agent
    if agent is None and resource.type not in t.KINDS["entra-grant"]:
        raise NotApplicable("it is no agent's, and what it asks for gives nothing")
    try:
        found = tuple(permissions(resource, context, any_api=True))
    except Unproven:
        if agent is None:
            raise NotApplicable("whose it is only the stack tells; if an agent's, it is unproven there") from None
        raise
    for permission in found:
        row = privileged(permission.id, permission.value)
        if row is not None:
            verb = "gives" if resource.type in t.KINDS["entra-grant"] else "asks for"
            name = "" if permission.value == row.value else f", which is {row.value}"
            yield Finding(
                f"it {verb} {permission}{name}: with it the {'agent' if agent else 'holder'} could {row.gains}.",
                f"take it away; see {row.source}",
                f"{permission.kind}::{row.value}",
                permission.origin(context, agent),
            )
