"""Runs a verb on the Pulumi CLI and hands its events on, one by one, in the form both engines share.

Owns the command line, the environment of a sandbox run, and reading the event log while the CLI writes it. Does not own
the report. With real providers nothing of the caller's environment, backend or login is changed.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nhi.cli.project import Project

Event = Mapping[str, Any]

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Finished:
    """How the CLI ended, and what it printed where it did not come far enough for events."""

    exit_code: int
    output: str


def _lines(log: Path, over: threading.Event) -> Iterator[str]:
    """Whole lines of a file that another process is still writing, until that process is over."""
    while not log.exists() and not over.is_set():
        time.sleep(_POLL_SECONDS)
    if not log.exists():
        return
    with log.open(encoding="utf-8") as file:
        rest = ""
        while True:
            last_round = over.is_set()
            rest += file.read()
            *whole, rest = rest.split("\n")
            yield from whole
            if last_round:
                return
            time.sleep(_POLL_SECONDS)


def run(
    pulumi: str,
    project: Project,
    stack: str,
    verb: str,
    *,
    extra_environment: Mapping[str, str],
    create_stack: bool,
    on_event: Callable[[Event], None],
) -> Finished:
    """Runs `preview`, `up` or `destroy` of one stack with the project's pack, if it has one.

    `create_stack` makes a missing stack first (a sandbox backend starts empty). Events reach `on_event` as they happen.
    """
    environment = {**os.environ, **extra_environment, "PULUMI_DEBUG_COMMANDS": "true"}
    root = str(project.root)
    if create_stack:
        made = subprocess.run(
            [pulumi, "stack", "select", "--create", "--non-interactive", stack],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            return Finished(made.returncode, made.stdout + made.stderr)
    with tempfile.TemporaryDirectory(prefix="nhi-events-") as folder:
        log = Path(folder) / "events.json"
        command = [pulumi, verb, "--stack", stack, "--non-interactive", "--event-log", str(log)]
        if verb != "preview":
            command += ["--yes", "--skip-preview"]
        if verb != "destroy" and project.pack is not None:
            command += ["--policy-pack", str(project.pack)]
        over = threading.Event()
        output: list[str] = []
        with subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:

            def drain() -> None:
                assert process.stdout is not None
                output.extend(process.stdout)
                process.wait()
                over.set()

            reader = threading.Thread(target=drain, daemon=True)
            reader.start()
            try:
                for line in _lines(log, over):
                    if line.strip():
                        on_event(json.loads(line))
            finally:
                if not over.is_set():
                    process.terminate()
                reader.join()
        return Finished(process.returncode, "".join(output))
