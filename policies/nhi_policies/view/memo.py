"""Keeps what was worked out once beside the thing that it was worked out from.

A context and a stack hold maps and so have no hash; their answers live as long as they do, like their cached
properties.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


def kept(owner: Any, key: Hashable, make: Callable[[], T]) -> T:
    """`make()`, asked once for each owner and key. `owner` is a dataclass without slots that never changes."""
    memo: dict[Hashable, T] = owner.__dict__.setdefault("_kept", {})
    if key not in memo:
        memo[key] = make()
    return memo[key]
