"""Whose a Kubernetes object is.

Owns the judge's own computation of an agent's service account, and the attribution of objects that carry no label: a
role written by hand gives an agent as much as one that the component made. Does not own what an object grants
(`rbac`) nor what a declaration says (`declared`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhi.contract import FACT_TABLE, identity_name
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, Owner, instances_of
from nhi_policies.verdict import NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.objects import pod_path, pod_service_account, service_account, subjects
from nhi_policies.view.memo import kept, told
from nhi_policies.view.resource import Resource

Account = tuple[str, str]
"""Namespace and name of a service account."""

AGENT_LABEL = FACT_TABLE["kubernetes"]["agent-id"].key
INSTANCE_LABEL = FACT_TABLE["kubernetes"]["instance"].key


def declared_account(declared: DeclaredAgent, instance: str | None) -> Account | None:
    """The service account that the agent's pods must run under; None where it runs in no cluster.

    The workload's `namespace` and `service_account` win over the environment's namespace and the agent's id. An
    instance always has an account of its own.
    """
    agent, environment = declared.agent, declared.environment.environment
    workload = agent.credential.workload if agent.credential else None
    in_pods = workload is not None and workload.kind in ("eks", "gke", "kubernetes")
    if not in_pods and "kubernetes" not in (agent.platforms or environment.platforms):
        return None
    namespace = getattr(workload, "namespace", None) if in_pods else None
    stem = (getattr(workload, "service_account", None) if in_pods else None) or agent.agent_id
    if namespace is None and environment.kubernetes is not None:
        namespace = environment.kubernetes.namespace
    return None if namespace is None else (namespace, identity_name("kubernetes:name", "", stem, instance))


def declared_accounts(context: Context) -> Mapping[Account, Owner]:
    """The service accounts of all declared agents and instances."""

    def make() -> dict[Account, Owner]:
        found: dict[Account, Owner] = {}
        for agent_id, declared in context.agents.items():
            for instance in instances_of(declared.agent):
                account = declared_account(declared, instance)
                if account is not None:
                    found.setdefault(account, (agent_id, instance))
        return found

    return kept(context, "kubernetes accounts", make)


def agent_namespaces(context: Context) -> frozenset[str]:
    """The namespaces in which declared agents have their accounts."""
    return kept(
        context, "kubernetes namespaces", lambda: frozenset(namespace for namespace, _ in declared_accounts(context))
    )


def pod_labels(resource: Resource) -> Mapping[str, Any]:
    """The labels of the pods that a workload makes. Raises `Unproven` where they are not known."""
    path = pod_path(resource)
    return {} if path is None else resource.map(*path, "metadata", "labels")


@told
def owner_of(resource: Resource, context: Context) -> Owner | None:
    """The agent, and its instance, that an object belongs to; None where it belongs to no one agent.

    By its label, else by its name (accounts and roles), by whom it names (bindings) or by what its pods are
    (workloads). Raises `Unproven` where what decides is not known.
    """
    if resource.agent is not None:
        return resource.agent, fact(resource, "instance")
    named = fact(resource, "agent-id")
    if named is not None:
        return named, fact(resource, "instance")
    if resource.type == t.K8S_SERVICE_ACCOUNT:
        return declared_accounts(context).get(service_account(resource))
    if resource.type in (t.K8S_ROLE_BINDING, t.K8S_CLUSTER_ROLE_BINDING):
        accounts = declared_accounts(context)
        owners = {
            accounts.get((subject.namespace or "default", subject.name))
            for subject in subjects(resource)
            if subject.kind == "ServiceAccount"
        } - {None}
        return owners.pop() if len(owners) == 1 else None
    if resource.type in t.K8S_WORKLOADS:
        labels = pod_labels(resource)
        if AGENT_LABEL in labels:
            instance = labels.get(INSTANCE_LABEL)
            return str(labels[AGENT_LABEL]), None if instance is None else str(instance)
        account = pod_service_account(resource)
        return None if account is None else declared_accounts(context).get(account)
    if resource.type in t.KINDS["kubernetes-role"]:
        return context.owner("kubernetes:name", resource.text("metadata", "name") or "")
    return None


def agents_only(resource: Resource, context: Context) -> Owner:
    """The owner of an object; raises `NotApplicable` where it is no agent's."""
    owner = owner_of(resource, context)
    if owner is None:
        raise NotApplicable("it belongs to no agent")
    return owner
