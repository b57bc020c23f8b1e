"""Property values between the wire, the clouds, the state and the events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from nhi.contract import UNKNOWN, UNKNOWN_STRING
from nhi.sandbox.values import (
    OUTPUT_VALUE,
    RESOURCE_REFERENCE,
    SECRET,
    SIGNATURE,
    UNKNOWN_SENTINELS,
    Opened,
    Seal,
    Secret,
    UnservedValueError,
    contains,
    decode_struct,
    encode,
    from_state,
    hidden_paths,
    hide,
    is_hidden,
    opened,
    plain,
    reveal,
    to_event,
    to_state,
)

SEAL = Seal(b"k" * 32)


def _secret(value: Any) -> Any:
    return value if contains(value, is_hidden) else Secret(value)


leaves = st.one_of(st.text(max_size=8), st.booleans(), st.integers(-(2**50), 2**50), st.just(UNKNOWN))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3), inner.map(_secret)
    ),
    max_leaves=12,
)
properties = st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=4)


@given(properties)
def test_what_is_sent_is_what_was_meant(wanted: dict[str, Any]) -> None:
    assert decode_struct(encode(wanted)) == wanted


@given(properties)
def test_state_and_events_never_hold_a_secret_and_state_can_be_revealed_again(wanted: dict[str, Any]) -> None:
    marked = {"marker": Secret("xyzzy-plugh"), "deep": {"a": [Secret("xyzzy-plugh")]}, **wanted}
    stored = json.dumps(to_state(marked, SEAL))
    assert "xyzzy-plugh" not in stored
    assert "xyzzy-plugh" not in json.dumps(to_event(marked))
    if not contains(wanted, lambda value: value is UNKNOWN):
        assert plain(reveal(from_state(json.loads(stored)), [marked], SEAL)) == plain(marked)


@given(properties)
def test_hiding_at_the_paths_of_secrets_hides_them_all(wanted: dict[str, Any]) -> None:
    again = hide(plain(wanted), list(hidden_paths(wanted)))
    assert plain(again) == plain(wanted)
    assert set(hidden_paths(again)) == set(hidden_paths(wanted))


def test_a_digest_differs_with_the_key_and_with_the_value() -> None:
    assert SEAL("a") == SEAL("a")
    assert SEAL("a") != SEAL("b")
    assert SEAL("a") != Seal(b"j" * 32)("a")


def test_an_output_value_without_a_value_is_unknown_and_a_secret_one_is_secret() -> None:
    open_, hidden = {SIGNATURE: OUTPUT_VALUE}, {SIGNATURE: OUTPUT_VALUE, "value": "x", "secret": True}
    assert decode_struct(encode({"a": open_, "b": hidden})) == {"a": UNKNOWN, "b": Secret("x")}


def test_a_reference_to_a_resource_is_its_id_or_unknown_before_it_has_one() -> None:
    component = {SIGNATURE: RESOURCE_REFERENCE, "urn": "urn:pulumi:s::p::a:b:C::n"}
    assert plain({"to": {**component, "id": "i-1"}}) == {"to": "i-1"}
    assert plain({"to": {**component, "id": ""}}) == {"to": UNKNOWN}
    assert plain({"to": {**component, "id": UNKNOWN}}) == {"to": UNKNOWN}
    assert plain({"to": component}) == {"to": "urn:pulumi:s::p::a:b:C::n"}


def test_a_container_in_which_a_secret_moved_becomes_secret_as_a_whole() -> None:
    paths = list(hidden_paths({"data": {"password": Secret("x")}}))
    assert hide({"data": {"encoded": "eA=="}}, paths) == {"data": Secret({"encoded": "eA=="})}


def test_a_list_with_a_secret_in_it_becomes_secret_as_a_whole() -> None:
    paths = list(hidden_paths({"items": [Secret("x"), "y"]}))
    assert hide({"items": ["y", "x"]}, paths) == {"items": Secret(["y", "x"])}


def test_a_secret_has_no_readable_representation() -> None:
    assert "xyzzy" not in repr({"a": Secret("xyzzy")})


# --- for a provider ---------------------------------------------------------------------------------------------


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


def _wrapped(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def _opened(values: dict[str, Any]) -> Opened:
    return opened(decode_struct(_struct(values)))


def test_a_secret_is_unwrapped_and_its_place_and_text_are_told() -> None:
    found = _opened({"a": {"b": _wrapped("hunter2")}, "c": "plain"})
    assert found.values == {"a": {"b": "hunter2"}, "c": "plain"}
    assert found.secrets == {("a", "b")}
    assert found.texts == {"hunter2"}


def test_every_text_inside_a_secret_counts_and_only_its_top_is_a_place() -> None:
    found = _opened({"a": _wrapped({"b": ["hunter2", 42, True, UNKNOWN_STRING]})})
    assert found.secrets == {("a",)}
    assert found.texts == {"hunter2", "42"}


def test_one_secret_element_makes_the_whole_list_secret() -> None:
    found = _opened({"a": {"b": [{"c": _wrapped("x")}, "y"]}})
    assert found.secrets == {("a", "b")}
    assert encode(hide(found.values, found.secrets)) == _struct({"a": {"b": _wrapped([{"c": "x"}, "y"])}})


def test_a_secret_within_a_secret_is_wrapped_once() -> None:
    assert encode(hide({"a": {"b": "x"}}, {("a",), ("a", "b")})) == _struct({"a": _wrapped({"b": "x"})})
    assert decode_struct(_struct({"a": _wrapped(_wrapped("x"))})) == {"a": Secret("x")}


@pytest.mark.parametrize("sentinel", sorted(UNKNOWN_SENTINELS))
def test_a_sentinel_of_any_type_is_unknown_only_as_a_whole_value(sentinel: str) -> None:
    values = decode_struct(_struct({"a": sentinel, "b": f"x{sentinel}"}))
    assert values["a"] is UNKNOWN
    assert values["b"] == f"x{sentinel}"


def test_a_secret_that_is_not_known_yet_stays_secret_and_unknown() -> None:
    found = _opened({"a": _wrapped(UNKNOWN_STRING)})
    assert found.values["a"] is UNKNOWN
    assert encode(hide(found.values, found.secrets)) == _struct({"a": _wrapped(UNKNOWN_STRING)})


def test_an_asset_is_refused_by_the_name_of_its_property() -> None:
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "hunter2"}
    for value in ([asset], _wrapped([asset])):
        with pytest.raises(UnservedValueError, match=r"code\.files") as caught:
            _opened({"code": {"files": value}})
        assert "hunter2" not in str(caught.value)


def test_whole_numbers_are_integers_again_and_nulls_are_left_out() -> None:
    values = decode_struct(_struct({"a": 3600.0, "b": 0.5, "c": None, "d": {"e": None}}))
    assert (type(values["a"]), values) == (int, {"a": 3600, "b": 0.5, "d": {}})
