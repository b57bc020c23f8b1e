"""Who an agent is, what it may do and until when, in neutral terms: the input of every platform's documents.

Owns `AgentPlan`. Does not own how a plan is made (`plan.make`), what the words mean (`catalog`) or how a platform
writes it down (`platforms`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from nhi.catalog.model import Meaning
from nhi.contract import Fact, Platform, agent_name
from nhi.fleet.delegation import Edge
from nhi.permissions.model import Grant, Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import Environment
from nhi.spec.model import Agent, Workload
from nhi.spec.profiles import TierCeilings

EffectiveState = Literal["proposed", "active", "suspended"]


@dataclass(frozen=True)
class Handover:
    """One edge on which work is handed over now: both agents are active, and both files agree."""

    edge: Edge
    instances: tuple[str | None, ...]
    """The other agent's active instances; `(None,)` for an agent that is its own only instance."""
    end: datetime | None
    """The earlier of both agents' lock dates."""
    places: tuple[tuple[frozenset[str], ...], ...]
    """Who may stand where in a chain that ends with this edge, by number of hops (`fleet.delegation.Graph.places`)."""


@dataclass(frozen=True)
class AgentPlan:
    """One identity: an agent, or one named instance of it, in one environment.

    `lock_date` is the earliest of end date, grant expiry, leaver deadline and review due that applies to the whole
    agent; it is None only where nothing in the file ends. A grant with an `expires` of its own ends at the earlier
    of the two (`grant_end`). `state` is what is rendered: past its lock date an agent is `suspended`, and
    `state_reason` says why.
    """

    declared: DeclaredAgent
    instance: str | None
    clock: datetime
    state: EffectiveState
    state_reason: str
    lock_date: datetime | None
    platforms: tuple[Platform, ...]
    meanings: dict[Platform, Meaning]
    workload: Workload | None
    max_session: timedelta
    """Declared session length, never over the tier's ceiling."""
    facts: dict[Fact, str]
    calls: tuple[Edge, ...] = ()
    """The edges on which the agent hands work on, whether or not they stand now."""
    hands_to: tuple[Handover, ...] = ()
    """To whom the agent may hand work now; nobody unless it is active."""
    takes_from: tuple[Handover, ...] = ()
    """From whom the agent takes work now; nobody unless it is active."""
    handed_on: Mapping[Platform, tuple[Grant, ...]] = field(default_factory=dict)
    """What the agent hands on at most on each of its platforms, allows and denies; empty unless it hands work over."""

    @property
    def agent(self) -> Agent:
        """The agent as declared."""
        return self.declared.agent

    @property
    def environment(self) -> Environment:
        """The environment it is declared for."""
        return self.declared.environment.environment

    @property
    def ceilings(self) -> TierCeilings:
        """The ceilings of the agent's tier."""
        return self.declared.environment.profile.ceilings(self.agent.risk_tier)

    @property
    def name(self) -> str:
        """Agent id, and the instance where there is one."""
        return agent_name(self.agent.agent_id, self.instance)

    @property
    def live(self) -> bool:
        """Whether the plan grants anything."""
        return self.state == "active"

    def grant_end(self, expires: datetime | None) -> datetime | None:
        """The date on which a grant ends: its own, or the agent's lock date, whichever comes first."""
        ends = [end for end in (expires, self.lock_date) if end is not None]
        return min(ends) if ends else None

    def at(self, *path: str | int) -> Origin:
        """Where a value of the agent file stands."""
        return self.declared.positions.at(*path)
