"""Every identity that the documents describe can be made in its stand-in, stays as it is, and goes again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.entra import EntraCloud
from nhi.sandbox.clouds.gcp.project import BURIED
from nhi.sandbox.clouds.model import Cloud
from nhi.sandbox.clouds.registry import open_cloud
from nhi.sandbox.clouds.world import World

from clouds.objects import urn

PLATFORMS = Path(__file__).parents[2] / "platforms"
GOLDEN = {platform: sorted((PLATFORMS / platform / "golden").glob("*.json")) for platform in ("aws", "entra", "gcp")}
WHOLE = PLATFORMS / "everywhere" / "golden"
ENVIRONMENT = WHOLE / "environment.json"
CASES: dict[str, tuple[Path, ...]] = {
    **{f"{platform}-{path.stem}": (path,) for platform, paths in GOLDEN.items() for path in paths},
    # With the groups of the environment's classes, which an agent's membership names.
    **{f"whole-{path.stem}": (ENVIRONMENT, path) for path in sorted(WHOLE.glob("*.json")) if path != ENVIRONMENT},
}
"""The files of one identity, in order."""


def resolved(value: Any, made: dict[str, dict[str, Any]]) -> Any:
    """Inputs with the outputs of other records put in, as an engine would; unknown where nothing is made yet."""
    if isinstance(value, dict):
        if set(value) == {"ref"}:
            return made.get(value["ref"]["record"], {}).get(value["ref"]["output"], UNKNOWN)
        return {key: resolved(item, made) for key, item in value.items()}
    return [resolved(item, made) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES)
def test_an_identity_is_previewed_made_kept_and_removed(case: str) -> None:
    rows = [row for path in CASES[case] for row in json.loads(path.read_text(encoding="utf-8"))]
    assert rows
    # A password goes to a secrets manager, which may be another cloud's.
    packages = {row["type"].partition(":")[0] for row in rows}
    clouds: dict[str, tuple[Cloud, World]] = {package: (open_cloud(package), World()) for package in packages}
    made: dict[str, dict[str, Any]] = {}
    steps: list[tuple[str, str]] = []
    for row in rows:
        type, name = row["type"], row["name"]
        cloud, world = clouds[type.partition(":")[0]]
        before = cloud.check(type, name, resolved(row["inputs"], {}))
        assert before.failures == ()
        assert cloud.create(type, urn(type, name), before.inputs, None).id is None
        checked = cloud.check(type, name, resolved(row["inputs"], made))
        assert checked.failures == ()
        created = cloud.create(type, urn(type, name), checked.inputs, world)
        assert created.id is not None
        made[name] = {**created.outputs, "id": created.id}
        steps.append((type, created.id))
    for row, (type, id) in zip(rows, steps, strict=True):
        cloud, world = clouds[type.partition(":")[0]]
        again = cloud.check(type, row["name"], resolved(row["inputs"], made))
        assert cloud.diff(type, world.things()[type, id].inputs, again.inputs).changes == ()
        assert cloud.read(type, id, world) is not None, f"something that came later took {id} away"
    for type, id in reversed(steps):
        cloud, world = clouds[type.partition(":")[0]]
        cloud.delete(type, id, world)
    left = {type for _, world in clouds.values() for type, _ in world.things()}
    assert left <= {BURIED}, "an identity that goes leaves nothing but ids that Google Cloud keeps"


@pytest.mark.parametrize("platform", GOLDEN)
def test_there_are_identities_to_make(platform: str) -> None:
    assert len(GOLDEN[platform]) >= 10
    assert len(CASES) >= sum(map(len, GOLDEN.values())) + 3


@pytest.mark.parametrize("stem", ["suspended", "delegated-suspended"])
def test_a_live_identity_is_stopped_without_a_new_application(stem: str) -> None:
    cloud, world = EntraCloud(), World()
    golden = {path.stem: path for path in GOLDEN["entra"]}
    live = json.loads(golden["delegated" if "delegated" in stem else "oidc-active"].read_text(encoding="utf-8"))
    stopped = json.loads(golden[stem].read_text(encoding="utf-8"))
    made: dict[str, dict[str, Any]] = {}
    for row in live:
        inputs = cloud.check(row["type"], row["name"], resolved(row["inputs"], made)).inputs
        created = cloud.create(row["type"], f"urn::{row['name']}", inputs, world)
        made[row["name"]] = {**created.outputs, "id": created.id}
    wanted = {row["name"]: row for row in stopped}
    for row in live:
        if row["name"] not in wanted:
            cloud.delete(row["type"], made[row["name"]]["id"], world)
            continue
        old = cloud.check(row["type"], row["name"], resolved(row["inputs"], made)).inputs
        new = cloud.check(row["type"], row["name"], resolved(wanted[row["name"]]["inputs"], made)).inputs
        assert cloud.diff(row["type"], old, new).replaces == ()
        id = made[row["name"]]["id"]
        after = cloud.update(row["type"], id, f"urn::{row['name']}", old, new, world)
        assert (after["clientId"], after["objectId"]) == (made[row["name"]]["clientId"], made[row["name"]]["objectId"])
    assert {thing.type.rpartition(":")[2] for thing in world.things().values()} == {"Application", "ServicePrincipal"}


@pytest.mark.parametrize("stem", ["proposed", "suspended"])
def test_an_identity_that_begins_its_life_stopped_holds_nothing_although_its_account_is_enabled(stem: str) -> None:
    # Google ignores `disabled` when it makes an account; the next change of it is what disables it.
    cloud, world = open_cloud("gcp"), World()
    (path,) = [path for path in GOLDEN["gcp"] if path.stem == stem]
    rows = json.loads(path.read_text(encoding="utf-8"))
    made: dict[str, dict[str, Any]] = {}
    for row in rows:
        inputs = cloud.check(row["type"], row["name"], resolved(row["inputs"], made)).inputs
        created = cloud.create(row["type"], urn(row["type"], row["name"]), inputs, world)
        made[row["type"]] = {**created.outputs, "id": created.id, "inputs": inputs}
    account = made["gcp:serviceaccount/account:Account"]
    assert (account["inputs"]["disabled"], account["disabled"]) == (True, False)
    assert not [type for type in made if "iammember" in type.lower()], "nobody becomes it, and it is granted nothing"
    assert {made[type]["stage"] for type in made if type.endswith("IAMCustomRole")} == {"DISABLED"}
    assert all(made[type]["disabled"] for type in made if type.endswith("WorkloadIdentityPoolProvider"))
    id = account["id"]
    known = dict(account["inputs"])
    after = cloud.update("gcp:serviceaccount/account:Account", id, "urn", known, {**known, "description": "x"}, world)
    assert after["disabled"] is True
