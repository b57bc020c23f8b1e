"""NHI-DEL-103: what an agent really holds on AWS lies within what everybody before it may hand on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nhi.catalog.meaning import agent_platforms

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import HOW_TO_PROVE
from nhi_policies.view.aws.delegated import held_in, source_of, unknown_of
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.chains import chains_to, widened
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-DEL-103",
    slug="granted-never-widens",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def granted_never_widens(stack: Stack, context: Context) -> Iterator[Finding]:
    """Along every chain, what an agent's role holds on AWS lies within what each agent before it may hand on, by proof.

    Why: whoever steers the first agent steers the last; one statement too many there is access that nobody gave it.
    Bad: a policy on the second delegate's role that reads a bucket which the first agent of the chain may not read.
    Fix: take the statement out, give the access to every agent before it, or remove an edge of the chain.
    """
    chains = chains_to(context)
    callees = [agent for agent in context.declared_in(stack) if agent in chains and _on_aws(agent, context)]
    if not callees:
        raise NotApplicable("no agent of the stack takes work on AWS")
    for agent in callees:
        try:
            for one, unknown in unknown_of(stack, context, agent):
                yield unproven(one, agent, context, f"whether {agent} may do more than those who hand it work", unknown)
            source = partial(source_of, stack, context, agent)
            yield from widened(agent, "aws", held_in(stack, context), source, context)
        except Unproven as unknown:
            yield Finding(
                f"whether {agent} may do more than those who hand it work is unproven: {unknown.path} {unknown.why}.",
                HOW_TO_PROVE,
                f"unproven::{unknown.path}",
                context.origin(agent),
                agent,
            )


def _on_aws(agent: str, context: Context) -> bool:
    return "aws" in agent_platforms(context.agents[agent])
