"""From a declared agent to its plans, one per instance.

Owns the step from what was written to who, what, until when. Does not own the meaning of words (`catalog`), nor any
platform's documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from nhi.catalog.load import Catalog, load_catalog
from nhi.catalog.meaning import agent_platforms, meanings
from nhi.clock import clock as read_clock
from nhi.clock import timestamp
from nhi.contract import AGENT_CLASS_FACT, Fact, Platform
from nhi.fleet.delegation import NO_DELEGATION, Edge, Graph, access, graph, narrowing
from nhi.fleet.load import load_fleet
from nhi.permissions.model import Grant, Origin
from nhi.plan.lock import effective_state, locks
from nhi.plan.model import AgentPlan, Handover
from nhi.spec.declared import DeclaredAgent
from nhi.spec.loader import load_agent, load_agent_text, load_environment
from nhi.spec.model import Agent, State
from nhi.spec.problems import InputError, Problem


def instance_states(agent: Agent) -> dict[str | None, State]:
    """The declared state of each instance; `{None: state}` for an agent without instances.

    An instance can only be more restricted than its agent: where the agent itself is not active, its state holds for
    every instance.
    """
    if not agent.instances:
        return {None: agent.state}
    if isinstance(agent.instances, dict) and agent.state == "active":
        states: dict[str | None, State] = {}
        states.update(agent.instances)
        return states
    return {name: agent.state for name in agent.instances}


def make_plans(
    declared: DeclaredAgent, catalog: Catalog, clock: datetime, delegation: Graph = NO_DELEGATION
) -> tuple[AgentPlan, ...]:
    """The plans of one agent, one per instance.

    `delegation` is the graph of all agents of the environment; without it the agent hands on nothing and takes nothing.
    Raises `InputError` with every problem where a word of the file cannot be resolved in this environment.
    """
    meant = meanings(declared, catalog)
    # One entry that no platform can resolve is one mistake of the writer, not one per platform.
    problems = {problem: None for meaning in meant.values() for problem in meaning.problems}
    if problems:
        raise InputError(problems)
    agent = declared.agent
    dates = locks(agent)
    first = dates[0] if dates else None
    ceilings = declared.environment.profile.ceilings(agent.risk_tier)
    credential = agent.credential
    # A session's credentials are a token, so a session lives no longer than a token may.
    longest = min(ceilings.max_session, ceilings.max_token_life)
    asked = credential.max_session if credential and credential.max_session else longest
    plans = []
    for instance, state in instance_states(agent).items():
        effective, reason = effective_state(state, first, clock)
        live = effective == "active"
        hands_to = _handovers(delegation, delegation.calls(agent.agent_id), "callee", clock) if live else ()
        plans.append(
            AgentPlan(
                declared=declared,
                instance=instance,
                clock=clock,
                state=effective,
                state_reason=reason,
                lock_date=first.at if first else None,
                platforms=agent.platforms or (),
                meanings=meant,
                workload=credential.workload if credential else None,
                max_session=min(asked, longest),
                facts=_facts(declared, instance, effective, first.at if first else None),
                calls=delegation.calls(agent.agent_id),
                hands_to=hands_to,
                takes_from=_handovers(delegation, delegation.called_by(agent.agent_id), "caller", clock)
                if live
                else (),
                handed_on=_handed_on(declared, catalog) if hands_to else {},
            )
        )
    return tuple(plans)


def _handovers(
    delegation: Graph, edges: Iterable[Edge], other: Literal["caller", "callee"], clock: datetime
) -> tuple[Handover, ...]:
    found: list[Handover] = []
    for edge in edges:
        agent = (edge.callee if other == "callee" else edge.caller).agent
        dates = locks(agent)
        states = instance_states(agent).items()
        active = tuple(
            name for name, state in states if effective_state(state, dates[0] if dates else None, clock)[0] == "active"
        )
        if active:
            ends = [lock.at for one in (edge.caller, edge.callee) for lock in locks(one.agent)]
            found.append(Handover(edge, active, min(ends, default=None), delegation.places(edge)))
    return tuple(found)


def _handed_on(declared: DeclaredAgent, catalog: Catalog) -> dict[Platform, tuple[Grant, ...]]:
    """What an agent hands on: what it may do itself, or what `delegation.scope` leaves of it. Its denies stay."""
    narrowed = narrowing(declared)
    found: dict[Platform, tuple[Grant, ...]] = {}
    for platform in agent_platforms(declared):
        own = access(declared, catalog, platform)
        if narrowed is not None:
            # That the scope lies within the agent's own access is a rule of the gate.
            own = (*access(narrowed, catalog, platform), *(grant for grant in own if grant.effect == "deny"))
        found[platform] = own
    return found


def make_all(
    agents: Iterable[DeclaredAgent], catalog: Catalog, clock: datetime, delegation: Graph = NO_DELEGATION
) -> tuple[tuple[AgentPlan, ...], tuple[Problem, ...]]:
    """The plans of all agents that can be planned, and every problem of those that cannot.

    `delegation` as in `make_plans`: the graph of the whole environment, of which `agents` may be a part.
    """
    plans: list[AgentPlan] = []
    problems: list[Problem] = []
    for declared in agents:
        try:
            plans.extend(make_plans(declared, catalog, clock, delegation))
        except InputError as error:
            problems.extend(error.problems)
    return tuple(plans), tuple(problems)


def _facts(declared: DeclaredAgent, instance: str | None, state: str, lock_date: datetime | None) -> dict[Fact, str]:
    agent = declared.agent
    known: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": agent.agent_id,
        "instance": instance,
        "sponsor": agent.sponsor.id if agent.sponsor else None,
        "owner-team": agent.owner_team,
        "risk-tier": str(agent.risk_tier) if agent.risk_tier else None,
        "purpose": agent.purpose,
        "state": state,
        "expires": timestamp(lock_date) if lock_date else None,
        "environment": declared.environment.environment.environment,
        "agent-class": agent.agent_class,
        "spec-digest": declared.digest,
    }
    return {fact: value for fact, value in known.items() if value is not None}


def plan_from_args(args: Mapping[str, Any]) -> AgentPlan:
    """The plan of the one identity that a component's arguments ask for.

    `args`: `file` (path of the agent file) or `text` (its YAML), `environment` (path of the environment file),
    optionally `catalog` (paths), `agents` (the folder of all agent files, which says between whom work is handed over),
    `instance` (a name from the file) and `clock` (a pinned time). Raises `InputError`.
    """
    here = Origin("arguments of AgentIdentity")
    environment_file = args.get("environment")
    if not isinstance(environment_file, str):
        raise InputError([Problem("no `environment` is given", here, "pass the path of an environment file.")])
    file, text = args.get("file"), args.get("text")
    if (file is None) == (text is None):
        raise InputError([Problem("give either `file` or `text`", here, "pass the agent file's path or its YAML.")])
    environment, problems = load_environment(Path(environment_file))
    if environment is None:
        raise InputError(problems)
    declared, more = (
        load_agent(Path(file), environment) if file is not None else load_agent_text(str(text), "text", environment)
    )
    catalog_files: Sequence[str] = args.get("catalog") or ()
    if declared is None or problems or more:
        raise InputError((*problems, *more))
    try:
        moment = read_clock(args.get("clock"))
    except ValueError as error:
        raise InputError([Problem(str(error), here)]) from None
    agents = args.get("agents")
    delegation = _delegation(declared, Path(agents), Path(environment_file), here) if agents is not None else None
    plans = make_plans(
        declared, load_catalog(tuple(Path(name) for name in catalog_files)), moment, delegation or NO_DELEGATION
    )
    if delegation is None and any(plan.live for plan in plans):
        _needs_no_agents(declared, here)
    instance = args.get("instance")
    for plan in plans:
        if plan.instance == instance:
            return plan
    names = ", ".join(str(plan.instance) for plan in plans if plan.instance) or "none"
    raise InputError(
        [
            Problem(
                f"`instance` is {instance!r}, but the agent's instances are: {names}",
                declared.positions.at("instances"),
            )
        ]
    )


def _delegation(declared: DeclaredAgent, agents: Path, environment: Path, here: Origin) -> Graph:
    """The graph of all agents in a folder, this one as it was given."""
    fleet = load_fleet(agents, environment)
    if fleet.problems:
        raise InputError(fleet.problems)
    agent_id = declared.agent.agent_id
    if agent_id in fleet.agents and fleet.agents[agent_id].digest != declared.digest:
        raise InputError(
            [
                Problem(
                    f"agent {agent_id} is declared otherwise in {fleet.agents[agent_id].file}; callers and "
                    "callees would not agree on who it is",
                    here,
                    "give the agent file of that folder, or another folder in `agents`.",
                )
            ]
        )
    return graph({**fleet.agents, agent_id: declared})


def _needs_no_agents(declared: DeclaredAgent, here: Origin) -> None:
    """Raises where an edge is declared and nothing was given that knows the other agent."""
    delegation = declared.agent.delegation
    if delegation is None or not ((delegation.allowed and delegation.allowed_targets) or delegation.accepts_from):
        return
    raise InputError(
        [
            Problem(
                f"agent {declared.agent.agent_id} hands work to other agents or takes it from them, and `agents` is "
                f"not given ({declared.positions.at('delegation')}); its edges could not be made",
                here,
                "pass the folder of all agent files as `agents`.",
            )
        ]
    )
