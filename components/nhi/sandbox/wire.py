"""Values as the provider protocol writes them, and plain JSON with `contract.UNKNOWN`, one into the other.

Owns the wrappers of the wire: unknown sentinels, secrets, output values, resource references. Does not own what a
value means. Clouds see secrets unwrapped (they must judge them), so decoding also says *where* secrets stood, and
encoding wraps them there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from nhi.contract import UNKNOWN, UNKNOWN_STRING

# The signatures are part of Pulumi's wire format: pulumi/runtime/rpc.py in the SDK.
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

Path = tuple[str, ...]


class WireError(ValueError):
    """A value that a stand-in cloud cannot take (an asset, an archive); names the property, never the value."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Plain values, the paths at which secrets stood, and the secrets' texts (to keep them out of messages).

    A path ends at the first list: one secret element makes the whole list secret, since a cloud may reorder it.
    """

    values: dict[str, Any]
    secrets: frozenset[Path] = frozenset()
    texts: frozenset[str] = frozenset()


def decode(struct: struct_pb2.Struct) -> Decoded:
    """A Struct of the wire as plain JSON. Whole numbers become `int`, as in the program that sent them.

    Raises WireError for assets, archives and wrappers it does not know.
    """
    secrets: set[Path] = set()
    texts: set[str] = set()
    values = {key: _plain(value, (key,), (key,), secrets, texts, False) for key, value in struct.fields.items()}
    return Decoded(values, frozenset(secrets), frozenset(texts))


def _plain(value: struct_pb2.Value, path: Path, mark: Path, secrets: set[Path], texts: set[str], secret: bool) -> Any:
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            plain: Any = int(number) if number.is_integer() else number
            if secret:
                texts.add(str(plain))
            return plain
        case "string_value":
            if value.string_value in UNKNOWN_SENTINELS:
                return UNKNOWN
            if secret:
                texts.add(value.string_value)
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(v, (*path, "[]"), mark, secrets, texts, secret) for v in value.list_value.values]
        case "struct_value":
            return _plain_struct(value.struct_value, path, mark, secrets, texts, secret)
        case _:
            return None


def _plain_struct(
    struct: struct_pb2.Struct, path: Path, mark: Path, secrets: set[Path], texts: set[str], secret: bool
) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else None
    if signature is None:
        in_list = "[]" in path
        return {
            key: _plain(v, (*path, key), mark if in_list else (*mark, key), secrets, texts, secret)
            for key, v in fields.items()
        }
    if signature == SECRET:
        secrets.add(mark)
        return _plain(fields["value"], path, mark, secrets, texts, True)
    if signature == OUTPUT_VALUE:
        hidden = "secret" in fields and fields["secret"].bool_value
        if hidden:
            secrets.add(mark)
        if "value" not in fields:
            return UNKNOWN
        return _plain(fields["value"], path, mark, secrets, texts, secret or hidden)
    if signature == RESOURCE_REFERENCE:
        # A cloud knows objects by id; a resource that is not made yet has none.
        if "id" not in fields:
            return fields["urn"].string_value
        return _plain(fields["id"], path, mark, secrets, texts, secret) or UNKNOWN
    where = ".".join(path).replace(".[]", "[]")
    raise WireError(f"{where}: assets, archives and other wrapped values are not supported by the sandbox")


def encode(values: Mapping[str, Any], secrets: Iterable[Path] = ()) -> struct_pb2.Struct:
    """Plain JSON with UNKNOWN as a Struct of the wire, with everything at the given paths wrapped as a secret.

    A path that the values do not have is ignored. Raises TypeError for a value that JSON does not know.
    """
    marked = frozenset(secrets)
    struct = struct_pb2.Struct()
    for key, value in values.items():
        _write(struct.fields[key], value, (key,), marked)
    return struct


def _write(target: struct_pb2.Value, value: Any, path: Path, secrets: frozenset[Path]) -> None:
    if path in secrets:
        wrapper = target.struct_value.fields
        wrapper[SIGNATURE].string_value = SECRET
        # A secret within a secret says nothing new.
        target, secrets = wrapper["value"], frozenset()
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, inner in value.items():
            _write(target.struct_value.fields[key], inner, (*path, key), secrets)
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for inner in value:
            # Secrets inside a list are marked at the list itself, so no path below it can be in `secrets`.
            _write(target.list_value.values.add(), inner, (*path, "[]"), secrets)
    else:
        raise TypeError(f"{'.'.join(path)}: a {type(value).__name__} cannot go over the wire")
