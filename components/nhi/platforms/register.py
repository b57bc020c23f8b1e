"""From records to resources: the one place where a platform's documents meet Pulumi.

Owns registering records as the SDK's typed classes, so that defaults, aliases and secret outputs of the SDK hold, and
refusing options that would blind the gate. Does not own what is registered (`platforms.<platform>.documents`): nothing
is added here and nothing left out, so what the gate judged without Pulumi is what the engine gets.

A platform's SDK is imported when its first record is registered, never before.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

import pulumi

from nhi.clock import timestamp
from nhi.contract import Record, Ref
from nhi.plan.model import AgentPlan
from nhi.sdk import NoSuchClassError, args_class, resource_class, sdk_package, wire_names

BLINDING_OPTIONS: tuple[str, ...] = ("ignore_changes", "retain_on_delete", "deleted_with")
"""Options under which a grant could stay as it is, or stay behind, while the gate sees it change or go."""

ResourceClass = Callable[..., pulumi.Resource]


Beside = Mapping[str, pulumi.Resource]
"""What an environment has registered beside its agents, by logical name."""


def register(
    records: Iterable[Record],
    parent: pulumi.Resource,
    sdk: Callable[[str], type] | None = None,
    beside: Beside | None = None,
) -> dict[str, pulumi.Resource]:
    """Registers each record under `parent` and answers the resources by logical name.

    `sdk` gives the class of a type token (default: `sdk_class`). Providers reach each child through its parent. A
    `Ref` becomes the output of the resource it names, among these or `beside`; everything else crosses the wire as the
    record has it.

    Raises ValueError where a record names one that is not registered before it, has a name twice, or an input that the
    SDK's class does not take; ModuleNotFoundError where the platform's SDK is not installed.
    """
    made: dict[str, pulumi.Resource] = {}
    for record in records:
        if record.name in made:
            raise ValueError(f"{record.name}: two records have this name, so one of them would be lost")
        cls = (sdk or sdk_class)(record.type)
        options = pulumi.ResourceOptions(
            parent=parent, depends_on=[_earlier(made, name, record) for name in record.depends_on]
        )
        made[record.name] = cls(record.name, opts=options, **_arguments(cls, record, {**(beside or {}), **made}))
    return made


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


def after(resources: Iterable[pulumi.Resource], value: pulumi.Input[Any]) -> pulumi.Output[Any]:
    """`value`, known as soon as it is known, but resolved only when every one of `resources` stands.

    URNs are asked for and not ids: a preview knows a URN, so `value` stays known there.
    """
    return pulumi.Output.all(value, *(resource.urn for resource in resources)).apply(lambda known: known[0])


def sdk(root: str, needed_by: str) -> ModuleType:
    """The SDK `root`, such as `pulumi_aws`. Raises ModuleNotFoundError with the mend where it is not installed."""
    try:
        return importlib.import_module(root)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        raise ModuleNotFoundError(
            f"{needed_by} needs the SDK {root}, which is not installed. Fix: install pulumi-nhi with the platform's "
            "extra, for example pulumi-nhi[aws].",
            name=root,
        ) from None


@cache
def sdk_class(token: str) -> type:
    """The SDK's resource class of a type token, such as `aws:iam/role:Role`.

    A Kubernetes type that the SDK has no class for is a custom resource. Raises ModuleNotFoundError where the SDK is
    not installed, ValueError where it has no such type.
    """
    package = token.partition(":")[0]
    sdk(sdk_package(package), token)
    try:
        return resource_class(token)
    except NoSuchClassError as error:
        if package == "kubernetes":
            return importlib.import_module("pulumi_kubernetes.apiextensions").CustomResource
        raise ValueError(f"{token}: {error}") from None


def _earlier(made: Mapping[str, pulumi.Resource], name: str, record: Record) -> pulumi.Resource:
    if name not in made:
        raise ValueError(f"{record.name}: it depends on {name}, which is not registered before it")
    return made[name]


def _arguments(cls: type, record: Record, made: Mapping[str, pulumi.Resource]) -> dict[str, Any]:
    python_names = _python_names(cls)
    unknown = sorted(set(record.inputs) - set(python_names))
    if unknown:
        raise ValueError(f"{record.name}: {record.type} takes no {', '.join(unknown)}")
    return {python_names[wire]: _value(value, record, made) for wire, value in record.inputs.items()}


def _value(value: Any, record: Record, made: Mapping[str, pulumi.Resource]) -> Any:
    match value:
        case Ref(record=name, output=output):
            resource = _earlier(made, name, record)
            attributes = {wire: python for python, wire in wire_names(type(resource))}
            return getattr(resource, attributes.get(output, output))
        case Mapping():
            return {key: _value(item, record, made) for key, item in value.items()}
        case list() | tuple():
            return [_value(item, record, made) for item in value]
        case _:
            return value


@cache
def _python_names(cls: type) -> dict[str, str]:
    return {wire: python for python, wire in wire_names(args_class(cls))}
