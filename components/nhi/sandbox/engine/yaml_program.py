"""A Pulumi program in YAML, as far as the local engine runs one: components of the project's own packages.

Owns what such a program may say here, and registering it. Everything else that Pulumi YAML knows (cloud resources,
options, variables, configuration, functions, interpolation) is refused by name before anything is done. It runs in a
process of its own, like a program in Python.

The language: https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).resolve()
KEYS: Final = frozenset({"resources", "outputs"})
"""Keys of Pulumi.yaml that are the program."""

_RESOURCE_KEYS = {"type", "properties"}
_TYPE = re.compile(r"(?P<package>[a-z][a-z0-9-]*):(?:index:)?(?P<name>[A-Za-z][A-Za-z0-9]*)")
_REFERENCE = re.compile(r"\$\{(?P<resource>[A-Za-z_][\w-]*)(?P<path>(?:\.[A-Za-z_]\w*|\[\"[^\"\]]+\"\])+)\}")
_STEP = re.compile(r"\.(\w+)|\[\"([^\"\]]+)\"\]")


class _Loader(yaml.SafeLoader):
    """YAML 1.2 as Pulumi reads it: `yes`, `on`, dates and times of day are text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


def read(path: Path) -> dict[str, Any]:
    """The project file. Raises `yaml.YAMLError` and OSError; a file that is no mapping is an empty program."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # derived from SafeLoader
    return content if isinstance(content, dict) else {}


def problems(content: Mapping[str, Any], packages: Collection[str]) -> list[str]:
    """Everything in a program that the local engine does not run, by name. `packages` are the project's own."""
    return [f"{one}; use the Pulumi CLI for this" for one in _problems(content, packages)]


def _problems(content: Mapping[str, Any], packages: Collection[str]) -> Iterator[str]:
    if "main" in content:
        yield "the local engine reads a program in YAML from Pulumi.yaml itself, not from `main`"
    resources, outputs = content.get("resources") or {}, content.get("outputs") or {}
    if not isinstance(resources, Mapping) or not isinstance(outputs, Mapping):
        yield "resources and outputs must be mappings"
        return
    for name, resource in resources.items():
        yield from _resource_problems(f"resources.{name}", resource, packages)
    for name, value in outputs.items():
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if found is not None and found["resource"] in resources:
            continue
        if _computed(value):
            yield (
                f"outputs.{name}: the local engine knows one reference to an output of a resource of this file, "
                f'such as ${{support.aws["roleArn"]}}, not {value!r}'
            )


def _resource_problems(place: str, resource: Any, packages: Collection[str]) -> Iterator[str]:
    if not isinstance(resource, Mapping) or not isinstance(resource.get("properties") or {}, Mapping):
        yield f"{place} must be a mapping with a type and properties"
        return
    unknown = sorted(str(key) for key in resource if key not in _RESOURCE_KEYS)
    if unknown:
        yield f"{place}: the local engine does not support {', '.join(unknown)} in a program in YAML"
    type_ = _TYPE.fullmatch(str(resource.get("type")))
    if type_ is None or type_["package"] not in packages:
        known = ", ".join(sorted(packages)) or "none"
        yield (
            f"{place}: the local engine makes components of the packages that this file names ({known}) from YAML, "
            f"not a {resource.get('type')}"
        )
    for name, value in (resource.get("properties") or {}).items():
        if _computed(value):
            yield f"{place}.properties.{name}: the local engine takes plain values there, not {value!r}"


def _computed(value: Any) -> bool:
    """Whether a value holds a reference, an interpolation or a function."""
    if isinstance(value, Mapping):
        return any(str(key).startswith("fn::") or _computed(item) for key, item in value.items())
    if isinstance(value, list):
        return any(_computed(item) for item in value)
    return isinstance(value, str) and "${" in value


def _run(content: Mapping[str, Any]) -> None:
    import pulumi

    class Remote(pulumi.ComponentResource):
        def __init__(self, type_: str, name: str, properties: Mapping[str, Any]) -> None:
            super().__init__(type_, name, dict(properties), remote=True)

    outputs = {name: value for name, value in (content.get("outputs") or {}).items()}
    references = {name: _REFERENCE.fullmatch(value) for name, value in outputs.items() if isinstance(value, str)}
    made: dict[str, Any] = {}
    for name, resource in (content.get("resources") or {}).items():
        type_ = _TYPE.fullmatch(resource["type"])
        assert type_ is not None, "the program was looked through before"
        # The SDK resolves the outputs that it is told of beforehand.
        asked = {
            first: None
            for found in references.values()
            if found is not None and found["resource"] == name
            for first, *_ in [_steps(found["path"])]
        }
        token = f"{type_['package']}:index:{type_['name']}"
        made[name] = Remote(token, name, {**asked, **(resource.get("properties") or {})})
    for name, value in outputs.items():
        found = references.get(name)
        if found is not None:
            first, *rest = _steps(found["path"])
            value = getattr(made[found["resource"]], first)
            for key in rest:
                value = value[key]
        pulumi.export(name, value)


def _steps(path: str) -> list[str]:
    return [name or key for name, key in _STEP.findall(path)]


if __name__ == "__main__":
    _run(read(Path(os.environ["PULUMI_ROOT_DIRECTORY"]) / "Pulumi.yaml"))
