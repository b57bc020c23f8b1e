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

from collections.abc import Iterator, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.entra import directory, functions, limits
from nhi.sandbox.clouds.entra.types import (
    APPLICATION,
    CONDITIONAL_ACCESS,
    GROUPS,
    LOCATION,
    NESTED_SETS,
    PRINCIPAL,
    TYPES,
    Facts,
    Served,
)
from nhi.sandbox.clouds.limits import part
from nhi.sandbox.clouds.model import CloudError, Failure, Inputs
from nhi.sandbox.clouds.table import TableCloud
from nhi.sandbox.clouds.unknowns import has_unknown
from nhi.sandbox.clouds.world import Thing, Things

__all__ = ["EntraCloud"]


class EntraCloud(TableCloud[Served]):
    """The stand-in for the provider package `azuread`. Takes the id of the tenant it plays."""

    package = "azuread"
    called = "Entra ID"
    invalid = "Request_BadRequest"
    gone = "Request_ResourceNotFound"

    def __init__(self, tenant: str = "00000000-0000-4000-8000-000000000001") -> None:
        super().__init__(TYPES)
        self.tenant = tenant

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers one of `functions.FUNCTIONS`; any other is a `CloudError` that names it."""
        return functions.answer(token, self.tenant)

    # --- inputs ---

    def _failures(self, type: str, inputs: Inputs) -> Iterator[Failure]:
        return limits.failures(type, inputs)

    def _changed(self, served: Served, name: str, old: Inputs, new: Inputs) -> bool:
        # Leaving out what the directory fills in changes nothing.
        left = name in served.optional_outputs and new.get(name) is None
        return not left and super()._changed(served, name, old, new)

    def _comparable(self, served: Served, name: str, value: Any) -> Any:
        plain = _plain(value, name in served.sets)
        # The provider cannot tell a property that is left out from one that is empty.
        return plain if plain is UNKNOWN or plain else None

    def _also_replacing(self, type: str, old: Inputs, new: Inputs) -> frozenset[str]:
        # For certain values only, as the provider's documentation says.
        if type == CONDITIONAL_ACCESS:
            had, has = (part(side.get("conditions"), "devices") for side in (old, new))
            known = isinstance(new.get("conditions"), Mapping)
            return frozenset({"conditions"} if known and had is not None and has is None else ())
        if type == LOCATION:
            kinds = [{kind for kind in ("ip", "country") if side.get(kind) is not None} for side in (old, new)]
            return frozenset({"ip", "country"} if kinds[0] != kinds[1] else ())
        hidden = type in GROUPS and new.get("visibility") == "Hiddenmembership"
        return frozenset({"visibility"} if hidden and old.get("visibility") in ("Private", "Public") else ())

    # --- objects ---

    def _make(self, things: Things, type: str, served: Served, urn: str, inputs: Inputs) -> Thing:
        key = served.identity(inputs)
        taken = next((t for t in things.values() if t.type == type and served.identity(t.inputs) == key), None)
        if key is not None and taken is not None:
            if not (type == PRINCIPAL and inputs.get("useExisting") is True):
                raise CloudError(
                    "Request_MultipleObjectsWithSameKeyValue", f"{type}: an object with these key values exists already"
                )
            # Taken over as it is: the object keeps its ids and gets these inputs.
            directory.admit(things, type, inputs, taken.id)
            number = self._number(served, taken.inputs, taken.urn, taken.id) or 0
            return self._rewritten(things, served, taken, number, inputs)
        directory.admit(things, type, inputs, None)
        number = 0
        while (type, self._id(served, inputs, urn, number)) in things and not served.put:
            number += 1
        id = self._id(served, inputs, urn, number)
        thing = Thing(type, id, urn, dict(inputs), self._outputs(type, served, inputs, urn, number, things))
        things[type, id] = thing
        return thing

    def _shown(self, things: Things, thing: Thing) -> Inputs:
        return {**thing.outputs, **directory.looked_up(things, thing.type, thing.inputs, self.tenant)}

    def _planned(self, type: str, served: Served, urn: str, number: int, old: Inputs, new: Inputs) -> Inputs:
        left = [name for name in served.optional_outputs if new.get(name) is None]
        outputs = self._outputs(type, served, new, urn, number, None)
        kept = {name: old[name] for name in left if name in old}
        return {**outputs, **dict.fromkeys((*left, *served.looked_up), UNKNOWN), **kept}

    def _change(self, things: Things, served: Served, thing: Thing, number: int, urn: str, inputs: Inputs) -> Inputs:
        directory.admit(things, thing.type, inputs, thing.id)
        return self._rewritten(things, served, thing, number, inputs).outputs

    def _remove(self, things: Things, thing: Thing) -> None:
        directory.release(things, thing)
        del things[thing.type, thing.id]

    def _rewritten(self, things: Things, served: Served, thing: Thing, number: int, inputs: Inputs) -> Thing:
        kept = {name: thing.outputs[name] for name in served.optional_outputs if inputs.get(name) is None}
        outputs = self._outputs(thing.type, served, inputs, thing.urn, number, things) | kept
        new = Thing(thing.type, thing.id, thing.urn, dict(inputs), outputs)
        things[thing.type, thing.id] = new
        return new

    # --- outputs ---

    def _assigned(self, served: Served, inputs: Inputs, urn: str, number: int) -> Mapping[str, Any]:
        return served.assigned(Facts(inputs, f"{urn}#{number}", self.tenant))

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return str(self._assigned(served, inputs, urn, number)["id"])

    def _outputs(
        self, type: str, served: Served, inputs: Inputs, urn: str, number: int, things: Things | None
    ) -> dict[str, Any]:
        known = schema.outputs(type)
        assigned = {k: v for k, v in self._assigned(served, inputs, urn, number).items() if k in known}
        absent = dict.fromkeys(name for name in known if name not in schema.properties(type))
        found = {**absent, **assigned, **inputs}
        if type == APPLICATION and inputs.get("password"):
            found["password"] = assigned["password"]
        return found if things is None else found | directory.looked_up(things, type, inputs, self.tenant)


def _plain(value: Any, unordered: bool) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item, key in NESTED_SETS) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        items = [_plain(item, False) for item in value]
        return sorted(items, key=repr) if unordered and not has_unknown(items) else items
    return value
