"""Every identity that the Entra documents describe can be made in the stand-in, stays as it is, and goes again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.entra import EntraCloud
from nhi.sandbox.clouds.model import Cloud
from nhi.sandbox.clouds.world import World

GOLDEN = sorted((Path(__file__).parents[2] / "platforms" / "entra" / "golden").glob("*.json"))


def _resolved(value: Any, made: dict[str, dict[str, Any]]) -> Any:
    """Inputs with the outputs of other records put in, as an engine would; unknown where nothing is made yet."""
    if isinstance(value, dict):
        if set(value) == {"ref"}:
            return made.get(value["ref"]["record"], {}).get(value["ref"]["output"], UNKNOWN)
        return {key: _resolved(item, made) for key, item in value.items()}
    return [_resolved(item, made) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_identity_is_previewed_made_kept_and_removed(path: Path) -> None:
    # A password goes to a secrets manager of another cloud.
    clouds: dict[str, tuple[Cloud, World]] = {"azuread": (EntraCloud(), World()), "aws": (AwsCloud(), World())}
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert rows
    made: dict[str, dict[str, Any]] = {}
    steps: list[tuple[str, str, dict[str, Any]]] = []
    for row in rows:
        cloud, world = clouds[row["type"].partition(":")[0]]
        urn = f"urn:pulumi:dev::nhi::{row['type']}::{row['name']}"
        before = cloud.check(row["type"], row["name"], _resolved(row["inputs"], {}))
        assert before.failures == ()
        assert cloud.create(row["type"], urn, before.inputs, None).id is None
        checked = cloud.check(row["type"], row["name"], _resolved(row["inputs"], made))
        assert checked.failures == ()
        created = cloud.create(row["type"], urn, checked.inputs, world)
        assert created.id is not None
        made[row["name"]] = {**created.outputs, "id": created.id}
        steps.append((row["type"], created.id, dict(checked.inputs)))
    for row, (type, id, inputs) in zip(rows, steps, strict=True):
        cloud, world = clouds[type.partition(":")[0]]
        again = cloud.check(type, row["name"], _resolved(row["inputs"], made))
        assert cloud.diff(type, inputs, again.inputs).changes == ()
        assert cloud.read(type, id, world) is not None
    for type, id, _ in reversed(steps):
        cloud, world = clouds[type.partition(":")[0]]
        cloud.delete(type, id, world)
    assert all(world.things() == {} for _, world in clouds.values())


@pytest.mark.parametrize("stem", ["suspended", "delegated-suspended"])
def test_a_live_identity_is_stopped_without_a_new_application(stem: str) -> None:
    cloud, world = EntraCloud(), World()
    golden = {path.stem: path for path in GOLDEN}
    live = json.loads(golden["delegated" if "delegated" in stem else "oidc-active"].read_text(encoding="utf-8"))
    stopped = json.loads(golden[stem].read_text(encoding="utf-8"))
    made: dict[str, dict[str, Any]] = {}
    for row in live:
        inputs = cloud.check(row["type"], row["name"], _resolved(row["inputs"], made)).inputs
        created = cloud.create(row["type"], f"urn::{row['name']}", inputs, world)
        made[row["name"]] = {**created.outputs, "id": created.id}
    wanted = {row["name"]: row for row in stopped}
    for row in live:
        if row["name"] not in wanted:
            cloud.delete(row["type"], made[row["name"]]["id"], world)
            continue
        old = cloud.check(row["type"], row["name"], _resolved(row["inputs"], made)).inputs
        new = cloud.check(row["type"], row["name"], _resolved(wanted[row["name"]]["inputs"], made)).inputs
        assert cloud.diff(row["type"], old, new).replaces == ()
        id = made[row["name"]]["id"]
        after = cloud.update(row["type"], id, f"urn::{row['name']}", old, new, world)
        assert (after["clientId"], after["objectId"]) == (made[row["name"]]["clientId"], made[row["name"]]["objectId"])
    assert {thing.type.rpartition(":")[2] for thing in world.things().values()} == {"Application", "ServicePrincipal"}


def test_there_are_identities_to_make() -> None:
    assert len(GOLDEN) >= 10
