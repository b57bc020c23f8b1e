"""NHI-DEL-300: nobody invokes an agent on Google Cloud but the agents that hand work to it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.gcp.agents import principals
from nhi_policies.view.gcp.endpoints import Invoked, endpoints, invoked_by
from nhi_policies.view.gcp.holdings import custom_roles, of_kind, permissions
from nhi_policies.view.gcp.members import is_public, same
from nhi_policies.view.gcp.policies import Binding, bindings
from nhi_policies.view.handovers import missing, standing
from nhi_policies.view.resource import Resource, Stack

_FIX = "take the member away, or declare the edge: the callee in `allowed_targets` and the caller in `accepts_from`."


@rule(
    id="NHI-DEL-300",
    slug="invoker-is-a-declared-caller",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "ISO27001-A.5.15", "AICM-AIS-11", "AIRS-DEL-04"),
    row="3.4",
)
def invoker_is_a_declared_caller(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every member on the endpoint of an agent (a Cloud Run service, an Agent Engine) is a caller that both files name.

    Why: whoever may invoke an agent has it work for him, with all that the agent may do.
    Bad: `roles/run.invoker` on an agent's service for a group, or for the account of another system; a member for an
        agent whose id is missing in the callee's `accepts_from`, or that is stopped.
    Fix: let the component write the members, and declare the edge in both files.
    """
    if not endpoints(context):
        raise NotApplicable("no agent has an endpoint on Google Cloud")
    for resource in of_kind(stack, "gcp-grant"):
        owner = (resource.agent, resource.instance) if resource.agent else None
        try:
            invoked = invoked_by(resource, context)
            if invoked is None:
                continue
            if owner is None and invoked.agent not in context.declared_in(stack):
                continue  # it is said where the agent is
            for binding in bindings(resource):
                yield from _members(resource, binding, invoked, stack, context)
        except Unproven as unknown:
            yield unproven(resource, owner, context, unknown)


def _members(
    resource: Resource, binding: Binding, invoked: Invoked, stack: Stack, context: Context
) -> Iterator[Finding]:
    role = custom_roles(stack, context).get(binding.role)
    if role is not None and invoked.endpoint.permission not in permissions(role):
        return  # whether that is declared is another rule's
    for member in binding.members:
        owner = principals(context).get(same(member))
        if is_public(member):
            continue  # NHI-TRU-303 says so, of any resource
        if owner is None:
            text = f"it lets {member} invoke {invoked.agent}, and that is no agent that hands work to it."
            yield about(resource, (invoked.agent, None), context, text, _FIX, f"member::{member}")
            continue
        if standing(context, owner[0], invoked.agent) is None:
            text = f"it lets {owner[0]} invoke {invoked.agent}, and {missing(context, owner[0], invoked.agent)}."
            origin = context.origin(owner[0], "delegation")
            yield about(resource, owner, context, text, _FIX, f"member::{owner[0]}", origin)
