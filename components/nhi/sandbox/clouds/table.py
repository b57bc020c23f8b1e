"""The protocol of a cloud that is described by a table of types: what AWS, Entra ID and Google Cloud have in common.

Owns how inputs are completed, judged and compared, how an object is found again, and the order of steps when one
comes, changes and goes. Does not own the table, the limits or what objects do to each other (each cloud's own
modules). Kubernetes is none of these: its objects are all of one shape and named by whoever makes them.

Nothing here reads a clock or draws a number: what a cloud would assign is derived from an object's URN, and what would
be a secret is a constant that says it is none.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.limits import top
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Failure, Inputs
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.unknowns import equal, has_unknown, refuse_unknowns
from nhi.sandbox.clouds.world import Thing, Things, World

FAKE_SECRET = "SANDBOX-NOT-A-SECRET"
"""Stands where a cloud would hand out a secret. It is a constant on purpose: nobody can take it for a real one."""
FAKE_TIME = "2000-01-01T00:00:00Z"
"""Stands for every time that a cloud would assign: the sandbox has no clock."""

_MOST_REPLACED = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What outputs are computed from: inputs, and the object's seed (URN and number). A cloud adds its constants."""

    inputs: Inputs
    seed: str

    def __getitem__(self, name: str) -> Any:
        return self.inputs.get(name)

    def digits(self, purpose: str, length: int) -> str:
        """Hexadecimal digits that are always the same for this object and purpose."""
        return hashlib.sha256(f"{self.seed}\n{purpose}".encode()).hexdigest()[:length]

    def uuid(self, purpose: str) -> str:
        """The same digits in the form of a UUID."""
        text = self.digits(purpose, 32)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One type: which properties replace it and which are changed in place.

    `sets` are lists whose order means nothing. `optional_outputs` are inputs that the cloud fills in when they are left
    out. `secret_outputs` must be hidden by an engine.
    """

    replaces: frozenset[str]
    updates: frozenset[str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    optional_outputs: frozenset[str] = frozenset()
    secret_outputs: tuple[str, ...] = ()


def names(**texts: str) -> dict[str, frozenset[str]]:
    """Sets of names, each written as one text with blanks between."""
    return {key: frozenset(text.split()) for key, text in texts.items()}


_Type = TypeVar("_Type", bound=Served)


class TableCloud(ABC, Generic[_Type]):
    """One stand-in (`clouds.model.Cloud`). A subclass says what its types are and what its objects do."""

    package: ClassVar[str]
    called: ClassVar[str]
    """What messages call the cloud."""
    invalid: ClassVar[str]
    """The cloud's code for inputs that nothing can be made from."""
    gone: ClassVar[str]
    """The cloud's code for an object that is not there."""

    def __init__(self, types: Mapping[str, _Type]) -> None:
        self.version = schema.sdk_version(self.package)
        self._types = types

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """Fills in what the provider fills in, and judges types, limits and rules between properties.

        Raises `TypeNotServed` for a type that the cloud or this stand-in does not have.
        """
        served = self._served(type)
        found = list(schema.check(type, inputs))
        wrong = {top(failure) for failure in found}
        kept = {key: value for key, value in inputs.items() if value is not None}
        for property, value in served.defaults.items():
            kept.setdefault(property, value)
        self._complete(served, name, kept)
        judged = {key: value for key, value in kept.items() if key not in wrong}
        for failure in self._failures(type, judged):
            # A rule over several properties would report one that is missing, or of a wrong type, a second time.
            if not wrong or top(failure) in judged:
                found.append(failure)
        return Checked(kept, tuple(dict.fromkeys(found)))

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Compares inputs property by property, by what they mean to the cloud."""
        served = self._served(type)
        changes = tuple(name for name in sorted({*old, *new}) if self._changed(served, name, old, new))
        forcing = served.replaces | self._also_replacing(type, old, new)
        replaces = tuple(name for name in changes if name in forcing)
        first = bool(replaces) and self._delete_first(served, old, new)
        return Difference(changes, replaces, delete_before_replace=first)

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """As the protocol says. Raises `CloudError` for what the cloud refuses."""
        served = self._served(type)
        if world is None:
            return Created(None, self._preview(type, served, inputs), served.secret_outputs)
        refuse_unknowns(type, inputs, self.invalid)
        with world.change() as things:
            thing = _made_before(things.values(), type, urn, inputs) if adopt else None
            if thing is not None:
                outputs = self._adopt(things, served, thing)
            else:
                thing = self._make(things, type, served, urn, inputs)
                outputs = thing.outputs
        return Created(thing.id, outputs, served.secret_outputs)

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where it is gone."""
        things = world.things()
        thing = things.get((type, id))
        return None if thing is None else self._shown(things, thing)

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object. Raises `CloudError` where it is gone, or where the cloud refuses the change."""
        served = self._served(type)
        if world is None:
            number = self._number(served, old, urn, id)
            if number is None or has_unknown(new):
                return self._preview(type, served, new)
            return self._planned(type, served, urn, number, old, new)
        refuse_unknowns(type, new, self.invalid)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                raise CloudError(self.gone, f"{type}: the object {id} does not exist")
            # The URN that made the object stays with it: what the cloud assigned is derived from it.
            number = self._number(served, thing.inputs, thing.urn, id) or 0
            return self._change(things, served, thing, number, urn, new)

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object and what goes with it. Raises `CloudError` where it may not go; gone is no error."""
        self._served(type)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is not None:
                self._remove(things, thing)

    # --- what a cloud says ---

    @abstractmethod
    def _failures(self, type: str, inputs: Inputs) -> Iterable[Failure]:
        """What the cloud's limits find wrong in inputs whose types are right."""

    def _complete(self, served: _Type, name: str, inputs: dict[str, Any]) -> None:
        """Fills in what the provider fills in, beside defaults. `name` is the resource's logical name."""

    def _comparable(self, served: _Type, name: str, value: Any) -> Any:
        """A property's value in a form in which equal meanings are equal."""
        if name in served.sets and isinstance(value, list) and not has_unknown(value):
            return sorted(value, key=str)
        return value

    def _changed(self, served: _Type, name: str, old: Inputs, new: Inputs) -> bool:
        one, other = (self._comparable(served, name, side.get(name)) for side in (old, new))
        return not equal(one, other)

    def _also_replacing(self, type: str, old: Inputs, new: Inputs) -> frozenset[str]:
        """Properties that force a replacement for certain values only."""
        return frozenset()

    def _delete_first(self, served: _Type, old: Inputs, new: Inputs) -> bool:
        """Whether a replacement deletes before it makes."""
        return False

    @abstractmethod
    def _id(self, served: _Type, inputs: Inputs, urn: str, number: int) -> str:
        """The provider's id of the object of this number that a URN made."""

    def _number(self, served: _Type, inputs: Inputs, urn: str, id: str) -> int | None:
        """Which of the objects that one URN has made (a replacement makes a second one) has this id."""
        return next((n for n in range(_MOST_REPLACED) if self._id(served, inputs, urn, n) == id), None)

    def _placed(self, type: str) -> dict[str, Any]:
        """What the provider's own settings fill in: known before anything is made."""
        return {}

    def _preview(self, type: str, served: _Type, inputs: Inputs) -> dict[str, Any]:
        """Outputs as far as a preview knows them: inputs, and UNKNOWN for what only the cloud decides."""
        accepted = schema.properties(type)
        unknown = {name: UNKNOWN for name in schema.outputs(type) if name not in accepted}
        return {**unknown, **dict.fromkeys(served.optional_outputs, UNKNOWN), **self._placed(type), **inputs}

    @abstractmethod
    def _planned(self, type: str, served: _Type, urn: str, number: int, old: Inputs, new: Inputs) -> Inputs:
        """Outputs of an object that is there, as an update would leave them."""

    @abstractmethod
    def _make(self, things: Things, type: str, served: _Type, urn: str, inputs: Inputs) -> Thing:
        """Puts a new object among the things and answers it."""

    def _adopt(self, things: Things, served: _Type, thing: Thing) -> Inputs:
        """Outputs of an object that an interrupted run had made already."""
        return self._shown(things, thing)

    def _shown(self, things: Things, thing: Thing) -> Inputs | Any:
        """Outputs of an object as they are now, or None where others took it away."""
        return thing.outputs

    @abstractmethod
    def _change(self, things: Things, served: _Type, thing: Thing, number: int, urn: str, inputs: Inputs) -> Inputs:
        """Writes new inputs into an object and answers its outputs. `number` says which of its URN's objects it is."""

    @abstractmethod
    def _remove(self, things: Things, thing: Thing) -> None:
        """Takes an object and what goes with it out of the things."""

    def _find(self, type: str) -> _Type | None:
        """What is served under this token."""
        return self._types.get(type)

    def _served(self, type: str) -> _Type:
        served = self._find(type)
        if served is None:
            raise TypeNotServed(type, f"the {self.called} sandbox does not serve this type")
        return served


def generated_name(name: str, limit: int | None = None) -> str:
    """A name made from a resource's logical name, cut so that the whole has at most `limit` characters.

    A real provider's suffix is random; this one is the same at every run, so a world needs no luck.
    """
    suffix = f"-{hashlib.sha256(name.encode()).hexdigest()[:7]}"
    return f"{name if limit is None else name[: limit - len(suffix)]}{suffix}"


def _made_before(things: Iterable[Thing], type: str, urn: str, inputs: Inputs) -> Thing | None:
    return next((t for t in things if (t.type, t.urn) == (type, urn) and dict(t.inputs) == dict(inputs)), None)
