"""From files to a declared environment and declared agents, with every error of a file at once.

Owns the layers that an environment lays over an agent file, what the two files must agree on, and the order of the
steps: read, lay, validate. Does not own reading YAML (`spec.source`), the wording of errors (`spec.mistakes`),
ceilings, or whether an action, scope, tool or target exists.

Layers, weakest first: the environment's own name and platforms, `defaults`, the defaults of the agent's class,
`agents.<agent_id>`, the agent file, `merges`, `overrides`. A map is laid over a map key by key; any other value
replaces what is there. An empty value (`purpose:`) is silence: it never removes what a weaker layer gave. `merges` only
adds: new keys, and new list items.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import ValidationError

from nhi.contract import PLATFORMS
from nhi.permissions.model import Origin
from nhi.spec.agent_class import ClassFile, DeclaredClass
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment, Layer
from nhi.spec.environment import Environment
from nhi.spec.mistakes import echo, mistakes
from nhi.spec.model import Agent, AgentFile, ShortForm
from nhi.spec.nearest import nearest
from nhi.spec.problems import Problem
from nhi.spec.profiles import Profile, load_profile, load_profile_file
from nhi.spec.source import PROBLEM_LIMIT, Path, Positions, Source, label, parse, read

_ROOT = "agent_policy"
_CLASS_ROOT = "agent_class"
_NOT_FROM_A_LAYER = ("agent_id", "environment")
_PARTIAL = frozenset({"missing", "union_tag_not_found"})


# --- layers ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Laid:
    """An agent's raw values with the place and the layer of each, while layers are laid over each other."""

    value: dict[str, Any] = field(default_factory=dict)
    by_path: dict[Path, Origin] = field(default_factory=dict)
    keys: dict[Path, Origin] = field(default_factory=dict)
    layers: dict[Path, Layer] = field(default_factory=dict)


# Where a bare string is short for a map (the value itself, or each item of the list), and the key it stands for. Read
# from the model, so that a new short form is laid right without another word here.
_SHORT_FORMS: dict[str, str] = {
    name: form.key
    for name, info in Agent.model_fields.items()
    for member in get_args(info.annotation)
    for form in get_args(member)[1:]
    if isinstance(form, ShortForm)
}


def _whole(value: Any, key: str | None) -> Any:
    return {key: value} if key is not None and isinstance(value, str) else value


def _lay(
    laid: _Laid,
    target: dict[str, Any],
    source: Mapping[str, Any],
    path: Path,
    at: Path,
    positions: Positions,
    layer: Layer,
) -> None:
    """Lays `source`, which stands at `at` of its own document, over `target`, which stands at `path` of the agent."""
    adding = layer == "merges"
    for key, value in source.items():
        here, there = (*path, key), (*at, key)
        present = key in target and target[key] is not None
        if not present:
            if key not in target or value is not None:
                _forget(laid, here, key in target)
                target[key] = _graft(laid, value, here, there, positions, layer)
            continue
        if value is None:
            continue
        old = target[key]
        short = _SHORT_FORMS.get(key) if not path else None
        if short is not None and isinstance(old, dict) != isinstance(value, dict):
            old = target[key] = _expanded(laid, old, short, here)
            if isinstance(value, str):
                value = {short: value}
                positions = _with(positions, (*there, short), positions.at(*there))
        if isinstance(old, dict) and isinstance(value, dict) and _same_kind(old, value):
            if not adding:
                laid.by_path[here] = positions.at(*there)
                laid.layers[here] = layer
            _lay(laid, old, value, here, there, positions, layer)
        elif adding:
            if isinstance(old, list) and isinstance(value, list):
                form = _SHORT_FORMS.get(key) if not path else None
                for index, item in enumerate(value):
                    if all(_whole(item, form) != _whole(one, form) for one in old):
                        old.append(_graft(laid, item, (*here, len(old)), (*there, index), positions, layer))
        else:
            _forget(laid, here, True)
            target[key] = _graft(laid, value, here, there, positions, layer)


