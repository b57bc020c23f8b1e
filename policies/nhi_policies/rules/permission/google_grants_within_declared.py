"""NHI-PRM-304: an agent is granted on Google Cloud what its file declares, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.model import Grant

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.gcp.grants import Reach, covers, declared_reach, reach
from nhi_policies.view.gcp.holdings import Held, custom_roles, each_held, permissions
from nhi_policies.view.gcp.own import declared_grants
from nhi_policies.view.resource import Stack

_FIX = "declare it in the agent's file, or take it away."


@rule(
    id="NHI-PRM-304",
    slug="google-grants-within-declared",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04", "AIRS-PA-1.1"),
    row="3.2",
)
def google_grants_within_declared(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every permission that an agent is granted on Google Cloud is covered, with its object, by one declared grant.

    Why: the role says what, the member says where; only both together are what a person reviewed.
    Bad: the agent's own role bound on another bucket, or on the whole project; a member that outlives the declared
        grant; a role that this stack does not make.
    Fix: declare the action, scope or tool in the agent's file, or remove the member.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    yield from each_held(stack, context, lambda held: _beyond(held, stack, context))


def _beyond(held: Held, stack: Stack, context: Context) -> Iterator[Finding]:
    binding, declared = held.binding, context.agents[held.owner[0]]
    role = custom_roles(stack, context).get(binding.role)
    if role is None:
        if not binding.role.startswith("roles/"):
            text = f"what the role {binding.role} holds is unproven: this stack does not make it."
            yield about(held.resource, held.owner, context, text, _FIX, f"unseen::{binding.role}")
        return  # a role that Google keeps is refused by name
    granted = reach(held.resource, binding, context)
    for permission in permissions(role):
        able = [
            grant
            for grant in declared_grants(declared, held.owner[1], context)
            if permission in grant.actions and any(_covered(one, granted, context) for one in grant.resources)
        ]
        if not able:
            text = f"it grants {permission} on {granted}, which no declared grant covers."
            yield about(held.resource, held.owner, context, text, _FIX, f"permission::{permission}")
        elif not any(_in_time(held, grant) for grant in able):
            text = f"it grants {permission} on {granted} for longer than the file does."
            part = f"longer::{permission}"
            yield about(held.resource, held.owner, context, text, "end it with the grant.", part, able[0].origin)


def _covered(resource: str, granted: Reach, context: Context) -> bool:
    return covers(declared_reach(resource, context), granted)


def _in_time(held: Held, grant: Grant) -> bool:
    if grant.expires is None:
        return True
    end = held.binding.end()
    return end is not None and end <= grant.expires
