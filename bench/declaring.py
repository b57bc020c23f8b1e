"""One process that declares 100 agents under Pulumi's mocks: as components, or as the same resources written by hand.

By hand means what a person would write: the SDK's classes with plain values that were worked out beforehand, under one
component per agent, and one for what the cluster is told once. `in-order` says of each resource also what it waits for,
as a program must that names its objects by plain values: an attachment that is made before its policy fails. `by-hand`
leaves that out. `nothing` does what stands before either, imports included, so that only the declaring is compared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fleets import CLOCK, project

Written = tuple[type, str, dict[str, Any], tuple[str, ...]]
"""Class, logical name, arguments, and the logical names of what it waits for."""


class Cloud(mocks.Mocks):
    """Makes whatever is asked for."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"id-{args.name}", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> Any:
        return {"sandbox": True} if args.token.endswith("probe") else {}


class Agent(pulumi.ComponentResource):
    """What a person would write around the resources of one agent."""

    def __init__(self, name: str, written: list[Written], made: dict[str, Any], ordered: bool) -> None:
        super().__init__("example:index:Agent", name, {})
        for cls, logical, arguments, before in written:
            options = pulumi.ResourceOptions(parent=self)
            if ordered:
                options.depends_on = [made[one] for one in before]
            given = {key: value(made) if callable(value) else value for key, value in arguments.items()}
            made[logical] = cls(logical, opts=options, **given)
        self.register_outputs({})


def _by_hand(folder: Path) -> list[tuple[str, list[Written]]]:
    from nhi.clock import clock
    from nhi.contract import Record, Ref
    from nhi.fleet.delegation import graph
    from nhi.fleet.load import load_fleet
    from nhi.plan.make import make_all
    from nhi.platforms import environment_records, records
    from nhi.platforms.register import _python_names, _python_outputs, sdk_class

    types: dict[str, type] = {}

    def argument(value: Any) -> Any:
        if not isinstance(value, Ref):
            return json.loads(json.dumps(value))
        attribute = _python_outputs(types[value.record]).get(value.output, value.output)
        return lambda made: getattr(made[value.record], attribute)

    def written(found: tuple[Record, ...]) -> list[Written]:
        types.update((record.name, sdk_class(record.type)) for record in found)
        rows: list[Written] = []
        for record in found:
            names = _python_names(types[record.name])
            arguments = {names[wire]: argument(value) for wire, value in record.inputs.items()}
            rows.append((types[record.name], record.name, arguments, record.depends_on))
        return rows

    fleet = load_fleet(folder / "stacks/agents", folder / "stacks/environments/dev.yaml")
    plans, problems = make_all(fleet.agents.values(), fleet.catalog, clock(CLOCK), graph(fleet.agents))
    assert not problems
    return [
        ("cluster", written(environment_records(fleet.require()))),
        *((plan.name, written(records(plan))) for plan in plans),
    ]


def main(how: str, platforms: list[str]) -> None:
    """Declares, or only does what stands before declaring."""
    import nhi
    from nhi.platforms import room

    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as temporary:
        folder = project(Path(temporary), 100, platforms)
        for platform in platforms:
            room(platform, "identity")  # type: ignore[arg-type]  # a platform's name
        written = _by_hand(folder)

        def program() -> None:
            if how in ("by-hand", "in-order"):
                made: dict[str, Any] = {}
                for name, rows in written:
                    Agent(name, rows, made, how == "in-order")
            elif how == "component":
                nhi.declare_fleet(
                    str(folder / "stacks/agents"), str(folder / "stacks/environments/dev.yaml"), clock=CLOCK
                )

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        mocks.set_mocks(Cloud(), project="nhi", stack="dev", preview=False)
        loop.run_until_complete(run_pulumi_func(program))
        loop.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
