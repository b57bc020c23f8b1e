"""NHI-DEL-103: what an agent really holds on AWS lies within what everybody before it may hand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from nhi.catalog.meaning import agent_platforms
from nhi.fleet.delegation import Chain
from nhi.permissions.proof import Proved, Refuted, Undecided

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import HOW_TO_PROVE
from nhi_policies.view.aws.delegated import held_in, source_of, unknown_of
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.delegation import compared, declared_access
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack

_NAMED = 3
"""Further chains that one finding names."""


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
    chains = _chains(context)
    callees = [agent for agent in context.declared_in(stack) if agent in chains and _on_aws(agent, context)]
    if not callees:
        raise NotApplicable("no agent of the stack takes work on AWS")
    for agent in callees:
        try:
            for one, unknown in unknown_of(stack, context, agent):
                yield unproven(one, agent, context, f"whether {agent} may do more than those who hand it work", unknown)
            yield from _widened(agent, chains[agent], stack, context)
        except Unproven as unknown:
            yield Finding(
                f"whether {agent} may do more than those who hand it work is unproven: {unknown.path} {unknown.why}.",
                HOW_TO_PROVE,
                f"unproven::{unknown.path}",
                context.origin(agent),
                agent,
            )


def _widened(agent: str, chains: tuple[Chain, ...], stack: Stack, context: Context) -> Iterator[Finding]:
    """A finding for each statement by which an agent at the end of chains holds more than they may hand on.

    It tells the shortest of the chains, and names others. Where an agent in between may not hand it on either, that
    one's own chain is shorter.
    """
    held, declared = held_in(stack, context), declared_access(context)
    verdicts = {chain: compared(chain[0], agent, "aws", chain, context, held) for chain in chains}
    failed = {chain[0]: chain for chain, verdict in verdicts.items() if not isinstance(verdict, Proved)}
    told: dict[str, list[Chain]] = {}
    for chain in failed.values():
        # Where the files widen by themselves, the rule about files has said so.
        if isinstance(compared(chain[0], agent, "aws", chain, context, declared), Proved):
            nearest = next((failed[one] for one in reversed(chain[:-1]) if one in failed), chain)
            told.setdefault(_label(verdicts[nearest]), []).append(chain)
    for label, paths in told.items():
        first, *others = paths
        verdict, path, source = verdicts[first], " -> ".join(first), source_of(stack, context, agent, label)
        also = f" So it is over {'; '.join(' -> '.join(one) for one in others[:_NAMED])}." if others else ""
        if isinstance(verdict, Refuted):
            by = f" by {label}" if source else ""
            text = f"over {path} {agent} may {in_words(verdict.witness)}{by}, and {first[0]} may not hand that on."
        else:
            why = verdict.reason if isinstance(verdict, Undecided) else "no proof"
            text = f"over {path} it is undecided whether {agent} may do more than {first[0]}: {why}."
        yield Finding(
            f"{text}{also}",
            f"take it away from {agent}, give it to everybody before it first, or remove an edge of the chain.",
            f"aws::{path}",
            context.origin(agent, "delegation", "accepts_from"),
            agent,
            source.urn if source else None,
        )


def _label(verdict: object) -> str:
    return verdict.statement.label if isinstance(verdict, Refuted) and verdict.statement else ""


def _chains(context: Context) -> Mapping[str, tuple[Chain, ...]]:
    """By its last agent, every chain that the files declare, shortest first."""

    def make() -> Mapping[str, tuple[Chain, ...]]:
        found: dict[str, list[Chain]] = defaultdict(list)
        for start in context.delegation.limits:
            for chain in context.delegation.chains(start):
                found[chain[-1]].append(chain)
        return {agent: tuple(sorted(chains, key=lambda one: (len(one), one))) for agent, chains in found.items()}

    return kept(context, "chains by last agent", make)


def _on_aws(agent: str, context: Context) -> bool:
    return "aws" in agent_platforms(context.agents[agent])
