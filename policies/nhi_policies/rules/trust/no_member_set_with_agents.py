"""NHI-TRU-304: no set of principals stands for agents without naming them."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.gcp.members import set_with_agents
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.kubernetes.agents import agent_namespaces
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-304",
    slug="no-member-set-with-agents",
    severity="critical",
    kind="resource",
    targets=("gcp-grant",),
    controls=("OWASP-NHI5", "OWASP-NHI9", "ASI03", "NIST-AC-6", "NIST-IA-4", "ISO27001-A.5.15", "AIRS-IAM-01"),
    row="2.3",
)
def no_member_set_with_agents(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents no role is given to a whole pool, or to another set of principals to which agents belong.

    Why: agents of tomorrow are in the set as well, and no file declares what it gives them.
    Bad: `principalSet://iam.googleapis.com/<pool>/*`; a group or attribute of the agents' pool; every service account
        of the project; every pod of a cluster.
    Fix: name the one principal that needs the role.
    """
    beside_agents(context)
    gcp = google(context)
    pool, number = (gcp.workload_identity_pool, gcp.project_number) if gcp else (None, "")
    for member in dict.fromkeys(member for binding in bindings(resource) for member in binding.members):
        why = set_with_agents(member, number, pool, agent_namespaces(context))
        if why is not None:
            yield Finding(
                f"it gives {member} a role: {why}.",
                "name the one principal that needs the role.",
                f"set::{member}",
            )
