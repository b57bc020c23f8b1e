"""NHI-PRM-306: what an agent's file denies, a deny policy denies."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.gcp.denies import denied, denied_principal, must_deny, takes
from nhi_policies.view.gcp.holdings import identities
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-306",
    slug="deny-policy-present",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.18", "AIRS-IAM-04"),
    row="3.2",
)
def deny_policy_present(stack: Stack, context: Context) -> Iterator[Finding]:
    """Each agent on Google Cloud has a deny policy on the project that carries every denied permission it can carry.

    Why: a deny holds against any member that somebody adds later, anywhere in the project.
    Bad: an agent without its deny policy; one that lacks a denied permission; an exception for the agent; a condition.
    Fix: let the component render the agent, and never take the deny policy off.
    """
    found = identities(stack, context)
    if not found:
        raise NotApplicable("no agent has an identity on Google Cloud in this stack")
    for owner, resource in found.items():
        declared = context.agents[owner[0]]
        wanted, who = must_deny(declared, context), denied_principal(declared, owner[1])
        if not wanted or who is None:
            continue
        taken, unread = denied(stack, context, who)
        missing = {permission: reason for permission, reason in wanted.items() if not takes(taken, permission)}
        if missing and unread is not None:
            yield unproven(resource, owner, context, unread)
        else:
            for permission, reason in missing.items():
                yield about(
                    resource,
                    owner,
                    context,
                    f"{reason}: {permission} is not denied to the agent.",
                    "let the component render the agent; it writes the deny policy.",
                    f"deny::{permission}",
                )
