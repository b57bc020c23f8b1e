"""A stand-in cloud of five types, small enough to read, for the tests of the local engine.

`tst:index:Thing` (name forces replacement, size updates in place), `tst:index:Unique` (its name may exist once, so it
is deleted before it is replaced), `tst:index:Key` (the cloud makes a secret), `tst:index:Vault` (holds a secret).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Failure
from nhi.sandbox.clouds.world import Thing, World

KNOWN = {
    "tst:index:Thing": {"name", "size", "link", "labels"},
    "tst:index:Unique": {"name", "link"},
    "tst:index:Key": {"owner"},
    "tst:index:Vault": {"name", "content"},
}
REPLACES = {"tst:index:Thing": {"name"}, "tst:index:Unique": {"name", "link"}, "tst:index:Key": {"owner"}}


class TestCloud:
    __test__ = False
    package = "tst"
    version = "1.0.0"

    def __init__(self, fail: Callable[[str, str, Mapping[str, Any]], CloudError | None] | None = None) -> None:
        self.fail = fail
        self.calls: list[tuple[str, str]] = []

    def _call(self, verb: str, type: str, inputs: Mapping[str, Any], world: World | None) -> None:
        if world is None:
            return
        self.calls.append((verb, str(inputs.get("name") or inputs.get("owner") or "")))
        error = self.fail(verb, type, inputs) if self.fail else None
        if error is not None:
            raise error

    def check(self, type: str, name: str, inputs: Mapping[str, Any]) -> Checked:
        if type not in KNOWN:
            return Checked(inputs, (Failure("", f"the cloud has no type {type}"),))
        wrong = sorted(set(inputs) - KNOWN[type])
        failures = tuple(Failure(key, f"{type} has no property {key}") for key in wrong)
        checked = dict(inputs)
        if type in ("tst:index:Thing", "tst:index:Unique"):
            checked.setdefault("name", name)
        return Checked(checked, failures)

    def diff(self, type: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
        keys = sorted(set(old) | set(new))
        changes = tuple(k for k in keys if new.get(k) is UNKNOWN or old.get(k) != new.get(k))
        replaces = tuple(k for k in changes if k in REPLACES.get(type, set()))
        return Difference(changes, replaces, delete_before_replace=type == "tst:index:Unique")

    def _outputs(self, type: str, urn: str, inputs: Mapping[str, Any], number: int | None) -> dict[str, Any]:
        outputs = dict(inputs)
        if number is None:
            outputs["number"] = UNKNOWN
            outputs["arn"] = UNKNOWN
        else:
            outputs["number"] = number
            outputs["arn"] = f"arn:tst:{inputs.get('name') or inputs.get('owner')}:{number}"
        if type == "tst:index:Key":
            digest = hashlib.sha256(f"{urn}{number}".encode()).hexdigest()
            outputs["token"] = UNKNOWN if number is None else f"token-{digest}"
        return outputs

    def create(
        self, type: str, urn: str, inputs: Mapping[str, Any], world: World | None, *, adopt: bool = False
    ) -> Created:
        secret = ("token",) if type == "tst:index:Key" else ()
        self._call("create", type, inputs, world)
        if world is None:
            return Created(None, self._outputs(type, urn, inputs, None), secret)
        with world.change() as things:
            for thing in things.values():
                same_name = "name" in inputs and thing.inputs.get("name") == inputs.get("name")
                if thing.type == type and same_name and type == "tst:index:Unique":
                    if adopt and thing.urn == urn and dict(thing.inputs) == dict(inputs):
                        return Created(thing.id, thing.outputs, secret)
                    raise CloudError("AlreadyExists", f"{type} {inputs['name']!r} exists already")
                if adopt and thing.type == type and thing.urn == urn and dict(thing.inputs) == dict(inputs):
                    return Created(thing.id, thing.outputs, secret)
            number = 1 + max((int(t.outputs["number"]) for t in things.values()), default=0)
            id = f"{type.rpartition(':')[2].lower()}-{number}"
            outputs = self._outputs(type, urn, inputs, number)
            things[type, id] = Thing(type, id, urn, dict(inputs), outputs)
        return Created(id, outputs, secret)

    def read(self, type: str, id: str, world: World) -> Mapping[str, Any] | None:
        thing = world.things().get((type, id))
        return None if thing is None else thing.outputs

    def update(
        self, type: str, id: str, urn: str, old: Mapping[str, Any], new: Mapping[str, Any], world: World | None
    ) -> Mapping[str, Any]:
        del old
        self._call("update", type, new, world)
        if world is None:
            return {**new, "number": 0, "arn": UNKNOWN}
        with world.change() as things:
            thing = things[type, id]
            outputs = {**new, "number": thing.outputs["number"], "arn": thing.outputs["arn"]}
            things[type, id] = Thing(type, id, urn, dict(new), outputs)
        return outputs

    def delete(self, type: str, id: str, world: World) -> None:
        self._call("delete", type, {"name": id}, world)
        with world.change() as things:
            things.pop((type, id), None)

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        if token == "tst:index:getAnswer":
            return {"answer": 42, "echo": args.get("word", "")}
        raise CloudError("NoSuchFunction", f"the cloud has no function {token}")
