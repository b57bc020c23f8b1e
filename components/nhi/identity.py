"""The component that people use: one agent on every platform that its file names, and a whole fleet at once.

Owns the sum of the platforms' identities. Does not own any platform, and registers no cloud resource itself.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from nhi.clock import clock as read_clock
from nhi.clock import timestamp
from nhi.contract import AGENT_IDENTITY, Platform
from nhi.fleet.delegation import graph
from nhi.fleet.load import load_fleet
from nhi.plan.make import make_all
from nhi.plan.model import AgentPlan
from nhi.platforms import ADMISSION_NAME, Written, room, written
from nhi.platforms.arguments import AgentArgs, asked_plan
from nhi.platforms.entra.classes import CLASSES_NAME, class_records
from nhi.platforms.entra.documents import principal_record
from nhi.platforms.pinned_clock import SDK_PACKAGE, refuse_pinned_clock
from nhi.platforms.register import Beside, Later, Outputs, Part, component_props, refuse_blinding, sdk
from nhi.spec.problems import InputError


class AgentIdentity(pulumi.ComponentResource):
    """One AI agent's identity on every platform that its file names.

    Raises `pulumi.RunError` with every problem for a file that cannot be used, and ValueError for options that would
    blind the gate. Outputs resolve only after all locks stand.
    """

    agent_id: pulumi.Output[str]
    """The agent's id."""
    state: pulumi.Output[str]
    """What is rendered: proposed, active or suspended."""
    lock_date: pulumi.Output[str | None]
    """When all access ends by itself, RFC 3339; none where nothing in the file ends."""
    spec_digest: pulumi.Output[str]
    """Digest of the normalised agent file."""
    aws: pulumi.Output[dict[str, Any]]
    """`roleArn`, `roleName`, and what the workload and credential need; empty off AWS."""
    entra: pulumi.Output[dict[str, Any]]
    """`clientId` and `servicePrincipalId`; empty off Microsoft Entra ID."""
    gcp: pulumi.Output[dict[str, Any]]
    """`principal` and `serviceAccountEmail`; empty off Google Cloud."""
    kubernetes: pulumi.Output[dict[str, Any]]
    """`serviceAccountName`, `namespace` and `spiffeId`; empty off Kubernetes."""

    def __init__(self, name: str, args: AgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            super().__init__(AGENT_IDENTITY, name, {}, opts)
            return
        try:
            self._declare(asked_plan(args), name, opts, args.get("clock"))
        except InputError as error:
            raise pulumi.RunError(_said(error)) from None

    def _declare(
        self,
        plan: AgentPlan,
        name: str,
        opts: pulumi.ResourceOptions | None,
        pinned_clock: str | None,
        records: Written | None = None,
        beside: Beside | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        # Every platform is written before the first is registered: an identity is declared whole or not at all.
        records = written(plan, name) if records is None else records
        rooms: dict[Platform, Any] = {platform: room(platform, "identity") for platform in records}
        props = component_props(plan, pinned_clock)
        super().__init__(AGENT_IDENTITY, name, props, opts)
        # The parts carry the digest alone: what was declared stands once.
        given = {wire: value for wire, value in props.items() if wire != "spec"}
        outputs: dict[Platform, Outputs] = {}
        for platform, module in rooms.items():
            part = Part(records[platform], given, beside or {})
            child = module.declare(plan, name, pulumi.ResourceOptions(parent=self), pinned_clock, part)
            outputs[platform] = child.outputs
        nothing: pulumi.Output[dict[str, Any]] = pulumi.Output.from_input({})
        self.agent_id = pulumi.Output.from_input(plan.agent.agent_id)
        self.state = pulumi.Output.from_input(plan.state)
        self.lock_date = pulumi.Output.from_input(timestamp(plan.lock_date) if plan.lock_date else None)
        self.spec_digest = pulumi.Output.from_input(plan.declared.digest)
        self.aws = outputs["aws"].whole if "aws" in outputs else nothing
        self.entra = outputs["entra"].whole if "entra" in outputs else nothing
        self.gcp = outputs["gcp"].whole if "gcp" in outputs else nothing
        self.kubernetes = outputs["kubernetes"].whole if "kubernetes" in outputs else nothing
        self.register_outputs({**props, **{platform: one.each for platform, one in outputs.items()}})


def _said(error: InputError) -> str:
    count = len(error.problems)
    return f"{count} problem{'s' if count != 1 else ''} in the files:\n" + "\n".join(map(str, error.problems))


@dataclass(frozen=True)
class DeclaredFleet:
    """Every agent of one environment, declared: the components by name."""

    agents: dict[str, AgentIdentity]

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """Small typed outputs for `pulumi.export`, by agent: state, lock date and the platforms' identifiers."""
        return {
            name: {
                "state": one.state,
                "lockDate": one.lock_date,
                "aws": one.aws,
                "entra": one.entra,
                "gcp": one.gcp,
                "kubernetes": one.kubernetes,
            }
            for name, one in self.agents.items()
        }


def declare_fleet(
    agents: str,
    environment: str,
    *,
    catalog: Sequence[str] = (),
    clock: str | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> DeclaredFleet:
    """Declares every agent file under the folder `agents` in one environment.

    `environment` is the environment file's path, `catalog` paths of catalog files that add to the shipped catalog,
    `clock` a pinned time for sandbox stacks, `opts` options of every component. Raises `pulumi.RunError` that lists the
    problems of all files at once; nothing is declared then.
    """
    try:
        fleet = load_fleet(Path(agents), Path(environment), [Path(name) for name in catalog])
        moment = read_clock(clock)
        plans, problems = make_all(fleet.agents.values(), fleet.catalog, moment, graph(fleet.agents))
        # Writing every document before the first resource is registered: a fleet is declared whole or not at all.
        records: dict[str, Written] = {}
        for plan in plans:
            try:
                records[plan.name] = written(plan)
            except InputError as error:
                problems = (*problems, *error.problems)
        if fleet.environment is None or fleet.problems or problems:
            raise InputError((*fleet.problems, *problems))  # noqa: TRY301  # said below like any other problem
    except (InputError, ValueError) as error:
        raise pulumi.RunError(_said(error) if isinstance(error, InputError) else str(error)) from None
    platforms: list[Platform] = sorted({platform for plan in plans for platform in plan.platforms})
    for platform in platforms:
        sdk(SDK_PACKAGE[platform][1], f"an agent on {platform}")
    refuse_pinned_clock(clock, platforms)
    if "kubernetes" in fleet.environment.environment.platforms:
        from nhi.platforms.kubernetes.identity import declare_admission

        declare_admission(fleet.environment, ADMISSION_NAME, opts)
    beside: Beside = {}
    if class_records(fleet.environment):
        from nhi.platforms.entra.identity import declare_classes

        beside = declare_classes(fleet.environment, CLASSES_NAME, opts).made
    # An agent names the principals of those that it hands work to, whichever of them is registered first.
    called = [plan.name for plan in plans if plan.takes_from and "entra" in plan.platforms]
    beside = {**beside, **{principal_record(name): Later() for name in called}}
    made: dict[str, AgentIdentity] = {}
    for plan in plans:
        identity = AgentIdentity.__new__(AgentIdentity)
        identity._declare(plan, plan.name, opts, clock, records[plan.name], beside)
        made[plan.name] = identity
    return DeclaredFleet(made)
