"""The protocol of the Google Cloud stand-in (see the package).

Owns how inputs are completed and compared, and how an object comes, changes and goes. Rules live beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.gcp import functions, grammar, limits, project
from nhi.sandbox.clouds.gcp.facts import Facts, Served
from nhi.sandbox.clouds.gcp.types import TYPES, find
from nhi.sandbox.clouds.limits import part
from nhi.sandbox.clouds.model import CloudError, Failure, Inputs
from nhi.sandbox.clouds.table import TableCloud, generated_name
from nhi.sandbox.clouds.unknowns import has_unknown
from nhi.sandbox.clouds.world import Thing, Things

_ACCOUNT = "gcp:serviceaccount/account:Account"
_ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine"
_POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"


class GcpCloud(TableCloud[Served]):
    """The stand-in for the provider package `gcp`. Takes the constants of the project that its provider is set to.

    Where an expression must be parsed and `cel-python` is not installed, `check` raises `CloudError`
    (`MissingDependency`).
    """

    package = "gcp"
    called = "Google Cloud"
    invalid = "INVALID_ARGUMENT"
    gone = "NOT_FOUND"

    def __init__(
        self,
        project: str = "nhi-sandbox",
        number: str = "123456789012",
        region: str = "europe-west3",
        organization: str = "100000000001",
    ) -> None:
        super().__init__(TYPES)
        self.project = project
        self.number = number
        self.region = region
        self.organization = organization

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers one of the functions that `functions` lists; any other is a `CloudError` that names it."""
        return functions.answer(token, args, self.project, self.number, self.region, self.organization)

    def _find(self, type: str) -> Served | None:
        return find(type)

    # --- inputs ---

    def _failures(self, type: str, inputs: Inputs) -> Iterator[Failure]:
        return limits.failures(type, inputs)

    def _complete(self, served: Served, name: str, inputs: dict[str, Any]) -> None:
        if served.named is not None and served.named not in inputs:
            inputs[served.named] = generated_name(name, served.name_limit)

    def _comparable(self, served: Served, name: str, value: Any) -> Any:
        if has_unknown(value):
            return value
        if served.grants is not None and name in ("member", "members"):
            several = isinstance(value, list)
            value = [grammar.same_member(item) for item in value] if several else grammar.same_member(value)
        if name == "policyData" and isinstance(value, str):
            return project.normalised(value)
        return super()._comparable(served, name, value)

    def _delete_first(self, served: Served, old: Inputs, new: Inputs) -> bool:
        if served.delete_first:
            return True
        # Two objects of one id cannot stand at once.
        known = not served.numbered and not has_unknown(old) and not has_unknown(new)
        return known and self._id(served, old, "", 0) == self._id(served, new, "", 0)

    # --- objects ---

    def _make(self, things: Things, type: str, served: Served, urn: str, inputs: Inputs) -> Thing:
        number = 0
        id = self._id(served, inputs, urn, number)
        while served.numbered and (type, id) in things:
            number += 1
            id = self._id(served, inputs, urn, number)
        facts = self._facts(inputs, urn, number)
        standing = things.get((type, id))
        if standing is not None and served.grants is None and not served.put:
            if type == _ACCOUNT and inputs.get("createIgnoreAlreadyExists") is True:
                return standing
            raise CloudError("ALREADY_EXISTS", f"{type}: {id} exists already")
        project.admit(things, type, facts, id, fresh=True)
        outputs = self._outputs(type, served, inputs, urn, number)
        if type == _ACCOUNT:
            # Trap: `disabled` is sent with the first update only, so a new account is never disabled.
            outputs["disabled"] = False
        thing = Thing(type, id, urn, dict(inputs), outputs)
        things[type, id] = thing
        project.settle(things, type, facts, None)
        return thing

    def _adopt(self, things: Things, served: Served, thing: Thing) -> Inputs:
        project.settle(things, thing.type, self._facts(thing.inputs, thing.urn, 0), None)
        return thing.outputs

    def _shown(self, things: Things, thing: Thing) -> Inputs | None:
        # A grant is gone when the policy no longer has it.
        if self._served(thing.type).grants is None:
            return thing.outputs
        return project.granted(things, thing, self._facts(thing.inputs, thing.urn, 0))

    def _planned(self, type: str, served: Served, urn: str, number: int, old: Inputs, new: Inputs) -> Inputs:
        return self._outputs(type, served, new, urn, number)

    def _change(self, things: Things, served: Served, thing: Thing, number: int, urn: str, inputs: Inputs) -> Inputs:
        type, id = thing.type, thing.id
        if type == _POOL and thing.outputs.get("mode") != inputs.get("mode", thing.outputs.get("mode")):
            raise CloudError("INVALID_ARGUMENT", f"{id}: attempted to update the immutable field mode")
        facts = self._facts(inputs, thing.urn, number)
        project.admit(things, type, facts, id, fresh=False)
        outputs = self._outputs(type, served, inputs, thing.urn, number)
        things[type, id] = Thing(type, id, thing.urn, dict(inputs), outputs)
        project.settle(things, type, facts, thing)
        return outputs

    def _remove(self, things: Things, thing: Thing) -> None:
        # With `deletionPolicy` ABANDON the object stays in the cloud, as the provider leaves it.
        if project.leaves(thing):
            return
        project.release(things, thing, self._facts(thing.inputs, thing.urn, 0))
        del things[thing.type, thing.id]
        if self._served(thing.type).kept:
            project.bury(things, thing.type, thing.id)

    # --- outputs ---

    def _facts(self, inputs: Inputs, urn: str, number: int) -> Facts:
        return Facts(inputs, f"{urn}#{number}", self.project, self.number, self.region, self.organization)

    def _id(self, served: Served, inputs: Inputs, urn: str, number: int) -> str:
        return served.id(self._facts(inputs, urn, number))

    def _number(self, served: Served, inputs: Inputs, urn: str, id: str) -> int | None:
        return super()._number(served, inputs, urn, id) if served.numbered else 0

    def _outputs(self, type: str, served: Served, inputs: Inputs, urn: str, number: int) -> dict[str, Any]:
        known = schema.outputs(type)
        assigned = served.assigned(self._facts(inputs, urn, number))
        absent = dict.fromkeys(name for name in known if name not in schema.properties(type))
        return {**absent, **self._placed(type), **inputs, **{k: v for k, v in assigned.items() if k in known}}

    def _preview(self, type: str, served: Served, inputs: Inputs) -> dict[str, Any]:
        found = super()._preview(type, served, inputs)
        if type == _ENGINE and part(inputs, "spec", "identityType") == "AGENT_IDENTITY":
            found["spec"] = {**inputs["spec"], "effectiveIdentity": UNKNOWN}
        return found

    def _placed(self, type: str) -> dict[str, Any]:
        known = schema.properties(type)
        return {
            **({"project": self.project} if "project" in known else {}),
            **({"deletionPolicy": "DELETE"} if "deletionPolicy" in known else {}),
        }
