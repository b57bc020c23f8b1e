"""What AWS, Entra ID and Google Cloud stand-ins have in common: their tables against the SDKs, and an object's life."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.entra import directory
from nhi.sandbox.clouds.gcp import project
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.clouds.registry import open_cloud
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.unknowns import has_unknown
from nhi.sandbox.clouds.world import World

from clouds import aws_objects, entra_objects, gcp_objects
from clouds.objects import Subject, create, inputs, urn

SUBJECTS: dict[str, Subject] = {
    "aws": aws_objects.SUBJECT,
    "azuread": entra_objects.SUBJECT,
    "gcp": gcp_objects.SUBJECT,
}
OWN_CONFLICT = {
    "aws": ("aws:iam/role:Role", "EntityAlreadyExists"),
    "azuread": ("azuread:index/application:Application", "DuplicateName"),
    "gcp": ("gcp:serviceaccount/account:Account", "ALREADY_EXISTS"),
}
"""A type of each cloud whose name is taken once, and the cloud's word for it."""
KEPT = (directory.BURIED, project.BURIED)
"""What a cloud remembers of a deleted object."""
CLOUDS = sorted(SUBJECTS)
WITH_INPUTS = [(package, type) for package in CLOUDS for type in sorted(SUBJECTS[package].good)]
SERVED = [(package, type) for package in CLOUDS for type in sorted(SUBJECTS[package].types)]


# --- check ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", CLOUDS)
def test_the_registry_opens_it(package: str) -> None:
    assert isinstance(open_cloud(package), type(SUBJECTS[package].cloud()))


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_good_inputs_pass(package: str, type: str) -> None:
    subject = SUBJECTS[package]
    assert subject.cloud().check(type, "x", subject.good[type]).failures == ()


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_unknown_values_pass_every_limit(package: str, type: str) -> None:
    subject = SUBJECTS[package]
    cloud, good = subject.cloud(), subject.good[type]
    assert cloud.check(type, "x", dict.fromkeys(good, UNKNOWN)).failures == ()
    for name in good:
        assert cloud.check(type, "x", {**good, name: UNKNOWN}).failures == (), name


@pytest.mark.parametrize(
    ("package", "type"),
    [
        ("aws", "aws:ec2/instance:Instance"),
        ("azuread", "azuread:index/invitation:Invitation"),
        ("gcp", "gcp:compute/instance:Instance"),
    ],
)
def test_a_type_that_is_not_served_is_named(package: str, type: str) -> None:
    cloud = SUBJECTS[package].cloud()
    with pytest.raises(TypeNotServed, match=f"{type}: the {cloud.called} sandbox does not serve this type"):
        cloud.check(type, "x", {})


# --- the table against the SDK ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("package", "type"), SERVED)
def test_every_property_that_the_sdk_accepts_is_either_updated_or_replaced(package: str, type: str) -> None:
    served = SUBJECTS[package].types[type]
    assert served.replaces | served.updates == set(schema.properties(type))
    assert not served.replaces & served.updates


@pytest.mark.parametrize(("package", "type"), SERVED)
def test_every_name_in_the_table_is_one_of_the_sdk(package: str, type: str) -> None:
    served, accepted, outputs = SUBJECTS[package].types[type], schema.properties(type), set(schema.outputs(type))
    named = getattr(served, "named", None)
    documents = getattr(served, "documents", ())
    assert {*served.sets, *served.defaults, *documents, *filter(None, [named])} <= set(accepted)
    assert {*served.optional_outputs, *served.secret_outputs, *getattr(served, "looked_up", ())} <= outputs
    assert {name for name in served.sets if accepted[name].shape.kind != "list"} == set()


@pytest.mark.parametrize(("package", "type"), SERVED)
def test_the_table_marks_at_least_the_secrets_that_the_sdk_marks(package: str, type: str) -> None:
    marked = re.search(r"additional_secret_outputs=\[([^\]]*)\]", inspect.getsource(schema._resource(type)))
    said = set(re.findall(r'"(\w+)"', marked[1] if marked else ""))
    assert said <= set(SUBJECTS[package].types[type].secret_outputs)


# --- diff -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_equal_inputs_and_nulls_do_not_differ(package: str, type: str) -> None:
    subject = SUBJECTS[package]
    old = inputs(subject.cloud(), subject.good, type)
    left_out = {name: None for name in schema.properties(type) if name not in old}
    assert subject.cloud().diff(type, old, {**json.loads(json.dumps(old)), **left_out}).changes == ()


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_a_value_that_becomes_unknown_is_a_change_that_replaces_where_any_other_would(package: str, type: str) -> None:
    subject = SUBJECTS[package]
    old = inputs(subject.cloud(), subject.good, type)
    for name in old:
        found = subject.cloud().diff(type, old, {**old, name: UNKNOWN})
        assert found.changes == (name,)
        assert found.replaces == ((name,) if name in subject.types[type].replaces else ())


