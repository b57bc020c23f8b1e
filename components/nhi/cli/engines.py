"""Which engine a command runs on, and which providers: the choice, and the sentence that says so.

Owns the choice. A stack is bound at its first `up` to an engine and a kind of providers, and `auto` never crosses that;
a stack that pins its clock is a sandbox stack, every other one is meant for real providers. Does not run anything.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

from nhi.permissions.model import Origin
from nhi.sandbox.engine.state import Binding
from nhi.spec.problems import InputError, Problem

Engine = Literal["pulumi", "local"]
Providers = Literal["sandbox", "real"]

PULUMI_FLOOR = (3, 249)
"""First version whose `policy analyze` reads a state file; older ones also print findings in another form."""


@dataclass(frozen=True)
class Choice:
    """The engine and the providers of one run. `pulumi` is the CLI's path where the engine is Pulumi's."""

    engine: Engine
    providers: Providers
    pulumi: str | None
    version: str

    def __str__(self) -> str:
        engine = f"Pulumi {self.version}" if self.engine == "pulumi" else "the local engine"
        clouds = "sandbox providers (nothing real is touched)" if self.providers == "sandbox" else "real providers"
        return f"{engine}, {clouds}"


def pulumi_on_path() -> tuple[str, str] | None:
    """Path and version of the Pulumi CLI on PATH, or None where there is none that answers."""
    path = shutil.which("pulumi")
    if path is None:
        return None
    try:
        answer = subprocess.run(
            [path, "version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return path, answer.removeprefix("v")


def new_enough(version: str) -> bool:
    """Whether a version string such as `3.260.0` or `3.261.0-alpha.x` reaches the floor."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= PULUMI_FLOOR


def choose(
    wanted: Literal["auto", "pulumi", "local"], stack: str, *, pinned_clock: bool, binding: Binding | None
) -> Choice:
    """The engine and providers for one run of `stack`.

    Raises `InputError` where the wish crosses the stack's binding, where real providers would need an engine that is
    not there, or where the Pulumi CLI is too old.
    """
    place = Origin(f"stack {stack}")
    providers: Providers = binding.providers if binding else ("sandbox" if pinned_clock else "real")
    if binding and wanted not in ("auto", binding.engine):
        raise InputError(
            [
                Problem(
                    f"is bound to the {binding.engine} engine since its first `up`; another would not see its state.",
                    place,
                    f"use --engine {binding.engine}, or destroy the stack first.",
                )
            ]
        )
    if wanted == "local" and providers == "real" and binding is None:
        providers = "sandbox"
    engine = binding.engine if binding else wanted
    if engine == "local":
        return Choice("local", providers, None, "")
    found = pulumi_on_path()
    if found and new_enough(found[1]):
        return Choice("pulumi", providers, *found)
    floor = ".".join(map(str, PULUMI_FLOOR))
    trouble = f"Pulumi {found[1]} is too old, {floor} or newer is needed" if found else "there is no `pulumi` on PATH"
    if engine == "pulumi" or providers == "real":
        why = "" if engine == "pulumi" else " The stack pins no clock, so it is meant for real providers."
        raise InputError(
            [
                Problem(
                    f"{trouble}.{why}",
                    place,
                    "install it with `make engine`, or try the stack on the sandbox with --engine local.",
                )
            ]
        )
    return Choice("local", providers, None, "")