def _same_kind(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    # Another `kind` of workload has other keys: it replaces the whole, it is not mixed with it.
    return "kind" not in old or "kind" not in new or old["kind"] == new["kind"]


def _expanded(laid: _Laid, value: Any, key: str, path: Path) -> Any:
    if not isinstance(value, str):
        return value
    laid.by_path[(*path, key)] = laid.by_path[path]
    laid.layers[(*path, key)] = laid.layers[path]
    return {key: value}


def _with(positions: Positions, path: Path, origin: Origin) -> Positions:
    return Positions(positions.file, {**positions.by_path, path: origin}, positions.keys)


def _forget(laid: _Laid, path: Path, present: bool) -> None:
    if not present:
        return
    size = len(path)
    for places in (laid.by_path, laid.keys, laid.layers):
        for old in [old for old in places if old[:size] == path]:
            del places[old]


def _graft(laid: _Laid, value: Any, path: Path, at: Path, positions: Positions, layer: Layer) -> Any:
    """A copy of `value`, with the places of everything in it."""
    origin = positions.by_path.get(at)
    if origin is not None:
        laid.by_path[path] = origin
    key = positions.keys.get(at)
    if key is not None:
        laid.keys[path] = key
    laid.layers[path] = layer
    if isinstance(value, dict):
        return {k: _graft(laid, v, (*path, k), (*at, k), positions, layer) for k, v in value.items()}
    if isinstance(value, list):
        return [_graft(laid, v, (*path, i), (*at, i), positions, layer) for i, v in enumerate(value)]
    return value


def _laid_over(agent: Mapping[str, Any], positions: Positions, environment: DeclaredEnvironment) -> _Laid:
    around, places = environment.environment, environment.positions
    laid = _Laid()
    own = {"environment": around.environment, "platforms": list(around.platforms)}
    _lay(laid, laid.value, own, (), (), places, "environment")
    _lay(laid, laid.value, around.defaults, (), ("defaults",), places, "defaults")
    group = _class_of(agent, environment)
    if group is not None:
        defaults = group.agent_class.defaults
        _lay(laid, laid.value, defaults, (), (_CLASS_ROOT, "defaults"), group.positions, "class")
    agent_id = agent.get("agent_id")
    if isinstance(agent_id, str) and agent_id in around.agents:
        _lay(laid, laid.value, around.agents[agent_id], (), ("agents", agent_id), places, "agents")
    _lay(laid, laid.value, agent, (), (_ROOT,), positions, "file")
    _lay(laid, laid.value, around.merges, (), ("merges",), places, "merges")
    _lay(laid, laid.value, around.overrides, (), ("overrides",), places, "overrides")
    laid.by_path[()] = positions.at(_ROOT)
    return laid


# --- environment ----------------------------------------------------------------------------------------------------


def load_environment(
    path: FilePath | str, *, root: FilePath | None = None
) -> tuple[DeclaredEnvironment | None, tuple[Problem, ...]]:
    """Reads one environment file: the environment, or None and every problem of the file.

    Positions carry the path as given, or relative to `root`. Never raises for bad input.
    """
    source = read(path, root=root)
    if source.value is None:
        return None, source.problems
    problems = list(source.problems)
    environment = None
    try:
        environment = Environment.model_validate(source.value)
    except ValidationError as error:
        problems.extend(mistakes(error, source.value, Environment, source.positions))
    problems.extend(_sections(source))
    problems.extend(islice(_layers(source), PROBLEM_LIMIT))
    profile, wrong = _profile(source, FilePath(path), root)
    problems.extend(wrong)
    classes, wrong_classes = _classes(source, FilePath(path), root)
    problems.extend(wrong_classes)
    if environment is None or profile is None or problems:
        return None, _in_order(problems, source)
    return DeclaredEnvironment(environment, source.positions, profile, classes), ()


def load_environments(
    folder: FilePath | str, *, root: FilePath | None = None
) -> tuple[tuple[DeclaredEnvironment, ...], tuple[Problem, ...]]:
    """Reads every `*.yaml` and `*.yml` of a folder: the environments that could be read, and every problem.

    Two files with one environment name are a problem: the same agents would be made twice.
    """
    folder = FilePath(folder)
    if not folder.is_dir():
        return (), (Problem("there is no such folder of environment files.", Origin(label(folder, root))),)
    found: dict[str, DeclaredEnvironment] = {}
    problems: list[Problem] = []
    for file in sorted({*folder.glob("*.yaml"), *folder.glob("*.yml")}):
        declared, wrong = load_environment(file, root=root)
        problems.extend(wrong)
        if declared is None:
            continue
        name = declared.environment.environment
        first = found.setdefault(name, declared)
        if first is not declared:
            problems.append(
                Problem(
                    f"the environment {name!r} is declared in {first.positions.file} already; "
                    "one of the two would silently win.",
                    declared.positions.at("environment"),
                    "give one of them another name, or delete one file.",
                )
            )
    return tuple(found.values()), tuple(problems)


def _sections(source: Source) -> Iterable[Problem]:
    value = source.value
    platforms = value.get("platforms") if isinstance(value, dict) else None
    for index, platform in enumerate(platforms if isinstance(platforms, list) else ()):
        if platform in PLATFORMS and value.get(platform) is None:
            yield Problem(
                f"the platform {platform} is named, but the section `{platform}:` is missing; "
                "nothing would say where its agents live.",
                source.positions.at("platforms", index),
                f"add `{platform}:`, or remove the platform.",
            )


def _layers(source: Source) -> Iterable[Problem]:
    """What is wrong with a layer by itself, so that it is said once and not with every agent."""
    value = source.value
    if not isinstance(value, dict):
        return
    agents = value.get("agents")
    places: list[Path] = [("defaults",), ("merges",), ("overrides",)]
    places.extend(("agents", agent_id) for agent_id in (agents if isinstance(agents, dict) else ()))
    for place in places:
        layer = value
        for step in place:
            layer = layer.get(step)
            if not isinstance(layer, dict):
                break
        if not isinstance(layer, dict):
            continue
        yield from _layer(layer, place, source.positions)


def _layer(layer: Mapping[str, Any], place: Path, positions: Positions) -> Iterable[Problem]:
    """What is wrong with the part of an agent that stands at `place`."""
    for key in _NOT_FROM_A_LAYER:
        if key in layer:
            yield Problem(
                f"`{'.'.join(map(str, place))}` must not set `{key}`; an agent says itself who and where it is.",
                positions.key_at(*place, key),
                "remove it.",
            )
    tested = {"agent_id": "any", **{k: v for k, v in layer.items() if v is not None and k not in _NOT_FROM_A_LAYER}}
    try:
        Agent.model_validate(tested)
    except ValidationError as error:
        # A layer gives parts; what it leaves out another layer or the agent file may give.
        yield from mistakes(error, tested, Agent, positions, place=place, ignore=_PARTIAL)


def _profile(source: Source, path: FilePath, root: FilePath | None) -> tuple[Profile | None, tuple[Problem, ...]]:
    name = source.value.get("profile", "requirements") if isinstance(source.value, dict) else None
    if not isinstance(name, str):
        return None, ()
    if name.startswith("."):
        profile, problems = load_profile_file(path.parent / name, root=root)
        # A file that cannot be opened has no line; the line that names it is where to mend.
        here = source.positions.at("profile")
        return profile, tuple(
            one if one.origin.line else Problem(f"profile {name[:40]!r}: {one.message}", here, one.fix)
            for one in problems
        )
    try:
        return load_profile(name), ()
    except ValueError as error:
        return None, (Problem(f"{error}.", source.positions.at("profile"), "name a known profile."),)


# --- classes --------------------------------------------------------------------------------------------------------


def load_class(
    path: FilePath | str, *, root: FilePath | None = None
) -> tuple[DeclaredClass | None, tuple[Problem, ...]]:
    """Reads one class file: the class, or None and every problem of the file. Never raises for bad input."""
    source = read(path, root=root)
    if source.value is None:
        return None, source.problems
    problems = list(source.problems)
    found = None
    try:
        found = ClassFile.model_validate(source.value)
    except ValidationError as error:
        problems.extend(mistakes(error, source.value, ClassFile, source.positions))
    if found is not None:
        problems.extend(_layer(found.agent_class.defaults, (_CLASS_ROOT, "defaults"), source.positions))
        if "agent_class" in found.agent_class.defaults:
            problems.append(
                Problem(
                    "a class must not put its agents into another class.",
                    source.positions.key_at(_CLASS_ROOT, "defaults", "agent_class"),
                    "remove it.",
                )
            )
    if found is None or problems:
        return None, _in_order(problems, source)
    return DeclaredClass(found.agent_class, source.positions), ()


def _classes(source: Source, path: FilePath, root: FilePath | None) -> tuple[dict[str, DeclaredClass], list[Problem]]:
    """The classes of the folder that the environment names; none where it names none."""
    name = source.value.get("classes") if isinstance(source.value, dict) else None
    if not isinstance(name, str):
        return {}, []
    folder = path.parent / name
    if not folder.is_dir():
        here = source.positions.at("classes")
        return {}, [Problem("there is no such folder of class files.", here, "name the folder, relative to this file.")]
    # Findings name these files, and `environments/../classes` is hard to read. Through a link, though, `..` may lead
    # elsewhere than it reads.
    short = FilePath(os.path.normpath(folder))
    folder = short if short.is_dir() and short.samefile(folder) else folder
    found: dict[str, DeclaredClass] = {}
    problems: list[Problem] = []
    for file in sorted({*folder.glob("*.yaml"), *folder.glob("*.yml")}):
        declared, wrong = load_class(file, root=root)
        problems.extend(wrong)
        if declared is None:
            continue
        first = found.setdefault(declared.agent_class.name, declared)
        if first is not declared:
            problems.append(
                Problem(
                    f"the class {declared.agent_class.name!r} is declared in {first.positions.file} already; "
                    "one of the two would silently win.",
                    declared.positions.at(_CLASS_ROOT, "name"),
                    "give one of them another name, or delete one file.",
                )
            )
    return found, problems


def _class_of(agent: Mapping[str, Any], environment: DeclaredEnvironment) -> DeclaredClass | None:
    """The class that an agent ends up in. Its defaults are a layer, so it must be known before layers are laid."""
    around = environment.environment
    own = around.agents.get(str(agent.get("agent_id")), {})
    for layer in (around.overrides, agent, own, around.defaults):
        name = layer.get("agent_class")
        if name is not None:
            return environment.classes.get(name) if isinstance(name, str) else None
    return None


# --- agents ---------------------------------------------------------------------------------------------------------


def load_agent(
    path: FilePath | str, environment: DeclaredEnvironment, *, root: FilePath | None = None
) -> tuple[DeclaredAgent | None, tuple[Problem, ...]]:
    """Reads one agent file under one environment: the agent, or None and every problem of the file.

    Positions carry the path as given, or relative to `root`. Never raises for bad input.
    """
    return _agent(read(path, root=root), environment)


def load_agent_text(
    text: str, file: str, environment: DeclaredEnvironment
) -> tuple[DeclaredAgent | None, tuple[Problem, ...]]:
    """As `load_agent`, from the YAML itself. `file` is the label that positions carry."""
    return _agent(parse(text, file), environment)


def _agent(source: Source, environment: DeclaredEnvironment) -> tuple[DeclaredAgent | None, tuple[Problem, ...]]:
    value = source.value
    if value is None:
        return None, source.problems
    problems = list(source.problems)
    laid = _Laid()
    written = value.get(_ROOT) if isinstance(value, dict) else None
    if isinstance(written, dict):
        laid = _laid_over(written, source.positions, environment)
        value = {**value, _ROOT: laid.value}
        problems.extend(_agreement(laid, environment))
    file = None
    try:
        file = AgentFile.model_validate(value)
    except ValidationError as error:
        problems.extend(mistakes(error, value, AgentFile, _whole_file(source.positions, laid), ignore=_PARTIAL))
        # A layer may give parts. What is missing after all is missing in the agent file.
        problems.extend(mistakes(error, value, AgentFile, source.positions, only=_PARTIAL))
    if file is None or problems:
        return None, _in_order(problems, source)
    positions = Positions(source.positions.file, laid.by_path, laid.keys)
    return DeclaredAgent(file.agent_policy, positions, environment, laid.layers), ()


def _agreement(laid: _Laid, environment: DeclaredEnvironment) -> Iterable[Problem]:
    around = environment.environment
    positions = Positions("", laid.by_path)
    name = laid.value.get("environment")
    if isinstance(name, str) and name != around.environment:
        yield Problem(
            f"the agent belongs to the environment {echo('environment', name)}, not to {around.environment!r}; "
            "it would get another environment's accounts.",
            positions.at("environment"),
            f"write {around.environment!r}, or remove the key, or load it with its own environment file.",
        )
    platforms = laid.value.get("platforms")
    for index, platform in enumerate(platforms if isinstance(platforms, list) else ()):
        if platform in PLATFORMS and platform not in around.platforms:
            yield Problem(
                f"the platform {platform} is not one of the environment {around.environment!r}; "
                "nothing would say where the agent lives there.",
                positions.at("platforms", index),
                f"choose from: {', '.join(around.platforms)}; or add it to {environment.positions.file}.",
            )

    name = laid.value.get("agent_class")
    if around.classes is not None and isinstance(name, str) and name not in environment.classes:
        close = nearest(name, environment.classes)
        yield Problem(
            f"the class {echo('agent_class', name)} is not declared, so nothing would bound the agent.",
            positions.at("agent_class"),
            f"did you mean {close!r}?" if close else "add its class file, or remove the key.",
        )


def _whole_file(positions: Positions, laid: _Laid) -> Positions:
    """The places of a whole agent file, with those of the layers under its root key."""
    return Positions(
        positions.file,
        {**positions.by_path, **{(_ROOT, *path): origin for path, origin in laid.by_path.items()}},
        {**positions.keys, **{(_ROOT, *path): origin for path, origin in laid.keys.items()}},
    )


def _in_order(problems: Iterable[Problem], source: Source) -> tuple[Problem, ...]:
    """Problems by place. What a refused construct caused further on is left out: its place already has a problem."""
    refused = {problem.origin for problem in source.problems}
    kept = dict.fromkeys([*source.problems, *(one for one in problems if one.origin not in refused)])
    return tuple(sorted(kept, key=lambda problem: problem.origin))


_ENVIRONMENT_LINE = re.compile(rb"(?m)^[^#\n]*environment")


def declared_environment_name(
    path: FilePath | str,
) -> tuple[str, str] | None:
    """`(agent id, environment)` of an agent file that names its environment itself, else None.

    Lets a fleet leave out the files of other environments before it lays layers over them. None for a file that cannot
    be read: `load_agent` says why.
    """
    try:
        if not FilePath(path).is_file() or not _ENVIRONMENT_LINE.search(FilePath(path).read_bytes()):
            return None
    except OSError:
        return None
    value = read(path).value
    agent = value.get(_ROOT) if isinstance(value, dict) else None
    if not isinstance(agent, dict):
        return None
    agent_id, environment = agent.get("agent_id"), agent.get("environment")
    return (agent_id, environment) if isinstance(agent_id, str) and isinstance(environment, str) else None


def layer_lines(declared: DeclaredAgent) -> tuple[tuple[str, Layer, Origin], ...]:
    """What did not come from the agent file itself: `(path, layer, place)` of each value, for display."""
    lines = []
    for path, layer in declared.layers.items():
        parent = declared.layers.get(path[:-1])
        if layer != "file" and parent != layer:
            lines.append((".".join(map(str, path)), layer, declared.positions.at(*path)))
    return tuple(lines)
