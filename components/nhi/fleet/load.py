"""All agents of one environment: loading them together, and what only shows when they stand side by side.

Owns reading a folder, two files with one id, names that fall together after shortening, and delegation targets that do
not exist. Does not judge access: that is the gate's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nhi.catalog.load import Catalog, read_catalog
from nhi.contract import NAME_LIMITS, PLATFORMS, Platform, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import declared_environment_name, load_agent, load_environment
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError, Problem
from nhi.spec.source import label

Owner = tuple[str, str | None]
"""Agent id and instance."""


def instance_names(declared: DeclaredAgent) -> tuple[str | None, ...]:
    """The agent's instances, or `(None,)` where it has none."""
    return tuple(declared.agent.instances) or (None,)


@dataclass(frozen=True)
class Fleet:
    """The agents of one environment, by id. `problems` holds what is wrong with any file of the folder."""

    environment: DeclaredEnvironment | None
    agents: Mapping[str, DeclaredAgent]
    catalog: Catalog
    problems: tuple[Problem, ...]

    def require(self) -> DeclaredEnvironment:
        """The environment of a fleet without problems. Raises `InputError` with all of them otherwise."""
        if self.environment is None or self.problems:
            raise InputError(self.problems)
        return self.environment


_PLATFORM_OF_KIND: dict[str, Platform] = {
    kind: platform for kind in NAME_LIMITS for platform in PLATFORMS if kind.startswith(f"{platform}:")
}


def _name_collisions(environment: DeclaredEnvironment, agents: Iterable[DeclaredAgent]) -> Iterable[Problem]:
    owners: dict[tuple[str, str], Owner] = {}
    for declared in agents:
        platforms = declared.agent.platforms or ()
        for instance in instance_names(declared):
            owner: Owner = (declared.agent.agent_id, instance)
            for kind, platform in _PLATFORM_OF_KIND.items():
                if platform not in platforms:
                    continue
                prefix = "" if platform == "kubernetes" else environment.environment.prefix
                name = identity_name(kind, prefix, *owner)
                first = owners.setdefault((kind, name), owner)
                if first != owner:
                    yield Problem(
                        f"the name {name!r} ({kind}) already belongs to agent {first[0]}; "
                        "two agents would share one identity.",
                        declared.positions.at("agent_id"),
                        "choose an agent_id that stays different within the platform's name limit.",
                    )


def _unknown_targets(agents: Mapping[str, DeclaredAgent], known: frozenset[str]) -> Iterable[Problem]:
    for declared in agents.values():
        delegation = declared.agent.delegation
        if delegation is None:
            continue
        for field, names in (
            ("allowed_targets", delegation.allowed_targets),
            ("accepts_from", delegation.accepts_from),
        ):
            for index, target in enumerate(names):
                if target not in known:
                    close = nearest(target, known)
                    yield Problem(
                        f"delegation names agent {target!r}, which no file declares; the edge would lead nowhere.",
                        declared.positions.at("delegation", field, index),
                        f"did you mean {close!r}?" if close else "add that agent's file, or remove the name.",
                    )


def load_fleet(agents: Path, environment: Path, catalog: Sequence[Path] = (), *, root: Path | None = None) -> Fleet:
    """Reads every `*.yaml` and `*.yml`, in capitals too, under `agents` for one environment.

    An agent file that names another environment is not part of this fleet, but its id still counts as known. Files are
    labelled relative to `root` where it is given. Never raises for bad input: everything that is wrong stands in
    `problems`, and what could be read is there.
    """
    words, wrong_words = read_catalog(tuple(catalog), root=root)
    declared_environment, problems = load_environment(environment, root=root)
    found: list[Problem] = [*wrong_words, *problems]
    if not agents.is_dir():
        found.append(
            Problem("there is no such folder of agent files.", Origin(label(agents, root)), "name the right folder.")
        )
    by_id: dict[str, DeclaredAgent] = {}
    elsewhere: set[str] = set()
    if declared_environment is not None:
        for file in sorted(file for file in agents.rglob("*") if file.suffix.lower() in (".yaml", ".yml")):
            other = declared_environment_name(file)
            if other is not None and other[1] != declared_environment.environment.environment:
                elsewhere.add(other[0])
                continue
            declared, wrong = load_agent(file, declared_environment, root=root)
            found.extend(wrong)
            if declared is None:
                continue
            first = by_id.setdefault(declared.agent.agent_id, declared)
            if first is not declared:
                found.append(
                    Problem(
                        f"agent_id {declared.agent.agent_id!r} is declared in {first.file} already; "
                        "one of the two would silently win.",
                        declared.positions.at("agent_id"),
                        "give one of them another agent_id, or delete one file.",
                    )
                )
    if declared_environment is not None:
        found.extend(_name_collisions(declared_environment, by_id.values()))
    found.extend(_unknown_targets(by_id, frozenset(by_id) | elsewhere))
    return Fleet(declared_environment, by_id, words, tuple(sorted(set(found), key=lambda problem: problem.origin)))
