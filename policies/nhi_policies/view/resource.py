"""One resource as the judge sees it, whichever way it came: record, proxy of the policy SDK, or state.

Owns reading a property without ever taking an unknown for an absence. Does not own what a property means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from nhi.contract import COMPONENT_TYPES, UNKNOWN, UNKNOWN_STRING, Record, Ref

from nhi_policies.verdict import Unproven

UNKNOWN_MARKS = (
    UNKNOWN_STRING,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
"""What the engine sends for an unknown string, boolean, number, list, asset, archive and map."""


_NO_RECORD = ""
_WHOLE = "_whole"
"""What stands beside a resource of which nothing is unknown, so that nobody looks for an unknown again."""


def plain(value: Any) -> Any:
    """`value` as plain frozen-by-convention data: unknowns marked, whole floats as integers.

    A string that merely contains the mark of an unknown is unknown as a whole: the SDK only recognises a value that
    equals the mark, and would pass `arn:aws:iam::<mark>:role/x` on as known.
    """
    return _plain(value, [])


def _plain(value: Any, unknown: list[str]) -> Any:
    """`value` as plain data. Adds to `unknown` the record that each unknown comes from, or `_NO_RECORD`."""
    # Called for every part of every resource: the exact types that JSON knows come first, and without a loop.
    kind = type(value)
    if kind is str:
        if len(value) >= _MARK_LENGTH and _marked(value):
            unknown.append(_NO_RECORD)
            return UNKNOWN
        return value
    if kind is dict:
        return {key if type(key) is str else str(key): _plain(item, unknown) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_plain(item, unknown) for item in value]
    if kind is bool or kind is int or value is None:
        return value
    if isinstance(value, str):
        return _plain(str(value), unknown)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, unknown) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, unknown) for item in value]
    if isinstance(value, Ref):
        unknown.append(value.record)
        return UNKNOWN
    if value is UNKNOWN:
        unknown.append(_NO_RECORD)
    return value


_MARK_LENGTH = min(map(len, UNKNOWN_MARKS))


def _marked(text: str) -> bool:
    for mark in UNKNOWN_MARKS:  # noqa: SIM110  # a generator would cost more than the search
        if mark in text:
            return True
    return False


def joined(path: Sequence[str | int]) -> str:
    """A property path as people write it: `spec.rules[0].verbs`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the properties"


def first_unknown(value: Any, path: tuple[str | int, ...] = ()) -> tuple[str | int, ...] | None:
    """The path of the first unknown at or under `value`, or None where everything is known."""
    if value is UNKNOWN:
        return path
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    for key, item in items:
        found = first_unknown(item, (*path, key))
        if found is not None:
            return found
    return None


def _known(value: Any) -> bool:
    """Whether nothing at or under `value` is unknown: `first_unknown` without its path, for the many that are known."""
    kind = type(value)
    if kind is str:
        return True
    if kind is dict:
        for item in value.values():  # noqa: SIM110  # a generator would cost more than the look
            if not _known(item):
                return False
        return True
    if kind is list:
        for item in value:  # noqa: SIM110  # as above
            if not _known(item):
                return False
        return True
    return first_unknown(value) is None


@cache
def package_of(type_token: str) -> str:
    """The provider package of a type token."""
    return type_token.split(":", 1)[0]


def above(urn: str) -> tuple[str, ...]:
    """The type tokens of a resource's ancestors, outermost first, by its URN; none for anything that is no URN."""
    parts = urn.split("::")
    return tuple(parts[2].split("$")[:-1]) if len(parts) > 2 else ()


