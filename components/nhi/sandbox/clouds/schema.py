"""What an installed SDK says about a resource type: the names, types and need of its properties.

Owns reading the SDK's own Python classes into a small form, and judging inputs against it. The SDK wheels ship no
schema file, so the generated classes are the only source on this machine that cannot drift from what programs use.
Does not own finding a class (`nhi.sdk`), or grammar, limits or replacement rules of any cloud (one module per cloud):
those are not in the SDK's types.

Everything read is kept for the process. Messages never quote a value: it may be a secret.
"""

from __future__ import annotations

import collections.abc
import enum
import importlib
import inspect
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import CloudError, Failure
from nhi.sandbox.values import SIGNATURE
from nhi.sdk import NoSuchClassError, args_class, read_once, resource_class, sdk_package, wire_names
from nhi.spec.nearest import nearest


class TypeNotServed(CloudError):  # noqa: N818  # the name the engine and the clouds agreed on
    """The SDK has no resource class for this token, or the cloud does not stand in for it. `type` is the token."""

    def __init__(self, type: str, why: str) -> None:
        self.type = type
        super().__init__("TypeNotServed", f"{type}: {why}")


@dataclass(frozen=True, slots=True)
class Shape:
    """One type. `kind` names it; `of` is what a list or map holds or what a union offers.

    `values` are the only values of an enumeration; `args` is the SDK's input class of an object.
    """

    kind: Literal["any", "boolean", "integer", "number", "string", "list", "map", "object", "enum", "union", "asset"]
    of: tuple[Shape, ...] = ()
    values: tuple[Any, ...] = ()
    args: type | None = None

    def __str__(self) -> str:
        match self.kind:
            case "list" | "map":
                return f"{self.kind} of {self.of[0]}"
            case "union":
                return " or ".join(dict.fromkeys(str(part) for part in self.of))
            case "enum":
                return "one of " + ", ".join(str(value) for value in self.values)
            case _:
                return self.kind


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its wire name (`maxSessionDuration`), its Python name, its type, whether it must be given."""

    name: str
    python_name: str
    shape: Shape
    required: bool


def properties(type: str) -> Mapping[str, Property]:
    """Input properties of a resource type by wire name. Raises `TypeNotServed` where the SDK has no such class."""
    return _members(_arguments(type))


def fields(args: type) -> Mapping[str, Property]:
    """Properties of a nested input class (`Shape.args`) by wire name."""
    return _members(args)


@cache
def outputs(type: str) -> tuple[str, ...]:
    """Output properties of a resource type by wire name, sorted, without `id` and `urn`. Raises `TypeNotServed`."""
    return tuple(sorted({wire for _, wire in wire_names(_resource(type))} - {"id", "urn"}))


@cache
def sdk_version(package: str) -> str:
    """Version of the installed SDK of a provider package (`aws` -> version of `pulumi_aws`)."""
    from importlib.metadata import version

    return version(sdk_package(package))


def check(type: str, inputs: Mapping[str, Any]) -> tuple[Failure, ...]:
    """Judges every property of `inputs` (wire names, plain JSON and `UNKNOWN`) against the SDK's types.

    Failures name a property by path: `tags.nhi:sponsor`, `rules[0].verbs`. An unknown value passes anywhere; a
    null is an absent property. Raises `TypeNotServed` for a token that the SDK has no class for.
    """
    return tuple(_judge_object(_arguments(type), inputs, ""))


# --- judging ----------------------------------------------------------------------------------------------------


def _judge_object(args: type, value: Mapping[str, Any], path: str) -> Iterator[Failure]:
    members = _members(args)
    for name, item in value.items():
        where = f"{path}.{name}" if path else name
        member = members.get(name)
        if member is None:
            yield Failure(where, f"no such property{_nearest(name, members)}")
        elif item is not None:
            yield from _judge(member.shape, item, where)
    for name, member in members.items():
        if member.required and value.get(name) is None:
            yield Failure(f"{path}.{name}" if path else name, "required, and missing")


def _nearest(name: str, members: Mapping[str, Property]) -> str:
    for member in members.values():
        if member.python_name == name:
            return f"; its wire name is {member.name}"
    close = nearest(name, members)
    return f"; did you mean {close}?" if close else ""


def _judge(shape: Shape, value: Any, path: str) -> Iterator[Failure]:
    if value is UNKNOWN or shape.kind == "any":
        return
    if shape.kind == "union":
        tried = [list(_judge(part, value, path)) for part in shape.of]
        if all(tried):
            # The alternative that fits at the top and failed deeper inside is the one that was meant.
            deeper = next((found for found in tried if found[0].property != path), None)
            yield from deeper or (Failure(path, f"wants {_article(shape)}, got {_article_of(value)}"),)
        return
    if shape.kind == "enum":
        if value not in shape.values:
            yield Failure(path, f"wants {shape}")
        return
    if not _fits(shape.kind, value):
        yield Failure(path, f"wants {_article(shape)}, got {_article_of(value)}")
        return
    if shape.kind == "list":
        for position, item in enumerate(value):
            if item is not None:
                yield from _judge(shape.of[0], item, f"{path}[{position}]")
    elif shape.kind == "map":
        for key, item in value.items():
            if item is not None:
                yield from _judge(shape.of[0], item, f"{path}.{key}")
    elif shape.kind == "object":
        assert shape.args is not None
        yield from _judge_object(shape.args, value, path)


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":  # every number crosses the wire as a double, so 3600.0 is an integer
            return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "list":
            return isinstance(value, Sequence) and not isinstance(value, str | bytes)
        case "map" | "object":
            return isinstance(value, Mapping)
        case "asset":  # its content is the engine's matter
            return isinstance(value, Mapping) and SIGNATURE in value
        case _:
            return False


def _article(shape: Shape) -> str:
    text = str(shape)
    return f"{'an' if text[0] in 'aeio' else 'a'} {text}"


def _article_of(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, Sequence):
        return "a list"
    return "a null" if value is None else f"a {type(value).__name__}"


# --- reading the SDK's classes -----------------------------------------------------------------------------------


@cache
def _resource(token: str) -> type:
    try:
        return resource_class(token)
    except NoSuchClassError as error:
        raise TypeNotServed(token, str(error)) from None
    except ModuleNotFoundError as error:
        root = sdk_package(token.partition(":")[0])
        if error.name != root:
            raise
        raise TypeNotServed(token, f"the SDK {root} is not installed") from None


@cache
def _arguments(token: str) -> type:
    try:
        return args_class(_resource(token))
    except NoSuchClassError as error:
        raise TypeNotServed(token, str(error)) from None


@read_once
def _members(args: type) -> Mapping[str, Property]:
    parameters = inspect.signature(args.__init__).parameters
    module = vars(importlib.import_module(args.__module__))
    found: dict[str, Property] = {}
    for name, wire in wire_names(args):
        getter = getattr(args, name).fget
        parameter = parameters.get(name)
        found[wire] = Property(
            name=wire,
            python_name=name,
            shape=_shape(_resolve(getter.__annotations__["return"], module)),
            required=parameter is not None and parameter.default is inspect.Parameter.empty,
        )
    return types.MappingProxyType(found)


def _resolve(annotation: Any, module: dict[str, Any]) -> Any:
    import pulumi

    # `pulumi.Input` is Union[T, Awaitable[T], "Output[T]"]: the forward reference is not in the SDK's module.
    # The annotation is put on a function of its own, so that `get_type_hints` resolves nothing else.
    def holder() -> None: ...

    holder.__annotations__ = {"return": annotation}
    return typing.get_type_hints(holder, module, {"Output": pulumi.Output, "T": Any})["return"]


_PRIMITIVES: dict[type, Shape] = {
    bool: Shape("boolean"),
    int: Shape("integer"),
    float: Shape("number"),
    str: Shape("string"),
}


def _shape(hint: Any) -> Shape:
    import pulumi

    if hint is Any or isinstance(hint, typing.TypeVar):
        return Shape("any")
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union or origin is types.UnionType:
        parts: list[Shape] = []
        for argument in arguments:
            if argument is type(None) or typing.get_origin(argument) in (collections.abc.Awaitable, pulumi.Output):
                continue
            shape = _shape(argument)
            parts.extend(shape.of if shape.kind == "union" else (shape,))
        parts = list(dict.fromkeys(parts))
        # A string or one of its named constants is any string.
        if any(part.kind == "string" for part in parts):
            parts = [part for part in parts if part.kind != "enum"]
        return parts[0] if len(parts) == 1 else Shape("union", tuple(parts))
    if origin is Literal:
        return Shape("enum", values=arguments)
    if origin in (collections.abc.Sequence, list):
        return Shape("list", (_shape(arguments[0]),))
    if origin in (collections.abc.Mapping, dict):
        return Shape("map", (_shape(arguments[1]),))
    if not inspect.isclass(hint):
        return Shape("any")
    if issubclass(hint, enum.Enum):
        return Shape("enum", values=tuple(member.value for member in hint))
    if hint in _PRIMITIVES:
        return _PRIMITIVES[hint]
    if issubclass(hint, pulumi.Asset | pulumi.Archive):
        return Shape("asset")
    if wire_names(hint):
        return Shape("object", args=hint)
    return Shape("any")
