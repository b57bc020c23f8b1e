"""What must hold along every chain of delegation, and where it does not.

Owns the walk: from each agent along the declared edges, and at every agent that its work reaches the question whether
that one may do more than the first may hand on. Each pair is asked once; the answer is kept by what the two may do, so
that agents of one kind cost one proof. Does not own the graph (`nhi.fleet.delegation`), nor what a platform really
grants (`view.<platform>`).

Platform by platform, and on the platforms of the last agent: authority is declared in words, so an agent's words are
read on platforms that it does not live on too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import agent_platforms
from nhi.catalog.permission_set import permission_set
from nhi.contract import Platform
from nhi.fleet.delegation import Chain, access, handed_on
from nhi.permissions.algebra import MalformedStatementError, canonical
from nhi.permissions.model import PermissionSet
from nhi.permissions.proof import Proved, Undecided, Verdict, subset

from nhi_policies.declared import Context, lock_date
from nhi_policies.view.memo import kept


@dataclass(frozen=True, slots=True)
class Window:
    """Whether ends count at all in a comparison, and the end of the whole chain where they do."""

    dated: bool
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A set, and one number for all sets of its canonical form; why it has none where it means nothing certain."""

    permissions: PermissionSet
    form: int | str


Held = Callable[[str, Platform, Window], Numbered]
"""What an agent holds on a platform. It is asked often, so it should be kept."""


@dataclass(frozen=True, slots=True)
class Widening:
    """The last agent of a chain may do something that the first one may not hand on."""

    chain: Chain
    platform: Platform
    verdict: Verdict
    """Refuted with a witness, or undecided."""


def widenings(start: str, context: Context, held: Held) -> Iterator[Widening]:
    """Every chain from an agent at whose end more may be done than the agent may hand on.

    Where an agent in between may not hand it on either, that one's own chain says so, and this one is left out. Agents
    are compared for the time in which the whole chain stands.
    """
    for chain in context.delegation.chains(start):
        callee = context.agents[chain[-1]]
        for platform in agent_platforms(callee):
            verdict = compared(start, chain[-1], platform, chain, context, held)
            if isinstance(verdict, Proved):
                continue
            if not any(
                not isinstance(compared(between, chain[-1], platform, chain, context, held), Proved)
                for between in chain[1:-1]
            ):
                yield Widening(chain, platform, verdict)


def compared(delegator: str, delegate: str, platform: Platform, chain: Chain, context: Context, held: Held) -> Verdict:
    """Whether everything that the delegate holds lies within what the delegator may hand on."""
    catalog = context.catalog or load_catalog()
    above = context.agents[delegator]
    # Ends of whole agents matter only where some word ends before its agent does: the chain stands no longer than the
    # first of its agents. Without them agents that do the same have the same sets, and one proof serves all of them.
    window = Window(False)
    if any(grant.expires for grant in access(above, catalog, platform)):
        dates = (lock_date(context.agents[one].agent) for one in chain)
        window = Window(True, min((date for date in dates if date is not None), default=None))
    inside = held(delegate, platform, window)
    outside = kept(
        context,
        ("handed on", delegator, platform, window),
        lambda: numbered(context, handed_on(above, catalog, platform, window.end)),
    )
    return _proof(context, inside, outside)


def declared_access(context: Context) -> Held:
    """What each agent's file allows it, whatever its state: the `held` of a rule about files."""
    catalog = context.catalog or load_catalog()

    def held(agent_id: str, platform: Platform, window: Window) -> Numbered:
        def make() -> Numbered:
            grants = access(context.agents[agent_id], catalog, platform)
            ended = grants if window.dated else [replace(grant, expires=None) for grant in grants]
            return numbered(context, permission_set(platform, ended, window.end))

        return kept(context, ("declared access", agent_id, platform, window), make)

    return held


def numbered(context: Context, permissions: PermissionSet) -> Numbered:
    """A set with the number of its canonical form in this context."""
    forms: dict[PermissionSet, int] = kept(context, "canonical forms", dict)
    try:
        return Numbered(permissions, forms.setdefault(canonical(permissions), len(forms)))
    except MalformedStatementError as wrong:
        return Numbered(permissions, str(wrong))


def _proof(context: Context, inside: Numbered, outside: Numbered) -> Verdict:
    for one in (inside, outside):
        if isinstance(one.form, str):
            return Undecided(one.form)
    # Only a proof serves all sets of one form: any other verdict names a line of the very agents that were asked for.
    proved: set[tuple[int | str, int | str]] = kept(context, "delegation proofs", set)
    pair = inside.form, outside.form
    if pair in proved:
        return Proved()
    verdict = subset(inside.permissions, outside.permissions)
    if isinstance(verdict, Proved):
        proved.add(pair)
    return verdict
