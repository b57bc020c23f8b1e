"""One run of the local engine: preview, up or destroy of one stack.

Owns what belongs to a run as a whole: its order, its processes, its lock, its end. Does not own a step (`deployment`).
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import grpc

from nhi.sandbox.clouds.model import Cloud
from nhi.sandbox.clouds.world import World
from nhi.sandbox.engine.components import ComponentPackage
from nhi.sandbox.engine.deployment import PROVIDERS, STACK, Deployment, StepError, package_of
from nhi.sandbox.engine.events import Event, Events
from nhi.sandbox.engine.monitor import EngineService, Monitor, serve
from nhi.sandbox.engine.packs import Pack, PackError, spawn, stop
from nhi.sandbox.engine.project import EngineError, load_pack, load_project
from nhi.sandbox.engine.state import Binding, Ledger, Resource, StateFile, read_binding, write_binding
from nhi.sandbox.values import Sealed, contains, is_hidden, to_event

Verb = Literal["preview", "up", "destroy"]
OURS = Binding("local", "sandbox")

# How long a program may go on after a step failed and nothing is under way: it learns of the failure at its next
# request, and a program that makes none would hang for ever.
_GRACE_SECONDS = 5.0


def _now() -> datetime:
    return datetime.now(UTC)


def _nowhere(_point: str, _urn: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class Request:
    """What to run.

    `worlds` holds the state of each cloud by package; without one a package can be previewed only. `config` overrides
    configuration of the stack. `pack_config` is Pulumi's policy configuration by pack folder. `at` is called at every
    named point of a step with the point's name and the URN (tests stop or kill a run there).
    """

    project_dir: Path
    stack: str
    state_dir: Path
    verb: Verb = "preview"
    packs: Sequence[Path] = ()
    clouds: Mapping[str, Cloud] = field(default_factory=dict)
    worlds: Mapping[str, World] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    pack_config: Mapping[Path, Mapping[str, Any]] = field(default_factory=dict)
    on_event: Callable[[Event], None] | None = None
    parallel: int = 16
    organization: str = "organization"
    clock: Callable[[], datetime] = _now
    at: Callable[[str, str], None] = _nowhere


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did. `changes` counts resources by operation; secrets in `outputs` are hidden."""

    exit_code: int
    changes: Mapping[str, int]
    outputs: Mapping[str, Any]
    events: Sequence[Event]
    result: Literal["succeeded", "failed", "canceled"] = "succeeded"


def run(request: Request) -> Result:
    """Runs a stack's program against the sandbox, or destroys the stack.

    Exit code 0: done; 1: a mandatory violation, or a step or the program failed, or the run was interrupted. Events go
    to `on_event` as they happen.

    Raises EngineError before anything is done: a project, a pack or a state that this engine cannot run, a stack that
    another run holds, a stack bound to another engine or to real providers. Call it from the main thread or from one
    that lives as long as the run.
    """
    bound = read_binding(request.state_dir, request.stack)
    if bound not in (None, OURS):
        raise EngineError(
            f"stack {request.stack!r} belongs to engine {bound.engine} with {bound.providers} providers; "
            "the local engine has sandbox providers only and leaves it alone"
        )
    if request.verb == "preview":
        return _Run(request).perform()
    file = StateFile(request.state_dir, request.stack, _version(), request.clock)
    file.lock(request.verb)
    try:
        if request.verb == "up":
            write_binding(request.state_dir, request.stack, OURS)
        return _Run(request).perform()
    finally:
        file.unlock()


def _version() -> str:
    return importlib.metadata.version("pulumi")


