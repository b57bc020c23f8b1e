"""A fleet on all four platforms, from real files: one environment, three classes, an agent with two instances.

`everywhere/` holds the files. `fleet` changes one of them on the way, so that a test says what it is about.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from nhi.contract import Record, Ref
from nhi.fleet.delegation import graph
from nhi.fleet.load import Fleet, load_fleet
from nhi.plan.make import make_all
from nhi.plan.model import AgentPlan
from plans import CLOCK

HERE = Path(__file__).parent / "everywhere"
INTAKE, RESEARCH, SUPPORT = "agents/intake-agent.yaml", "agents/research-agent.yaml", "agents/support-agent.yaml"
ENVIRONMENT = "environment.yaml"

Edit = Callable[[dict[str, Any]], None]


def fleet(edits: Mapping[str, Edit] | None = None) -> Fleet:
    """The fleet, each named file changed by its edit."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(HERE, root, dirs_exist_ok=True)
        for name, edit in (edits or {}).items():
            value = yaml.safe_load((root / name).read_text(encoding="utf-8"))
            edit(value)
            (root / name).write_text(yaml.safe_dump(value, sort_keys=False, width=1000), encoding="utf-8")
        found = load_fleet(root / "agents", root / ENVIRONMENT, root=root)
    assert found.problems == ()
    return found


def plans(edits: Mapping[str, Edit] | None = None) -> dict[str, AgentPlan]:
    """The plans of the fleet by name."""
    loaded = fleet(edits)
    made, problems = make_all(loaded.agents.values(), loaded.catalog, CLOCK, graph(loaded.agents))
    assert problems == ()
    return {plan.name: plan for plan in made}


def agent(**values: Any) -> Edit:
    """An edit that sets keys of an agent file; None takes a key out."""

    def edit(file: dict[str, Any]) -> None:
        for key, value in values.items():
            if value is None:
                file["agent_policy"].pop(key, None)
            else:
                file["agent_policy"][key] = value

    return edit


def readable(record: Record) -> dict[str, Any]:
    """A record as plain JSON."""
    return {
        "type": record.type,
        "name": record.name,
        "inputs": {
            key: {"ref": asdict(value)} if isinstance(value, Ref) else value for key, value in record.inputs.items()
        },
        "dependsOn": list(record.depends_on),
    }
