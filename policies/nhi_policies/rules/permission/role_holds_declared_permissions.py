"""NHI-PRM-303: an agent's custom role holds what its file declares."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.gcp.holdings import permissions
from nhi_policies.view.gcp.own import declared_grants
from nhi_policies.view.handovers import edge_permissions
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-303",
    slug="role-holds-declared-permissions",
    severity="critical",
    kind="resource",
    targets=("gcp-role",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04", "AIRS-PA-1.1"),
    row="3.2",
)
def role_holds_declared_permissions(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each permission in a custom role of an agent is one that some declared grant of its file comes to.

    Why: the file is what a person reviewed; whatever else a role holds, nobody decided.
    Bad: a permission added by hand to the role that the component made; a role of an agent that declares nothing.
    Fix: declare the action, scope or tool in the agent's file, or take the permission out.
    """
    owner = agents_only(resource, context)
    declared = context.agents.get(owner[0])
    if declared is None:
        raise NotApplicable("no file declares the agent")
    allowed = {action for grant in declared_grants(declared, owner[1], context) for action in grant.actions}
    # A role of an edge stays while the edge rests: Google gives nobody the id of a deleted role for weeks.
    allowed |= edge_permissions(context, owner[0], "gcp")
    for permission in permissions(resource):
        if permission not in allowed:
            yield Finding(
                f"its role holds {permission}, which no declared grant comes to.",
                "declare it in the agent's file, or take it out of the role.",
                f"permission::{permission}",
                agent=owner[0],
            )
