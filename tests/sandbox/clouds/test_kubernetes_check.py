"""What the stand-in cluster refuses. Each case is one valid object with one thing changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.kubernetes import KubernetesCloud
from nhi.sandbox.clouds.kubernetes.kinds import KINDS
from nhi.sandbox.clouds.model import CloudError

from clouds.kubernetes_cases import ACCEPTED, CONFIG, FURTHER, REFUSED, SECRET, VALID, changed

CLOUD = KubernetesCloud()


def failures(token: str, inputs: dict[str, Any]) -> dict[str, str]:
    return {f.property: f.reason for f in CLOUD.check(token, "logical", inputs).failures}


def test_there_is_a_valid_object_of_every_served_kind() -> None:
    assert VALID.keys() == KINDS.keys()


@pytest.mark.parametrize("token", VALID)
def test_a_valid_object_passes_unchanged_but_for_what_the_provider_fills_in(token: str) -> None:
    checked = CLOUD.check(token, "logical", VALID[token])
    assert checked.failures == ()
    assert checked.inputs == {"apiVersion": KINDS[token].api_version, "kind": KINDS[token].name, **VALID[token]}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*at, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*at, key))


@pytest.mark.parametrize("token", VALID)
def test_an_unknown_value_passes_wherever_it_stands(token: str) -> None:
    for *steps, last in places(VALID[token]):
        inputs = copy.deepcopy(VALID[token])
        place: Any = inputs
        for step in steps:
            place = place[step]
        place[last] = UNKNOWN
        assert failures(token, inputs) == {}, f"{steps} {last}"


@pytest.mark.parametrize(("token", "path", "value", "blamed"), REFUSED)
def test_one_wrong_thing_is_refused_by_its_path(token: str, path: str, value: Any, blamed: str) -> None:
    assert blamed in failures(token, changed(token, path, value))


@pytest.mark.parametrize(("token", "path", "value"), ACCEPTED)
def test_what_a_server_accepts_is_accepted(token: str, path: str, value: Any) -> None:
    assert failures(token, changed(token, path, value)) == {}


@pytest.mark.parametrize(("token", "path", "refused", "taken"), FURTHER)
def test_a_value_is_judged_as_a_server_judges_it(
    token: str, path: str, refused: tuple[Any, ...], taken: tuple[Any, ...]
) -> None:
    for value in refused:
        assert failures(token, changed(token, path, value)), value
    for value in taken:
        assert failures(token, changed(token, path, value)) == {}, value


def test_a_secret_never_appears_in_a_failure() -> None:
    inputs = changed(SECRET, "data|user", "hunter2 is not base64")
    inputs["type"] = "kubernetes.io/tls"
    assert "hunter2" not in str(CLOUD.check(SECRET, "logical", inputs).failures)


def test_a_missing_namespace_is_the_default_one_and_a_missing_name_is_made_up_alike_every_time() -> None:
    first, second = (CLOUD.check(CONFIG, "settings", {"data": {}}).inputs for _ in range(2))
    assert first == second
    assert first["metadata"]["namespace"] == "default"
    assert first["metadata"]["name"].startswith("settings-")
    assert first["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}


def test_checking_leaves_the_callers_inputs_alone() -> None:
    inputs: dict[str, Any] = {"metadata": {"labels": {"a": "b"}}, "immutable": None}
    CLOUD.check(CONFIG, "settings", inputs)
    assert inputs == {"metadata": {"labels": {"a": "b"}}, "immutable": None}


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("kubernetes:rbac.authorization.k8s.io/v1beta1:Role", "1.22 removed"),
        ("kubernetes:core/v1:ServiceAccountPatch", "Patch and List"),
        ("kubernetes:cert-manager.io/v1:Certificate", "not served"),
        ("kubernetes:core/v1:Node", "not served"),
    ],
)
def test_a_kind_that_is_not_served_is_refused_by_name(token: str, why: str) -> None:
    with pytest.raises(CloudError, match=why) as caught:
        CLOUD.check(token, "logical", {})
    assert token in str(caught.value)


def test_a_listed_custom_kind_is_accepted_with_whatever_spec() -> None:
    token = "kubernetes:cert-manager.io/v1:Certificate"
    cloud = KubernetesCloud([token])
    inputs = {"metadata": {"name": "a"}, "spec": {"duration": "1h", "anything": [1]}}
    assert cloud.check(token, "logical", inputs).failures == ()
    assert [f.property for f in cloud.check(token, "logical", {**inputs, "data": {}}).failures] == ["data"]
