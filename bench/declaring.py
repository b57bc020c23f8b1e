"""One process that declares 100 agents under Pulumi's mocks: as components, or as the same resources written by hand.

By hand means what a person would write: the SDK's classes with plain values that were worked out beforehand, under one
component per agent. `nothing` imports what both import, so that only the declaring is compared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws  # noqa: F401  # both ways pay for the SDKs' import
import pulumi_kubernetes  # noqa: F401
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fleets import project

CLOCK = "2026-11-01T00:00:00Z"


class Cloud(mocks.Mocks):
    """Makes whatever is asked for."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"id-{args.name}", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        return {"sandbox": args.token.endswith("probe")}


class Agent(pulumi.ComponentResource):
    """What a person would write around the resources of one agent."""

    def __init__(self, name: str, written: list[Any]) -> None:
        super().__init__("example:index:Agent", name, {})
        for cls, logical, arguments in written:
            cls(logical, opts=pulumi.ResourceOptions(parent=self), **arguments)
        self.register_outputs({})


def _by_hand(folder: Path) -> list[tuple[str, list[Any]]]:
    from nhi.clock import clock
    from nhi.fleet.load import load_fleet
    from nhi.plan.make import make_all
    from nhi.platforms import records
    from nhi.platforms.register import _python_names, sdk_class

    fleet = load_fleet(folder / "stacks/agents", folder / "stacks/environments/dev.yaml")
    plans, _ = make_all(fleet.agents.values(), fleet.catalog, clock(CLOCK))
    found = []
    for plan in plans:
        rows = []
        for record in records(plan):
            cls = sdk_class(record.type)
            names = _python_names(cls)
            plain = json.loads(json.dumps(record.inputs))
            rows.append((cls, record.name, {names[key]: value for key, value in plain.items()}))
        found.append((plan.name, rows))
    return found


def main(how: str) -> None:
    """Declares, or only does what stands before declaring."""
    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as temporary:
        folder = project(Path(temporary), 100)
        written = _by_hand(folder)

        def program() -> None:
            if how == "by-hand":
                for name, rows in written:
                    Agent(name, rows)
            elif how == "component":
                import nhi

                nhi.declare_fleet(
                    str(folder / "stacks/agents"), str(folder / "stacks/environments/dev.yaml"), clock=CLOCK
                )

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        mocks.set_mocks(Cloud(), project="nhi", stack="dev", preview=False)
        loop.run_until_complete(run_pulumi_func(program))
        loop.close()


if __name__ == "__main__":
    main(sys.argv[1])
