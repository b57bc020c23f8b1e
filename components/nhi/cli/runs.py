"""`nhi preview`, `nhi up`, `nhi destroy`: one run of one stack on the engine that was chosen.

Owns the order: choose, say what was chosen, run, report. Neither engine's semantics live here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from nhi_policies.report import to_json, to_junit, to_sarif

from nhi.cli import pulumi_engine, show
from nhi.cli.engines import Choice, choose
from nhi.cli.events import Record
from nhi.cli.project import Project
from nhi.clock import clock as read_clock
from nhi.permissions.model import Origin
from nhi.sandbox.engine.project import EngineError
from nhi.sandbox.engine.state import Binding, read_binding, remove_binding, write_binding
from nhi.spec.problems import InputError, Problem

Verb = Literal["preview", "up", "destroy"]

WORK_FOLDER = ".nhi"
"""Where sandbox stacks keep their state, under the project's root."""


def _clouds_and_worlds(project: Project, stack: str, work: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from nhi.sandbox.clouds.faults import Faults, Faulty
    from nhi.sandbox.clouds.registry import installed, open_cloud
    from nhi.sandbox.clouds.world import World
    from nhi.sandbox.provider import FAULTS_VARIABLE

    clouds = {package: open_cloud(package) for package in installed()}
    if os.environ.get(FAULTS_VARIABLE):
        faults = Faults.load(Path(os.environ[FAULTS_VARIABLE]))
        clouds = {package: Faulty(cloud, faults) for package, cloud in clouds.items()}
    worlds = {package: World(work / "worlds" / package / f"{project.name}.{stack}.json") for package in clouds}
    return clouds, worlds


def _on_local_engine(project: Project, stack: str, verb: Verb, record: Record, progress: show.Progress) -> int:
    from nhi.sandbox.engine.run import Request, run

    work = project.root / WORK_FOLDER / "local"
    clouds, worlds = _clouds_and_worlds(project, stack, work)

    def on_event(event: Mapping[str, Any]) -> None:
        step = record.take(event)
        if step:
            progress.say(f"{step.operation} {step.type} {step.name}")

    request = Request(
        project_dir=project.root,
        stack=stack,
        state_dir=work,
        verb=verb,
        packs=[project.pack] if project.pack else [],
        clouds=clouds,
        worlds=worlds,
        on_event=on_event,
    )
    return run(request).exit_code


def _on_pulumi(
    choice: Choice, project: Project, stack: str, verb: Verb, record: Record, progress: show.Progress
) -> tuple[int, str]:
    from nhi.sandbox.home import environment, prepare

    sandbox = choice.providers == "sandbox"
    work = project.root / WORK_FOLDER
    variables = environment(prepare(work / "home"), work / "pulumi") if sandbox else {}

    def on_event(event: Mapping[str, Any]) -> None:
        step = record.take(event)
        if step:
            progress.say(f"{step.operation} {step.type} {step.name}")

    assert choice.pulumi is not None
    ended = pulumi_engine.run(
        choice.pulumi, project, stack, verb, extra_environment=variables, create_stack=sandbox, on_event=on_event
    )
    return ended.exit_code, ended.output


def perform(
    project: Project,
    stack: str,
    verb: Verb,
    wanted: Literal["auto", "pulumi", "local"],
    *,
    form: show.Format,
    out: TextIO = sys.stdout,
) -> int:
    """Runs and reports. Answers 0, 1 for findings or a failed step, 2 where the run is refused before it starts."""
    config = project.config(stack)
    pinned = config.get(f"{project.name}:clock") or config.get("nhi:clock")
    work = project.root / WORK_FOLDER
    local, pulumi = work / "local", work / "pulumi-bindings"
    try:
        binding = read_binding(local, stack) or read_binding(pulumi, stack)
        choice = choose(wanted, stack, pinned_clock=bool(pinned), binding=binding)
        if form == "text":
            print(f"nhi {verb}: stack {stack}, {choice}", file=out, flush=True)
        record = Record()
        progress = show.Progress()
        output = ""
        if choice.engine == "local":
            code = _on_local_engine(project, stack, verb, record, progress)
        else:
            if verb == "up":
                write_binding(pulumi, stack, Binding("pulumi", choice.providers))
            code, output = _on_pulumi(choice, project, stack, verb, record, progress)
        if verb == "destroy" and not code:
            remove_binding(local if choice.engine == "local" else pulumi, stack)
        progress.clear()
    except EngineError as error:
        raise InputError([Problem(str(error), Origin(f"stack {stack}"))]) from None
    if code and record.result is None and not record.errors and output:
        # The CLI did not come as far as events: what it printed is all there is to say.
        record.errors.append(output.strip())
    clock: datetime = read_clock(str(pinned) if pinned else None)
    found = record.report(clock, stack)
    if form == "text":
        show.run(record, found, verb, out, judged=project.pack is not None)
    elif form == "json":
        json.dump(
            {
                **to_json(found),
                "engine": choice.engine,
                "providers": choice.providers,
                "judged": project.pack is not None,
                "changes": dict(record.changes),
                "errors": record.errors,
                "foreign": record.foreign,
            },
            out,
            indent=2,
        )
        print(file=out)
    else:
        print(json.dumps(to_sarif(found), indent=2) if form == "sarif" else to_junit(found), file=out)
    return 1 if code or record.blocked else 0
