"""What a Kubernetes object claims for an agent: the service account that it is, binds, or runs pods under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nhi.contract import agent_name, encode_fact

from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.claims import Claim, cluster_account
from nhi_policies.view.kubernetes.agents import AGENT_LABEL, INSTANCE_LABEL
from nhi_policies.view.kubernetes.objects import pod_path, pod_service_account, service_account, subjects
from nhi_policies.view.owners import owner_of
from nhi_policies.view.resource import Resource, Stack


def claims(resource: Resource, _: Stack, context: Context) -> Iterator[Claim]:
    """What an account, a binding or a workload claims. Raises `Unproven` where that is not known."""
    if resource.type == t.K8S_SERVICE_ACCOUNT:
        owner = owner_of(resource, context)
        if owner is not None:
            yield cluster_account(*service_account(resource)), owner
    elif resource.type in (t.K8S_ROLE_BINDING, t.K8S_CLUSTER_ROLE_BINDING):
        owner = owner_of(resource, context)
        for subject in subjects(resource) if owner is not None else ():
            if subject.kind == "ServiceAccount":
                yield cluster_account(subject.namespace or "default", subject.name), owner or ""
    elif resource.type in t.K8S_WORKLOADS:
        owner = _pod_owner(resource, context)
        account = pod_service_account(resource)
        if account is not None and owner is not None:
            yield cluster_account(*account), owner


def _pod_owner(resource: Resource, context: Context) -> str | None:
    """Whose pods a workload makes: by the labels of its pods, else by its own."""
    path = pod_path(resource)
    labels: Mapping[str, object] = resource.map(*path, "metadata", "labels") if path is not None else {}
    named = labels.get(AGENT_LABEL)
    if named is None:
        return owner_of(resource, context)
    agent = next((one for one in context.agents if encode_fact("kubernetes", "agent-id", one) == named), str(named))
    instance = labels.get(INSTANCE_LABEL)
    return agent_name(agent, str(instance) if instance is not None else None)
