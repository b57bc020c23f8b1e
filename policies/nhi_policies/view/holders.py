"""Which agent, and which instance of it, a resource belongs to, and what that agent may have at most.

Owns the step from a resource to its declaration. Does not own how a resource names its agent (`dispatch.attributed`).
"""

from __future__ import annotations

from dataclasses import dataclass

from nhi.spec.declared import DeclaredAgent
from nhi.spec.profiles import BASE_PROFILE, TierCeilings, load_profile

from nhi_policies.declared import Context
from nhi_policies.verdict import NotApplicable, Unproven
from nhi_policies.view.facts import fact
from nhi_policies.view.memo import told
from nhi_policies.view.resource import Resource


@dataclass(frozen=True)
class Holder:
    """The agent that holds something, its instance, and its declaration where a file has one."""

    agent: str
    instance: str | None
    declared: DeclaredAgent | None


@told
def find_holder(resource: Resource, context: Context) -> Holder | None:
    """Whose resource this is; None where it belongs to no agent.

    Raises `Unproven` where, in a stack with agents, the tags that would say it are not known. A grant whose principal
    is not known is said to be unproven once, by NHI-GAT-007, and not by every rule about grants.
    """
    agent = resource.agent
    if agent is None:
        if not context.has_agents:
            return None
        agent = fact(resource, "agent-id")
        if agent is None:
            return None
    return Holder(agent, _instance(resource), context.agents.get(agent))


def holder(resource: Resource, context: Context) -> Holder:
    """Whose resource this is. Raises `NotApplicable` where it belongs to no agent, and `Unproven` as `find_holder`."""
    found = find_holder(resource, context)
    if found is None:
        raise NotApplicable("it belongs to no agent")
    return found


def _instance(resource: Resource) -> str | None:
    if resource.instance is not None:
        return resource.instance
    try:
        return fact(resource, "instance")
    except Unproven:
        return None  # the freest reading; what the agent itself may not have is found all the same


def ceilings(who: Holder, context: Context) -> TierCeilings:
    """What the agent's tier allows at most; the strictest tier's where no file declares the agent."""
    if who.declared is not None:
        return who.declared.environment.profile.ceilings(who.declared.agent.risk_tier)
    profile = context.environment.profile if context.environment else load_profile(BASE_PROFILE)
    return profile.ceilings(None)
