"""NHI-PRM-042: no agent holds anything in every namespace."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.agents import declared_accounts
from nhi_policies.view.kubernetes.objects import subjects
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-042",
    slug="no-cluster-wide-grant",
    severity="high",
    kind="resource",
    targets=(t.K8S_CLUSTER_ROLE_BINDING,),
    controls=("OWASP-NHI5", "OWASP-NHI8", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AIRS-IAM-02"),
    row="3.1",
)
def no_cluster_wide_grant(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent is a subject of a ClusterRoleBinding: what it holds, it holds in a namespace.

    Why: a grant in every namespace reaches those of other teams, and those that are made later.
    Bad: a ClusterRoleBinding whose subject is an agent's service account.
    Fix: bind the role with a RoleBinding in each namespace that needs it.
    """
    beside_agents(context)
    accounts = declared_accounts(context)
    for subject in subjects(resource):
        account = subject.namespace or "default", subject.name
        owner = accounts.get(account) if subject.kind == "ServiceAccount" else None
        agent = owner[0] if owner else resource.agent
        if agent is not None:
            yield Finding(
                f"it gives agent {agent} its role in every namespace.",
                "bind the role with a RoleBinding in each namespace that needs it.",
                f"subject::{'/'.join(account)}",
                agent=agent,
            )
