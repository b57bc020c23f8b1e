"""NHI-PRM-205: an agent is in the group of its class, and in no other."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, beside_agents, unproven
from nhi_policies.view.classes import bound_groups, class_groups
from nhi_policies.view.entra.owners import members, referred
from nhi_policies.view.resource import Resource, Stack

_FIX = "grant what the group was to give by a word of the agent's file, and take the membership away."


@rule(
    id="NHI-PRM-205",
    slug="in-its-class-group-only",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-2(7)", "ISO27001-A.5.15", "AICM-IAM-05"),
    row="3.1",
)
def in_its_class_group_only(stack: Stack, context: Context) -> Iterator[Finding]:
    """No agent is a member of a group of the directory but of the one that stands for its declared class.

    Why: a member has whatever the group is given, now and later, in this stack or anywhere: roles, files, mailboxes.
    Bad: `GroupMember` for an agent's principal; an agent among the `members` of a group; a schedule that activates a
        membership; the group of another class.
    Fix: declare what the agent needs in its file; declare the class in `agent_class`.
    """
    beside_agents(context)
    for membership in stack.of(*sorted(t.KINDS["entra-membership"])):
        if membership.agent is None:
            continue
        try:
            own = membership.type == t.ENTRA_GROUP_MEMBER and _is_own(membership, stack, context)
        except Unproven as signal:
            yield unproven(membership, (membership.agent, membership.instance), context, signal)
            continue
        if not own:
            text = "it puts the agent into a group that does not stand for its class."
            origin = context.origin(membership.agent, "agent_class")
            yield about(membership, None, context, text, _FIX, "member", origin)
    for group in stack.of(*sorted(t.KINDS["entra-group"])):
        try:
            for _, named in members(group, stack):
                for agent in sorted({one.agent for one in named if one.agent is not None}):
                    text = f"agent {agent} is among its members."
                    yield about(group, (agent, None), context, text, _FIX, f"members::{agent}")
        except Unproven as signal:
            yield unproven(group, None, context, signal)


def _is_own(membership: Resource, stack: Stack, context: Context) -> bool:
    """Whether the group is the one of the agent's declared class. Raises `Unproven` where it is not known."""
    declared = context.agents.get(membership.agent or "")
    own = declared.agent.agent_class if declared else None
    groups = referred(membership, "groupObjectId", stack)
    made = class_groups(stack, context)
    named = {made.get(one.urn) for one in groups if one.type in t.KINDS["entra-group"]}
    if not named:
        id = membership.text("groupObjectId")
        named = {bound_groups(context).get(id.lower()) if id else None}
    return own is not None and named == {own}
