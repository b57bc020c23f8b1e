"""NHI-IDN-001: no two agents are one identity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nhi.contract import agent_name
from nhi.permissions.model import Origin

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.claimants import claimants, workloads
from nhi_policies.view.claims import Thing
from nhi_policies.view.resource import Stack

_DOORS = t.GCP_ACCOUNT_GRANTS | {t.ENTRA_FEDERATED_CREDENTIAL, t.ENTRA_APPLICATION_PASSWORD}
"""Types that let somebody in and say themselves of nobody: one whose account is not known may open any agent's."""


@dataclass
class _Claims:
    """Who claims each thing, and where the claim stands."""

    by_thing: dict[Thing, dict[str, tuple[str | None, str | None, Origin | None]]] = field(default_factory=dict)

    def add(self, thing: Thing, owner: str, agent: str | None, target: str | None, origin: Origin | None) -> None:
        self.by_thing.setdefault(thing, {}).setdefault(owner, (agent, target, origin))

    def shared(self, context: Context) -> Iterator[Finding]:
        for thing, owners in self.by_thing.items():
            first, *others = owners
            for other in others:
                agent, target, origin = owners[other]
                what = " ".join(thing)
                yield Finding(
                    f"{other} and {first} share one identity: {what}.",
                    "give each agent, and each instance of it, an identity of its own.",
                    f"{'::'.join(thing)}::{first}",
                    origin or context.origin(agent),
                    agent,
                    target,
                )


@rule(
    id="NHI-IDN-001",
    slug="shared-identity",
    severity="critical",
    kind="stack",
    reach="agents",
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
    yield from _declared(stack, context).shared(context)
    claims = _Claims()
    for one in claimants(stack, context):
        resource, unknown = one.resource, one.unknown
        for thing, owner in one.claims:
            agent = resource.agent or owner.partition("--")[0]
            known = agent if agent in context.agents else resource.agent
            claims.add(thing, owner, known, resource.urn, None)
        of_agents = resource.agent is not None or (context.has_agents and resource.type in _DOORS)
        if unknown is not None and of_agents:
            yield Finding(
                f"whether it shares its identity is unproven: {unknown.path} {unknown.why}.",
                "compute it in the program from plain values, not from another resource's output.",
                f"unproven::{unknown.path}",
                context.origin(resource.agent),
                resource.agent,
                resource.urn,
            )
    yield from claims.shared(context)


def _declared(stack: Stack, context: Context) -> _Claims:
    """What files declare."""
    claims = _Claims()
    for thing, declared, instance in workloads(stack, context):
        agent = declared.agent.agent_id
        claims.add(thing, agent_name(agent, instance), agent, None, declared.positions.at("credential", "workload"))
    return claims
