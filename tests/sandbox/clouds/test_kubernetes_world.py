"""Differences between two objects, and the life of an object in the stand-in cluster."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.kubernetes import KubernetesCloud
from nhi.sandbox.clouds.kubernetes.kinds import KINDS
from nhi.sandbox.clouds.model import CloudError, Difference
from nhi.sandbox.clouds.world import World

CLOUD = KubernetesCloud()
SA = "kubernetes:core/v1:ServiceAccount"
SECRET = "kubernetes:core/v1:Secret"
CONFIG = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def urn(token: str, name: str = "logical") -> str:
    return f"urn:pulumi:dev::nhi::{token}::{name}"


def inputs(token: str = SA, **more: Any) -> dict[str, Any]:
    checked = CLOUD.check(token, "logical", {"metadata": {"name": "research", "namespace": "agents"}, **more})
    assert checked.failures == ()
    return dict(checked.inputs)


def other(old: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    new = copy.deepcopy(old)
    place = new
    for step in path[:-1]:
        place = place.setdefault(step, {})
    place[path[-1]] = value
    return new


# --- differences ---


@pytest.mark.parametrize("token", [token for token, kind in KINDS.items() if kind.sdk])
def test_the_table_says_for_every_property_of_the_sdk_what_changing_it_does(token: str) -> None:
    assert KINDS[token].effects.keys() == schema.properties(token).keys()


@pytest.mark.parametrize("token", [token for token, kind in KINDS.items() if kind.sdk])
def test_every_path_that_replaces_is_a_property_of_the_sdk(token: str) -> None:
    kind = KINDS[token]
    for path in (*kind.replacing, *kind.updating):
        members = schema.properties(token)
        for step in path:
            assert step in members
            args = members[step].shape.args
            members = schema.fields(args) if args else {}


@pytest.mark.parametrize(
    ("token", "path", "replaced"),
    [
        (SA, ("metadata", "name"), True),
        (SA, ("metadata", "namespace"), True),
        (SA, ("metadata", "labels"), False),
        (SA, ("automountServiceAccountToken",), False),
        (SECRET, ("data",), True),
        (SECRET, ("type",), True),
        (SECRET, ("immutable",), False),
        (CONFIG, ("data",), True),
        (BINDING, ("roleRef", "name"), True),
        (BINDING, ("subjects",), False),
        (DEPLOYMENT, ("spec", "selector"), True),
        (DEPLOYMENT, ("spec", "replicas"), False),
        ("kubernetes:core/v1:Pod", ("spec", "volumes"), True),
        ("kubernetes:core/v1:Pod", ("spec", "tolerations"), False),
        ("kubernetes:batch/v1:Job", ("spec", "template"), True),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", ("spec", "egress"), False),
        ("kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", ("spec", "ttl"), False),
        ("kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", ("apiVersion",), True),
    ],
)
def test_a_change_is_seen_and_replaces_where_an_update_would_be_refused(
    token: str, path: tuple[str, ...], replaced: bool
) -> None:
    old = {"metadata": {"name": "a", "namespace": "b"}, "spec": {"x": 1}, "roleRef": {"kind": "Role"}}
    for value in ("changed", UNKNOWN):
        difference = CLOUD.diff(token, old, other(old, path, value))
        assert difference.changes == (path[0],)
        assert difference.replaces == ((path[0],) if replaced else ())


def test_equal_objects_and_nulls_are_no_difference() -> None:
    old = inputs()
    assert CLOUD.diff(SA, old, {**copy.deepcopy(old), "secrets": None}) == Difference()


def test_the_old_object_goes_first_only_where_both_would_have_one_name() -> None:
    old = inputs(CONFIG, data={"a": "1"})
    assert CLOUD.diff(CONFIG, old, other(old, ("data", "a"), "2")).delete_before_replace
    assert not CLOUD.diff(CONFIG, old, other(old, ("metadata", "name"), "b")).delete_before_replace


# --- the world ---


def test_a_preview_knows_everything_but_what_the_server_assigns() -> None:
    created = CLOUD.create(SA, urn(SA), inputs(), None)
    assert created.id is None
    unknown = {name for name, value in created.outputs["metadata"].items() if value is UNKNOWN}
    assert unknown == {"uid", "resourceVersion", "creationTimestamp"}
    assert created.outputs["metadata"]["name"] == "research"


def test_an_object_is_made_read_changed_and_deleted() -> None:
    world = World()
    created = CLOUD.create(SA, urn(SA), inputs(), world)
    assert created.id == "agents/research"
    assert CLOUD.read(SA, created.id, world) == created.outputs
    new = inputs(automountServiceAccountToken=False)
    outputs = CLOUD.update(SA, created.id, urn(SA), inputs(), new, world)
    assert outputs["automountServiceAccountToken"] is False
    assert outputs["metadata"]["uid"] == created.outputs["metadata"]["uid"]
    assert outputs["metadata"]["resourceVersion"] != created.outputs["metadata"]["resourceVersion"]
    CLOUD.delete(SA, created.id, world)
    assert CLOUD.read(SA, created.id, world) is None
    CLOUD.delete(SA, created.id, world)
    assert world.things() == {}


def test_a_cluster_wide_object_is_known_by_its_name_alone() -> None:
    token = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
    checked = CLOUD.check(token, "logical", {"metadata": {"name": "reader"}})
    assert CLOUD.create(token, urn(token), checked.inputs, World()).id == "reader"


def test_a_name_can_be_taken_once() -> None:
    world = World()
    CLOUD.create(SA, urn(SA), inputs(), world)
    with pytest.raises(CloudError, match="agents/research already exists"):
        CLOUD.create(SA, urn(SA), inputs(), world)


def test_only_the_same_object_of_the_same_urn_is_adopted() -> None:
    world = World()
    first = CLOUD.create(SA, urn(SA), inputs(), world)
    assert CLOUD.create(SA, urn(SA), inputs(), world, adopt=True) == first
    with pytest.raises(CloudError, match="AlreadyExists"):
        CLOUD.create(SA, urn(SA, "another"), inputs(), world, adopt=True)
    with pytest.raises(CloudError, match="AlreadyExists"):
        CLOUD.create(SA, urn(SA), inputs(automountServiceAccountToken=True), world, adopt=True)
    assert len(world.things()) == 1


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (NAMESPACE, "kube-system"),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "cluster-admin"),
        (SA, "default"),
    ],
)
def test_what_every_cluster_has_cannot_be_made(token: str, name: str) -> None:
    checked = CLOUD.check(token, "logical", {"metadata": {"name": name}})
    with pytest.raises(CloudError, match="AlreadyExists"):
        CLOUD.create(token, urn(token), checked.inputs, World())


def test_a_binding_to_a_role_that_is_not_there_is_made() -> None:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "missing"}
    assert CLOUD.create(BINDING, urn(BINDING), inputs(BINDING, roleRef=reference), World()).id == "agents/research"


def test_with_a_namespace_goes_everything_in_it_and_nothing_else() -> None:
    world = World()
    for name in ("agents", "agents-two"):
        namespace = CLOUD.check(NAMESPACE, name, {"metadata": {"name": name}}).inputs
        CLOUD.create(NAMESPACE, urn(NAMESPACE, name), namespace, world)
        account = CLOUD.check(SA, name, {"metadata": {"name": "a", "namespace": name}}).inputs
        CLOUD.create(SA, urn(SA, name), account, world)
    CLOUD.delete(NAMESPACE, "agents", world)
    assert set(world.things()) == {(NAMESPACE, "agents-two"), (SA, "agents-two/a")}


def test_a_namespace_carries_its_own_name_as_a_label() -> None:
    made = CLOUD.check(NAMESPACE, "n", {"metadata": {"name": "agents"}}).inputs
    labels = CLOUD.create(NAMESPACE, urn(NAMESPACE), made, World()).outputs["metadata"]["labels"]
    assert labels == {"kubernetes.io/metadata.name": "agents"}


def test_a_secrets_plain_text_becomes_data_and_both_are_marked_secret() -> None:
    created = CLOUD.create(SECRET, urn(SECRET), inputs(SECRET, stringData={"k": "v"}, data={"k": "eA=="}), World())
    assert created.outputs["data"] == {"k": "dg=="}
    assert created.secret_outputs == ("data", "stringData")


def test_an_update_of_something_gone_or_immutable_is_an_error() -> None:
    world = World()
    with pytest.raises(CloudError, match="NotFound"):
        CLOUD.update(SA, "agents/research", urn(SA), inputs(), inputs(), world)
    old = inputs(CONFIG, data={"a": "1"}, immutable=True)
    with pytest.raises(CloudError, match="replacement"):
        CLOUD.update(CONFIG, "agents/research", urn(CONFIG), old, other(old, ("data", "a"), "2"), world)
    with pytest.raises(CloudError, match="immutable cannot be taken back"):
        CLOUD.update(CONFIG, "agents/research", urn(CONFIG), old, other(old, ("immutable",), False), world)


def test_nothing_is_made_or_changed_from_an_unknown_value() -> None:
    world, unknown = World(), inputs(automountServiceAccountToken=UNKNOWN)
    with pytest.raises(CloudError, match=r"Invalid: .*automountServiceAccountToken is not known"):
        CLOUD.create(SA, urn(SA), unknown, world)
    CLOUD.create(SA, urn(SA), inputs(), world)
    with pytest.raises(CloudError, match="automountServiceAccountToken is not known"):
        CLOUD.update(SA, "agents/research", urn(SA), inputs(), unknown, world)


def test_only_the_probe_is_answered() -> None:
    assert CLOUD.invoke("kubernetes:nhi/sandbox:probe", {}) == {"sandbox": True}
    with pytest.raises(CloudError, match="kubernetes:yaml:decode"):
        CLOUD.invoke("kubernetes:yaml:decode", {})
