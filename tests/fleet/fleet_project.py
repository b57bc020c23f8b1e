"""A copy of the example project in a temporary folder, to be changed in one place and run as a user runs it.

Owns the copy, the one-line edits, and the command as a process of its own. Does not own what a run must say.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nhi.cli.engines import PULUMI_FLOOR, new_enough, pulumi_on_path
from nhi.sandbox.home import environment, prepare
from nhi.sandbox.provider import FAULTS_VARIABLE, WORLDS_FOLDER

REPOSITORY = Path(__file__).resolve().parents[2]
PAIR = ("release-agent", "support-agent")
"""Two agents that name no third one, on both platforms, of tier 3 and 2: a small fleet for quick runs."""

ENGINES = ("local", "pulumi")
BYTECODE = REPOSITORY / ".nhi" / "bytecode"
TIMEOUT_SECONDS = 600  # only so that a run that hangs fails; nothing is measured by it


@cache
def missing_engine(engine: str) -> str | None:
    """Why this engine cannot run here, or None where it can."""
    if engine == "local":
        return None
    floor = ".".join(map(str, PULUMI_FLOOR))
    found = pulumi_on_path()
    if found is None:
        return f"NOT PROVEN on the Pulumi CLI: there is no `pulumi` on PATH ({floor} or newer; `make engine`)"
    if not new_enough(found[1]):
        return f"NOT PROVEN on the Pulumi CLI: {found[1]} is older than {floor}"
    return None


def require(engine: str) -> None:
    """Skips the running test, loudly, where the engine is not present."""
    if (reason := missing_engine(engine)) is not None:
        pytest.skip(reason)


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report of a run or a check."""
        return json.loads(self.out)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Every finding of the report; of all stacks together where it is a check's."""
        reports = self.report.get("reports", [self.report])
        return [finding for report in reports for finding in report["findings"]]

    @property
    def blocking(self) -> list[dict[str, Any]]:
        """Findings that make the run fail."""
        return [finding for finding in self.findings if finding["level"] == "mandatory"]

    @property
    def said(self) -> str:
        """Everything, for the message of a failed assertion."""
        return f"exit code {self.code}\n{self.out}\n{self.err}"


class Project:
    """The example project's copy: `Pulumi.yaml`, the stacks with their agents, and the gate."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        shutil.copy(REPOSITORY / "Pulumi.yaml", root)
        shutil.copytree(REPOSITORY / "stacks", root / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "policies").mkdir()
        for name in ("PulumiPolicy.yaml", "__main__.py", "exceptions.yaml", "gate.yaml"):
            shutil.copy(REPOSITORY / "policies" / name, root / "policies")
        self.edit("Pulumi.yaml", "virtualenv: .venv", f"virtualenv: {sys.prefix}")
        self.edit("policies/PulumiPolicy.yaml", "virtualenv: ../.venv", f"virtualenv: {sys.prefix}")

    def edit(self, file: str, old: str, new: str) -> int:
        """Puts `new` in the place of `old`, which must stand in the file exactly once. Answers the line it is on."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{file}: {old!r} stands there {text.count(old)} times, not once")
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def write(self, file: str, text: str | bytes) -> Path:
        """Writes a file of the project and answers its path."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def keep(self, agents: Sequence[str] = PAIR) -> Project:
        """Deletes every other agent's file."""
        kept = {f"{name}.yaml" for name in agents}
        for path in (self.root / "stacks" / "agents").iterdir():
            if path.name not in kept:
                path.unlink()
        return self

    def program(self, lines: str) -> None:
        """Adds lines to the program, which knows `fleet`, `nhi` and `pulumi`."""
        path = self.root / "stacks" / "__main__.py"
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{lines}\n", encoding="utf-8")

    def clock(self, moment: str, stack: str = "dev") -> None:
        """Pins another clock for one stack, in its configuration and in the gate's settings."""
        pinned = '"2026-11-01T00:00:00Z"'
        self.edit(f"stacks/Pulumi.{stack}.yaml", pinned, f'"{moment}"')
        self.edit(
            "policies/gate.yaml",
            f"environment: {stack}\n    clock: {pinned}",
            f'environment: {stack}\n    clock: "{moment}"',
        )

    # --- running ----------------------------------------------------------------------------------------------------

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables of a run: the caller's, with compiled modules kept between runs, which halves their time."""
        variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTECODE), **(more or {})}
        for name in ("PYTHONDONTWRITEBYTECODE", FAULTS_VARIABLE):
            if name not in (more or {}):
                variables.pop(name, None)
        return variables

    def nhi(self, *arguments: str, more: Mapping[str, str] | None = None) -> Outcome:
        """Runs the command in the project's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "nhi.cli.main", *arguments],
            cwd=self.root,
            env=self.environment(more),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def run(self, verb: str, engine: str, stack: str = "dev", more: Mapping[str, str] | None = None) -> Outcome:
        """`nhi preview`, `nhi up` or `nhi destroy` on one engine, with the JSON report."""
        return self.nhi(verb, "--stack", stack, "--engine", engine, "--format", "json", more=more)

    def check(self, stack: str = "dev", *files: str) -> Outcome:
        """`nhi check` of one stack, with the JSON report."""
        return self.nhi("check", "--stack", stack, "--format", "json", *files)

    def pulumi(self, *arguments: str, debug_commands: bool = False, more: Mapping[str, str] | None = None) -> Outcome:
        """The Pulumi CLI itself, with the sandbox's providers in its home. `debug_commands` allows `--event-log`."""
        variables = environment(prepare(self.root / ".nhi" / "home"), self.root / ".nhi" / "pulumi")
        variables |= more or {}
        if debug_commands:
            variables["PULUMI_DEBUG_COMMANDS"] = "true"
        found = pulumi_on_path()
        assert found is not None, "call `require` first"
        done = subprocess.run(
            [found[0], *arguments],
            cwd=self.root,
            env=self.environment(variables),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    # --- what a run left behind -------------------------------------------------------------------------------------

    def state(self, engine: str, stack: str = "dev") -> dict[str, Any]:
        """The stack's deployment: version 3 of Pulumi's format on either engine; empty before the first `up`."""
        if engine == "local":
            path = self.root / ".nhi" / "local" / f"{stack}.json"
            return json.loads(path.read_text(encoding="utf-8"))["deployment"] if path.exists() else {}
        exported = self.pulumi("stack", "export", "--stack", stack)
        return json.loads(exported.out)["deployment"]

    def resources(self, engine: str, stack: str = "dev") -> dict[str, dict[str, Any]]:
        """The state's resources by URN."""
        return {row["urn"]: row for row in self.state(engine, stack).get("resources") or []}

    def world(self, engine: str) -> list[dict[str, Any]]:
        """Every object that exists in the clouds of an engine, without what the sandbox itself notes down there."""
        folder = self.root / ".nhi" / ("local/worlds" if engine == "local" else f"home/{WORLDS_FOLDER}")
        found = (row for path in sorted(folder.rglob("*.json")) for row in json.loads(path.read_text(encoding="utf-8")))
        return [row for row in found if ":nhi/sandbox:" not in row["type"]]
