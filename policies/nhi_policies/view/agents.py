"""What rules of several platforms ask about an agent: its tier, its ceilings, the facts that it must carry.

Owns that, and the two findings of a stack rule about one resource. Does not own whose a resource is, which each
platform tells in its own way.
"""

from __future__ import annotations

from datetime import datetime

from nhi.clock import timestamp
from nhi.contract import AGENT_CLASS_FACT, Fact
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.profiles import BASE_PROFILE, TierCeilings, load_profile

from nhi_policies.declared import Context, Owner, lock_date, rendered_state
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.facts import fact
from nhi_policies.view.resource import Resource

HOW_TO_PROVE = "compute it in the program from plain values, not from another resource's output."


def beside_agents(context: Context) -> None:
    """Raises `NotApplicable` in a stack without agents."""
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")


def tier_of(owner: Owner, resource: Resource, context: Context) -> int:
    """The risk tier of an object's agent: the declared one, else the one on the object, else the strictest."""
    declared = context.agents.get(owner[0])
    if declared is not None:
        return declared.agent.risk_tier or 3
    written = fact(resource, "risk-tier")
    return int(written) if written in ("1", "2", "3") else 3


def ceilings_of(owner: Owner, resource: Resource, context: Context) -> TierCeilings:
    """What an object's agent may have at most."""
    declared = context.agents.get(owner[0])
    environment = declared.environment if declared else context.environment
    profile = environment.profile if environment else load_profile(BASE_PROFILE)
    return profile.ceilings(tier_of(owner, resource, context))


def expected_facts(declared: DeclaredAgent, instance: str | None, clock: datetime) -> dict[Fact, str]:
    """The facts that a resource of the agent must carry, as its file means them; undeclared ones are left out."""
    agent, end = declared.agent, lock_date(declared.agent)
    raw: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": agent.agent_id,
        "instance": instance,
        "sponsor": agent.sponsor.id if agent.sponsor else None,
        "owner-team": agent.owner_team,
        "risk-tier": str(agent.risk_tier) if agent.risk_tier else None,
        "purpose": agent.purpose,
        "state": rendered_state(agent, instance, clock),
        "expires": timestamp(end) if end else None,
        "agent-class": agent.agent_class,
        "environment": declared.environment.environment.environment,
    }
    return {name: value for name, value in raw.items() if value is not None}


def about(
    resource: Resource | None,
    owner: Owner | None,
    context: Context,
    text: str,
    fix: str,
    part: str,
    origin: Origin | None = None,
) -> Finding:
    """A stack rule's finding about one resource of one agent."""
    agent = owner[0] if owner else resource.agent if resource else None
    return Finding(text, fix, part, origin or context.origin(agent), agent, resource.urn if resource else None)


def unproven(resource: Resource, owner: Owner | None, context: Context, signal: Unproven) -> Finding:
    """What a stack rule says about one resource that it cannot read, so that it still judges all others."""
    return about(
        resource,
        owner,
        context,
        f"{signal.path} {signal.why}, so this is unproven.",
        HOW_TO_PROVE,
        f"unproven::{signal.path}",
    )
