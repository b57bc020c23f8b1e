"""A stand-in for Microsoft Entra ID: applications, principals, credentials, grants and roles of one tenant.

Owns the cloud's protocol; the parts are `types` (what is served), `limits`, `directory` (what objects do to each
other) and `functions`. It proves that inputs have a form that Graph and its provider take and that steps come in an
order they allow. It does not prove that an API, a role's meaning or a person exists, that a token would be issued, or
anything about time: `docs/sandbox.md` says it in full.

Nothing here reads a clock or draws a number: ids are derived from an object's URN, and what would be a secret is a
constant that says it is none.

Replacement never deletes first, because the provider's bridge asks for it on no type of this package. So a
replacement that keeps what must be unique (a federated credential that is renamed and keeps issuer and subject) meets
the same conflict here as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.entra import directory, functions, limits
from nhi.sandbox.clouds.entra.types import (
    APPLICATION,
    CONDITIONAL_ACCESS,
    GROUP,
    NESTED_SETS,
    PRINCIPAL,
    TYPES,
    Facts,
    Served,
)
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Inputs
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.world import Thing, World

__all__ = ["EntraCloud"]

_MOST_REPLACED = 100


class EntraCloud:
    """The stand-in for the provider package `azuread`. Takes the id of the tenant it plays."""

    package = "azuread"

    def __init__(self, tenant: str = "00000000-0000-4000-8000-000000000001") -> None:
        self.tenant = tenant
        self.version = schema.sdk_version("azuread")

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:  # noqa: ARG002  # no name is made from it here
        """Fills in what the provider fills in, and judges types, shapes, limits and rules between properties.

        Raises `TypeNotServed` for a type that Entra ID or this stand-in does not have.
        """
        served = _served(type)
        found = list(schema.check(type, inputs))
        wrong = {failure.property.partition(".")[0].partition("[")[0] for failure in found}
        kept = {key: value for key, value in inputs.items() if value is not None}
        for property, value in served.defaults.items():
            kept.setdefault(property, value)
        judged = {key: value for key, value in kept.items() if key not in wrong}
        for failure in limits.failures(type, judged):
            # A rule over several properties would report one that is missing, or of a wrong type, a second time.
            if failure.property.partition(".")[0].partition("[")[0] not in wrong:
                found.append(failure)
        return Checked(kept, tuple(dict.fromkeys(found)))

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Compares inputs property by property, as the provider does: sets have no order, what is left out equals
        its empty value, and leaving out what the directory fills in changes nothing."""
        served = _served(type)
        changes = []
        for name in sorted({*old, *new}):
            if name in served.computed and new.get(name) is None:
                continue
            one, other = (_comparable(served, name, side.get(name)) for side in (old, new))
            if not _equal(one, other):
                changes.append(name)
        replaces = served.replaces | _also_replacing(type, old, new)
        return Difference(tuple(changes), tuple(name for name in changes if name in replaces))

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """As the protocol says. Raises `CloudError` for what the directory refuses."""
        served = _served(type)
        if world is None:
            return Created(None, self._preview(type, served, inputs), served.secret_outputs)
        _no_unknowns(type, inputs)
        with world.change() as things:
            if adopt:
                for thing in things.values():
                    if (thing.type, thing.urn) == (type, urn) and dict(thing.inputs) == dict(inputs):
                        return Created(thing.id, self._shown(thing, things), served.secret_outputs)
            key = served.identity(inputs)
            taken = next((t for t in things.values() if t.type == type and served.identity(t.inputs) == key), None)
            if key is not None and taken is not None:
                if not (type == PRINCIPAL and inputs.get("useExisting") is True):
                    raise CloudError(
                        "Request_MultipleObjectsWithSameKeyValue",
                        f"{type}: an object with these key values exists already",
                    )
                # Taken over as it is: the object keeps its ids and gets these inputs.
                directory.admit(things, type, inputs, taken.id)
                return self._rewrite(things, type, served, taken, inputs)
            directory.admit(things, type, inputs, None)
            number = 0
            while (type, self._id(served, inputs, urn, number)) in things and not served.put:
                number += 1
            id = self._id(served, inputs, urn, number)
            thing = Thing(type, id, urn, dict(inputs), self._outputs(type, served, inputs, urn, number, things))
            things[type, id] = thing
        return Created(id, thing.outputs, served.secret_outputs)

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where it is gone."""
        things = world.things()
        thing = things.get((type, id))
        return None if thing is None else self._shown(thing, things)

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object. Raises `CloudError` (`Request_ResourceNotFound` where it is gone)."""
        served = _served(type)
        if world is None:
            number = self._number(served, old, urn, id)
            if number is None or _has_unknown(new):
                return self._preview(type, served, new)
            kept = {name: old[name] for name in served.computed if new.get(name) is None and name in old}
            outputs = self._outputs(type, served, new, urn, number, None)
            left = (name for name in served.computed if new.get(name) is None)
            return {**outputs, **dict.fromkeys((*left, *served.looked_up), UNKNOWN), **kept}
        _no_unknowns(type, new)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                raise CloudError("Request_ResourceNotFound", f"{type}: the object {id} does not exist")
            directory.admit(things, type, new, id)
            return self._rewrite(things, type, served, thing, new).outputs

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object and what goes with it."""
        _served(type)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                return
            directory.release(things, thing)
            del things[type, id]

    def invoke(self, token: str, args: Inputs) -> Inputs:  # noqa: ARG002  # none of the functions takes any
        """Answers one of `functions.FUNCTIONS`; any other is a `CloudError` that names it."""
        return functions.answer(token, self.tenant)

    # --- outputs ---

    def _assigned(self, served: Served, inputs: Inputs, urn: str, number: int) -> Mapping[str, Any]:
        return served.assigned(Facts(inputs, self.tenant, f"{urn}#{number}"))

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return str(self._assigned(served, inputs, urn, number)["id"])

    def _number(self, served: Served, inputs: Inputs, urn: str, id: str) -> int | None:
        """Which of the objects that one URN has made (a replacement makes a second one) has this id."""
        return next((n for n in range(_MOST_REPLACED) if self._id(served, inputs, urn, n) == id), None)

    def _outputs(
        self, type: str, served: Served, inputs: Inputs, urn: str, number: int, things: directory.Things | None
    ) -> dict[str, Any]:
        known = schema.outputs(type)
        assigned = {k: v for k, v in self._assigned(served, inputs, urn, number).items() if k in known}
        absent = dict.fromkeys(name for name in known if name not in schema.properties(type))
        found = {**absent, **assigned, **inputs}
        if type == APPLICATION and inputs.get("password"):
            found["password"] = assigned["password"]
        return found if things is None else found | directory.looked_up(things, type, inputs, self.tenant)

    def _rewrite(self, things: directory.Things, type: str, served: Served, thing: Thing, inputs: Inputs) -> Created:
        # The URN that made the object stays with it: what the directory assigned is derived from it.
        number = self._number(served, thing.inputs, thing.urn, thing.id) or 0
        kept = {name: thing.outputs[name] for name in served.computed if inputs.get(name) is None}
        outputs = self._outputs(type, served, inputs, thing.urn, number, things) | kept
        things[type, thing.id] = Thing(type, thing.id, thing.urn, dict(inputs), outputs)
        return Created(thing.id, outputs, served.secret_outputs)

    def _shown(self, thing: Thing, things: directory.Things) -> Inputs:
        return {**thing.outputs, **directory.looked_up(things, thing.type, thing.inputs, self.tenant)}

    def _preview(self, type: str, served: Served, inputs: Inputs) -> dict[str, Any]:
        inputs_known = schema.properties(type)
        unknown = {name: UNKNOWN for name in schema.outputs(type) if name not in inputs_known}
        return {**unknown, **dict.fromkeys(served.computed, UNKNOWN), **inputs}


def _served(type: str) -> Served:
    served = TYPES.get(type)
    if served is None:
        raise TypeNotServed(type, "the Entra ID sandbox does not serve this type")
    return served


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_has_unknown(item) for item in value)
    return value is UNKNOWN


def _no_unknowns(type: str, inputs: Inputs) -> None:
    for name, value in inputs.items():
        if _has_unknown(value):
            raise CloudError("InvalidInput", f"{type}: {name} is not known, and an object cannot be made from it")


def _also_replacing(type: str, old: Inputs, new: Inputs) -> frozenset[str]:
    """Properties that force a replacement for certain values only, as the provider's documentation says."""
    if type == CONDITIONAL_ACCESS:
        before, after = (side.get("conditions") for side in (old, new))
        had = isinstance(before, Mapping) and before.get("devices") is not None
        if had and isinstance(after, Mapping) and after.get("devices") is None:
            return frozenset({"conditions"})
    hidden = type == GROUP and new.get("visibility") == "Hiddenmembership"
    if hidden and old.get("visibility") in ("Private", "Public"):
        return frozenset({"visibility"})
    return frozenset()


def _comparable(served: Served, name: str, value: Any) -> Any:
    plain = _plain(value, name in served.sets)
    # The provider cannot tell a property that is left out from one that is empty.
    return plain if plain is UNKNOWN or plain else None


def _plain(value: Any, unordered: bool) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item, key in NESTED_SETS) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        items = [_plain(item, False) for item in value]
        return sorted(items, key=repr) if unordered and not _has_unknown(items) else items
    return value


def _equal(one: Any, other: Any) -> bool:
    """Equality in which an unknown equals nothing: it may become anything."""
    if _has_unknown(one) or _has_unknown(other):
        return False
    return one == other
