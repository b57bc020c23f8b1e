"""NHI-ESC-301: nobody may become every account of the agents' project."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import principals
from nhi_policies.view.gcp.escalation import impersonating
from nhi_policies.view.gcp.grants import spans
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-ESC-301",
    slug="no-project-wide-impersonation",
    severity="critical",
    kind="resource",
    targets=("gcp:projects/*", "gcp:folder/*", "gcp:organizations/*", "gcp:iam/workloadIdentityPoolIam*"),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-04"),
    row="2.1",
)
def no_project_wide_impersonation(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents nobody is given a predefined role with which they could become every account of a project.

    Why: who may make tokens for, run things as, or decide about all accounts of a project is every agent in it, and no
        agent's file says so.
    Bad: `roles/iam.serviceAccountTokenCreator`, `roles/iam.serviceAccountUser` or `roles/owner` on the project, for a
        person or a pipeline.
    Fix: grant the role on the one account that is meant, and never on an agent's.
    """
    beside_agents(context)
    level = spans(resource) or ("pool" if resource.type.startswith("gcp:iam/workloadIdentityPoolIam") else None)
    if level is None:
        raise NotApplicable("it grants nothing that spans accounts")
    known = principals(context)
    for binding in bindings(resource):
        # What an agent itself is given is refused by name, whatever the role.
        others = [one for one in binding.members if same(one) not in known]
        gains = impersonating(binding.role) if others else None
        if gains is not None:
            yield Finding(
                f"on the whole {level} it gives {', '.join(others)} the role {binding.role}, which lets one {gains}, "
                "agents' accounts included.",
                "grant the role on the one account that is meant, and never on an agent's.",
                f"{binding.path}{binding.role}",
            )
