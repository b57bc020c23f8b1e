"""NHI-DEL-103: what an agent really holds on AWS lies within what everybody before it may hand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from nhi.catalog.meaning import agent_platforms
from nhi.fleet.delegation import Chain
from nhi.permissions.model import Statement
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
from nhi_policies.view.resource import Resource, Stack


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
    held, declared = held_in(stack, context), declared_access(context)
    for agent in callees:
        try:
            for one, unknown in unknown_of(stack, context, agent):
                yield unproven(one, agent, context, f"whether {agent} may do more than those who hand it work", unknown)
            failed: set[str] = set()
            # Shortest chains first: where an agent in between may not hand it on, its own chain has said so.
            for chain in chains[agent]:
                verdict = compared(chain[0], agent, "aws", chain, context, held)
                if isinstance(verdict, Proved):
                    continue
                nearer = not failed.isdisjoint(chain)
                failed.add(chain[0])
                # Where the files widen by themselves, the rule about files has said so.
                if nearer or not isinstance(compared(chain[0], agent, "aws", chain, context, declared), Proved):
                    continue
                path, source = " -> ".join(chain), _source(verdict, stack, context, agent)
                if isinstance(verdict, Refuted):
                    by = _by(verdict.statement, source)
                    text = (
                        f"over {path} {agent} may {in_words(verdict.witness)}{by}, and {chain[0]} may not hand that on."
                    )
                else:
                    why = verdict.reason if isinstance(verdict, Undecided) else "no proof"
                    text = f"over {path} it is undecided whether {agent} may do more than {chain[0]}: {why}."
                yield Finding(
                    text,
                    f"take it away from {agent}, give it to {chain[0]} first, or remove an edge of the chain.",
                    f"aws::{path}",
                    context.origin(agent, "delegation", "accepts_from"),
                    agent,
                    source.urn if source else None,
                )
        except Unproven as unknown:
            yield Finding(
                f"whether {agent} may do more than those who hand it work is unproven: {unknown.path} {unknown.why}.",
                HOW_TO_PROVE,
                f"unproven::{unknown.path}",
                context.origin(agent),
                agent,
            )


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


def _source(verdict: object, stack: Stack, context: Context, agent: str) -> Resource | None:
    statement = verdict.statement if isinstance(verdict, Refuted) else None
    return source_of(stack, context, agent, statement.label) if statement else None


def _by(statement: Statement | None, source: Resource | None) -> str:
    return f" by {statement.label}" if statement and source else ""
