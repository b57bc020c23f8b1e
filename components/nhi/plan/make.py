"""From a declared agent to its plans, one per instance.

Owns the step from what was written to who, what, until when. Does not own the meaning of words (`catalog`), nor any
platform's documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from nhi.catalog.load import Catalog, load_catalog
from nhi.catalog.meaning import meanings
from nhi.clock import clock as read_clock
from nhi.clock import timestamp
from nhi.contract import AGENT_CLASS_FACT, Fact
from nhi.permissions.model import Origin
from nhi.plan.lock import effective_state, locks
from nhi.plan.model import AgentPlan
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


def make_plans(declared: DeclaredAgent, catalog: Catalog, clock: datetime) -> tuple[AgentPlan, ...]:
    """The plans of one agent, one per instance.

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
            )
        )
    return tuple(plans)


def make_all(
    agents: Iterable[DeclaredAgent], catalog: Catalog, clock: datetime
) -> tuple[tuple[AgentPlan, ...], tuple[Problem, ...]]:
    """The plans of all agents that can be planned, and every problem of those that cannot."""
    plans: list[AgentPlan] = []
    problems: list[Problem] = []
    for declared in agents:
        try:
            plans.extend(make_plans(declared, catalog, clock))
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
    optionally `catalog` (paths), `instance` (a name from the file) and `clock` (a pinned time). Raises `InputError`.
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
    plans = make_plans(declared, load_catalog(tuple(Path(name) for name in catalog_files)), moment)
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
