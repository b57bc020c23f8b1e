"""NHI-ESC-303: no agent raises itself, and none approves."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import google, mentioned
from nhi_policies.view.gcp.members import is_public, set_with_agents
from nhi_policies.view.kubernetes.agents import agent_namespaces
from nhi_policies.view.resource import Resource, texts_in


@rule(
    id="NHI-ESC-303",
    slug="no-entitlement-for-agents",
    severity="critical",
    kind="resource",
    targets=(t.GCP_ENTITLEMENT,),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-04"),
    row="3.3",
)
def no_entitlement_for_agents(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent is eligible for an entitlement of Privileged Access Manager, and none approves one.

    Why: what an agent may take for a while is as much a grant as what it holds, and no file declares it; an agent that
        approves gives others what no person looked at.
    Bad: an agent's account in `eligible_users`, or among the `approvers`; a set to which agents belong.
    Fix: take the agent out; declare what it needs in its file, with an end.
    """
    beside_agents(context)
    gcp = google(context)
    for where in ("eligibleUsers", "approvalWorkflow"):
        named = resource.read(where, default={})
        part = "may raise itself" if where == "eligibleUsers" else "may approve"
        for agent_id, _ in sorted(mentioned(named, context), key=str):
            yield Finding(
                f"agent {agent_id} {part} by it.", "take the agent out.", f"{where}::{agent_id}", agent=agent_id
            )
        for member in texts_in(named):
            pool = gcp.workload_identity_pool if gcp else None
            number = gcp.project_number if gcp else ""
            why = set_with_agents(member, number, pool, agent_namespaces(context))
            if is_public(member) or why is not None:
                yield Finding(
                    f"{member} {part} by it: {why or 'agents are among everybody'}.",
                    "name people, or groups of people.",
                    f"{where}::{member}",
                )
