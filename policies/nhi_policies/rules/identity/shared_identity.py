"""NHI-IDN-001: no two agents are one identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nhi.contract import agent_name, encode_fact, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, instances_of, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents, roles_of
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.objects import pod_path, pod_service_account, service_account, subjects
from nhi_policies.view.resource import Resource, Stack

Thing = tuple[str, ...]
"""What only one agent may be: a kind and the parts of its name."""

_CLOCK_KEYS = frozenset({"aws:currenttime", "aws:epochtime"})
_NAMES = (
    "aws:requesttag/eks-cluster-name",
    "aws:requesttag/kubernetes-namespace",
    "aws:requesttag/kubernetes-service-account",
    "aws:principaltag/x509san/uri",
)
"""Condition keys that by themselves name one workload, in lower case."""
_ACCOUNT_KEYS = frozenset({"aws:sourceaccount", "aws:sourceorgid", "aws:principalorgid", "aws:requestedregion"})


@dataclass
class _Claims:
    """Who claims each thing, and where the claim stands."""

    by_thing: dict[Thing, dict[str, tuple[str | None, str | None, Origin | None]]] = field(default_factory=dict)

    def add(self, thing: Thing, owner: str, agent: str | None, target: str | None, origin: Origin | None) -> None:
        self.by_thing.setdefault(thing, {}).setdefault(owner, (agent, target, origin))

    def shared(self) -> Iterator[Finding]:
        for thing, owners in self.by_thing.items():
            first, *others = owners
            for other in others:
                agent, target, origin = owners[other]
                what = " ".join(thing)
                yield Finding(
                    f"{other} and {first} share one identity: {what}.",
                    "give each agent, and each instance of it, an identity of its own.",
                    f"{'::'.join(thing)}::{first}",
                    origin,
                    agent,
                    target,
                )


@rule(
    id="NHI-IDN-001",
    slug="shared-identity",
    severity="critical",
    kind="stack",
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "NIST-IA-2(5)", "ISO27001-A.5.16", "AICM-IAM-13", "AIRS-IA-1.2"),
    row="2.3",
)
def shared_identity(stack: Stack, context: Context) -> Iterator[Finding]:
    """No two agents, and no two instances of one agent, run on one role, service account or workload.

    Why: what one of them does cannot be told from what the other does, and neither can be stopped alone.
    Bad: two agent files that name one workload; two roles that trust one service account; one agent's binding that
        names another agent's service account; a pod of one agent under the service account of another.
    Fix: give each agent, and each instance of it, a workload and an identity of its own.
    """
    yield from _declared(context).shared()
    claims = _Claims()
    for resource in stack:
        try:
            for thing, owner in _claimed(resource, context):
                claims.add(thing, owner, resource.agent, resource.urn, context.origin(resource.agent))
        except Unproven as unknown:
            if resource.agent is not None:
                yield Finding(
                    f"whether it shares its identity is unproven: {unknown.path} {unknown.why}.",
                    "compute it in the program from plain values, not from another resource's output.",
                    f"unproven::{unknown.path}",
                    context.origin(resource.agent),
                    resource.agent,
                    resource.urn,
                )
    yield from claims.shared()


# --- what files declare -------------------------------------------------------------------------------------------


def _declared(context: Context) -> _Claims:
    claims = _Claims()
    for declared in context.agents.values():
        agent = declared.agent
        for instance in instances_of(agent):
            if rendered_state(agent, instance, context.clock) == "suspended":
                continue
            thing = _workload(declared, instance)
            if thing is not None:
                origin = declared.positions.at("credential", "workload")
                claims.add(thing, agent_name(agent.agent_id, instance), agent.agent_id, None, origin)
    return claims


def _workload(declared: DeclaredAgent, instance: str | None) -> Thing | None:
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if workload is None:
        return None
    parts = {key: str(value) for key, value in workload.model_dump(exclude_none=True).items()}
    kind = parts.pop("kind")
    if kind == "ecs" and "service" not in parts:
        return None  # a cluster is a place where many tasks run, not a workload; each agent's role is its own
    kubernetes = declared.environment.environment.kubernetes
    if kind in ("eks", "gke", "kubernetes"):
        # An instance has an account of its own also where the file names one.
        stem = parts.get("service_account", declared.agent.agent_id)
        parts["service_account"] = identity_name("kubernetes:name", "", stem, instance)
        parts.setdefault("namespace", kubernetes.namespace if kubernetes else "default")
        if kind == "kubernetes" and kubernetes is not None:
            parts.setdefault("cluster", kubernetes.cluster)
        # A pod is one workload, whether its cluster is reached as EKS or as Kubernetes.
        kind = "pod"
    parts.pop("audience", None)  # one subject is one workload, whatever audience it asks a token for
    return ("workload", kind, *(f"{key}={parts[key]}" for key in sorted(parts)))


# --- what resources say -------------------------------------------------------------------------------------------


def _owner(resource: Resource, context: Context) -> str | None:
    """Agent and instance of a resource; None where it belongs to no agent."""
    if resource.agent is None:
        return None
    instance = fact(resource, "instance")
    if instance is None and resource.type == t.AWS_ROLE:
        owner = context.owner("aws:role", roles_of(resource)[0])
        instance = owner[1] if owner else None
    return agent_name(resource.agent, instance)


def _claimed(resource: Resource, context: Context) -> Iterator[tuple[Thing, str]]:
    if resource.type == t.AWS_ROLE:
        owner = _owner(resource, context)
        if owner is not None:
            (name,) = roles_of(resource)
            yield ("role", name), owner
            for document in documents(resource, "trust"):
                for statement in document.allows:
                    yield from ((thing, owner) for thing in _trusted(statement))
    elif resource.type == t.AWS_POD_IDENTITY:
        parts = [resource.text(key) or "" for key in ("clusterName", "namespace", "serviceAccount")]
        for role in roles_of(resource):
            named = context.owner("aws:role", role)
            owner = agent_name(*named) if named else _owner(resource, context) or f"role {role}"
            yield ("pod identity of service account", *parts), owner
    elif resource.type == t.K8S_SERVICE_ACCOUNT:
        owner = _owner(resource, context)
        if owner is not None:
            yield _account(*service_account(resource)), owner
    elif resource.type in (t.K8S_ROLE_BINDING, t.K8S_CLUSTER_ROLE_BINDING):
        owner = _owner(resource, context)
        for subject in subjects(resource) if owner is not None else ():
            if subject.kind == "ServiceAccount":
                yield _account(subject.namespace or "default", subject.name), owner or ""
    elif resource.type in t.K8S_WORKLOADS:
        owner = _pod_owner(resource, context)
        account = pod_service_account(resource)
        if account is not None and owner is not None:
            yield _account(*account), owner


def _account(namespace: str, name: str) -> Thing:
    return ("service account", f"{namespace}/{name}")


def _pod_owner(resource: Resource, context: Context) -> str | None:
    """Whose pods a workload makes: by the labels of its pods, else by its own."""
    path = pod_path(resource)
    labels: Mapping[str, object] = resource.map(*path, "metadata", "labels") if path is not None else {}
    named = labels.get("nhi/agent-id")
    if named is None:
        return _owner(resource, context)
    agent = next((one for one in context.agents if encode_fact("kubernetes", "agent-id", one) == named), str(named))
    instance = labels.get("nhi/instance")
    return agent_name(agent, str(instance) if instance is not None else None)


def _trusted(statement: Statement) -> Iterator[Thing]:
    """The workloads that a trust statement pins, each as a thing that only one agent may be.

    Two statements that pin one workload need not be written alike, so what names the workload decides where it is
    there (service account, subject, SPIFFE id), and only else all conditions together. A statement that pins nothing
    but account, region or time trusts no one workload; that is another rule's finding, and for ECS as narrow as AWS
    allows.
    """
    pins = {
        condition.key.lower(): condition.values
        for condition in statement.conditions
        if condition.key.lower() not in _CLOCK_KEYS | _ACCOUNT_KEYS
        and not condition.key.lower().endswith(":aud")
        and not any(value == "*" or value.endswith(":*") for value in condition.values)
    }
    names = {key: values for key, values in pins.items() if key.startswith(_NAMES) or key.endswith(":sub")}
    if any(key.endswith("/kubernetes-service-account") for key in names) and not any(
        key.endswith("/eks-cluster-name") for key in names
    ):
        names |= {key: values for key, values in pins.items() if key.endswith(("/eks-cluster-arn", ":sourcearn"))}
    told = sorted(f"{key}={'|'.join(sorted(values))}" for key, values in (names or pins).items())
    for principal in statement.principals:
        if told:
            yield ("trusted workload", str(principal), *told)
        elif principal.kind == "AWS" and ":root" not in principal.value:
            yield ("trusted principal", str(principal))
