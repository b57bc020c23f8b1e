"""What the gate is told: its settings, the reviewed files, the clock, and what follows from a declaration by date.

Owns `gate.yaml`, the `Context` that every rule gets, and the judge's own computation of an agent's lock date and
effective state. That computation is deliberately not the builder's (`nhi.plan`): a mistake in one must not be blessed
by the same mistake in the other. Does not own reading agent files (`nhi.spec`, `nhi.fleet`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from nhi.contract import NAME_LIMITS, PLATFORMS, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment, Positions
from nhi.spec.environment import Environment
from nhi.spec.mistakes import mistakes
from nhi.spec.model import Agent, Timestamp
from nhi.spec.problems import Problem
from nhi.spec.profiles import BASE_PROFILE, load_profile
from nhi.spec.source import Source, read
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from nhi_policies.exceptions import ExceptionBook, load_exceptions
from nhi_policies.view.resource import Resource, Stack

if TYPE_CHECKING:
    from nhi.fleet.delegation import Graph

Owner = tuple[str, str | None]
"""Agent id and instance."""
Rendered = Literal["proposed", "active", "suspended"]

LEAVER_DAYS = 5
"""Business days within which a departed sponsor must be replaced (row 6.2)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeclaredFiles(_Part):
    """Where the reviewed files are, relative to the pack's folder."""

    agents: str
    environments: str
    catalog: tuple[str, ...] = ()


class StackSettings(_Part):
    """One stack: its environment file (name without ending) and, for sandbox stacks only, the pinned clock."""

    environment: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
    clock: Timestamp | None = None


class GateSettings(_Part):
    """`gate.yaml`. Without `declared` the gate judges what a component was given, and says so."""

    declared: DeclaredFiles | None = None
    exceptions: str = "exceptions.yaml"
    root: str = ".."
    """What paths in findings are relative to, relative to the pack's folder."""
    stacks: dict[str, StackSettings] = Field(default_factory=dict)


def load_settings(folder: Path) -> tuple[GateSettings, tuple[Problem, ...]]:
    """Reads `gate.yaml` of the pack's folder. A missing or malformed file gives empty settings and every problem."""
    source = _settings_source(folder)
    if source.problems:
        return GateSettings(), source.problems
    try:
        return GateSettings.model_validate(source.value), ()
    except ValidationError as error:
        return GateSettings(), mistakes(error, source.value, GateSettings, source.positions)


def _settings_source(folder: Path) -> Source:
    file = folder / "gate.yaml"
    if not file.exists():
        origin = Origin(f"{folder.name}/gate.yaml")
        problem = Problem(
            "the gate has no settings, so it knows no reviewed files.", origin, "write it as docs/gate.md shows."
        )
        return Source(None, Positions(origin.file, {}), (problem,))
    return read(file, root=folder.parent)


@dataclass(frozen=True)
class Context:
    """What every rule is given beside its subject.

    `agents` are the declared agents by id. `from_files` says that they come from reviewed files; otherwise rules know
    only what a component was given. `listed` says that the gate's settings name the stack. `pinned` is the stack's
    pinned clock, None where the real time counts.
    """

    clock: datetime
    agents: Mapping[str, DeclaredAgent] = field(default_factory=dict)
    environment: DeclaredEnvironment | None = None
    catalog: Any = None
    problems: tuple[Problem, ...] = ()
    exceptions: ExceptionBook = field(default_factory=ExceptionBook)
    stack: str | None = None
    from_files: bool = True
    listed: bool = True
    pinned: datetime | None = None

    @property
    def has_agents(self) -> bool:
        """Whether this is a stack with agents. Without reviewed files the gate cannot know, and assumes so."""
        return bool(self.agents) or not self.from_files

    @cached_property
    def owners(self) -> Mapping[tuple[str, str], Owner]:
        """Whose name a cloud object's name is: `(kind of contract.NAME_LIMITS, name)` to agent id and instance."""
        if self.environment is None:
            return {}
        prefix = self.environment.environment.prefix
        owners: dict[tuple[str, str], Owner] = {}
        for agent_id, declared in self.agents.items():
            for instance in instances_of(declared.agent):
                for kind in NAME_LIMITS:
                    own_prefix = "" if kind.startswith("kubernetes:") else prefix
                    owners.setdefault((kind, identity_name(kind, own_prefix, agent_id, instance)), (agent_id, instance))
        return owners

    @cached_property
    def delegation(self) -> Graph:
        """Between which declared agents work is handed over."""
        # Imported here: it needs the catalog, which a gate without files never does.
        from nhi.fleet.delegation import graph

        return graph(self.agents)

    def declared_in(self, stack: Stack) -> Mapping[str, DeclaredAgent]:
        """The declared agents that a stack is judged for: all of them, or those of a part of it."""
        if stack.agents is None:
            return self.agents
        return {agent_id: self.agents[agent_id] for agent_id in stack.agents if agent_id in self.agents}

    def owner(self, kind: str, name: str) -> Owner | None:
        """The declared agent whose object of this kind has this name, if any."""
        return self.owners.get((kind, name))

    def origin(self, agent_id: str | None, *path: str | int) -> Origin | None:
        """Where a value of an agent's file stands; None where no file declares the agent."""
        declared = self.agents.get(agent_id) if agent_id else None
        return declared.positions.at(*path) if declared else None


