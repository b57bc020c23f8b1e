"""NHI-DEL-011: what an agent really holds lies within what everybody before it may hand on, on three platforms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nhi.catalog.meaning import agent_platforms
from nhi.contract import Platform

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import unproven
from nhi_policies.view.chains import chains_to, widened
from nhi_policies.view.held import GRANTED, held_in, source_of, unknown_of
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-DEL-011",
    slug="delegate-never-holds-more",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def delegate_never_holds_more(stack: Stack, context: Context) -> Iterator[Finding]:
    """What an agent holds on Google Cloud, Entra ID or Kubernetes, each agent before it may hand on, by proof.

    Why: whoever steers the first agent steers the last; one member, assignment or role too many there is access that
        nobody gave the first one. On AWS NHI-DEL-103 proves it.
    Bad: a member for the second delegate on a bucket that the first agent of the chain may not read; an app role, or a
        Role by hand, that only the delegate has.
    Fix: take it away, give the access to every agent before it, or remove an edge of the chain.
    """
    chains = chains_to(context)
    callees: list[tuple[str, Platform]] = [
        (agent, platform)
        for agent, declared in context.declared_in(stack).items()
        if agent in chains
        for platform in agent_platforms(declared)
        if platform in GRANTED
    ]
    if not callees:
        raise NotApplicable("no agent of the stack takes work on these platforms")
    for agent, platform in callees:
        for resource, unknown in unknown_of(stack, context, agent, platform):
            yield unproven(resource, (agent, None), context, unknown)
        source = partial(source_of, stack, context, agent, platform)
        yield from widened(agent, platform, held_in(stack, context), source, context)
