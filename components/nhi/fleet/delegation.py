"""Who may hand work to whom: the edges between the agents of one environment, and the chains that they make.

Owns the graph, its cycles, how far a request can travel, and what an agent may hand on at most. An edge needs two
files: the caller's `allowed_targets` and the callee's `accepts_from` (two-sided consent). Does not own how a platform
lets a caller reach its callee (`catalog.delegation` says which permission that takes), nor the judging of a graph (the
gate's rules).

Depth counts hops: an agent that hands work to another one makes one hop. An agent's limit is its `max_depth`, never
more than its tier allows, and nothing where delegation is not allowed; so no chain is longer than the strictest tier
profile lets it be, and a chain of hundreds of agents costs no more than its first hops.

Requirement row 3.4: "delegation scope ≤ agent's own scope".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from nhi.catalog.federation import outbound_grant
from nhi.catalog.load import Catalog
from nhi.catalog.meaning import agent_platforms, meaning
from nhi.catalog.permission_set import permission_set
from nhi.contract import Platform
from nhi.permissions.algebra import meet
from nhi.permissions.model import Grant, Origin, PermissionSet
from nhi.spec.declared import DeclaredAgent, Positions
from nhi.spec.model import ActionGrant, ToolAccess

Chain = tuple[str, ...]
"""Agent ids from the one that starts to the one that ends a chain; one hop less than there are ids."""


@dataclass(frozen=True)
class Edge:
    """One agent may hand work to another one, and that one takes it."""

    caller: DeclaredAgent
    callee: DeclaredAgent
    origin: Origin
    """The caller's line that names the callee."""
    consent: Origin
    """The callee's line that names the caller."""

    @property
    def name(self) -> str:
        """`caller -> callee`."""
        return f"{self.caller.agent.agent_id} -> {self.callee.agent.agent_id}"


@dataclass(frozen=True)
class Graph:
    """The edges of one environment, by caller's and callee's id. Every edge has both files' consent."""

    edges: tuple[Edge, ...]
    limits: Mapping[str, int] = field(default_factory=dict)
    """For each agent that may delegate, the most hops of a chain that it starts."""

    @cached_property
    def _out(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.caller.agent.agent_id, edge) for edge in self.edges)

    @cached_property
    def _into(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.callee.agent.agent_id, edge) for edge in self.edges)

    def calls(self, agent_id: str) -> tuple[Edge, ...]:
        """The edges on which an agent hands work on."""
        return self._out.get(agent_id, ())

    def called_by(self, agent_id: str) -> tuple[Edge, ...]:
        """The edges on which an agent takes work."""
        return self._into.get(agent_id, ())

    def chains(self, start: str, hops: int | None = None) -> Iterator[Chain]:
        """A shortest chain from `start` to every agent that its work can reach, nearest first.

        `hops` is how far to look; without it, the limit of `start`. A longer chain to the same agent adds nothing to
        what must be proved: what the agent may do has to lie within the scope of everybody before it, and each pair
        of them is looked at from its own start.
        """
        left = self.limits.get(start, 0) if hops is None else hops
        seen = {start}
        border: list[Chain] = [(start,)]
        while border and left > 0:
            left -= 1
            further: list[Chain] = []
            for chain in border:
                for edge in self.calls(chain[-1]):
                    callee = edge.callee.agent.agent_id
                    if callee not in seen:
                        seen.add(callee)
                        further.append((*chain, callee))
            yield from further
            border = further

    def too_long(self, start: str) -> Chain | None:
        """A chain of declared edges from `start` that is one hop longer than its limit allows; None where none is."""
        limit = self.limits.get(start, 0)
        if not limit:
            return None
        return next((chain for chain in self.chains(start, limit + 1) if len(chain) > limit + 1), None)

    def places(self, edge: Edge) -> tuple[tuple[frozenset[str], ...], ...]:
        """Who may stand where in a chain that ends with this edge: for 1 hop, 2 and so on, the agents of each place.

        Of `n` hops the last of the `n` places is the caller's. Every agent of a place has a limit that reaches the
        edge from there, and an edge to some agent of the next place.
        """
        caller = edge.caller.agent.agent_id
        found: list[tuple[frozenset[str], ...]] = []
        hops = 1
        while True:
            place = frozenset({caller} if self.limits.get(caller, 0) >= 1 else ())
            places = [place]
            for left in range(2, hops + 1):
                place = frozenset(
                    one.caller.agent.agent_id
                    for later in place
                    for one in self.called_by(later)
                    if self.limits.get(one.caller.agent.agent_id, 0) >= left
                )
                places.append(place)
            if not place:
                return tuple(found)
            found.append(tuple(reversed(places)))
            hops += 1

    @cached_property
    def cycles(self) -> tuple[Chain, ...]:
        """One shortest cycle of each knot of agents that can hand work to themselves; its first id ends it too."""
        return tuple(self._cycle(knot) for knot in self._knots())

    def _cycle(self, knot: frozenset[str]) -> Chain:
        start = min(knot)
        seen = {start}
        border: list[Chain] = [(start,)]
        while True:
            further: list[Chain] = []
            for chain in border:
                for edge in self.calls(chain[-1]):
                    callee = edge.callee.agent.agent_id
                    if callee == start:
                        return (*chain, start)
                    if callee in knot and callee not in seen:
                        seen.add(callee)
                        further.append((*chain, callee))
            border = further

    def _knots(self) -> Iterator[frozenset[str]]:
        """Strongly connected agents: two and more of them, or one that calls itself. Tarjan, without recursion."""
        order: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        on_stack: set[str] = set()
        for root in self._out:
            if root in order:
                continue
            work: list[tuple[str, Iterator[Edge]]] = [(root, iter(self.calls(root)))]
            order[root] = low[root] = len(order)
            stack.append(root)
            on_stack.add(root)
            while work:
                agent, edges = work[-1]
                callee = next((edge.callee.agent.agent_id for edge in edges), None)
                if callee is None:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[agent])
                    if low[agent] == order[agent]:
                        members = [stack.pop()]
                        while members[-1] != agent:
                            members.append(stack.pop())
                        knot = frozenset(members)
                        on_stack -= knot
                        if len(knot) > 1 or any(edge.callee.agent.agent_id == agent for edge in self.calls(agent)):
                            yield knot
                elif callee not in order:
                    order[callee] = low[callee] = len(order)
                    stack.append(callee)
                    on_stack.add(callee)
                    work.append((callee, iter(self.calls(callee))))
                elif callee in on_stack:
                    low[agent] = min(low[agent], order[callee])


