"""From records to resources: the one place where a platform's documents meet Pulumi.

Owns registering records as the SDK's typed classes, so that defaults, aliases and secret outputs of the SDK hold, and
refusing options that would blind the gate. Does not own what is registered (`platforms.<platform>.documents`): nothing
is added here and nothing left out, so what the gate judged without Pulumi is what the engine gets.

A platform's SDK is imported when its first record is registered, never before.
"""

from __future__ import annotations

import importlib
import os
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

import pulumi

from nhi.clock import timestamp
from nhi.contract import Record, Ref
from nhi.plan.model import AgentPlan
from nhi.sdk import NoSuchClassError, args_class, resource_class, sdk_package, wire_names

BLINDING_OPTIONS: tuple[str, ...] = ("ignore_changes", "retain_on_delete", "deleted_with")
"""Options under which a grant could stay as it is, or stay behind, while the gate sees it change or go."""

_EXTRAS = {"pulumi_azuread": "entra"}
"""Extras of our distribution that are not called as the SDK is."""

ResourceClass = Callable[..., pulumi.Resource]


class Later:
    """A resource that the same program registers under this logical name, before or after whoever names it.

    Two agents that hand work to each other each name the other's objects, so no order of registering them would do.
    What is asked of one that does not stand yet is an output that resolves, with its dependency, when it does.
    """

    def __init__(self) -> None:
        self._resource: pulumi.Resource | None = None
        self._asked: dict[str, tuple[pulumi.Output[Any], Callable[[pulumi.Output[Any]], None]]] = {}

    def output(self, wire: str) -> pulumi.Output[Any]:
        """Its output of this wire name."""
        if self._resource is not None:
            return _output(self._resource, wire)
        if wire not in self._asked:
            self._asked[wire] = pulumi.deferred_output()
        return self._asked[wire][0]

    def stands(self, resource: pulumi.Resource) -> None:
        """Tells which resource it is."""
        self._resource = resource
        for wire, (_, resolve) in self._asked.items():
            resolve(_output(resource, wire))


Beside = Mapping[str, pulumi.Resource | Later]
"""What a program registers beside one identity, by logical name: what an environment has, and other agents' objects."""


class Part(NamedTuple):
    """What a platform's identity is given as a part of an `AgentIdentity`.

    Its records, its component's props, and what stands beside the agents. Without it the identity writes its own
    records, its props are `component_props`, and nothing stands beside it.
    """

    records: tuple[Record, ...]
    props: Mapping[str, Any]
    beside: Beside


class Registered(NamedTuple):
    """Resources by logical name, and those of them that no other one waits for."""

    resources: Mapping[str, pulumi.Resource]
    last: tuple[pulumi.Resource, ...]


class Outputs(NamedTuple):
    """What an identity gives to its users, by wire name: each value alone, and all of them as one map."""

    each: Mapping[str, pulumi.Output[Any]]
    whole: pulumi.Output[dict[str, Any]]


def register(
    records: Iterable[Record],
    parent: pulumi.Resource,
    sdk: Callable[[str], type] | None = None,
    beside: Beside | None = None,
) -> Registered:
    """Registers each record under `parent`.

    `sdk` gives the class of a type token (default: `sdk_class`). Providers reach each child through its parent. A
    `Ref` becomes the output of the resource it names, among these or `beside`; everything else crosses the wire as the
    record has it. Of the resources that one waits for the engine is told the nearest; what those wait for stands before
    them anyway. Where one of them is among those of `beside` that come later, it stands then.

    Raises ValueError where a record names one that is not registered before it, has a name twice, or an input that the
    SDK's class does not take; MissingSdkError where the platform's SDK is not installed.
    """
    made: dict[str, pulumi.Resource] = {}
    others: Beside = {} if beside is None else beside
    # Not copied: a fleet has as many objects beside an agent as it has agents.
    known: Beside = ChainMap(made, others)  # type: ignore[arg-type]  # nothing is written into it
    before: dict[str, frozenset[str]] = {}
    for record in records:
        if record.name in made:
            raise ValueError(f"{record.name}: two records have this name, so one of them would be lost")
        cls = (sdk or sdk_class)(record.type)
        awaited = {name: _earlier(made, name, record) for name in record.depends_on}
        referred: set[str] = set()
        arguments = _arguments(cls, record, known, referred)
        direct = referred.union(record.depends_on)
        implied = frozenset().union(*(before.get(name, ()) for name in direct))
        nearest = [resource for name, resource in awaited.items() if name not in implied]
        before[record.name] = implied | direct
        options = pulumi.ResourceOptions(parent=parent, depends_on=nearest)
        made[record.name] = cls(record.name, opts=options, **arguments)
        promised = others.get(record.name)
        if isinstance(promised, Later):
            promised.stands(made[record.name])
    waited_for = frozenset().union(*before.values())
    return Registered(made, tuple(resource for name, resource in made.items() if name not in waited_for))


