"""Every identity that the Google Cloud documents describe can be made in the stand-in, stays, and goes again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.gcp import GcpCloud
from nhi.sandbox.clouds.gcp.project import BURIED
from nhi.sandbox.clouds.world import World

GOLDEN = sorted((Path(__file__).parents[2] / "platforms" / "gcp" / "golden").glob("*.json"))


def _resolved(value: Any, made: dict[str, dict[str, Any]]) -> Any:
    """Inputs with the outputs of other records put in, as an engine would; unknown where nothing is made yet."""
    if isinstance(value, dict):
        if set(value) == {"ref"}:
            return made.get(value["ref"]["record"], {}).get(value["ref"]["output"], UNKNOWN)
        return {key: _resolved(item, made) for key, item in value.items()}
    return [_resolved(item, made) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_identity_is_previewed_made_kept_and_removed(path: Path) -> None:
    cloud, world = GcpCloud(), World()
    rows = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["type"].startswith("gcp:")]
    assert rows
    made: dict[str, dict[str, Any]] = {}
    steps: list[tuple[str, str]] = []
    for row in rows:
        urn = f"urn:pulumi:dev::nhi::{row['type']}::{row['name']}"
        before = cloud.check(row["type"], row["name"], _resolved(row["inputs"], {}))
        assert before.failures == ()
        assert cloud.create(row["type"], urn, before.inputs, None).id is None
        checked = cloud.check(row["type"], row["name"], _resolved(row["inputs"], made))
        assert checked.failures == ()
        created = cloud.create(row["type"], urn, checked.inputs, world)
        assert created.id is not None
        made[row["name"]] = {**created.outputs, "id": created.id}
        steps.append((row["type"], created.id))
    for row, (type, id) in zip(rows, steps, strict=True):
        again = cloud.check(type, row["name"], _resolved(row["inputs"], made))
        old = world.things()[type, id].inputs
        assert cloud.diff(type, old, again.inputs).changes == ()
        assert cloud.read(type, id, world) is not None, f"another grant took {id} away"
    for type, id in reversed(steps):
        cloud.delete(type, id, world)
    assert {type for type, _ in world.things()} <= {BURIED}


def test_there_are_identities_to_make() -> None:
    assert len(GOLDEN) >= 10
