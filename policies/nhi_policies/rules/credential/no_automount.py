"""NHI-CRD-041: no token is mounted that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.kubernetes.objects import pod_path
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CRD-041",
    slug="no-automount",
    severity="medium",
    kind="resource",
    targets=(t.K8S_SERVICE_ACCOUNT, "kubernetes-workload"),
    controls=("OWASP-NHI2", "ASI03", "NIST-IA-5(1)", "NIST-AC-6", "ISO27001-A.5.17"),
    row="1.5",
)
def no_automount(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's service account says that its token is not mounted by itself, and no pod of the agent mounts it.

    Why: a token in every container of every pod is read by whatever a prompt makes the agent run.
    Bad: `automountServiceAccountToken` left out on the account, or true on the account or on a pod.
    Fix: set it to false on the account; project a token with an audience and a short life where one is needed.
    """
    owner = agents_only(resource, context)
    if resource.type == t.K8S_SERVICE_ACCOUNT:
        if resource.read("automountServiceAccountToken") is not False:
            yield Finding(
                "its token is mounted into every pod that runs under it.",
                "set `automountServiceAccountToken` to false.",
                "account",
                agent=owner[0],
            )
        return
    path = pod_path(resource) or ()
    if resource.read(*path, "spec", "automountServiceAccountToken", default=False) is not False:
        yield Finding(
            "the agent's pod mounts its service account's token, though the account does not ask for it.",
            "take `automountServiceAccountToken` out, and project a short-lived token with an audience.",
            "pod",
            agent=owner[0],
        )
