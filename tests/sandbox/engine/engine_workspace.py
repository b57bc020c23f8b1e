"""A project, a pack and a sandbox in a temporary folder, for whole runs of the local engine.

It can be run by its path too: `engine_workspace.py <folder> <verb> <point> <name> <signal>` runs the stack there and
sends itself the signal at the named point of the named resource. A test that kills an engine needs it as a process.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine_cloud import TestCloud
from nhi.sandbox.clouds.world import World
from nhi.sandbox.engine import Request, Result, run

PRELUDE = """
import os, pathlib, pulumi
config = pulumi.Config()
pathlib.Path(os.environ.get("PROGRAM_PID", os.devnull)).write_text(str(os.getpid()))

class Made(pulumi.CustomResource):
    def __init__(self, kind, logical, opts=None, /, **props):
        outputs = {"arn": None, "number": None, "token": None, "name": None}
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version="1.0.0"), opts)
        super().__init__(f"tst:index:{kind}", logical, {**outputs, **props}, opts)

class Team(pulumi.ComponentResource):
    def __init__(self, name, opts=None, **props):
        super().__init__("demo:index:Team", name, props, opts)

def options(**kwargs):
    return pulumi.ResourceOptions(**kwargs)
"""

PACK = """
import json, pathlib
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy
from pulumi_policy.proxy import UnknownValueError

def small(args, report):
    if args.resource_type == "tst:index:Thing" and (args.props.get("size") or 0) > 10:
        report("too big")

def labelled(args, report):
    if args.resource_type == "tst:index:Thing" and "labels" not in args.props:
        report("no labels")

def linked(args, report):
    if args.resource_type != "tst:index:Thing" or "unknown" not in args.name:
        return
    try:
        args.props["link"]
    except UnknownValueError:
        report("link is unknown")

def whole(args, report):
    rows = [[r.resource_type, r.name, sorted(r.props.keys())] for r in args.resources]
    report("stack: " + json.dumps(sorted(rows)))

POLICIES = [
    ResourceValidationPolicy("small", "size", small, enforcement_level=EnforcementLevel.MANDATORY),
    ResourceValidationPolicy("labelled", "labels", labelled),
    ResourceValidationPolicy("linked", "link", linked),
    StackValidationPolicy("whole", "stack", whole),
]
"""


class Workspace:
    """One project `demo` with the stack `dev`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state_dir = folder / "state"
        self.world = World(folder / "world.json")
        self.cloud = TestCloud()
        self._written = 0

    def program(self, text: str) -> None:
        """Writes the project around the given lines."""
        (self.folder / "stacks").mkdir(exist_ok=True)
        (self.folder / "Pulumi.yaml").write_text("name: demo\nruntime: python\nmain: stacks\nstackConfigDir: stacks\n")
        program = self.folder / "stacks" / "__main__.py"
        program.write_text(PRELUDE + textwrap.dedent(text))
        # Python judges a compiled file by whole seconds and size: a rewrite within one second would not count.
        self._written += 1
        os.utime(program, (self._written, self._written))

    def pack(self, text: str = "") -> Path:
        """Writes the pack; `text` stands before the pack is served."""
        folder = self.folder / "pack"
        folder.mkdir(exist_ok=True)
        (folder / "PulumiPolicy.yaml").write_text("version: 0.1.0\nruntime: python\n")
        (folder / "__main__.py").write_text(PACK + textwrap.dedent(text) + '\nPolicyPack("tiny", POLICIES)\n')
        return folder

    def run(self, verb: str, packs: Sequence[Path] = (), **more: Any) -> Result:
        """One run of the stack."""
        return run(
            Request(
                self.folder,
                "dev",
                self.state_dir,
                verb=verb,  # type: ignore[arg-type]
                packs=packs,
                clouds={"tst": self.cloud},
                worlds={"tst": self.world},
                **more,
            )
        )

    def state(self) -> dict[str, Any]:
        """The deployment in the state file."""
        return json.loads((self.state_dir / "dev.json").read_text())["deployment"]

    def resources(self) -> dict[str, dict[str, Any]]:
        """Resources in the state by logical name."""
        return {row["urn"].split("::")[-1]: row for row in self.state().get("resources", [])}

    def things(self) -> list[tuple[str, str]]:
        """What exists in the cloud: types and names."""
        return sorted(
            (thing.type.rpartition(":")[2], str(thing.inputs.get("name") or thing.inputs.get("owner")))
            for thing in self.world.things().values()
        )


def events(result: Result, kind: str) -> list[dict[str, Any]]:
    """The payloads of all events of one kind."""
    return [event[kind] for event in result.events if kind in event]


def ops(result: Result) -> list[tuple[str, str]]:
    """The steps of a run in order: operation and logical name."""
    return [(e["metadata"]["op"], e["metadata"]["urn"].split("::")[-1]) for e in events(result, "resourcePreEvent")]


def messages(result: Result, severity: str = "error") -> str:
    """All messages of one severity."""
    return "".join(e["message"] for e in events(result, "diagnosticEvent") if e["severity"] == severity)


def _main() -> None:
    folder, verb, point, name, number = sys.argv[1:6]

    def at(now: str, urn: str) -> None:
        if now == point and urn.endswith(f"::{name}"):
            os.kill(os.getpid(), int(number))
            # The main thread takes an interrupt when it next runs; a busy machine may let this thread finish the whole
            # program first. Holding the step back changes no outcome but that one.
            threading.Event().wait(5)

    result = Workspace(Path(folder)).run(verb, at=at)
    print(json.dumps({"exit_code": result.exit_code, "result": result.result, "changes": dict(result.changes)}))


if __name__ == "__main__":
    _main()
