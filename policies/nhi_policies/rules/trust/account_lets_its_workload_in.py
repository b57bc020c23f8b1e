"""NHI-TRU-302: an agent's account lets in the workload that the agent's file declares, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import whose_account
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.gcp.trust import BECOME_ROLE, expected
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-302",
    slug="account-lets-its-workload-in",
    severity="critical",
    kind="resource",
    targets=("gcp:serviceaccount/iAM*",),
    controls=("OWASP-NHI4", "OWASP-NHI9", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def account_lets_its_workload_in(resource: Resource, context: Context) -> Iterator[Finding]:
    """On an agent's service account stands one member: the exact principal of the declared workload, as such.

    Why: whoever has a role on the account can become the agent: by its tokens, its signature, or by running as it.
    Bad: another pod, a person or another account as `roles/iam.workloadIdentityUser`; anybody as
        `roles/iam.serviceAccountTokenCreator` or `roles/iam.serviceAccountUser`; a member where the file declares a
        workload that needs none.
    Fix: change the workload in the agent's file and let the component write the member.
    """
    beside_agents(context)
    try:
        owner = whose_account(resource, context)
    except Unproven:
        raise NotApplicable("whose account it is, is not known, which is NHI-GAT-007's finding") from None
    if owner is None:
        raise NotApplicable("it is no agent's account")
    declared = context.agents[owner[0]]
    entrance = expected(declared, owner[1])
    origin = declared.positions.at("credential", "workload")
    for binding in bindings(resource):
        for member in binding.members:
            if binding.role != BECOME_ROLE:
                wrong, part = f"{member} has the role {binding.role} on the agent's account", "role"
            elif entrance is None:
                wrong, part = f"{member} may become the agent, and the file's workload needs no member", "nobody"
            elif same(member) != same(entrance.member):
                wrong, part = f"{member} may become the agent, and the file's workload is {entrance.member}", "member"
            else:
                continue
            yield Finding(
                f"{wrong}.",
                "remove it; change the workload in the agent's file if that is what is meant.",
                f"{part}::{member}",
                origin,
                owner[0],
            )
