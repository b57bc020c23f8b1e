"""Where the last agent of a chain really holds more on a platform than those before it may hand on, in words.

Owns that finding, the same for every platform. Does not own the walk and its proofs (`delegation`), nor what an agent
holds on a platform.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from nhi.contract import Platform
from nhi.fleet.delegation import Chain
from nhi.permissions.proof import Proved, Refuted, Undecided, Verdict

from nhi_policies.declared import Context
from nhi_policies.verdict import Finding
from nhi_policies.view.delegation import Held, compared, declared_access
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Resource

_NAMED = 3
"""Further chains that one finding names."""


def chains_to(context: Context) -> Mapping[str, tuple[Chain, ...]]:
    """By its last agent, every chain that the files declare, shortest first."""

    def make() -> Mapping[str, tuple[Chain, ...]]:
        found: dict[str, list[Chain]] = defaultdict(list)
        for start in context.delegation.limits:
            for chain in context.delegation.chains(start):
                found[chain[-1]].append(chain)
        return {agent: tuple(sorted(chains, key=lambda one: (len(one), one))) for agent, chains in found.items()}

    return kept(context, "chains by last agent", make)


def widened(
    agent: str, platform: Platform, held: Held, source_of: Callable[[str], Resource | None], context: Context
) -> Iterator[Finding]:
    """A finding for each statement by which an agent at the end of chains holds more than they may hand on.

    It tells the shortest of the chains, and names others. Where an agent in between may not hand it on either, that
    one's own chain is shorter. `source_of` gives the resource of a statement's label.
    """
    chains, declared = chains_to(context).get(agent, ()), declared_access(context)
    verdicts = {chain: compared(chain[0], agent, platform, chain, context, held) for chain in chains}
    failed = {chain[0]: chain for chain, verdict in verdicts.items() if not isinstance(verdict, Proved)}
    told: dict[str, list[Chain]] = {}
    for chain in failed.values():
        # Where the files widen by themselves, the rule about files has said so.
        if isinstance(compared(chain[0], agent, platform, chain, context, declared), Proved):
            nearest = next((failed[one] for one in reversed(chain[:-1]) if one in failed), chain)
            told.setdefault(_label(verdicts[nearest]), []).append(chain)
    for label, paths in told.items():
        first, *others = paths
        verdict, path, source = verdicts[first], " -> ".join(first), source_of(label)
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
            f"{platform}::{path}",
            context.origin(agent, "delegation", "accepts_from"),
            agent,
            source.urn if source else None,
        )


def _label(verdict: Verdict) -> str:
    return verdict.statement.label if isinstance(verdict, Refuted) and verdict.statement else ""
