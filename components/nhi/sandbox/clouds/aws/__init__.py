"""A stand-in for AWS: IAM and what agents touch beside it, with AWS's own names, limits, grammar and conflicts.

Owns the cloud's protocol; the parts are `types` (what is served), `limits`, `policies` (documents), `account` (what
objects do to each other) and `functions`. It proves that inputs have a form AWS takes and that steps come in an
order AWS allows. It does not prove that a principal, a cluster or a service exists, that a request would be allowed,
or anything about time: `docs/sandbox.md` says it in full.

Nothing here reads a clock or draws a number: what AWS would assign is derived from an object's URN, and what would
be a secret is a constant that says it is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.aws import account, functions, limits
from nhi.sandbox.clouds.aws.policies import normalised
from nhi.sandbox.clouds.aws.types import TYPES, Facts, Served
from nhi.sandbox.clouds.model import CloudError, Failure, Inputs
from nhi.sandbox.clouds.table import TableCloud, generated_name
from nhi.sandbox.clouds.unknowns import equal, has_unknown
from nhi.sandbox.clouds.world import Thing, Things

__all__ = ["AwsCloud"]


class AwsCloud(TableCloud[Served]):
    """The stand-in for the provider package `aws`. Takes the constants of the account it plays."""

    package = "aws"
    called = "AWS"
    invalid = "InvalidInput"
    gone = "NoSuchEntity"

    def __init__(self, account: str = "123456789012", region: str = "eu-central-1", partition: str = "aws") -> None:
        super().__init__(TYPES)
        self.account = account
        self.region = region
        self.partition = partition

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers one of `functions.FUNCTIONS`; any other is a `CloudError` that names it."""
        return functions.answer(token, args, self.account, self.region, self.partition)

    # --- inputs ---

    def _failures(self, type: str, inputs: Inputs) -> Iterator[Failure]:
        return limits.failures(type, inputs)

    def _complete(self, served: Served, name: str, inputs: dict[str, Any]) -> None:
        for property in served.documents:
            document = inputs.get(property)
            if isinstance(document, Mapping):
                inputs[property] = UNKNOWN if has_unknown(document) else json.dumps(document)
        if served.named is not None and served.named not in inputs and inputs.get(f"{served.named}Prefix") is None:
            generated = generated_name(name)
            inputs[served.named] = f"{generated}.fifo" if inputs.get("fifoQueue") is True else generated

    def _comparable(self, served: Served, name: str, value: Any) -> Any:
        if name in served.documents and isinstance(value, str):
            return normalised(value)
        return super()._comparable(served, name, value)

    def _delete_first(self, served: Served, old: Inputs, new: Inputs) -> bool:
        # AWS knows an object by its name: where old and new have the same, both cannot stand at once.
        one, other = served.identity(old), served.identity(new)
        return one is not None and other is not None and equal(one, other)

    # --- objects ---

    def _make(self, things: Things, type: str, served: Served, urn: str, inputs: Inputs) -> Thing:
        key = served.identity(inputs)
        if key is not None and not served.put:
            for thing in things.values():
                if thing.type == type and served.identity(thing.inputs) == key:
                    raise CloudError(served.exists, f"{type}: an object of this name exists already")
        account.admit(things, type, inputs, None)
        number = 0
        while key is None and (type, self._id(served, inputs, urn, number)) in things:
            number += 1
        id = self._id(served, inputs, urn, number)
        thing = Thing(type, id, urn, dict(inputs), self._outputs(type, served, inputs, urn, number))
        things[type, id] = thing
        account.settle(things, type, urn, inputs)
        return thing

    def _adopt(self, things: Things, served: Served, thing: Thing) -> Inputs:
        account.settle(things, thing.type, thing.urn, thing.inputs)
        return super()._adopt(things, served, thing)

    def _planned(self, type: str, served: Served, urn: str, number: int, old: Inputs, new: Inputs) -> Inputs:
        return self._outputs(type, served, new, urn, number)

    def _change(self, things: Things, served: Served, thing: Thing, number: int, urn: str, inputs: Inputs) -> Inputs:
        account.admit(things, thing.type, inputs, thing.id)
        outputs = self._outputs(thing.type, served, inputs, thing.urn, number)
        things[thing.type, thing.id] = Thing(thing.type, thing.id, thing.urn, dict(inputs), outputs)
        account.settle(things, thing.type, urn, inputs)
        return outputs

    def _remove(self, things: Things, thing: Thing) -> None:
        account.release(things, thing)
        del things[thing.type, thing.id]

    # --- outputs ---

    def _assigned(self, served: Served, inputs: Inputs, urn: str, number: int) -> Mapping[str, Any]:
        return served.assigned(Facts(inputs, f"{urn}#{number}", self.account, self.region, self.partition))

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return str(self._assigned(served, inputs, urn, number)["id"])

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
        return {**super()._preview(type, served, inputs), **self._tags(type, inputs)}

    def _placed(self, type: str) -> dict[str, Any]:
        return {"region": self.region} if "region" in schema.properties(type) else {}

    def _tags(self, type: str, inputs: Inputs) -> dict[str, Any]:
        return {"tagsAll": inputs.get("tags") or {}} if "tagsAll" in schema.outputs(type) else {}
