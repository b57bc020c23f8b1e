"""Making objects in a stand-in cloud to test with: good inputs with one change, checked as an engine would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nhi.sandbox.clouds.model import Created
from nhi.sandbox.clouds.table import Served, TableCloud
from nhi.sandbox.clouds.world import World

Good = Mapping[str, Mapping[str, Any]]
"""Good inputs by type."""


def urn(type: str, name: str = "x") -> str:
    return f"urn:pulumi:dev::nhi::{type}::{name}"


def inputs(cloud: TableCloud[Any], good: Good, type: str, **change: Any) -> dict[str, Any]:
    """Good inputs with a change, as the provider would keep them."""
    checked = cloud.check(type, "x", {**good[type], **change})
    assert checked.failures == ()
    return dict(checked.inputs)


def create(
    cloud: TableCloud[Any], world: World, good: Good, type: str, *, name: str = "x", adopt: bool = False, **change: Any
) -> Created:
    """Makes the object in the world."""
    return cloud.create(type, urn(type, name), inputs(cloud, good, type, **change), world, adopt=adopt)


@dataclass(frozen=True)
class Subject:
    """One cloud, good inputs for its types, its table, and what must stand before an object of a type can be made."""

    cloud: Callable[[], TableCloud[Any]]
    good: Good
    types: Mapping[str, Served]
    place: Callable[[TableCloud[Any], World, str], dict[str, Any]]
    """Makes what an object of this type has to point to, and answers the change that points to it."""
