"""Property values: as the wire carries them, as a cloud takes them, as state and events keep them.

Owns the four forms of a value and the ways between them, for the local engine and for the provider server alike. Does
not own which property is a secret: the program, the cloud and the resource options say so.

A value is plain JSON with three additions: `contract.UNKNOWN`, `Secret` (a value that must not be shown) and `Sealed`
(a secret read back from state, of which only a keyed digest is left). The signatures are those of Pulumi's wire
protocol (https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from nhi.contract import UNKNOWN, UNKNOWN_STRING

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN_SENTINELS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        UNKNOWN_STRING,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What stands for a value not known yet, by the type it will have. Only a whole value counts, never part of one."""

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
    """The value as a cloud takes it: secrets unwrapped, a reference to a resource as its id (a component's as its URN).

    A `Sealed` becomes the text `[secret]`: a marker that differs from every value. An empty id is one that is not known
    yet, and becomes UNKNOWN.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == RESOURCE_REFERENCE:
            if "id" not in value:
                return value.get("urn")
            identifier = plain(value["id"])
            return UNKNOWN if identifier == "" else identifier
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


class UnservedValueError(ValueError):
    """A value that a stand-in cloud cannot take (an asset, an archive); names the property, never the value."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Values as a cloud takes them, the paths at which secrets stood, and the secrets' texts."""

    values: dict[str, Any]
    secrets: frozenset[Path] = frozenset()
    texts: frozenset[str] = frozenset()


def opened(properties: Mapping[str, Any]) -> Opened:
    """Properties with their secrets unwrapped, and where those stood: what must be wrapped again in an answer (`hide`)
    and kept out of every message.

    Raises `UnservedValueError` for assets, archives and wrappers that are not known here.
    """
    for name, value in properties.items():
        _refuse_wrapped(value, name)
    return Opened(plain(properties), frozenset(hidden_paths(properties)), frozenset(_secret_texts(properties)))


def _refuse_wrapped(value: Any, where: str) -> None:
    if isinstance(value, Secret):
        _refuse_wrapped(value.value, where)
    elif isinstance(value, Mapping):
        if value.get(SIGNATURE, RESOURCE_REFERENCE) != RESOURCE_REFERENCE:
            raise UnservedValueError(f"{where}: assets, archives and other wrapped values are not served here")
        for key, item in value.items():
            _refuse_wrapped(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_wrapped(item, f"{where}[]")


def _secret_texts(value: Any, inside: bool = False) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _secret_texts(value.value, True)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secret_texts(item, inside)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secret_texts(item, inside)
    elif inside and isinstance(value, (str, int, float)) and not isinstance(value, bool) and value is not UNKNOWN:
        yield str(value)


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


def hide(properties: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
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
