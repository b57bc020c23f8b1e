"""Which declared edges of delegation stand at the context's clock, and until when: what every platform's judge asks.

Owns the judge's own reading of that: an edge stands while both of its agents must be rendered active, and ends with the
earlier of their lock dates. The builder's plan is not asked. Does not own the graph (`nhi.fleet.delegation`), nor what
an edge brings on a platform (`nhi.catalog.delegation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nhi.catalog.delegation import edge_grants
from nhi.contract import Platform
from nhi.fleet.delegation import Edge
from nhi.permissions.model import Grant
from nhi.spec.model import Agent

from nhi_policies.declared import Context, instances_of, lock_date, rendered_state
from nhi_policies.view.memo import kept


@dataclass(frozen=True, slots=True)
class StandingEdge:
    """An edge on which work may be handed over now, with the instances of either side that are active."""

    edge: Edge
    callers: tuple[str | None, ...]
    callees: tuple[str | None, ...]
    end: datetime | None

    @property
    def caller(self) -> str:
        """Id of the agent that hands work over."""
        return self.edge.caller.agent.agent_id

    @property
    def callee(self) -> str:
        """Id of the agent that takes it."""
        return self.edge.callee.agent.agent_id


def handed_by(context: Context, agent_id: str) -> tuple[StandingEdge, ...]:
    """The edges on which an agent hands work over now."""
    return kept(context, ("handed by", agent_id), lambda: tuple(_standing(context.delegation.calls(agent_id), context)))


def taken_by(context: Context, agent_id: str) -> tuple[StandingEdge, ...]:
    """The edges on which an agent takes work now."""
    return kept(
        context, ("taken by", agent_id), lambda: tuple(_standing(context.delegation.called_by(agent_id), context))
    )


def handover_grants(context: Context, agent_id: str, platform: Platform) -> Iterator[Grant]:
    """What an agent is granted on a platform so that it can hand work over on its edges."""
    for one in handed_by(context, agent_id):
        yield from edge_grants(one.edge, platform, one.callees, one.end)


def standing(context: Context, caller: str, callee: str) -> StandingEdge | None:
    """The edge on which one agent hands work to another now; None where there is none."""
    return next((one for one in taken_by(context, callee) if one.caller == caller), None)


def missing(context: Context, caller: str, callee: str) -> str:
    """Why no edge stands between two declared agents, as a part of a sentence: which file does not agree."""
    declared, taker = context.agents[caller].agent.delegation, context.agents[callee].agent.delegation
    accepts = taker is not None and caller in taker.accepts_from
    if declared is None or not declared.allowed or callee not in declared.allowed_targets:
        also = "" if accepts else f", nor does {callee} take it (delegation.accepts_from)"
        return f"{caller} does not hand work to {callee} (delegation.allowed_targets){also}"
    if not accepts:
        return f"{callee} takes no work from {caller} (delegation.accepts_from)"
    return "one of the two is stopped, or past its date"


def edge_permissions(context: Context, agent_id: str, platform: Platform) -> frozenset[str]:
    """The permissions that an agent's edges can bring on a platform, whether or not they stand now."""
    edges = context.delegation.calls(agent_id)
    return frozenset(
        action for edge in edges for grant in edge_grants(edge, platform, (None,), None) for action in grant.actions
    )


def _standing(edges: Iterable[Edge], context: Context) -> Iterator[StandingEdge]:
    for edge in edges:
        caller, callee = edge.caller.agent, edge.callee.agent
        callers, callees = _active(caller, context), _active(callee, context)
        if callers and callees:
            ends = [end for end in (lock_date(caller), lock_date(callee)) if end is not None]
            yield StandingEdge(edge, callers, callees, min(ends, default=None))


def _active(agent: Agent, context: Context) -> tuple[str | None, ...]:
    return tuple(one for one in instances_of(agent) if rendered_state(agent, one, context.clock) == "active")
