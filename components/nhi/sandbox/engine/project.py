"""What Pulumi.yaml, Pulumi.<stack>.yaml, PulumiPlugin.yaml and PulumiPolicy.yaml say, as far as the local engine goes.

Owns reading the four files. A key that would change what a run does and that the local engine does not know is an
error that names it. The formats: https://www.pulumi.com/docs/iac/concepts/projects/project-file/ and
https://www.pulumi.com/docs/iac/concepts/config/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from nhi.sandbox.engine import yaml_program


class EngineError(Exception):
    """The run was refused before anything was done: bad project, stack locked, stack bound elsewhere."""


_PROJECT_KEYS = {
    "name", "runtime", "main", "stackConfigDir", "config", "packages", "description", "author", "license", "website"
}  # fmt: skip
_PLUGIN_KEYS = {"runtime", "name", "version", "description"}
_STACK_KEYS = {"config", "encryptionsalt", "encryptedkey", "secretsprovider"}
_POLICY_KEYS = {"runtime", "version", "description", "author", "website", "license", "main", "name"}


class _Loader(yaml.SafeLoader):
    """YAML in which a timestamp stays the text that was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project and the configuration of one of its stacks."""

    root: Path
    name: str
    program: Path
    """The file or the folder to run."""
    config: Mapping[str, str]
    """Configuration as the SDK reads it: `namespace:key` to text (structured values as JSON)."""
    secret_keys: frozenset[str] = field(default=frozenset())
    packages: Mapping[str, Path] = field(default_factory=dict)
    """Folders of component packages in Python, by the package's name."""

    @property
    def folder(self) -> Path:
        """Where the program and the component packages run."""
        return self.root if self.program == yaml_program.FILE else _folder(self.program)


@dataclass(frozen=True, slots=True)
class PackFile:
    """What PulumiPolicy.yaml says about a pack."""

    root: Path
    version: str
    program: Path


def _read(path: Path, known: set[str]) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # derived from SafeLoader
    except FileNotFoundError:
        raise EngineError(f"{path}: there is no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EngineError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise EngineError(f"{path}: expected a mapping at the top of the file")
    unknown = sorted(str(key) for key in content if key not in known)
    if unknown:
        raise EngineError(
            f"{path}: the local engine does not support {', '.join(unknown)}; use the Pulumi CLI for this"
        )
    return content


def _folder(program: Path) -> Path:
    return program.parent if program.is_file() else program


def _runtime(runtime: Any) -> Any:
    return runtime.get("name") if isinstance(runtime, Mapping) else runtime


def _python(path: Path, runtime: Any) -> None:
    name = _runtime(runtime)
    if name != "python":
        raise EngineError(f"{path}: the local engine runs Python only, not runtime {name!r}")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


def load_project(root: Path, stack: str, overrides: Mapping[str, str]) -> Project:
    """Reads project and stack configuration. `overrides` are stronger than the files, as `--config` is.

    Raises EngineError where a file is missing or wrong, or asks for what the local engine cannot do.
    """
    path = root / "Pulumi.yaml"
    content = _read(path, _PROJECT_KEYS | yaml_program.KEYS)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{path}: a project needs a name")
    packages = _packages(path, content.get("packages") or {})
    in_yaml = _runtime(content.get("runtime")) == "yaml"
    if in_yaml:
        wrong = yaml_program.problems(yaml_program.read(path), packages)
        if wrong:
            raise EngineError("\n".join(f"{path}: {one}" for one in wrong))
    else:
        _python(path, content.get("runtime"))
        _read(path, _PROJECT_KEYS)
    config: dict[str, str] = {}
    secret_keys: set[str] = set()
    required: list[str] = []
    declared = content.get("config") or {}
    if not isinstance(declared, Mapping):
        raise EngineError(f"{path}: the local engine does not support a config folder; use stackConfigDir")
    for key, entry in declared.items():
        full = key if ":" in key else f"{name}:{key}"
        if isinstance(entry, Mapping):
            if entry.get("secret"):
                secret_keys.add(full)
            if "value" in entry or "default" in entry:
                config[full] = _text(entry.get("value", entry.get("default")))
            elif full.startswith(f"{name}:"):
                required.append(full)
        else:
            config[full] = _text(entry)
    stack_path = root / content.get("stackConfigDir", ".") / f"Pulumi.{stack}.yaml"
    if stack_path.exists() and stack_path.stat().st_size:
        for key, value in (_read(stack_path, _STACK_KEYS).get("config") or {}).items():
            full = key if ":" in key else f"{name}:{key}"
            if "secure" in json.dumps(value) and _holds_secure(value):
                raise EngineError(
                    f"{stack_path}: {full} is encrypted and the local engine holds no key for it; "
                    "give it as plain configuration of a sandbox stack or use the Pulumi CLI"
                )
            config[full] = _text(value)
    for key, value in overrides.items():
        config[key if ":" in key else f"{name}:{key}"] = _text(value)
    missing = [key for key in required if key not in config]
    if missing:
        raise EngineError(f"stack {stack!r} is missing configuration value {missing[0]!r}; set it in {stack_path}")
    program = yaml_program.FILE if in_yaml else (root / content.get("main", ".")).resolve()
    if not program.exists():
        raise EngineError(f"{path}: main is {content.get('main')!r}, and there is no such file or folder")
    return Project(root.resolve(), name, program, config, frozenset(secret_keys), packages)


def _packages(path: Path, written: Any) -> dict[str, Path]:
    if not isinstance(written, Mapping):
        raise EngineError(f"{path}: packages is no mapping")
    found: dict[str, Path] = {}
    for name, source in written.items():
        folder = path.parent / source if isinstance(source, str) else None
        if folder is None or not (source.startswith((".", "/")) and folder.is_dir()):
            raise EngineError(
                f"{path}: packages.{name}: the local engine takes a folder of Python components (`./components`), not "
                f"{source!r}; use the Pulumi CLI for this"
            )
        plugin = folder / "PulumiPlugin.yaml"
        _python(plugin, _read(plugin, _PLUGIN_KEYS).get("runtime"))
        if not (folder / "__main__.py").is_file():
            raise EngineError(f"{plugin}: the package has no __main__.py")
        found[str(name)] = folder.resolve()
    return found


def _holds_secure(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"secure"} or any(_holds_secure(item) for item in value.values())
    return isinstance(value, list) and any(_holds_secure(item) for item in value)


def load_pack(root: Path) -> PackFile:
    """Reads a pack's PulumiPolicy.yaml. Raises EngineError where it is missing or no Python pack."""
    path = root / "PulumiPolicy.yaml"
    content = _read(path, _POLICY_KEYS)
    _python(path, content.get("runtime"))
    program = (root / content.get("main", ".")).resolve()
    if not (program / "__main__.py").exists() and not program.is_file():
        raise EngineError(f"{path}: the pack has no __main__.py")
    return PackFile(root.resolve(), str(content.get("version") or ""), program)
