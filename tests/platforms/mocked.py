"""Runs a program under Pulumi's mocks and keeps what crossed the wire: type, name, inputs, parent, order, provider.

What this proves: what the SDK sends for what we register. What it does not: that a cloud accepts it, and anything an
engine does with it (transforms, diffs, default providers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, settings


@dataclass(frozen=True)
class Sent:
    """One registration as the engine would see it."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    depends_on: frozenset[str]
    provider: str
    protect: bool
    aliases: int


@dataclass
class Run:
    """A finished program: registrations by name, outputs of components, and what happened in which order."""

    sent: dict[str, Sent] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    result: Any = None

    def before(self, name: str) -> frozenset[str]:
        """What stands before a resource does: what the engine was told, and what that waits for."""
        return closure({one.name: one.depends_on for one in self.sent.values()}, name)


def closure(waits: Mapping[str, Iterable[str]], name: str) -> frozenset[str]:
    """Every name that `name` waits for, near or far."""
    found: set[str] = set()
    asked = list(waits[name])
    while asked:
        one = asked.pop()
        if one not in found:
            found.add(one)
            asked.extend(waits.get(one, ()))
    return frozenset(found)


ASSIGNED: dict[str, tuple[str, ...]] = {
    "azuread:index/application:Application": ("clientId", "objectId"),
    "azuread:index/servicePrincipal:ServicePrincipal": ("objectId",),
    "azuread:index/applicationPassword:ApplicationPassword": ("value",),
    "azuread:index/group:Group": ("objectId",),
}
"""Outputs that a cloud assigns, beside `id` and an `arn`."""


class _Cloud(mocks.Mocks):
    def __init__(self, preview: bool) -> None:
        self.preview = preview

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return None, dict(args.inputs)
        names = ("arn", *ASSIGNED.get(args.typ, ()))
        assigned = {} if self.preview else {name: f"{name}:of:{args.name}" for name in names}
        return (None if self.preview else f"id-{args.name}"), {**args.inputs, **assigned}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        if args.token.endswith(":nhi/sandbox:probe"):
            return {"sandbox": True}
        raise AssertionError(f"nothing else may be asked of a provider, but {args.token} was")


class _Monitor(mocks.MockMonitor):
    def __init__(self, run: Run, preview: bool) -> None:
        super().__init__(_Cloud(preview))
        self.run = run

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        answer = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self.run.sent[request.name] = Sent(
                type=request.type,
                name=request.name,
                inputs=json_format.MessageToDict(request.object),
                parent=request.parent.split("::")[-1],
                depends_on=frozenset(urn.split("::")[-1] for urn in request.dependencies),
                provider=request.provider,
                protect=request.protect,
                aliases=len(request.aliases),
            )
            self.run.events.append(request.name)
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        self.run.outputs[request.urn.split("::")[-1]] = json_format.MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)


def run(program: Callable[[Run], Any], *, preview: bool = False) -> Run:
    """Runs `program` to its end, every resource registered and every output it returns resolved."""
    done = Run()
    # The root stack outlives a program otherwise, and with it the event loop of another test.
    settings.ROOT.set(None)
    mocks.set_mocks(_Cloud(preview), project="nhi", stack="test", preview=preview, monitor=_Monitor(done, preview))

    def body() -> Any:
        asked = program(done)
        return pulumi.Output.from_input(asked).apply(lambda value: setattr(done, "result", value))

    mocks.test(body)()
    return done
