"""The Entra ID identity of one agent as a Pulumi component.

Owns registering the records of `documents` and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from typing import Any

import pulumi

from nhi.contract import PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, asked_plan
from nhi.platforms.entra import documents
from nhi.platforms.register import after, component_props, refuse_blinding, register

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
        self, plan: AgentPlan, name: str, opts: pulumi.ResourceOptions | None, pinned_clock: str | None
    ) -> None:
        refuse_blinding(name, opts)
        records = documents.records(plan, name)
        props = component_props(plan, pinned_clock)
        super().__init__(TYPE, name, props, opts)
        made = register(records, self)
        types: dict[str, Any] = {record.type: made[record.name] for record in records}
        self.client_id = after(made.values(), types[documents.APPLICATION].client_id)
        self.service_principal_id = after(made.values(), types[documents.SERVICE_PRINCIPAL].object_id)
        self.register_outputs({**props, "clientId": self.client_id, "servicePrincipalId": self.service_principal_id})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
) -> EntraAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once."""
    identity = EntraAgentIdentity.__new__(EntraAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock)
    return identity
