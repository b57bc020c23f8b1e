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
from nhi.platforms.register import Beside, after, component_props, refuse_blinding, register

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
        beside: Beside | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        records = documents.records(plan, name)
        props = component_props(plan, pinned_clock)
        super().__init__(TYPE, name, props, opts)
        made = register(records, self, beside=beside)
        types = {record.type: made[record.name] for record in records}

        def settled(type: str, value: Any) -> pulumi.Output[Any]:
            return after(made.values(), value) if type in types else pulumi.Output.from_input(None)

        profile: Any = types.get(documents.PROFILE)
        self.role_arn = settled(documents.ROLE, names.role_arn(plan))
        self.role_name = settled(documents.ROLE, names.role_name(plan))
        self.workload_identity_name = settled(documents.WORKLOAD_IDENTITY, names.workload_identity_name(plan))
        self.secret_name = settled(documents.SECRET, names.secret_name(plan))
        self.profile_arn = settled(documents.PROFILE, profile.arn if profile is not None else None)
        outputs = {
            "roleArn": (documents.ROLE, self.role_arn),
            "roleName": (documents.ROLE, self.role_name),
            "workloadIdentityName": (documents.WORKLOAD_IDENTITY, self.workload_identity_name),
            "secretName": (documents.SECRET, self.secret_name),
            "profileArn": (documents.PROFILE, self.profile_arn),
        }
        self.register_outputs({**props, **{wire: output for wire, (type, output) in outputs.items() if type in types}})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    beside: Beside | None = None,
) -> AwsAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once."""
    identity = AwsAgentIdentity.__new__(AwsAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, beside)
    return identity
