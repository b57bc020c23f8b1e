"""The AWS identity of one agent as a Pulumi component.

Owns registering the records of `documents` and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from typing import Any

import pulumi

from nhi.contract import PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, asked_plan
from nhi.platforms.aws import documents, names
from nhi.platforms.register import Part, after, component_props, refuse_blinding, register

TYPE = PLATFORM_IDENTITY["aws"]


class AwsAgentIdentity(pulumi.ComponentResource):
    """An agent's identity on AWS: role, trust, grants, guard, and what its workload and credential need.

    Every output resolves only after all locks stand, so nobody can use the role before its guard and its exclusive
    attachments are in place. Raises `InputError` for a file that cannot be used, and ValueError for options that would
    blind the gate.
    """

    role_arn: pulumi.Output[str]
    """ARN of the agent's role."""
    role_name: pulumi.Output[str]
    """Name of the agent's role."""
    workload_identity_name: pulumi.Output[str | None]
    """Name of the AgentCore workload identity, for an agentcore workload."""
    secret_name: pulumi.Output[str | None]
    """Name of the agent's secret, where its credential has to be stored and the agent is active."""
    profile_arn: pulumi.Output[str | None]
    """ARN of the IAM Roles Anywhere profile, for a spiffe workload of an active agent."""

    def __init__(self, name: str, args: AgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            # Rehydrated from a reference: the resource exists, and nothing is declared again.
            super().__init__(TYPE, name, {}, opts)
            return
        self._declare(asked_plan(args, ["aws"]), name, opts, args.get("clock"))

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
        super().__init__(TYPE, name, props, opts)
        made = register(records, self, beside=part.beside)
        types: dict[str, Any] = {record.type: made.resources[record.name] for record in records}
        workload_identity = documents.WORKLOAD_IDENTITY in types
        values = {
            "roleArn": names.role_arn(plan),
            "roleName": names.role_name(plan),
            "workloadIdentityName": names.workload_identity_name(plan) if workload_identity else None,
            "secretName": names.secret_name(plan) if documents.SECRET in types else None,
            "profileArn": types[documents.PROFILE].arn if documents.PROFILE in types else None,
        }
        self.outputs = after(made, values)
        each = self.outputs.each
        self.role_arn, self.role_name = each["roleArn"], each["roleName"]
        self.workload_identity_name = each["workloadIdentityName"]
        self.secret_name, self.profile_arn = each["secretName"], each["profileArn"]
        self.register_outputs({**props, **{wire: each[wire] for wire, value in values.items() if value is not None}})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    part: Part | None = None,
) -> AwsAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once.

    `part` is given where the identity is a part of an `AgentIdentity`.
    """
    identity = AwsAgentIdentity.__new__(AwsAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, part)
    return identity
