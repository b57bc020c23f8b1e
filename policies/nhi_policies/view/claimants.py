"""Who claims what in a stack: every resource asked once by its platform's room, and every declared workload.

Owns asking. Does not own what a resource claims (`aws.claims`, `entra.claims`, `gcp.claims`, `kubernetes.claims`), the
names under which claims meet (`claims`), nor what follows from two claims of one thing (`rules/identity`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nhi.contract import identity_name
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, instances_of, rendered_state
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws.claims import claims as aws_claims
from nhi_policies.view.claims import Claim, Thing
from nhi_policies.view.entra.claims import claims as entra_claims
from nhi_policies.view.gcp.claims import claims as gcp_claims
from nhi_policies.view.kubernetes.claims import claims as kubernetes_claims
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

_ROOMS: Mapping[str, Callable[[Resource, Stack, Context], Iterator[Claim]]] = {
    "aws": aws_claims,
    "azuread": entra_claims,
    "gcp": gcp_claims,
    "kubernetes": kubernetes_claims,
}
"""What a resource claims, by its package."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A resource with what it claims, and why the rest of it is not known, where it is not."""

    resource: Resource
    claims: tuple[Claim, ...]
    unknown: Unproven | None


def claimants(stack: Stack, context: Context) -> tuple[Claimant, ...]:
    """The resources of a stack that claim something, or may, in their order."""

    def make() -> tuple[Claimant, ...]:
        found: list[Claimant] = []
        for resource in stack:
            room = _ROOMS.get(resource.package)
            if room is None:
                continue
            claims: list[Claim] = []
            unknown: Unproven | None = None
            try:
                claims.extend(room(resource, stack, context))
            except Unproven as signal:
                unknown = signal
            if claims or unknown is not None:
                found.append(Claimant(resource, tuple(claims), unknown))
        return tuple(found)

    return kept(stack, "claimants", make)


def workloads(stack: Stack, context: Context) -> Iterator[tuple[Thing, DeclaredAgent, str | None]]:
    """The workload of each declared agent and instance that may work now."""
    for declared in context.declared_in(stack).values():
        for instance in instances_of(declared.agent):
            if rendered_state(declared.agent, instance, context.clock) != "suspended":
                thing = _workload(declared, instance)
                if thing is not None:
                    yield thing, declared, instance


def things(stack: Stack, context: Context) -> frozenset[Thing]:
    """Everything in a stack that only one agent may be."""
    declared = (thing for thing, _, _ in workloads(stack, context))
    return frozenset((*declared, *(thing for one in claimants(stack, context) for thing, _ in one.claims)))


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