def load_context(folder: Path, stack: str | None, *, now: datetime) -> Context:
    """The context of one stack, from the pack's folder.

    `stack` is the stack's name; `now` the real time, used where the settings pin no clock. Never raises for bad input:
    what is wrong stands in `problems`, and rules of the gate report it.
    """
    settings, problems = load_settings(folder)
    here = settings.stacks.get(stack) if stack is not None else None
    clock = here.clock.astimezone(UTC) if here and here.clock else now
    label = f"{folder.name}/{settings.exceptions}"
    book = load_exceptions(folder / settings.exceptions, clock, label)
    problems = (*problems, *book.problems)
    pinned = clock if here and here.clock else None
    files = settings.declared
    if files is None:
        return Context(
            clock,
            exceptions=book,
            problems=problems,
            stack=stack,
            from_files=False,
            listed=here is not None,
            pinned=pinned,
        )
    if here is None:
        return Context(clock, exceptions=book, problems=problems, stack=stack, listed=False)
    environment = folder / files.environments / f"{here.environment}.yaml"
    if not environment.exists():
        problem = Problem(
            f"stack {stack} names the environment {here.environment!r}, but there is no file "
            f"{files.environments}/{here.environment}.yaml; no agent of the stack could be judged.",
            _settings_source(folder).positions.at("stacks", stack or "", "environment"),
            "name an environment file, without its ending, or write that file.",
        )
        return Context(clock, exceptions=book, problems=(*problems, problem), stack=stack, pinned=pinned)
    # Imported here: reading files pulls in the catalog, which a gate without files never needs.
    from nhi.fleet.load import load_fleet

    fleet = load_fleet(
        (folder / files.agents).resolve(),
        environment.resolve(),
        [(folder / name).resolve() for name in files.catalog],
        root=(folder / settings.root).resolve(),
    )
    return Context(
        clock,
        agents=fleet.agents,
        environment=fleet.environment,
        catalog=fleet.catalog,
        problems=(*problems, *fleet.problems),
        exceptions=book,
        stack=stack,
        pinned=pinned,
    )


def declared_from_component(component: Resource) -> DeclaredAgent | None:
    """The agent as a component of the program was given it: the fallback of a gate without reviewed files.

    None where the component's `spec` is unknown or no agent. What only an environment file knows is weaker here: the
    sponsor's own mail domain counts as the allowed one, and ceilings are those of the `requirements` profile.
    """
    spec = component.peek("spec")
    file = component.peek("file")
    name = file if isinstance(file, str) else component.name
    try:
        agent = Agent.model_validate(spec)
    except (ValidationError, TypeError):
        return None
    domain = agent.sponsor.id.rpartition("@")[2] if agent.sponsor else ""
    environment = Environment.model_validate(
        {
            "environment": agent.environment or "unnamed",
            "prefix": "unnamed",
            "platforms": agent.platforms or PLATFORMS,
            "sponsors": {"domains": [domain or "unnamed"]},
        }
    )
    positions = Positions(name, {(): Origin(name)})
    return DeclaredAgent(agent, positions, DeclaredEnvironment(environment, positions, load_profile(BASE_PROFILE)))


# --- by date ------------------------------------------------------------------------------------------------------


def instances_of(agent: Agent) -> tuple[str | None, ...]:
    """The agent's instances; `(None,)` for an agent that is its own only instance."""
    return tuple(agent.instances) if agent.instances else (None,)


def leaver_deadline(departed: datetime) -> datetime:
    """The moment by which a departed sponsor must be replaced: five working days later, Monday to Friday (row 6.2)."""
    day, left = departed, LEAVER_DAYS
    while left > 0:
        day += timedelta(days=1)
        left -= day.isoweekday() <= 5
    return day


def lock_date(agent: Agent) -> datetime | None:
    """The earliest date that ends all of an agent's access; None where nothing in its file ends."""
    dates: list[datetime] = []
    if agent.credential is not None and agent.credential.expires is not None:
        dates.append(agent.credential.expires)
    if agent.access is not None and agent.access.expires is not None:
        dates.append(agent.access.expires)
    if agent.sponsor is not None and agent.sponsor.departed_on is not None:
        dates.append(leaver_deadline(agent.sponsor.departed_on))
    return min(dates, default=None)


def rendered_state(agent: Agent, instance: str | None, clock: datetime) -> Rendered:
    """How an agent, or one instance of it, must be rendered at `clock`. An instance is never freer than its agent."""
    state = agent.state
    if state == "active" and instance is not None and isinstance(agent.instances, dict):
        state = agent.instances.get(instance, "suspended")
    end = lock_date(agent)
    if state not in ("active", "proposed") or (end is not None and end <= clock):
        return "suspended"
    return "proposed" if state == "proposed" else "active"
