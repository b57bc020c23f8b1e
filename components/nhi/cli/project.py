"""The Pulumi project that a command works on: where it is, its stacks, and what each stack's config says.

Owns finding the project and reading the few settings that commands need. Does not own engine semantics: engines read
the same files themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nhi.permissions.model import Origin
from nhi.spec.problems import InputError, Problem

PACK_FOLDER = "policies"


def _read(path: Path) -> dict[str, Any]:
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([Problem(f"cannot be read: {error.strerror}", Origin(str(path)))]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError([Problem(f"is no valid YAML: {error}", Origin(str(path)))]) from None
    if not isinstance(value, dict):
        raise InputError([Problem("is empty or no mapping", Origin(str(path)))])
    return value


@dataclass(frozen=True)
class Project:
    """A folder with a `Pulumi.yaml`, and its name."""

    root: Path
    name: str
    main: Path
    stack_config: Path

    @property
    def pack(self) -> Path | None:
        """The gate's pack, where the project has one."""
        folder = self.root / PACK_FOLDER
        return folder if (folder / "PulumiPolicy.yaml").is_file() else None

    @property
    def stacks(self) -> tuple[str, ...]:
        """Names of the stacks that have a config file."""
        return tuple(
            sorted(
                path.name.removeprefix("Pulumi.").removesuffix(".yaml")
                for path in self.stack_config.glob("Pulumi.*.yaml")
            )
        )

    def config(self, stack: str) -> dict[str, Any]:
        """The stack's config as written: namespaced keys. Raises `InputError` for an unknown stack."""
        path = self.stack_config / f"Pulumi.{stack}.yaml"
        if not path.is_file():
            known = ", ".join(self.stacks) or "none"
            raise InputError(
                [
                    Problem(
                        f"there is no stack {stack!r}", Origin(str(path)), f"use one of: {known}; or write that file."
                    )
                ]
            )
        config = _read(path).get("config") or {}
        return config if isinstance(config, dict) else {}


def find_project(start: Path) -> Project:
    """The project that `start` or the nearest folder above it belongs to. Raises `InputError` where there is none."""
    for folder in (start.resolve(), *start.resolve().parents):
        path = folder / "Pulumi.yaml"
        if path.is_file():
            settings = _read(path)
            return Project(
                root=folder,
                name=str(settings.get("name", folder.name)),
                main=folder / str(settings.get("main") or "."),
                stack_config=folder / str(settings.get("stackConfigDir") or "."),
            )
    raise InputError(
        [
            Problem(
                "no Pulumi.yaml here or above",
                Origin(str(start)),
                "run this inside a Pulumi project, or pass --project.",
            )
        ]
    )