# --- an object's life -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_an_object_is_previewed_made_read_and_goes_again(package: str, type: str) -> None:
    subject, world = SUBJECTS[package], World()
    cloud = subject.cloud()
    wanted = inputs(cloud, subject.good, type, **subject.place(cloud, world, type))
    before = set(world.things())
    preview = cloud.create(type, urn(type), wanted, None)
    assert preview.id is None
    created = cloud.create(type, urn(type), wanted, world)
    assert created.id
    assert not has_unknown(created.outputs)
    assert {n for n, v in preview.outputs.items() if v is UNKNOWN} <= {*created.outputs, *schema.outputs(type)}
    known = {n: v for n, v in preview.outputs.items() if not has_unknown(v) and n in created.outputs}
    assert {n for n, v in known.items() if v != created.outputs[n]} == set(), "the preview promised something else"
    assert cloud.read(type, created.id, world) == created.outputs
    assert json.loads(json.dumps(created.outputs)) == created.outputs
    cloud.delete(type, created.id, world)
    cloud.delete(type, created.id, world)
    assert cloud.read(type, created.id, world) is None
    assert {key for key in world.things() if key[0] not in KEPT} <= before


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_an_update_without_a_change_changes_no_output(package: str, type: str) -> None:
    subject, world = SUBJECTS[package], World()
    cloud = subject.cloud()
    kept = inputs(cloud, subject.good, type, **subject.place(cloud, world, type))
    created = cloud.create(type, urn(type), kept, world)
    assert created.id is not None
    preview = cloud.update(type, created.id, urn(type), kept, kept, None)
    assert {n: v for n, v in preview.items() if v is not UNKNOWN and v != created.outputs[n]} == {}
    assert cloud.update(type, created.id, urn(type), kept, kept, world) == created.outputs


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_two_worlds_are_made_alike(package: str, type: str) -> None:
    subject = SUBJECTS[package]
    worlds = World(), World()
    for world in worlds:
        cloud = subject.cloud()
        create(cloud, world, subject.good, type, **subject.place(cloud, world, type))
    assert worlds[0].things() == worlds[1].things()


@pytest.mark.parametrize(("package", "type"), WITH_INPUTS)
def test_nothing_is_made_or_changed_from_an_unknown_value(package: str, type: str) -> None:
    subject, world = SUBJECTS[package], World()
    cloud = subject.cloud()
    good = inputs(cloud, subject.good, type)
    name = sorted(subject.good[type])[0]
    calls: tuple[Any, ...] = (
        lambda given: cloud.create(type, urn(type), given, world),
        lambda given: cloud.update(type, "x", urn(type), good, given, world),
    )
    for call in calls:
        with pytest.raises(CloudError, match=f"{name} is not known") as caught:
            call({**good, name: UNKNOWN})
        assert caught.value.code == cloud.invalid
    assert world.things() == {}


@pytest.mark.parametrize("package", CLOUDS)
def test_what_is_gone_is_not_updated_and_deleting_it_is_no_error(package: str) -> None:
    subject, (type, _) = SUBJECTS[package], OWN_CONFLICT[package]
    cloud = subject.cloud()
    good = inputs(cloud, subject.good, type)
    cloud.delete(type, "x", World())
    with pytest.raises(CloudError) as caught:
        cloud.update(type, "x", urn(type), good, good, World())
    assert caught.value.code == cloud.gone


@pytest.mark.parametrize("package", CLOUDS)
def test_the_world_survives_its_file_and_only_its_maker_adopts(package: str, tmp_path: Path) -> None:
    subject, (type, code) = SUBJECTS[package], OWN_CONFLICT[package]
    cloud, path = subject.cloud(), tmp_path / "world.json"
    made = create(cloud, World(path), subject.good, type)
    for change in ({}, {"name": "another", "adopt": True}, {"adopt": True, "description": "d"}):
        with pytest.raises(CloudError) as caught:
            create(cloud, World(path), subject.good, type, **change)
        assert caught.value.code == code
    assert create(cloud, World(path), subject.good, type, adopt=True) == made


# --- functions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", CLOUDS)
def test_the_probe_says_that_this_is_a_sandbox(package: str) -> None:
    assert SUBJECTS[package].cloud().invoke(f"{package}:nhi/sandbox:probe", {}) == {"sandbox": True}


@pytest.mark.parametrize("package", CLOUDS)
def test_a_function_that_is_not_served_is_named(package: str) -> None:
    with pytest.raises(CloudError, match=f"{package}:some/getThing:getThing") as caught:
        SUBJECTS[package].cloud().invoke(f"{package}:some/getThing:getThing", {})
    assert caught.value.code == "UnknownFunction"
