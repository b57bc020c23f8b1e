"""Property values: as the SDK sends them, as a cloud takes them, as state and events keep them.

Owns the four forms of a value and the ways between them. Does not own which property is a secret: the program, the
cloud and the resource options say so.

In this engine a value is plain JSON with three additions: `contract.UNKNOWN`, `Secret` (a value that must not be
shown) and `Sealed` (a secret read back from state, of which only a keyed digest is left). The signatures are those of
Pulumi's wire protocol (https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from nhi.contract import UNKNOWN, UNKNOWN_STRING
from nhi.sandbox.wire import OUTPUT_VALUE, RESOURCE_REFERENCE, SECRET, SIGNATURE, UNKNOWN_SENTINELS

HIDDEN = "[secret]"

Path = tuple[str | int, ...]
MISSING: Any = object()


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that only the program, the cloud and the pack may see."""

    value: Any

    def __repr__(self) -> str:
        return HIDDEN


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret that was read back from state: its keyed digest, not its value."""

    digest: str


class Seal:
    """Turns a secret into a keyed digest (HMAC-SHA256), so that state can tell whether it changed and nothing more.

    It is no encryption: the value cannot be had back. The engine takes it from the program or from the sandbox cloud.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, value: Any) -> Sealed:
        text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), default=str)
        return Sealed("hmac-sha256:" + hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest())


# --- wire -------------------------------------------------------------------------------------------------------


def decode(value: struct_pb2.Value) -> Any:
    """One value from the wire. Output values lose their wrapper: no value is UNKNOWN, secret is `Secret`."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in UNKNOWN_SENTINELS else text
    if kind == "struct_value":
        return _signed(decode_struct(value.struct_value))
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if kind == "bool_value":
        return value.bool_value
    return None


def decode_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """All properties of a struct by name, without those that are null, as Pulumi's engine leaves them out."""
    fields = struct.fields
    return {key: decode(fields[key]) for key in sorted(fields) if fields[key].WhichOneof("kind") != "null_value"}


def _signed(properties: dict[str, Any]) -> Any:
    signature = properties.get(SIGNATURE)
    if signature == SECRET:
        inner = properties.get("value")
        return inner if isinstance(inner, Secret) else Secret(inner)
    if signature == OUTPUT_VALUE:
        inner = properties.get("value", UNKNOWN)
        return Secret(inner) if properties.get("secret") and not isinstance(inner, Secret) else inner
    return properties


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Properties for the wire: unknowns as the sentinel, secrets in their wrapper."""
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, value in properties.items():
        _fill(fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if isinstance(value, str):
        target.string_value = value
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, Mapping):
        fields = target.struct_value.fields
        target.struct_value.SetInParent()
        for key, item in value.items():
            _fill(fields[key], item)
    elif isinstance(value, Secret):
        fields = target.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _fill(fields["value"], value.value)
    elif isinstance(value, (list, tuple)):
        values = target.list_value.values
        target.list_value.SetInParent()
        for item in value:
            _fill(values.add(), item)
    else:
        raise TypeError(f"a property value of type {type(value).__name__} cannot be sent to the program or a pack")


# --- plain ------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """The value as a cloud takes it: secrets unwrapped, a reference to a resource as its id (or its URN).

    A `Sealed` becomes the text `[secret]`: a marker that differs from every value.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == RESOURCE_REFERENCE:
            identifier = value.get("id")
            return plain(value.get("urn") if identifier in (None, "") else identifier)
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Sealed):
        return HIDDEN
    return value


def without_references(value: Any) -> Any:
    """The value as a pack sees it: references to resources as id or URN, secrets still wrapped."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == RESOURCE_REFERENCE:
            return plain(value)
        return {key: without_references(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_references(item) for item in value]
    if isinstance(value, Secret):
        return Secret(without_references(value.value))
    if isinstance(value, Sealed):
        return Secret(HIDDEN)
    return value


def contains(value: Any, wanted: Callable[[Any], bool]) -> bool:
    """Whether the value or anything in it is `wanted`."""
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return contains(value.value, wanted)
    if isinstance(value, Mapping):
        return any(contains(item, wanted) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(contains(item, wanted) for item in value)
    return False


def is_unknown(value: Any) -> bool:
    """Whether it is the unknown value."""
    return value is UNKNOWN


def is_hidden(value: Any) -> bool:
    """Whether it is a secret, whole or sealed."""
    return isinstance(value, (Secret, Sealed))


def hidden_paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Where secrets stand in a value. A path ends at the first list: a cloud may reorder it."""
    if is_hidden(value):
        yield at
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from hidden_paths(item, (*at, key))
    elif isinstance(value, (list, tuple)) and contains(value, is_hidden):
        yield at


def hide(properties: Mapping[str, Any], paths: list[Path]) -> dict[str, Any]:
    """Properties with everything at the given paths made secret.

    Where a path leads into a container that has no such place any more, the container is made secret as a whole: a
    provider that moves a value must not make it public. A property that is gone altogether needs no hiding.
    """
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    return {key: _hide(value, below[key]) if key in below else value for key, value in properties.items()}


def _hide(value: Any, paths: list[Path]) -> Any:
    if is_hidden(value):
        return value
    if isinstance(value, Mapping) and () not in paths:
        inside = all(path[0] in value for path in paths)
        return hide(value, paths) if inside else Secret(dict(value))
    return Secret(value)


def at_path(value: Any, path: Path) -> Any:
    """What stands at a path, or MISSING. Secrets on the way are opened."""
    for step in path:
        while isinstance(value, Secret):
            value = value.value
        in_list = isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value)
        if not in_list and not (isinstance(value, Mapping) and step in value):
            return MISSING
        value = value[step]  # pyright: ignore[reportCallIssue, reportArgumentType]  # matched to its kind above
    return value


def reveal(value: Any, sources: list[Any], seal: Seal, at: Path = ()) -> Any:
    """The value with every `Sealed` replaced by the secret it was made of, found at the same path in a source.

    What no source has stays `Sealed`.
    """
    if isinstance(value, Sealed):
        for source in sources:
            candidate = at_path(source, at)
            if candidate is not MISSING and candidate is not UNKNOWN and seal(candidate) == value:
                return Secret(plain(candidate))
        return value
    if isinstance(value, Mapping):
        return {key: reveal(item, sources, seal, (*at, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [reveal(item, sources, seal, (*at, index)) for index, item in enumerate(value)]
    return value


# --- state and events -------------------------------------------------------------------------------------------


def to_state(value: Any, seal: Seal) -> Any:
    """JSON for the state file. Secrets are sealed; an unknown (only in a preview's events) is the sentinel."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "ciphertext": seal(value.value).digest}
    if isinstance(value, Sealed):
        return {SIGNATURE: SECRET, "ciphertext": value.digest}
    if isinstance(value, Mapping):
        return {key: to_state(item, seal) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_state(item, seal) for item in value]
    return UNKNOWN_STRING if value is UNKNOWN else value


def from_state(value: Any) -> Any:
    """A value from the state file."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            if "ciphertext" not in value:
                raise ValueError("a secret in the state has no digest")
            return Sealed(value["ciphertext"])
        return {key: from_state(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_state(item) for item in value]
    return value


def to_event(value: Any) -> Any:
    """JSON for an event. Every secret is `[secret]` inside the wrapper, as in Pulumi's own events."""
    if isinstance(value, (Secret, Sealed)):
        return {SIGNATURE: SECRET, "ciphertext": HIDDEN}
    if isinstance(value, Mapping):
        return {key: to_event(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_event(item) for item in value]
    return UNKNOWN_STRING if value is UNKNOWN else value