NO_DELEGATION = Graph(())


def graph(agents: Mapping[str, DeclaredAgent]) -> Graph:
    """The edges between some agents, by id. A target without consent, or that is not among them, gives no edge."""
    edges: list[Edge] = []
    limits: dict[str, int] = {}
    for agent_id, declared in agents.items():
        delegation = declared.agent.delegation
        if delegation is None or not delegation.allowed:
            continue
        ceiling = declared.environment.profile.ceilings(declared.agent.risk_tier).max_delegation_depth
        limits[agent_id] = min(delegation.max_depth or 0, ceiling)
        for index, target in enumerate(delegation.allowed_targets):
            callee = agents.get(target) if target not in delegation.allowed_targets[:index] else None
            consent = consents(callee, agent_id) if callee else None
            if callee is not None and consent is not None:
                at = declared.positions.at("delegation", "allowed_targets", index)
                edges.append(Edge(declared, callee, at, consent))
    return Graph(tuple(edges), limits)


def consents(callee: DeclaredAgent, caller: str) -> Origin | None:
    """The line on which an agent says that it takes work from `caller`; None where it does not."""
    delegation = callee.agent.delegation
    if delegation is None or caller not in delegation.accepts_from:
        return None
    return callee.positions.at("delegation", "accepts_from", delegation.accepts_from.index(caller))


# --- what is handed on ------------------------------------------------------------------------------------------------


def access(declared: DeclaredAgent, catalog: Catalog, platform: Platform) -> tuple[Grant, ...]:
    """What an agent's words allow and deny on a platform, without what only lets it become itself elsewhere."""
    meant = meaning(declared, catalog, platform)
    own = outbound_grant(declared, agent_platforms(declared))
    return (*(grant for grant in meant.allows if grant != own), *meant.denies)


def handed_on(
    declared: DeclaredAgent, catalog: Catalog, platform: Platform, end: datetime | None = None
) -> PermissionSet:
    """The most that an agent may hand on: its own access, within `delegation.scope` where it has one.

    `platform` may be one that the agent does not live on: authority is declared in words, and the words mean something
    wherever the environment binds them. `end` is the agent's lock date.
    """
    own = permission_set(platform, access(declared, catalog, platform), end)
    narrowed = narrowing(declared)
    if narrowed is None:
        return own
    return meet(own, permission_set(platform, access(narrowed, catalog, platform), end))


def narrowing(declared: DeclaredAgent) -> DeclaredAgent | None:
    """The agent as if `delegation.scope` were all of its access, with the lines of the scope; None without a scope."""
    scope = declared.agent.delegation.scope if declared.agent.delegation else None
    if scope is None:
        return None
    agent = declared.agent.model_copy(
        update={
            "allowed_actions": tuple(ActionGrant(action=word) for word in scope.allowed_actions),
            "denied_actions": (),
            "data_access": scope.data_access,
            "tool_access": tuple(ToolAccess(tool=word, allowed=True) for word in scope.tools),
        }
    )
    below = ("delegation", "scope")
    fields = {"allowed_actions": "allowed_actions", "data_access": "data_access", "tools": "tool_access"}
    places = {
        (fields[str(path[2])], *path[3:]): origin
        for path, origin in declared.positions.by_path.items()
        if path[:2] == below and len(path) > 2 and path[2] in fields
    }
    positions = Positions(declared.positions.file, {(): declared.positions.at(*below), **places})
    return replace(declared, agent=agent, positions=positions, layers={})


def _grouped(pairs: Iterable[tuple[str, Edge]]) -> Mapping[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = defaultdict(list)
    for key, edge in pairs:
        found[key].append(edge)
    return {key: tuple(edges) for key, edges in found.items()}