def texts_in(value: Any) -> Iterator[str]:
    """Every string at or under `value`. What is not known is passed over."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(item)


@dataclass(frozen=True)
class Resource:
    """One resource.

    `inputs` are plain values with wire names (camelCase) and `contract.UNKNOWN` marks. `urn` is a record's logical name
    in `nhi check`. `agent` and `instance` are whom it belongs to, as far as anyone could tell; `from_component` says
    that one of our components made it; `custom` is False for a component, which has no provider and grants nothing
    itself. `ids` are what a directory calls the object once it is made: only stack rules know them, and no preview
    knows them before the first deployment.
    """

    type: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    parent_urn: str | None = None
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    from_component: bool = False
    agent: str | None = None
    custom: bool = True
    instance: str | None = None
    ids: tuple[str, ...] = ()

    @cached_property
    def package(self) -> str:
        """The provider package: the first part of the type token."""
        return package_of(self.type)

    def peek(self, *path: str | int) -> Any:
        """The value at `path`, None where it is absent, `UNKNOWN` where it or a part above it is not known.

        Parts below it may be unknown: only for rules that look at each part themselves. A value that should be a map
        or a list and is neither (an undecryptable secret shows as a string) is `UNKNOWN` as well.
        """
        current: Any = self.inputs
        for step in path:
            if type(current) is dict and type(step) is str:
                current = current.get(step)
            elif current is None or current is UNKNOWN:
                return current
            elif isinstance(step, int):
                if not isinstance(current, list):
                    return UNKNOWN
                current = current[step] if step < len(current) else None
            elif isinstance(current, Mapping):
                current = current.get(step)
            else:
                return UNKNOWN
        return current

    def read(self, *path: str | int, default: Any = None) -> Any:
        """The value at `path`, wholly known; `default` where it is absent.

        Raises `Unproven` where it, a part above it or anything below it is not known.
        """
        value = self.peek(*path)
        if value is None:
            return default
        if _WHOLE not in self.__dict__ and not _known(value):
            raise Unproven(joined(first_unknown(value, path) or path))
        return value

    def text(self, *path: str | int) -> str | None:
        """The string at `path`, or None. Raises `Unproven` where it is unknown or no string."""
        value = self.peek(*path)
        if value is None or type(value) is str:
            return value
        value = self.read(*path)
        if value is not None and not isinstance(value, str):
            raise Unproven(joined(path), "is not a string")
        return value

    def texts(self, *path: str | int) -> tuple[str, ...]:
        """The strings at `path`: a list, or one string for a list of one. Raises `Unproven` for anything else."""
        value = self.read(*path, default=[])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise Unproven(joined(path), "is not a list of strings")
        return tuple(values)

    def map(self, *path: str | int) -> Mapping[str, Any]:
        """The map at `path`, empty where absent. Raises `Unproven` where it is unknown or no map."""
        value = self.read(*path, default={})
        if not isinstance(value, Mapping):
            raise Unproven(joined(path), "is not a map")
        return value


def from_record(record: Record, agent: str | None = None, instance: str | None = None) -> Resource:
    """A record of a platform's documents as the judge sees it; what a cloud assigns is unknown."""
    inputs: dict[str, Any] = {}
    depends: dict[str, tuple[str, ...]] = {}
    known = True
    for key, value in record.inputs.items():
        unknown: list[str] = []
        inputs[key] = _plain(value, unknown)
        if unknown:
            known = False
            sources = tuple(sorted({name for name in unknown if name != _NO_RECORD}))
            if sources:
                depends[key] = sources
    made = Resource(
        type=record.type,
        name=record.name,
        urn=record.name,
        inputs=inputs,
        property_dependencies=depends,
        from_component=True,
        agent=agent,
        custom=record.type not in COMPONENT_TYPES,
        instance=instance,
    )
    if known:
        made.__dict__[_WHOLE] = True
    return made


@dataclass(frozen=True)
class Stack:
    """All resources of one stack, with the indexes that stack rules share (one pass each).

    Or a part of them: what a fleet's `agents` have, beside what belongs to no agent. Without `agents` it is all.
    """

    resources: tuple[Resource, ...]
    agents: tuple[str, ...] | None = None

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        """Resources by type token."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return {token: tuple(items) for token, items in found.items()}

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        for token in types:
            yield from self.by_type.get(token, ())
