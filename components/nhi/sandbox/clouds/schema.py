"""What an installed SDK says about a resource type: the names, types and need of its properties.

Owns reading the SDK's own Python classes into a small form, and judging inputs against it. The SDK wheels ship no
schema file, so the generated classes are the only source on this machine that cannot drift from what programs use.
Does not own grammar, limits or replacement rules of any cloud (one module per cloud): those are not in the SDK's
types.

A resource's class is found through the SDK's own registration and imported from the one module that defines it;
a whole SDK is never imported, because that takes many seconds. Everything read is cached for the process.
Messages never quote a value: it may be a secret.
"""

from __future__ import annotations

import collections.abc
import enum
import importlib
import importlib.util
import inspect
import re
import threading
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Literal, TypeVar, Union

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import CloudError, Failure
from nhi.spec.nearest import nearest

# Keys under which assets and archives cross the wire (pulumi.runtime.rpc); their content is the engine's matter.
_SIGNATURE = "4dabf18193072939515e22adb298388d"


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
    return _members(_args_class(type))


def fields(args: type) -> Mapping[str, Property]:
    """Properties of a nested input class (`Shape.args`) by wire name."""
    return _members(args)


@cache
def outputs(type: str) -> tuple[str, ...]:
    """Output properties of a resource type by wire name, sorted, without `id` and `urn`. Raises `TypeNotServed`."""
    names = {
        wire
        for base in _resource_class(type).__mro__
        if base.__module__.split(".")[0] != "pulumi"
        for _, wire in _getters(base)
    }
    return tuple(sorted(names - {"id", "urn"}))


@cache
def sdk_version(package: str) -> str:
    """Version of the installed SDK of a provider package (`aws` -> version of `pulumi_aws`)."""
    from importlib.metadata import version

    return version(f"pulumi_{package.replace('-', '_')}")


def check(type: str, inputs: Mapping[str, Any]) -> tuple[Failure, ...]:
    """Judges every property of `inputs` (wire names, plain JSON and `UNKNOWN`) against the SDK's types.

    Failures name a property by path: `tags.nhi:sponsor`, `rules[0].verbs`. An unknown value passes anywhere; a
    null is an absent property. Raises `TypeNotServed` for a token that the SDK has no class for.
    """
    return tuple(_judge_object(_args_class(type), inputs, ""))


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
        case "asset":
            return isinstance(value, Mapping) and _SIGNATURE in value
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


# --- finding the SDK's classes ----------------------------------------------------------------------------------

# An SDK's modules import one another in circles. Two threads that import them at the same time see half-read modules,
# whose names are missing, so one thread reads at a time.
_READING = threading.RLock()

_Read = TypeVar("_Read")


def _read_once(read: Callable[[Any], _Read]) -> Callable[[Any], _Read]:
    """Keeps what `read` answers, and lets one thread of the process read at a time."""
    kept = cache(read)

    @wraps(read)
    def locked(key: Any) -> _Read:
        with _READING:
            return kept(key)

    return locked


@_read_once
def _resource_class(token: str) -> type:
    parts = token.split(":")
    if len(parts) != 3:
        raise TypeNotServed(token, "a type token has the form package:module:Type")
    package, module, _ = parts
    root = f"pulumi_{package.replace('-', '_')}"
    try:
        importlib.import_module(root)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        raise TypeNotServed(token, f"the SDK {root} is not installed") from None
    from pulumi.runtime.rpc import get_resource_module

    registered: Any = get_resource_module(package, module, "")
    name = registered.mod_info["classes"].get(token) if registered is not None else None
    if registered is None or name is None:
        raise TypeNotServed(token, f"the SDK {root} {sdk_version(package)} has no such type")
    home: str = registered.mod_info["fqn"]
    # AWS, Azure and Google modules are files in snake case, Kubernetes ones are named like the class.
    last = module.split("/")[-1]
    for file in (_snake(last), last.lower(), name, _snake(name)):
        # Importing a service's package runs through its deprecated aliases, which warn whoever imports them.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            if importlib.util.find_spec(f"{home}.{file}") is None:
                continue
            defining = importlib.import_module(f"{home}.{file}")
        found = getattr(defining, name, None)
        if inspect.isclass(found):
            # Trap: importing the file can load its package while the file is half read, and the package then never gets
            # the file's names: a program in this process would find no `pulumi_aws.iam.Role`.
            package_names = vars(importlib.import_module(home))
            for public in getattr(defining, "__all__", ()):
                package_names.setdefault(public, getattr(defining, public))
            return found
    return getattr(importlib.import_module(home), name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@_read_once
def _args_class(token: str) -> type:
    resource = _resource_class(token)
    module = importlib.import_module(resource.__module__)
    # `<Type>InitArgs` is used where `<Type>Args` is already the name of a nested input type; that one is imported
    # into the module, so its own `__module__` tells the two apart.
    for name in (f"{resource.__name__}Args", f"{resource.__name__}InitArgs"):
        found = getattr(module, name, None)
        if inspect.isclass(found) and found.__module__ == resource.__module__:
            return found
    raise TypeNotServed(token, "the SDK has no argument class for it")


def _getters(cls: type) -> Iterator[tuple[str, str]]:
    for name, member in vars(cls).items():
        wire = getattr(getattr(member, "fget", None), "_pulumi_name", None)
        if isinstance(wire, str):
            yield name, wire


@_read_once
def _members(args: type) -> Mapping[str, Property]:
    parameters = inspect.signature(args.__init__).parameters
    module = vars(importlib.import_module(args.__module__))
    found: dict[str, Property] = {}
    for name, wire in _getters(args):
        getter = vars(args)[name].fget
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
    if any(True for _ in _getters(hint)):
        return Shape("object", args=hint)
    return Shape("any")
