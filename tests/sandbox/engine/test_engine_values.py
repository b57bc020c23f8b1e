"""Property values between the wire, the clouds, the state and the events."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nhi.contract import UNKNOWN
from nhi.sandbox.engine.values import (
    Seal,
    Secret,
    contains,
    decode_struct,
    encode,
    from_state,
    hidden_paths,
    hide,
    is_hidden,
    plain,
    reveal,
    to_event,
    to_state,
)
from nhi.sandbox.wire import OUTPUT_VALUE, RESOURCE_REFERENCE, SIGNATURE

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


def test_a_reference_to_a_resource_is_its_id_for_a_cloud() -> None:
    reference = {SIGNATURE: RESOURCE_REFERENCE, "urn": "urn:pulumi:s::p::a:b:C::n", "id": "i-1"}
    assert plain({"to": reference}) == {"to": "i-1"}
    assert plain({"to": {**reference, "id": ""}}) == {"to": "urn:pulumi:s::p::a:b:C::n"}


def test_a_container_in_which_a_secret_moved_becomes_secret_as_a_whole() -> None:
    paths = list(hidden_paths({"data": {"password": Secret("x")}}))
    assert hide({"data": {"encoded": "eA=="}}, paths) == {"data": Secret({"encoded": "eA=="})}


def test_a_list_with_a_secret_in_it_becomes_secret_as_a_whole() -> None:
    paths = list(hidden_paths({"items": [Secret("x"), "y"]}))
    assert hide({"items": ["y", "x"]}, paths) == {"items": Secret(["y", "x"])}


def test_a_secret_has_no_readable_representation() -> None:
    assert "xyzzy" not in repr({"a": Secret("xyzzy")})