class _Run:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.dry_run = request.verb == "preview"
        self.project = load_project(request.project_dir, request.stack, request.config)
        self.pack_files = [] if request.verb == "destroy" else [load_pack(path) for path in request.packs]
        state = StateFile(request.state_dir, request.stack, _version(), request.clock)
        snapshot = state.read()
        self.events = Events(request.on_event, request.clock)
        self.ledger = Ledger(state, state.seal(create=not self.dry_run), snapshot, keep=not self.dry_run)
        self._require_clouds(snapshot.resources)
        self.deployment = Deployment(
            project=self.project,
            stack=request.stack,
            ledger=self.ledger,
            events=self.events,
            clouds=request.clouds,
            worlds=request.worlds,
            dry_run=self.dry_run,
            clock=request.clock,
            at=request.at,
        )
        self.packs: list[Pack] = []
        self.packages: dict[str, ComponentPackage] = {}
        self.program: subprocess.Popen[str] | None = None

    def _require_clouds(self, resources: Sequence[Resource]) -> None:
        if not self.dry_run:
            for package in self.request.clouds:
                if package not in self.request.worlds:
                    raise EngineError(f"the cloud for {package!r} has no world to keep its objects in")
        for resource in resources:
            needs = resource.custom and not resource.type.startswith((PROVIDERS, "pulumi:"))
            if needs and package_of(resource.type) not in self.request.clouds:
                raise EngineError(f"the state holds {resource.urn}, and the sandbox has no cloud for its package")

    def perform(self) -> Result:
        started = time.monotonic()
        deployment = self.deployment
        canceled = False
        self.events.prelude(self.project.config, self.project.secret_keys)
        try:
            if self.request.verb == "destroy":
                self._destroy()
            else:
                self._update()
        except KeyboardInterrupt:
            canceled = True
            deployment.stopping.set()
            deployment.packs_ready.set()
            self.events.diagnostic("error", "the run was interrupted; what was done is in the state")
        finally:
            deployment.stopping.set()
            self._end_children()
        deployment.wait_idle()
        failed = deployment.failed or deployment.violated
        result = "canceled" if canceled else "failed" if failed else "succeeded"
        self.ledger.save()
        self.events.summary(
            changes=deployment.changes,
            packs=self.packs,
            preview=self.dry_run,
            result=result,
            seconds=int(time.monotonic() - started),
        )
        self.events.emit("cancelEvent", {})
        return Result(
            exit_code=0 if result == "succeeded" else 1,
            changes=dict(deployment.changes),
            outputs={key: _shown(value) for key, value in deployment.outputs.items()},
            events=self.events.all,
            result=result,
        )

    # --- destroy ------------------------------------------------------------------------------------------------

    def _destroy(self) -> None:
        try:
            with self.deployment.working():
                self.deployment.finish(everything=True)
        except StepError:
            return  # reported already

    # --- preview and up -----------------------------------------------------------------------------------------

    def _update(self) -> None:
        deployment, request = self.deployment, self.request
        service = EngineService(deployment)
        monitor = Monitor(deployment, request.organization, request.parallel, self._stack_outputs, self.packages)
        server, address = serve(monitor, service)
        inner: grpc.Server | None = None
        try:
            for file in self.pack_files:
                self.packs.append(Pack(file, self.project, request.stack, request.organization, address, self.dry_run))
            if self.project.packages:
                # A server of their own: a program that waits for many components must leave these some threads.
                inside = Monitor(deployment, request.organization, request.parallel, self._stack_outputs)
                inner, monitor.inside = serve(inside, service)
                for name, package in self.project.packages.items():
                    self.packages[name] = ComponentPackage(name, package, self.project.folder, monitor.inside)
            self.program = self._start(address)
            readers = [
                threading.Thread(target=self._relay, args=(stream, severity), daemon=True)
                for stream, severity in ((self.program.stdout, "info"), (self.program.stderr, "info#err"))
            ]
            for reader in readers:
                reader.start()
            if self.packs:
                self.events.emit("policyLoadEvent", {})
            try:
                for pack in self.packs:
                    pack.connect(request.pack_config.get(pack.file.root, {}))
            except (PackError, EngineError) as error:
                deployment.fail(str(error))
                deployment.stopping.set()
                stop(self.program)
                return
            finally:
                deployment.packs = self.packs
                deployment.packs_ready.set()
            code = self._wait()
            for reader in readers:
                reader.join(timeout=10)
            deployment.wait_idle()
            if code != 0 and not deployment.failed:
                deployment.fail(f"the program ended with exit code {code}")
            if deployment.failed or (deployment.violated and not self.dry_run):
                return
            if deployment.stack_urn not in deployment.registered:
                deployment.fail("the program ended without registering its stack")
                return
            with deployment.working():
                deployment.finish()
            if not deployment.failed:
                with deployment.working():
                    deployment.analyze_stack()
        except StepError:
            return  # reported already
        finally:
            server.stop(grace=None)
            if inner is not None:
                inner.stop(grace=None)

    def _start(self, address: str) -> subprocess.Popen[str]:
        project, request = self.project, self.request
        settings = {
            "monitor": address,
            "engine": address,
            "project": project.name,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": self.dry_run,
            "organization": request.organization,
            "root_directory": str(project.root),
        }
        environment = {
            **os.environ,
            "PULUMI_PROJECT": project.name,
            "PULUMI_STACK": request.stack,
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_DRY_RUN": "true" if self.dry_run else "false",
            "PULUMI_ROOT_DIRECTORY": str(project.root),
            "PULUMI_CONFIG": json.dumps(dict(project.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(project.secret_keys)),
        }
        entry = str(project.program) if project.program.is_file() else "."
        return spawn(["program", json.dumps(settings), entry], project.folder, environment)

    def _relay(self, stream: Any, severity: str) -> None:
        for line in stream:
            noise = severity == "info#err" and (self.deployment.failed or self.deployment.stopping.is_set())
            self.events.diagnostic("debug" if noise else severity, line.rstrip("\n"))

    def _wait(self) -> int:
        """Waits for the program. One that goes on although a step failed is ended after a while."""
        process = self.program
        if process is None:
            raise AssertionError("the program has not been started")
        quiet_since: float | None = None
        while True:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                stuck = self.deployment.failed and not self.dry_run and self.deployment.idle
                if not stuck:
                    quiet_since = None
                elif quiet_since is None:
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since > _GRACE_SECONDS:
                    stop(process)
                    return 1

    def _end_children(self) -> None:
        if self.program is not None:
            stop(self.program)
        for child in (*self.packs, *self.packages.values()):
            child.close()

    def _stack_outputs(self, name: str) -> dict[str, Any]:
        """The last outputs of a stack of this project, this one included, for a StackReference."""
        parts = name.split("/")
        stack = parts[-1]
        if len(parts) == 3 and parts[1] != self.project.name:
            raise StepError(f"the local engine knows no stack {name!r}: it keeps stacks of {self.project.name!r} only")
        file = StateFile(self.request.state_dir, stack, _version(), self.request.clock)
        if not file.path.exists() and stack != self.request.stack:
            raise StepError(f"there is no stack {name!r} in {self.request.state_dir}")
        for resource in file.read().resources:
            if resource.type == STACK:
                hidden = [key for key, value in resource.outputs.items() if contains(value, _is_sealed)]
                if hidden:
                    raise StepError(
                        f"stack {name!r} has the secret output {hidden[0]!r}, of which the local engine keeps only a "
                        "digest; use the Pulumi CLI to reference it"
                    )
                return resource.outputs
        return {}


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Sealed)


def _shown(value: Any) -> Any:
    return "[secret]" if contains(value, is_hidden) else to_event(value)
