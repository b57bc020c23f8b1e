"""NHI-TRU-301: through the agents' pool come the workloads that files declare, each through a provider of its own."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import owner_of
from nhi_policies.view.gcp.trust import differences, expected, in_agents_pool
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-301",
    slug="provider-matches-declared-workload",
    severity="critical",
    kind="resource",
    targets=(t.GCP_PROVIDER,),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def provider_matches_declared_workload(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every provider of the agents' pool is one agent's, and lets in exactly the workload that its file declares.

    Why: a pool's providers share its subjects, so a second provider can call somebody else by an agent's name.
    Bad: a provider for a whole organization of a code host; `google.subject` mapped from another claim than `sub`;
        another issuer, audience or AWS account than the workload's; keys of the program's own.
    Fix: let the component write the provider; give everybody else a pool of their own.
    """
    beside_agents(context)
    environment = context.environment.environment if context.environment else None
    owner = owner_of(resource, context)
    if owner is None and not in_agents_pool(resource, environment):
        raise NotApplicable("it is no provider of the agents' pool")
    yield from _wrong(resource, owner, context)


def _wrong(resource: Resource, owner: Owner | None, context: Context) -> Iterator[Finding]:
    declared = context.agents.get(owner[0]) if owner else None
    if owner is None or declared is None:
        yield Finding(
            "it is a provider of the agents' pool and belongs to no declared agent.",
            "give it a pool of its own.",
            "foreign",
        )
        return
    origin = declared.positions.at("credential", "workload")
    entrance = expected(declared, owner[1])
    if entrance is None or entrance.provider is None:
        yield Finding(
            "the agent's file declares no workload that comes through a provider.",
            "remove it, or declare the workload in the agent's file.",
            "workload",
            origin,
        )
        return
    for text, part in differences(resource, entrance.provider):
        yield Finding(f"{text}.", "let the component write the provider.", part, origin)
