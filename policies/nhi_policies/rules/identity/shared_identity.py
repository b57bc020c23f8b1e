"""NHI-IDN-001: no two agents are one identity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nhi.contract import agent_name, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, instances_of, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.claims import claims as aws_claims
from nhi_policies.view.claims import Claim, Thing
from nhi_policies.view.entra.claims import claims as entra_claims
from nhi_policies.view.gcp.claims import claims as gcp_claims
from nhi_policies.view.kubernetes.claims import claims as kubernetes_claims
from nhi_policies.view.resource import Resource, Stack

_ROOMS: dict[str, Callable[[Resource, Stack, Context], Iterator[Claim]]] = {
    "aws": aws_claims,
    "azuread": entra_claims,
    "gcp": gcp_claims,
    "kubernetes": kubernetes_claims,
}
"""What a resource claims, by its package."""
_DOORS = t.GCP_ACCOUNT_GRANTS | {t.ENTRA_FEDERATED_CREDENTIAL, t.ENTRA_APPLICATION_PASSWORD}
"""Types that let somebody in and say themselves of nobody: one whose account is not known may open any agent's."""


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
    """No two agents, and no two instances of one agent, share a role, account, application or workload on any platform.

    Why: what one of them does cannot be told from what the other does, and neither can be stopped alone.
    Bad: two agent files that name one workload; two roles that trust one service account; one agent's binding that
        names another agent's service account; a pod of one agent under the service account of another; an AWS role
        that the applications of two agents trust; one federated subject in the allow policies of two service accounts.
    Fix: give each agent, and each instance of it, a workload and an identity of its own.
    """
    yield from _declared(context).shared()
    claims = _Claims()
    for resource in stack:
        room = _ROOMS.get(resource.package)
        if room is None:
            continue
        try:
            for thing, owner in room(resource, stack, context):
                agent = resource.agent or owner.partition("--")[0]
                known = agent if agent in context.agents else resource.agent
                claims.add(thing, owner, known, resource.urn, context.origin(known))
        except Unproven as unknown:
            if resource.agent is not None or (context.has_agents and resource.type in _DOORS):
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
