"""Keeps what was worked out once beside the thing that it was worked out from.

A context and a stack hold maps and so have no hash; their answers live as long as they do, like their cached
properties.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

from nhi_policies.verdict import Unproven

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def told(function: F) -> F:
    """Keeps what a function of a resource, or of a resource and a context, says beside the resource.

    Every rule asks it of the same resources. What it raises as `Unproven` it raises again. An answer in one context is
    none in another. Nobody may change what it returns.
    """
    name = f"{function.__module__}.{function.__name__}"
    alone = len(signature(function).parameters) == 1

    @wraps(function)
    def asked(resource: Any, context: Any = None) -> Any:
        memo = resource.__dict__.get("_kept")
        if memo is None:
            memo = resource.__dict__["_kept"] = {}
        said = memo.get(name)
        if said is None or said[0] is not context:
            try:
                said = (context, function(resource) if alone else function(resource, context), None)
            except Unproven as unknown:
                said = (context, None, unknown)
            memo[name] = said
        if said[2] is not None:
            raise Unproven(said[2].path, said[2].why)
        return said[1]

    return cast(F, asked)


def beside(owner: Any) -> dict[Hashable, Any]:
    """What is kept beside a thing, for those who ask so often that a function for each answer costs too much."""
    memo: dict[Hashable, Any] | None = owner.__dict__.get("_kept")
    if memo is None:
        memo = owner.__dict__["_kept"] = {}
    return memo


def let_go(owners: Iterable[Any]) -> None:
    """Drops all that is kept beside some things. What is kept often leads back to them, so they would not be freed."""
    for owner in owners:
        owner.__dict__.pop("_kept", None)


def forget(owner: Any, names: Iterable[str]) -> None:
    """Drops what is kept under a key that names one of `names`: a tuple with it among its parts."""
    memo: dict[Hashable, Any] = owner.__dict__.get("_kept", {})
    gone = frozenset(names)
    for key in [key for key in memo if isinstance(key, tuple) and not gone.isdisjoint(key)]:
        del memo[key]


def kept(owner: Any, key: Hashable, make: Callable[[], T]) -> T:
    """`make()`, asked once for each owner and key. `owner` is a dataclass without slots that never changes."""
    memo: dict[Hashable, T] | None = owner.__dict__.get("_kept")
    if memo is None:
        memo = owner.__dict__["_kept"] = {}
    if key not in memo:
        memo[key] = make()
    return memo[key]
