"""NHI-STA-040: an agent that is stopped holds nothing in its cluster."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context, Owner, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.kubernetes.agents import owner_of
from nhi_policies.view.kubernetes.network import network
from nhi_policies.view.kubernetes.rbac import holdings
from nhi_policies.view.resource import Resource, Stack


@rule(
    id="NHI-STA-040",
    slug="suspended-account-holds-nothing",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(3)", "ISO27001-A.5.18", "AIRS-IR-01"),
    row="6.3",
)
def suspended_account_holds_nothing(stack: Stack, context: Context) -> Iterator[Finding]:
    """An agent that is proposed, stopped or past its end date has no role, no binding, no SPIFFE id and no egress.

    Why: RBAC has no clock and no deny, so what is not taken away goes on working.
    Bad: a suspended agent's account in a RoleBinding; its ClusterSPIFFEID still there; a network policy with egress.
    Fix: let the component render the agent again, and remove what was written by hand.
    """
    if not context.agents:
        raise NotApplicable("no file declares an agent")
    for held in holdings(stack, context):
        if held.owner is not None and _stopped(held.owner, context):
            yield _finding(held.subject, held.owner, context, "a role")
            if held.binding is not None and held.role is not None:
                yield _finding(held.binding, held.owner, context, "a binding")
    for one in stack.of(t.K8S_SPIFFE_ID):
        try:
            owner = owner_of(one, context)
        except Unproven as signal:
            yield unproven(one, None, context, signal)
            continue
        if owner is not None and _stopped(owner, context):
            yield _finding(one, owner, context, "a SPIFFE id")
    index = network(stack)
    for resource, signal in index.unread:
        yield unproven(resource, None, context, signal)
    for policy in index.every():
        for agent in policy.agents or ():
            owner = agent, policy.instance
            if policy.policy.egress and _stopped(owner, context):
                yield _finding(policy.resource, owner, context, "egress")


def _stopped(owner: Owner, context: Context) -> bool:
    declared = context.agents.get(owner[0])
    return declared is not None and rendered_state(declared.agent, owner[1], context.clock) != "active"


def _finding(resource: Resource, owner: Owner, context: Context, what: str) -> Finding:
    return about(
        resource,
        owner,
        context,
        f"agent {agent_name(*owner)} must be stopped, and it still has {what}.",
        "render the agent again, and remove what was written by hand.",
        what.replace(" ", "-"),
    )