def refuse_blinding(name: str, options: pulumi.ResourceOptions | None) -> None:
    """Raises ValueError where the caller's options of component `name` would blind the gate (`BLINDING_OPTIONS`)."""
    given = [option for option in BLINDING_OPTIONS if options is not None and getattr(options, option)]
    if given:
        raise ValueError(
            f"{name}: the options {', '.join(given)} are refused on an agent identity, because access could then stay "
            "while the gate sees it change or go. Fix: leave them out; to keep an identity from deletion, use protect."
        )


def component_props(plan: AgentPlan, pinned_clock: str | None = None) -> dict[str, Any]:
    """What the gate sees on an identity's component: the normalised declaration, its digest, state and lock date.

    The agent file's path is given relative to the working directory. `pinned_clock` is the time that a sandbox stack
    pins; without one there is no `pinnedClock`.
    """
    agent = plan.agent
    props: dict[str, Any] = {
        "agentId": agent.agent_id,
        "instance": plan.instance,
        "environment": plan.environment.environment,
        "file": os.path.relpath(plan.declared.file) if os.path.isabs(plan.declared.file) else plan.declared.file,
        "spec": agent.model_dump(mode="json", exclude_none=True),
        "specDigest": plan.declared.digest,
        "state": plan.state,
        "stateReason": plan.state_reason,
        "lockDate": timestamp(plan.lock_date) if plan.lock_date else None,
        "pinnedClock": pinned_clock,
    }
    return {name: value for name, value in props.items() if value is not None}


def after(made: Registered, values: Mapping[str, pulumi.Input[Any]]) -> Outputs:
    """`values`, each known as soon as it is known, but resolved only when everything that was registered stands.

    Waiting for the last ones is waiting for all. URNs are asked for and not ids: a preview knows a URN, so a value
    stays known there.
    """
    stands = pulumi.Output.all(*(resource.urn for resource in made.last))
    nothing = stands.apply(lambda _: None)
    each: dict[str, pulumi.Output[Any]] = {}
    for wire, value in values.items():
        if isinstance(value, pulumi.Output):
            each[wire] = pulumi.Output.all(value, stands).apply(lambda both: both[0])
        else:
            each[wire] = nothing if value is None else stands.apply(lambda _, value=value: value)
    assigned = any(isinstance(value, pulumi.Output) for value in values.values())
    return Outputs(each, pulumi.Output.all(**each) if assigned else stands.apply(lambda _: dict(values)))


class MissingSdkError(pulumi.RunError, ModuleNotFoundError):
    """A platform's SDK is not installed. Its message is all that a program's user needs, so no traceback is shown."""


def sdk(root: str, needed_by: str) -> ModuleType:
    """The SDK `root`, such as `pulumi_aws`. Raises MissingSdkError with the mend where it is not installed."""
    try:
        return importlib.import_module(root)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        extra = _EXTRAS.get(root, root.removeprefix("pulumi_"))
        raise MissingSdkError(
            f"{needed_by} needs the SDK {root}, which is not installed. Fix: install pulumi-nhi[{extra}]."
        ) from None


@cache
def sdk_class(token: str) -> type:
    """The SDK's resource class of a type token, such as `aws:iam/role:Role`.

    A Kubernetes type that the SDK has no class for is a custom resource. Raises MissingSdkError where the SDK is not
    installed, ValueError where it has no such type.
    """
    package = token.partition(":")[0]
    sdk(sdk_package(package), token)
    try:
        return resource_class(token)
    except NoSuchClassError as error:
        if package == "kubernetes":
            return importlib.import_module("pulumi_kubernetes.apiextensions").CustomResource
        raise ValueError(f"{token}: {error}") from None


T = TypeVar("T")


def _earlier(made: Mapping[str, T], name: str, record: Record) -> T:
    if name not in made:
        raise ValueError(f"{record.name}: it depends on {name}, which is not registered before it")
    return made[name]


def _arguments(cls: type, record: Record, made: Beside, referred: set[str]) -> dict[str, Any]:
    """The record's inputs as the class takes them. Adds to `referred` the records whose outputs they take."""
    python_names = _python_names(cls)
    unknown = sorted(set(record.inputs) - set(python_names))
    if unknown:
        raise ValueError(f"{record.name}: {record.type} takes no {', '.join(unknown)}")
    return {python_names[wire]: _value(value, record, made, referred) for wire, value in record.inputs.items()}


def _value(value: Any, record: Record, made: Beside, referred: set[str]) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_value(item, record, made, referred) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item, record, made, referred) for key, item in value.items()}
    if isinstance(value, Ref):
        resource = _earlier(made, value.record, record)
        referred.add(value.record)
        return resource.output(value.output) if isinstance(resource, Later) else _output(resource, value.output)
    return value


def _output(resource: pulumi.Resource, wire: str) -> pulumi.Output[Any]:
    return getattr(resource, _python_outputs(type(resource)).get(wire, wire))


@cache
def _python_outputs(cls: type) -> dict[str, str]:
    return {wire: python for python, wire in wire_names(cls)}


@cache
def _python_names(cls: type) -> dict[str, str]:
    return {wire: python for python, wire in wire_names(args_class(cls))}
