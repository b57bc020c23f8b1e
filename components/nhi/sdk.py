"""From a type token to the SDK's own classes: the resource, its arguments, the wire names of their properties.

Owns finding them, for whoever registers resources (`platforms.register`) and for whoever judges their inputs
(`sandbox.clouds.schema`), so that both speak of the same class. Does not own what a property may hold, nor what to do
about a type that no SDK has. Pulumi is imported when the first class is asked for.

A class is found through the SDK's own registration and taken from the package of its service; a whole SDK is never
imported, because that takes many seconds. What was found is kept for the process.
"""

from __future__ import annotations

import importlib
import inspect
import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

# An SDK's modules import one another in circles. Two threads that import them at the same time see half-read modules,
# whose names are missing, so one thread reads at a time.
_READING = threading.RLock()

_Found = TypeVar("_Found")


class NoSuchClassError(LookupError):
    """The SDK has no class for what was asked. The text says why, without the token."""


def read_once(read: Callable[[Any], _Found]) -> Callable[[Any], _Found]:
    """Keeps what `read` answers, and lets one thread of the process read an SDK at a time."""
    kept = cache(read)

    @wraps(read)
    def locked(key: Any) -> _Found:
        with _READING:
            return kept(key)

    return locked


def sdk_package(package: str) -> str:
    """The Python package of a provider package's SDK (`azure-native` -> `pulumi_azure_native`)."""
    return f"pulumi_{package.replace('-', '_')}"


@read_once
def resource_class(token: str) -> type:
    """The class of a resource type, such as `aws:iam/role:Role`.

    Raises ModuleNotFoundError where the SDK is not installed, NoSuchClassError where it has no such type.
    """
    parts = token.split(":")
    if len(parts) != 3:
        raise NoSuchClassError("a type token has the form package:module:Type")
    root = sdk_package(parts[0])
    importlib.import_module(root)
    from pulumi.runtime.rpc import get_resource_module

    registered: Any = get_resource_module(parts[0], parts[1], "")
    name = registered.mod_info["classes"].get(token) if registered is not None else None
    if registered is None or name is None:
        raise NoSuchClassError(f"the SDK {root} has no such type")
    # A service's package runs through its deprecated aliases, which warn whoever imports them.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(importlib.import_module(registered.mod_info["fqn"]), name)


@read_once
def args_class(resource: type) -> type:
    """The class of a resource's arguments. Raises NoSuchClassError where the SDK has none."""
    module = importlib.import_module(resource.__module__)
    # `<Type>InitArgs` is used where `<Type>Args` is already the name of a nested input type; that one is imported
    # into the module, so its own `__module__` tells the two apart.
    for name in (f"{resource.__name__}Args", f"{resource.__name__}InitArgs"):
        found = getattr(module, name, None)
        if inspect.isclass(found) and found.__module__ == resource.__module__:
            return found
    raise NoSuchClassError(f"{resource.__module__}.{resource.__name__} has no argument class")


@cache
def wire_names(cls: type) -> tuple[tuple[str, str], ...]:
    """The properties of a resource or an argument class: Python name and wire name of each, inherited ones first."""
    return tuple(
        (name, wire)
        for base in reversed(cls.__mro__)
        for name, member in vars(base).items()
        if isinstance(wire := getattr(getattr(member, "fget", None), "_pulumi_name", None), str)
    )
