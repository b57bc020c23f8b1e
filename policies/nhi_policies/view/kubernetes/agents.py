"""Whose a Kubernetes object is, and under which ceilings it stands.

Owns the judge's own computation of an agent's service account, and the attribution of objects that carry no label: a
role written by hand gives an agent as much as one that the component made. Does not own what an object grants
(`rbac`) nor what a declaration says (`declared`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nhi.contract import AGENT_CLASS_FACT, FACT_TABLE, Fact, encode_fact, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.profiles import BASE_PROFILE, TierCeilings, load_profile

from nhi_policies.declared import Context, Owner, instances_of, rendered_state
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.objects import pod_path, pod_service_account, service_account, subjects
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource

Account = tuple[str, str]
"""Namespace and name of a service account."""

AGENT_LABEL = FACT_TABLE["kubernetes"]["agent-id"].key
INSTANCE_LABEL = FACT_TABLE["kubernetes"]["instance"].key
HOW_TO_PROVE = "compute it in the program from plain values, not from another resource's output."


def beside_agents(context: Context) -> None:
    """Raises `NotApplicable` in a stack without agents."""
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")


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


def tier_of(owner: Owner, resource: Resource, context: Context) -> int:
    """The risk tier of an object's agent: the declared one, else the one on the object, else the strictest."""
    declared = context.agents.get(owner[0])
    if declared is not None:
        return declared.agent.risk_tier or 3
    written = fact(resource, "risk-tier")
    return int(written) if written in ("1", "2", "3") else 3


def ceilings_of(owner: Owner, resource: Resource, context: Context) -> TierCeilings:
    """What an object's agent may have at most."""
    declared = context.agents.get(owner[0])
    environment = declared.environment if declared else context.environment
    profile = environment.profile if environment else load_profile(BASE_PROFILE)
    return profile.ceilings(tier_of(owner, resource, context))


def expected_facts(declared: DeclaredAgent, instance: str | None, clock: datetime) -> dict[Fact, str]:
    """The facts that an object of the agent must carry, as the platform writes them; undeclared ones are left out."""
    agent = declared.agent
    raw: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": agent.agent_id,
        "instance": instance,
        "sponsor": agent.sponsor.id if agent.sponsor else None,
        "owner-team": agent.owner_team,
        "risk-tier": str(agent.risk_tier) if agent.risk_tier else None,
        "purpose": agent.purpose,
        "state": rendered_state(agent, instance, clock),
        "environment": declared.environment.environment.environment,
    }
    return {name: encode_fact("kubernetes", name, value) for name, value in raw.items() if value is not None}


def about(
    resource: Resource | None,
    owner: Owner | None,
    context: Context,
    text: str,
    fix: str,
    part: str,
    origin: Origin | None = None,
) -> Finding:
    """A stack rule's finding about one resource of one agent."""
    agent = owner[0] if owner else resource.agent if resource else None
    return Finding(text, fix, part, origin or context.origin(agent), agent, resource.urn if resource else None)


def unproven(resource: Resource, owner: Owner | None, context: Context, signal: Unproven) -> Finding:
    """What a stack rule says about one resource that it cannot read, so that it still judges all others."""
    return about(
        resource,
        owner,
        context,
        f"{signal.path} {signal.why}, so this is unproven.",
        HOW_TO_PROVE,
        f"unproven::{signal.path}",
    )
