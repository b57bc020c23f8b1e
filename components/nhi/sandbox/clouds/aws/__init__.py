"""A stand-in for AWS: IAM and what agents touch beside it, with AWS's own names, limits, grammar and conflicts.

Owns the cloud's protocol; the parts are `types` (what is served), `limits`, `policies` (documents), `account` (what
objects do to each other) and `functions`. It proves that inputs have a form AWS takes and that steps come in an
order AWS allows. It does not prove that a principal, a cluster or a service exists, that a request would be allowed,
or anything about time: `docs/sandbox.md` says it in full.

Nothing here reads a clock or draws a number: what AWS would assign is derived from an object's URN, and what would
be a secret is a constant that says it is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.aws import account, functions, limits
from nhi.sandbox.clouds.aws.policies import normalised
from nhi.sandbox.clouds.aws.types import TYPES, Facts, Served
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Inputs
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.world import Thing, World

__all__ = ["AwsCloud"]

_MOST_REPLACED = 100


class AwsCloud:
    """The stand-in for the provider package `aws`. Takes the constants of the account it plays."""

    package = "aws"

    def __init__(self, account: str = "123456789012", region: str = "eu-central-1", partition: str = "aws") -> None:
        self.account = account
        self.region = region
        self.partition = partition
        self.version = schema.sdk_version("aws")

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """Fills in what the provider fills in, and judges types, names, limits and documents.

        Raises `TypeNotServed` for a type that AWS or this stand-in does not have.
        """
        served = _served(type)
        found = list(schema.check(type, inputs))
        wrong = {failure.property.partition(".")[0].partition("[")[0] for failure in found}
        kept = {key: value for key, value in inputs.items() if value is not None}
        for property in served.documents:
            if isinstance(kept.get(property), Mapping):
                kept[property] = _as_text(kept[property])
        for property, value in served.defaults.items():
            kept.setdefault(property, value)
        if served.named is not None and served.named not in kept:
            prefix = kept.get(f"{served.named}Prefix")
            if prefix is not UNKNOWN:
                stem = prefix if isinstance(prefix, str) else f"{name}-"
                # The real provider's suffix is random; this one is the same at every run, so a world needs no luck.
                generated = f"{stem}{hashlib.sha256(name.encode()).hexdigest()[:7]}"
                fifo = kept.get("fifoQueue") is True
                if prefix is None:
                    kept[served.named] = f"{generated}.fifo" if fifo else generated
        judged = {key: value for key, value in kept.items() if key not in wrong}
        if not wrong:
            found.extend(limits.failures(type, judged))
        else:
            # Rules over several properties would report a missing one a second time.
            found.extend(f for f in limits.failures(type, judged) if f.property.partition(".")[0] in judged)
        return Checked(kept, tuple(dict.fromkeys(found)))

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Compares inputs property by property: documents by meaning, sets without order."""
        served = _served(type)
        changes = [
            name
            for name in sorted({*old, *new})
            if not _equal(_comparable(served, name, old.get(name)), _comparable(served, name, new.get(name)))
        ]
        replaces = tuple(name for name in changes if name in served.replaces)
        # AWS knows an object by its name: where old and new have the same, both cannot stand at once.
        one, other = served.identity(old), served.identity(new)
        same = one is not None and other is not None and _equal(list(one), list(other))
        return Difference(tuple(changes), replaces, delete_before_replace=bool(replaces) and same)

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """As the protocol says. Raises `CloudError` for what the account refuses."""
        served = _served(type)
        if world is None:
            return Created(None, self._preview(type, served, inputs), served.secret_outputs)
        _no_unknowns(type, inputs)
        with world.change() as things:
            if adopt:
                for thing in things.values():
                    if (thing.type, thing.urn) == (type, urn) and dict(thing.inputs) == dict(inputs):
                        account.settle(things, type, urn, inputs)
                        return Created(thing.id, thing.outputs, served.secret_outputs)
            key = served.identity(inputs)
            if key is not None and not served.put:
                for thing in things.values():
                    if thing.type == type and served.identity(thing.inputs) == key:
                        raise CloudError(served.exists, f"{type}: an object of this name exists already")
            account.admit(things, type, inputs, None)
            id = self._id(served, inputs, urn, 0)
            number = 0
            while key is None and (type, id) in things:
                number += 1
                id = self._id(served, inputs, urn, number)
            outputs = self._outputs(type, served, inputs, urn, number)
            things[type, id] = Thing(type, id, urn, dict(inputs), outputs)
            account.settle(things, type, urn, inputs)
        return Created(id, outputs, served.secret_outputs)

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where it is gone."""
        thing = world.things().get((type, id))
        return None if thing is None else thing.outputs

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object. Raises `CloudError` (`NoSuchEntity` where it is gone)."""
        served = _served(type)
        if world is None:
            number = self._number(served, old, urn, id)
            if number is None or _has_unknown(new):
                return self._preview(type, served, new)
            return self._outputs(type, served, new, urn, number)
        _no_unknowns(type, new)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                raise CloudError("NoSuchEntity", f"{type}: the object {id} does not exist")
            account.admit(things, type, new, id)
            # The URN that made the object stays with it: what AWS assigned is derived from it.
            number = self._number(served, thing.inputs, thing.urn, id) or 0
            outputs = self._outputs(type, served, new, thing.urn, number)
            things[type, id] = Thing(type, id, thing.urn, dict(new), outputs)
            account.settle(things, type, urn, new)
        return outputs

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object and what goes with it. Raises `CloudError` (`DeleteConflict`) where it is in use."""
        _served(type)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                return
            account.release(things, thing)
            del things[type, id]

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers one of `functions.FUNCTIONS`; any other is a `CloudError` that names it."""
        return functions.answer(token, args, self.account, self.region, self.partition)

    # --- outputs ---

    def _assigned(self, served: Served, inputs: Inputs, urn: str, number: int) -> Mapping[str, Any]:
        return served.assigned(Facts(inputs, self.account, self.region, self.partition, f"{urn}#{number}"))

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return str(self._assigned(served, inputs, urn, number)["id"])

    def _number(self, served: Served, inputs: Inputs, urn: str, id: str) -> int | None:
        """Which of the objects that one URN has made (a replacement makes a second one) has this id."""
        found = (n for n in range(_MOST_REPLACED) if self._id(served, inputs, urn, n) == id)
        return next(found, None)

    def _outputs(self, type: str, served: Served, inputs: Inputs, urn: str, number: int) -> dict[str, Any]:
        known = schema.outputs(type)
        assigned = self._assigned(served, inputs, urn, number)
        absent = dict.fromkeys(name for name in known if name not in schema.properties(type))
        return {
            **absent,
            **self._placed(type),
            **{key: value for key, value in assigned.items() if key in known},
            **inputs,
            **self._tags(type, inputs),
        }

    def _preview(self, type: str, served: Served, inputs: Inputs) -> dict[str, Any]:
        inputs_known = schema.properties(type)
        unknown = {name: UNKNOWN for name in schema.outputs(type) if name not in inputs_known}
        unknown |= dict.fromkeys(served.optional_outputs, UNKNOWN)
        return {**unknown, **self._placed(type), **inputs, **self._tags(type, inputs)}

    def _placed(self, type: str) -> dict[str, Any]:
        return {"region": self.region} if "region" in schema.properties(type) else {}

    def _tags(self, type: str, inputs: Inputs) -> dict[str, Any]:
        return {"tagsAll": inputs.get("tags") or {}} if "tagsAll" in schema.outputs(type) else {}


def _served(type: str) -> Served:
    served = TYPES.get(type)
    if served is None:
        raise TypeNotServed(type, "the AWS sandbox does not serve this type")
    return served


def _as_text(document: Mapping[str, Any]) -> Any:
    return UNKNOWN if _has_unknown(document) else json.dumps(document)


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


def _comparable(served: Served, name: str, value: Any) -> Any:
    if name in served.documents and isinstance(value, str):
        return normalised(value)
    if name in served.sets and isinstance(value, list) and not _has_unknown(value):
        return sorted(value, key=str)
    return value


def _equal(one: Any, other: Any) -> bool:
    """Equality in which an unknown equals nothing: it may become anything."""
    if _has_unknown(one) or _has_unknown(other):
        return False
    return one == other
