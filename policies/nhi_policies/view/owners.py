"""Which agent, and which instance of it, a resource of any platform belongs to, and what an unknown id was taken from.

Owns reading the facts on a resource, its name, the component that made it, and the property dependencies behind an id
that only a cloud assigns. Does not own how a resource names its agent (`dispatch.attributed`).
"""

from __future__ import annotations

from typing import NamedTuple

from nhi.contract import UNKNOWN, agent_name

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.resource import Resource, Stack

_NAMED = {
    t.AWS_ROLE: ("aws:role", "name"),
    t.ENTRA_APPLICATION: ("entra:display-name", "displayName"),
    t.GCP_SERVICE_ACCOUNT: ("gcp:service-account", "accountId"),
    t.GCP_PROVIDER: ("gcp:provider", "workloadIdentityPoolProviderId"),
}
"""Types whose names are made of an agent's id: the kind of `contract.NAME_LIMITS`, and the property."""


class Maker(NamedTuple):
    """The agent that a resource was made for, and its instance where anybody can tell."""

    agent: str
    instance: str | None
    exact: bool

    def is_another(self, owner: str) -> bool:
        """Whether this is surely not `owner` (agent and instance as `contract.agent_name` writes them)."""
        if self.exact:
            return agent_name(self.agent, self.instance) != owner
        return owner != self.agent and not owner.startswith(f"{self.agent}--")


def owner_of(resource: Resource, context: Context) -> str | None:
    """Agent and instance of a resource, as `contract.agent_name` writes them; None where it belongs to no agent.

    The facts on it say so, else its name. Raises `Unproven` where they are not known.
    """
    kind, key = _NAMED.get(resource.type, ("", ""))
    agent = resource.agent
    instance = fact(resource, "instance") if agent is not None else None
    if kind and (agent is None or instance is None):
        name = resource.text(key)
        named = context.owner(kind, name) if name else None
        if named is not None and agent in (None, named[0]):
            return agent_name(*named)
    return None if agent is None else agent_name(agent, instance)


def maker_of(resource: Resource, stack: Stack) -> Maker | None:
    """For whom a resource without facts was made: by the component above it, else by its agent alone."""
    above = stack.by_urn.get(resource.parent_urn or "")
    agent = above.peek("agentId") if above is not None else None
    if above is not None and isinstance(agent, str):
        instance = above.peek("instance")
        if instance is not UNKNOWN:
            return Maker(agent, None if instance is None else str(instance), True)
    return None if resource.agent is None else Maker(resource.agent, None, False)


def named_by(resource: Resource, key: str, stack: Stack, *types: str) -> Resource | None:
    """The resource of these types whose id stands at `key`; None where it is not one of this stack.

    An id that a cloud assigns is followed through the property's dependencies. Raises `Unproven` where it is not known
    and no dependency, or more than one, could have given it.
    """
    value = resource.peek(key)
    sources = [stack.by_urn[urn] for urn in resource.property_dependencies.get(key, ()) if urn in stack.by_urn]
    found = [one for one in sources if one.type in types]
    if len(found) == 1:
        return found[0]
    if value is UNKNOWN or len(found) > 1:
        raise Unproven(key, "is an id that no single resource of the stack gives")
    return None
