"""NHI-PRM-041: no ready-made role that gives everything."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.objects import role_ref
from nhi_policies.view.resource import Resource

_WIDE = frozenset({"cluster-admin", "admin", "edit"})
"""https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles"""


@rule(
    id="NHI-PRM-041",
    slug="no-cluster-admin",
    severity="critical",
    kind="resource",
    targets=("kubernetes-binding",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(5)", "ISO27001-A.8.2", "AIRS-IAM-02"),
    row="3.1",
)
def no_cluster_admin(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents nobody is bound to `cluster-admin`, `admin`, `edit`, or a role of Kubernetes' own parts.

    Why: these roles read secrets, start pods under any account, or do anything at all, and their rules are not in the
        stack for anybody to review.
    Bad: a RoleBinding of an agent to ClusterRole `edit`; a ClusterRoleBinding to `cluster-admin`.
    Fix: write a Role with the few permissions that are needed.
    """
    beside_agents(context)
    ref = role_ref(resource)
    if ref.kind == "ClusterRole" and (ref.name in _WIDE or ref.name.startswith("system:")):
        yield Finding(
            f"it hands out the ready-made ClusterRole {ref.name}.",
            "write a Role with the few permissions that are needed, and bind that.",
            f"role::{ref.name}",
        )
