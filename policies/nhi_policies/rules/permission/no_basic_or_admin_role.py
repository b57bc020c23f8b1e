"""NHI-PRM-300: no agent holds a basic role, an administrator's, or one that makes it somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.gcp.escalation import too_wide
from nhi_policies.view.gcp.holdings import serves_agents
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-300",
    slug="no-basic-or-admin-role",
    severity="critical",
    kind="resource",
    targets=("gcp-grant",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(5)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_basic_or_admin_role(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent is owner, editor, viewer or administrator of anything on Google Cloud, and none may act as others.

    Why: whoever talks such an agent into something has a whole project, a whole service, or another identity.
    Bad: `roles/editor`, `roles/viewer`, `roles/storage.admin`, `roles/iam.serviceAccountTokenCreator` for an agent.
    Fix: declare what the agent needs in its file; the component writes a custom role with just that.
    """
    for held in serves_agents(resource, context):
        why = too_wide(held.binding.role)
        if why is not None:
            yield Finding(
                f"it gives an agent the role {held.binding.role}, which {why}.",
                "remove it and declare what the agent needs in its file.",
                f"{held.binding.path}{held.binding.role}",
                agent=held.owner[0],
            )
