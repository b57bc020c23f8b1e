"""The Google Cloud identity of one agent as a Pulumi component.

Owns registering the records of `documents` and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from typing import Any

import pulumi

from nhi.contract import PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, asked_plan
from nhi.platforms.gcp import documents, names
from nhi.platforms.register import Beside, after, component_props, refuse_blinding, register

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
        beside: Beside | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        records = documents.records(plan, name)
        props = component_props(plan, pinned_clock)
        super().__init__(TYPE, name, props, opts)
        made = register(records, self, beside=beside).values()
        self.principal = self.service_account_email = pulumi.Output.from_input(None)
        outputs: dict[str, Any] = {}
        if records or names.has_account(plan):
            outputs["principal"] = self.principal = after(made, names.member(plan))
        if names.has_account(plan):
            outputs["serviceAccountEmail"] = self.service_account_email = after(made, names.email(plan))
        self.register_outputs({**props, **outputs})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    beside: Beside | None = None,
) -> GcpAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once."""
    identity = GcpAgentIdentity.__new__(GcpAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, beside)
    return identity
