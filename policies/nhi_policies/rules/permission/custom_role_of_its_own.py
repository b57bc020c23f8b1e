"""NHI-PRM-301: what an agent holds on Google Cloud, it holds by custom roles of its own."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.gcp.agents import google, role_owner
from nhi_policies.view.gcp.escalation import too_wide
from nhi_policies.view.gcp.holdings import serves_agents
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-301",
    slug="custom-role-of-its-own",
    severity="high",
    kind="resource",
    targets=("gcp-grant",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def custom_role_of_its_own(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every role that an agent is given is a custom role of that agent, in the environment's project.

    Why: Google adds permissions to the roles that it keeps, and a role of several holders changes for all of them.
    Bad: `roles/storage.objectViewer` for an agent; a custom role that was made for somebody else.
    Fix: declare the action, scope or tool in the agent's file; the component writes the role.
    """
    gcp = google(context)
    for held in serves_agents(resource, context):
        role = held.binding.role
        if too_wide(role) is not None:
            continue  # NHI-PRM-300 says what it is
        home, _, role_id = role.rpartition("/roles/")
        own = gcp is not None and home in (f"projects/{gcp.project_id}", f"projects/{gcp.project_number}")
        if own and role_owner(role_id, context) == held.owner:
            continue
        whose = "which Google keeps" if role.startswith("roles/") else "which is not the agent's own"
        yield Finding(
            f"it gives an agent the role {role}, {whose}.",
            "declare what the agent needs in its file; the component writes a role with just that.",
            f"{held.binding.path}{role}",
            agent=held.owner[0],
        )
