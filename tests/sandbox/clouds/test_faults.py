"""A cloud fails as planned: what each kind leaves behind, and which plans are refused."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import pytest
from nhi.sandbox import provider
from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.faults import FaultPlanError, Faults, Faulty
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.clouds.registry import CLOUDS, open_cloud
from nhi.sandbox.clouds.world import World

GROUP = "aws:iam/group:Group"
URN = f"urn:pulumi:dev::nhi::{GROUP}::team"
ROW = {"package": "aws", "type": "aws:iam/*", "name": "te*", "operation": "create", "kind": "throttled"}


def _faulty(*rows: dict) -> tuple[Faulty, World]:
    return Faulty(AwsCloud(), Faults.parse(list(rows))), World()


def _group(cloud: Faulty) -> dict:
    return dict(cloud.check(GROUP, "team", {"name": "team"}).inputs)


@pytest.mark.parametrize(("kind", "code"), [("throttled", "Throttling"), ("denied", "AccessDenied")])
def test_a_refused_create_leaves_the_world_alone_and_the_next_one_works(kind: str, code: str) -> None:
    cloud, world = _faulty({**ROW, "kind": kind})
    with pytest.raises(CloudError) as caught:
        cloud.create(GROUP, URN, _group(cloud), world)
    assert caught.value.code == code
    assert world.things() == {}
    assert cloud.create(GROUP, URN, _group(cloud), world).id == "team"


@pytest.mark.parametrize("package", sorted(CLOUDS))
@pytest.mark.parametrize("kind", ["throttled", "denied", "half-done"])
def test_each_cloud_fails_in_its_own_words_which_the_provider_server_knows(package: str, kind: str) -> None:
    wanted = {
        "throttled": grpc.StatusCode.RESOURCE_EXHAUSTED,
        "denied": grpc.StatusCode.PERMISSION_DENIED,
        "half-done": grpc.StatusCode.UNKNOWN,
    }
    faulty = Faulty(open_cloud(package), Faults.parse([]))
    assert provider._CODES[faulty._code(kind)] is wanted[kind]  # type: ignore[arg-type]


def test_a_half_done_create_fails_and_leaves_the_object() -> None:
    cloud, world = _faulty({**ROW, "kind": "half-done"})
    with pytest.raises(CloudError, match="InternalFailure"):
        cloud.create(GROUP, URN, _group(cloud), world)
    assert list(world.things()) == [(GROUP, "team")]
    with pytest.raises(CloudError, match="EntityAlreadyExists"):
        cloud.create(GROUP, URN, _group(cloud), world)
    assert cloud.create(GROUP, URN, _group(cloud), world, adopt=True).id == "team"


def test_a_half_done_delete_fails_and_the_object_is_gone() -> None:
    cloud, world = _faulty({**ROW, "operation": "delete", "kind": "half-done"})
    cloud.create(GROUP, URN, _group(cloud), world)
    with pytest.raises(CloudError, match="the answer to delete was lost"):
        cloud.delete(GROUP, "team", world)
    assert world.things() == {}


def test_a_half_done_update_fails_and_the_object_is_changed() -> None:
    cloud, world = _faulty({**ROW, "operation": "update", "kind": "half-done"})
    old = _group(cloud)
    cloud.create(GROUP, URN, old, world)
    with pytest.raises(CloudError):
        cloud.update(GROUP, "team", URN, old, {**old, "path": "/new/"}, world)
    assert world.things()[GROUP, "team"].outputs["path"] == "/new/"


def test_a_read_can_be_denied() -> None:
    cloud, world = _faulty({**ROW, "operation": "read", "kind": "denied"})
    cloud.create(GROUP, URN, _group(cloud), world)
    with pytest.raises(CloudError, match="AccessDenied"):
        cloud.read(GROUP, "team", world)
    assert cloud.read(GROUP, "team", world) is not None


def test_a_row_fails_as_often_as_it_says() -> None:
    faults = Faults.parse([{**ROW, "times": 2}])
    taken = [faults.take("aws", "create", GROUP, "team") for _ in range(3)]
    assert taken == ["throttled", "throttled", None]


@pytest.mark.parametrize(
    ("package", "operation", "type", "name"),
    [
        ("kubernetes", "create", GROUP, "team"),
        ("aws", "delete", GROUP, "team"),
        ("aws", "create", "aws:kms/key:Key", "team"),
        ("aws", "create", GROUP, "other"),
    ],
)
def test_a_row_fits_by_package_operation_type_and_name(package: str, operation: str, type: str, name: str) -> None:
    assert Faults.parse([ROW]).take(package, operation, type, name) is None  # type: ignore[arg-type]


def test_a_preview_never_fails() -> None:
    cloud, _ = _faulty({**ROW, "times": 9}, {**ROW, "operation": "update", "times": 9})
    inputs = _group(cloud)
    assert cloud.create(GROUP, URN, inputs, None).id is None
    assert cloud.update(GROUP, "team", URN, inputs, inputs, None)["name"] == "team"


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"package": "aws"}, "a list of rows"),
        (["x"], "row 1: a row is an object"),
        ([{**ROW, "knd": "x"}], "unknown key 'knd'"),
        ([{**ROW, "kind": "slow"}], "kind must be one of throttled, denied, half-done"),
        ([{**ROW, "operation": "check"}], "operation must be one of"),
        ([{**ROW, "operation": "read", "kind": "half-done"}], "cannot be half done"),
        ([{**ROW, "times": 0}], "times must be a whole number from 1"),
        ([{**ROW, "times": True}], "times must be a whole number from 1"),
        ([{**ROW, "name": 3}], "name must be a string"),
        ([{"operation": "create", "kind": "denied"}], "package is missing"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(plan: object, says: str) -> None:
    with pytest.raises(FaultPlanError, match=says):
        Faults.parse(plan)


def test_a_plan_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([ROW]), encoding="utf-8")
    assert Faults.load(path).take("aws", "create", GROUP, "team") == "throttled"
    path.write_text("[", encoding="utf-8")
    with pytest.raises(FaultPlanError, match=r"faults\.json is not JSON"):
        Faults.load(path)
