"""Values of the provider protocol, one way and the other."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.contract import UNKNOWN, UNKNOWN_STRING
from nhi.sandbox import wire


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


def secret(value: Any) -> dict[str, Any]:
    return {wire.SIGNATURE: wire.SECRET, "value": value}


def test_a_secret_is_unwrapped_and_its_place_and_text_are_told() -> None:
    decoded = wire.decode(struct({"a": {"b": secret("hunter2")}, "c": "plain"}))
    assert decoded.values == {"a": {"b": "hunter2"}, "c": "plain"}
    assert decoded.secrets == {("a", "b")}
    assert decoded.texts == {"hunter2"}


def test_every_text_inside_a_secret_counts_and_only_its_top_is_a_place() -> None:
    decoded = wire.decode(struct({"a": secret({"b": ["hunter2", 42]})}))
    assert decoded.secrets == {("a",)}
    assert decoded.texts == {"hunter2", "42"}


def test_one_secret_element_makes_the_whole_list_secret() -> None:
    decoded = wire.decode(struct({"a": {"b": [{"c": secret("x")}, "y"]}}))
    assert decoded.secrets == {("a", "b")}
    assert wire.encode(decoded.values, decoded.secrets) == struct({"a": {"b": secret([{"c": "x"}, "y"])}})


def test_a_secret_within_a_secret_is_wrapped_once() -> None:
    assert wire.encode({"a": {"b": "x"}}, {("a",), ("a", "b")}) == struct({"a": secret({"b": "x"})})


@pytest.mark.parametrize("sentinel", sorted(wire.UNKNOWN_SENTINELS))
def test_a_sentinel_of_any_type_is_unknown_only_as_a_whole_value(sentinel: str) -> None:
    values = wire.decode(struct({"a": sentinel, "b": f"x{sentinel}"})).values
    assert values["a"] is UNKNOWN
    assert values["b"] == f"x{sentinel}"


def test_a_secret_that_is_not_known_yet_stays_secret_and_unknown() -> None:
    decoded = wire.decode(struct({"a": secret(UNKNOWN_STRING)}))
    assert decoded.values["a"] is UNKNOWN
    assert wire.encode(decoded.values, decoded.secrets) == struct({"a": secret(UNKNOWN_STRING)})


def test_output_values_lose_their_wrapper_and_keep_what_it_says() -> None:
    mark = {wire.SIGNATURE: wire.OUTPUT_VALUE}
    decoded = wire.decode(
        struct(
            {"known": {**mark, "value": 1}, "later": {**mark}, "hidden": {**mark, "value": "s3cret", "secret": True}}
        )
    )
    assert decoded.values == {"known": 1, "later": UNKNOWN, "hidden": "s3cret"}
    assert decoded.secrets == {("hidden",)}


def test_a_reference_to_a_resource_is_its_id_or_unknown_before_it_has_one() -> None:
    mark = {wire.SIGNATURE: wire.RESOURCE_REFERENCE, "urn": "urn:pulumi:s::p::t::n"}
    decoded = wire.decode(struct({"made": {**mark, "id": "i-1"}, "planned": {**mark, "id": ""}, "component": mark}))
    assert decoded.values == {"made": "i-1", "planned": UNKNOWN, "component": "urn:pulumi:s::p::t::n"}


def test_an_asset_is_refused_by_the_name_of_its_property() -> None:
    asset = {wire.SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "hunter2"}
    with pytest.raises(wire.WireError, match=r"code\.files\[\]") as caught:
        wire.decode(struct({"code": {"files": [asset]}}))
    assert "hunter2" not in str(caught.value)


def test_whole_numbers_are_integers_again() -> None:
    values = wire.decode(struct({"a": 3600.0, "b": 0.5})).values
    assert (type(values["a"]), values["a"], values["b"]) == (int, 3600, 0.5)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_what_is_written_is_read_again(values: dict[str, Any]) -> None:
    assert wire.decode(wire.encode(values)).values == values
