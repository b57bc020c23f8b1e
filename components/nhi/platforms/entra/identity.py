"""The Entra ID identity of one agent, and the groups of an environment's classes, as Pulumi components.

Owns registering the records of `documents` and `classes`, and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from collections.abc import Iterable
from typing import Any

import pulumi

from nhi.contract import ENTRA_CLASSES, PLATFORM_IDENTITY, Record, Ref
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, EnvironmentArgs, asked_environment, asked_plan, environment_props
from nhi.platforms.entra import documents
from nhi.platforms.entra.classes import class_records, group_of
from nhi.platforms.register import Beside, Part, after, component_props, refuse_blinding, register
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.problems import InputError, Problem

TYPE = PLATFORM_IDENTITY["entra"]


class EntraAgentIdentity(pulumi.ComponentResource):
    """An agent's identity on Entra ID: application, service principal, grants, and what lets its workload in.

    Every output resolves only after all objects stand, so nobody can use the application before assignment is required
    and its grants are complete. Both outputs are ids that the directory gives, so a preview does not know them. Raises
    `InputError` for a file that cannot be used, and ValueError for options that would blind the gate.
    """

    client_id: pulumi.Output[str]
    """Application id: what the agent calls itself when it asks for a token."""
    service_principal_id: pulumi.Output[str]
    """Object id of the agent's service principal: what assignments and audit logs name."""

    def __init__(self, name: str, args: AgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            # Rehydrated from a reference: the resource exists, and nothing is declared again.
            super().__init__(TYPE, name, {}, opts)
            return
        self._declare(asked_plan(args, ["entra"]), name, opts, args.get("clock"))

    def _declare(
        self,
        plan: AgentPlan,
        name: str,
        opts: pulumi.ResourceOptions | None,
        pinned_clock: str | None,
        part: Part | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        part = part or Part(documents.records(plan, name), component_props(plan, pinned_clock), {})
        records, props = part.records, part.props
        if any(record.type == documents.GROUP_MEMBER for record in records):
            _require_group(plan, part.beside)
        _require_callees(plan, records, part.beside)
        super().__init__(TYPE, name, props, opts)
        made = register(records, self, beside=part.beside)
        types: dict[str, Any] = {record.type: made.resources[record.name] for record in records}
        self.outputs = after(
            made,
            {
                "clientId": types[documents.APPLICATION].client_id,
                "servicePrincipalId": types[documents.SERVICE_PRINCIPAL].object_id,
            },
        )
        each = self.outputs.each
        self.client_id, self.service_principal_id = each["clientId"], each["servicePrincipalId"]
        self.register_outputs({**props, **each})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    part: Part | None = None,
) -> EntraAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once.

    `part` is given where the identity is a part of an `AgentIdentity`.
    """
    identity = EntraAgentIdentity.__new__(EntraAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, part)
    return identity


def _require_group(plan: AgentPlan, beside: Beside) -> None:
    group = group_of(plan)
    if isinstance(group, Ref) and group.record not in beside:
        name = plan.agent.agent_class
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} is of class {name}, whose security group is registered with a whole fleet and "
                    "not with one agent, so it would be in no group",
                    plan.at("agent_class"),
                    f"declare the fleet, or write the object id of the group to `entra.class_groups.{name}` in the "
                    "environment file; EntraAgentClasses makes one.",
                )
            ]
        )


def _require_callees(plan: AgentPlan, records: Iterable[Record], beside: Beside) -> None:
    problems: list[Problem] = []
    for record in records:
        principal = record.inputs.get("resourceObjectId")
        if isinstance(principal, Ref) and principal.record not in beside:
            callee = principal.record.removesuffix(f"-{documents.PRINCIPAL_SUFFIX}")
            problem = Problem(
                f"agent {plan.name} hands work to {callee}, whose service principal is registered with a whole fleet "
                "and not with one agent, so its role could not be assigned",
                plan.at("delegation", "allowed_targets"),
                f"declare the fleet, or write the object id of that principal to `entra.agent_principals.{callee}` in "
                "the environment file.",
            )
            problems.append(problem)
    if problems:
        raise InputError(problems)


class EntraAgentClasses(pulumi.ComponentResource):
    """The security group of each agent class of an environment: declare it once for each environment's tenant.

    Raises `InputError` for an environment file that cannot be used or whose classes have no group to make, and
    ValueError for options that would blind the gate.
    """

    group_ids: pulumi.Output[dict[str, str]]
    """Object id of each class's group, by class."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            super().__init__(ENTRA_CLASSES, name, {}, opts)
            return
        self._declare(asked_environment(args), name, opts)

    def _declare(self, environment: DeclaredEnvironment, name: str, opts: pulumi.ResourceOptions | None) -> None:
        refuse_blinding(name, opts)
        written = class_records(environment, name)
        if not written:
            problem = Problem(
                f"environment {environment.environment.environment} has no class that needs a security group",
                environment.positions.at("classes"),
                "name the folder of class files as `classes`, with `entra` among the platforms, or do not declare the "
                "component.",
            )
            raise InputError([problem])
        props = environment_props(environment)
        super().__init__(ENTRA_CLASSES, name, props, opts)
        made = register(written, self)
        self.made: Beside = made.resources
        groups: dict[str, Any] = {**self.made}
        ids = {logical.removeprefix(f"{name}-"): group.object_id for logical, group in groups.items()}
        self.group_ids = after(made, ids).whole
        self.register_outputs({**props, "groupIds": self.group_ids})


def declare_classes(
    environment: DeclaredEnvironment, name: str, opts: pulumi.ResourceOptions | None = None
) -> EntraAgentClasses:
    """The component for an environment that is already loaded; `made` are its groups by logical name."""
    classes = EntraAgentClasses.__new__(EntraAgentClasses)
    classes._declare(environment, name, opts)
    return classes
