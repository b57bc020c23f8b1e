"""Which agent, and which instance of it, an AWS resource belongs to, and what that agent may have at most.

Owns the step from a resource to its declaration. Does not own how a resource names its agent (`dispatch.attributed`).
"""

from __future__ import annotations

from dataclasses import dataclass

from nhi.spec.declared import DeclaredAgent
from nhi.spec.profiles import BASE_PROFILE, TierCeilings, load_profile

from nhi_policies.declared import Context
from nhi_policies.verdict import NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents, roles_of
from nhi_policies.view.facts import fact
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack


@dataclass(frozen=True)
class Holder:
    """The agent that holds something, its instance, and its declaration where a file has one."""

    agent: str
    instance: str | None
    declared: DeclaredAgent | None


def find_holder(resource: Resource, context: Context) -> Holder | None:
    """Whose resource this is; None where it belongs to no agent.

    Raises `Unproven` where, in a stack with agents, the tags that would say it are not known. A grant whose role is not
    known is said to be unproven once, by NHI-GAT-007, and not by every rule about grants.
    """
    agent = resource.agent
    if agent is None:
        if not context.has_agents:
            return None
        agent = fact(resource, "agent-id")
        if agent is None:
            return None
    return Holder(agent, _instance(resource, context), context.agents.get(agent))


def holder(resource: Resource, context: Context) -> Holder:
    """Whose resource this is. Raises `NotApplicable` where it belongs to no agent, and `Unproven` as `find_holder`."""
    found = find_holder(resource, context)
    if found is None:
        raise NotApplicable("it belongs to no agent")
    return found


def _instance(resource: Resource, context: Context) -> str | None:
    try:
        named = fact(resource, "instance")
        owners = {context.owner("aws:role", name) for name in roles_of(resource)} if named is None else set()
    except Unproven:
        return None  # the freest reading; what the agent itself may not have is found all the same
    owner = owners.pop() if len(owners) == 1 else None
    return named if owner is None else owner[1]


def ceilings(who: Holder, context: Context) -> TierCeilings:
    """What the agent's tier allows at most; the strictest tier's where no file declares the agent."""
    if who.declared is not None:
        return who.declared.environment.profile.ceilings(who.declared.agent.risk_tier)
    profile = context.environment.profile if context.environment else load_profile(BASE_PROFILE)
    return profile.ceilings(None)


def granted(resource: Resource, context: Context) -> tuple[Holder, tuple[Statement, ...]]:
    """The agent and every statement that allows it something in this resource's own identity policies.

    Raises `NotApplicable` for what belongs to no agent, `Unproven` for a document that cannot be read.
    """
    who = holder(resource, context)
    return who, tuple(statement for document in documents(resource, "identity") for statement in document.allows)


def entrances(resource: Resource, context: Context) -> tuple[Holder, tuple[Statement, ...]]:
    """The agent and every statement of its role's trust policy that lets somebody become it. Raises as `granted`."""
    who = holder(resource, context)
    return who, tuple(statement for document in documents(resource, "trust") for statement in document.allows)


def agent_roles(stack: Stack) -> dict[str, Resource]:
    """The agents' roles of a stack by name. One whose name is not known is left out; NHI-IDN-001 says so."""
    return kept(stack, "agent_roles", lambda: _agent_roles(stack))


def _agent_roles(stack: Stack) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for role in stack.of(t.AWS_ROLE):
        name = role.peek("name")
        if role.agent is not None and isinstance(name, str):
            found[name] = role
    return found
