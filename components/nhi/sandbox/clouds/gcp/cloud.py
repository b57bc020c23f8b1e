"""The protocol of the Google Cloud stand-in (see the package).

Owns how inputs are completed and compared, and how an object comes, changes and goes. Rules live beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.gcp import functions, grammar, limits, project
from nhi.sandbox.clouds.gcp.types import TYPES, Facts, Served
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Inputs
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.world import Thing, World

_MOST_REPLACED = 100
_ACCOUNT = "gcp:serviceaccount/account:Account"
_POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"


class GcpCloud:
    """The stand-in for the provider package `gcp`. Takes the constants of the project that its provider is set to."""

    package = "gcp"

    def __init__(
        self,
        project: str = "nhi-sandbox",
        number: str = "123456789012",
        region: str = "europe-west3",
        organization: str = "100000000001",
    ) -> None:
        self.project = project
        self.number = number
        self.region = region
        self.organization = organization
        self.version = schema.sdk_version("gcp")

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """Fills in what the provider fills in, and judges types, names, limits, principals and expressions.

        Raises `TypeNotServed` for a type that Google Cloud or this stand-in does not have, and `CloudError`
        (`MissingDependency`) where an expression must be parsed and `cel-python` is not installed.
        """
        served = _served(type)
        found = list(schema.check(type, inputs))
        wrong = {failure.property.partition(".")[0].partition("[")[0] for failure in found}
        kept = {key: value for key, value in inputs.items() if value is not None}
        for property, value in served.defaults.items():
            kept.setdefault(property, value)
        if served.named is not None and served.named not in kept:
            # The real provider's suffix is random; this one is the same at every run, so a world needs no luck.
            suffix = f"-{hashlib.sha256(name.encode()).hexdigest()[:7]}"
            kept[served.named] = f"{name[: served.name_limit - len(suffix)]}{suffix}"
        judged = {key: value for key, value in kept.items() if key not in wrong}
        more = limits.failures(type, judged)
        # Rules over several properties would report a missing one a second time.
        found.extend(
            more if not wrong else (f for f in more if f.property.partition(".")[0].partition("[")[0] in judged)
        )
        return Checked(kept, tuple(dict.fromkeys(found)))

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Compares inputs property by property: policies by meaning, sets and members without order."""
        served = _served(type)
        changes = [
            name
            for name in sorted({*old, *new})
            if not _equal(_comparable(served, name, old.get(name)), _comparable(served, name, new.get(name)))
        ]
        replaces = tuple(name for name in changes if name in served.replaces)
        same = (
            bool(replaces)
            and not served.numbered
            and not any(has_unknown(inputs) for inputs in (old, new))
            and self._id(served, old, "", 0) == self._id(served, new, "", 0)
        )
        return Difference(
            tuple(changes), replaces, delete_before_replace=bool(replaces) and (served.delete_first or same)
        )

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """As the protocol says. Raises `CloudError` for what the cloud refuses."""
        served = _served(type)
        if world is None:
            return Created(None, self._preview(type, served, inputs), served.secret_outputs)
        _no_unknowns(type, inputs)
        with world.change() as things:
            if adopt:
                for thing in things.values():
                    if (thing.type, thing.urn) == (type, urn) and dict(thing.inputs) == dict(inputs):
                        project.settle(things, type, self._facts(inputs, urn, 0), None)
                        return Created(thing.id, thing.outputs, served.secret_outputs)
            number = 0
            id = self._id(served, inputs, urn, number)
            while served.numbered and (type, id) in things:
                number += 1
                id = self._id(served, inputs, urn, number)
            facts = self._facts(inputs, urn, number)
            standing = things.get((type, id))
            if standing is not None and served.grants is None:
                if type == _ACCOUNT and inputs.get("createIgnoreAlreadyExists") is True:
                    return Created(id, standing.outputs, served.secret_outputs)
                raise CloudError("ALREADY_EXISTS", f"{type}: {id} exists already")
            project.admit(things, type, facts, id, fresh=True)
            outputs = self._outputs(type, served, inputs, urn, number)
            if type == _ACCOUNT:
                # Trap: `disabled` is sent with the first update only, so a new account is never disabled.
                outputs["disabled"] = False
            things[type, id] = Thing(type, id, urn, dict(inputs), outputs)
            project.settle(things, type, facts, None)
        return Created(id, outputs, served.secret_outputs)

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where it is gone. A grant is gone when the policy no longer has it."""
        things = world.things()
        thing = things.get((type, id))
        if thing is None:
            return None
        served = _served(type)
        if served.grants is None:
            return thing.outputs
        return project.granted(things, thing, self._facts(thing.inputs, thing.urn, 0))

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object. Raises `CloudError` (`NOT_FOUND` where it is gone)."""
        served = _served(type)
        if world is None:
            number = self._number(served, old, urn, id)
            if number is None or has_unknown(new):
                return self._preview(type, served, new)
            return self._outputs(type, served, new, urn, number)
        _no_unknowns(type, new)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                raise CloudError("NOT_FOUND", f"{type}: {id} does not exist")
            if type == _POOL and thing.outputs.get("mode") != new.get("mode", thing.outputs.get("mode")):
                raise CloudError("INVALID_ARGUMENT", f"{id}: attempted to update the immutable field mode")
            # The URN that made the object stays with it: what the cloud assigned is derived from it.
            number = self._number(served, thing.inputs, thing.urn, id) or 0
            facts = self._facts(new, thing.urn, number)
            project.admit(things, type, facts, id, fresh=False)
            outputs = self._outputs(type, served, new, thing.urn, number)
            things[type, id] = Thing(type, id, thing.urn, dict(new), outputs)
            project.settle(things, type, facts, thing)
        return outputs

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object and what goes with it. Raises `CloudError` (`FAILED_PRECONDITION`) where it may not go.

        With `deletionPolicy` ABANDON the object stays in the cloud, as the provider leaves it.
        """
        served = _served(type)
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                return
            if project.leaves(thing):
                return
            project.release(things, thing, self._facts(thing.inputs, thing.urn, 0))
            del things[type, id]
            if served.kept:
                project.bury(things, type, id)

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers one of the functions that `functions` lists; any other is a `CloudError` that names it."""
        return functions.answer(token, args, self.project, self.number, self.region, self.organization)

    # --- outputs ---

    def _facts(self, inputs: Inputs, urn: str, number: int) -> Facts:
        return Facts(inputs, self.project, self.number, self.region, self.organization, f"{urn}#{number}")

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return served.id(self._facts(inputs, urn, number))

    def _number(self, served: Served, inputs: Inputs, urn: str, id: str) -> int | None:
        """Which of the objects that one URN has made (a replacement makes a second one) has this id."""
        if not served.numbered:
            return 0
        return next((n for n in range(_MOST_REPLACED) if self._id(served, inputs, urn, n) == id), None)

    def _outputs(self, type: str, served: Served, inputs: Inputs, urn: str, number: int) -> dict[str, Any]:
        known = schema.outputs(type)
        assigned = served.assigned(self._facts(inputs, urn, number))
        absent = dict.fromkeys(name for name in known if name not in schema.properties(type))
        return {**absent, **self._placed(type), **inputs, **{k: v for k, v in assigned.items() if k in known}}

    def _preview(self, type: str, served: Served, inputs: Inputs) -> dict[str, Any]:
        inputs_known = schema.properties(type)
        unknown = {name: UNKNOWN for name in schema.outputs(type) if name not in inputs_known}
        unknown |= dict.fromkeys(served.optional_outputs, UNKNOWN)
        return {**unknown, **self._placed(type), **inputs}

    def _placed(self, type: str) -> dict[str, Any]:
        """What the provider's own settings fill in: known before anything is made."""
        known = schema.properties(type)
        return {
            **({"project": self.project} if "project" in known else {}),
            **({"deletionPolicy": "DELETE"} if "deletionPolicy" in known else {}),
        }


def _served(type: str) -> Served:
    served = TYPES.get(type)
    if served is None:
        raise TypeNotServed(type, "the Google Cloud sandbox does not serve this type")
    return served


def has_unknown(value: Any) -> bool:
    """Whether a value is not known, or holds one that is not."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def _no_unknowns(type: str, inputs: Inputs) -> None:
    for name, value in inputs.items():
        if has_unknown(value):
            raise CloudError("INVALID_ARGUMENT", f"{type}: {name} is not known, and an object cannot be made from it")


def _comparable(served: Served, name: str, value: Any) -> Any:
    if has_unknown(value):
        return value
    if served.grants is not None and name in ("member", "members"):
        value = [grammar.same_member(item) for item in value] if isinstance(value, list) else grammar.same_member(value)
    if name == "policyData" and isinstance(value, str):
        return project.normalised(value)
    if name in served.sets and isinstance(value, list):
        return sorted(value, key=str)
    return value


def _equal(one: Any, other: Any) -> bool:
    """Equality in which an unknown equals nothing: it may become anything."""
    if has_unknown(one) or has_unknown(other):
        return False
    return one == other
