"""The Google Cloud identity of one agent as a Pulumi component.

Owns registering the records of `documents` and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

import pulumi

from nhi.contract import PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, asked_plan
from nhi.platforms.gcp import documents, names
from nhi.platforms.register import Part, after, component_props, refuse_blinding, register

TYPE = PLATFORM_IDENTITY["gcp"]


class GcpAgentIdentity(pulumi.ComponentResource):
    """An agent's identity on Google Cloud: service account or agent identity, roles, members, denies, federation.

    Every output resolves only after all locks stand, so nobody can use the account before its denies and conditions
    are in place. Raises `InputError` for a file that cannot be used, and ValueError for options that would blind the
    gate.
    """

    principal: pulumi.Output[str | None]
    """The agent as an allow policy names it: `serviceAccount:<e-mail>`, or `principal://...` for an Agent Engine. None
    for a stopped agent whose Agent Engine cannot be named."""
    service_account_email: pulumi.Output[str | None]
    """E-mail address of the agent's service account; None on Agent Engine."""

    def __init__(self, name: str, args: AgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            # Rehydrated from a reference: the resource exists, and nothing is declared again.
            super().__init__(TYPE, name, {}, opts)
            return
        self._declare(asked_plan(args, ["gcp"]), name, opts, args.get("clock"))

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
        account = names.has_account(plan)
        values = {
            "principal": names.member(plan) if records or account else None,
            "serviceAccountEmail": names.email(plan) if account else None,
        }
        self.outputs = after(register(records, self, beside=part.beside), values)
        each = self.outputs.each
        self.principal, self.service_account_email = each["principal"], each["serviceAccountEmail"]
        self.register_outputs({**props, **{wire: each[wire] for wire, value in values.items() if value is not None}})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    part: Part | None = None,
) -> GcpAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once.

    `part` is given where the identity is a part of an `AgentIdentity`.
    """
    identity = GcpAgentIdentity.__new__(GcpAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, part)
    return identity
