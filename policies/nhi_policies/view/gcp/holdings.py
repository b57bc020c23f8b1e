"""What the agents of a stack hold on Google Cloud: every binding that serves one of them, and the roles of the stack.

Owns the step from a binding to the agents it serves, and from a role's name to the resource that makes it. What stands
on an agent's own account lets somebody become the agent; that is `trust`, and none of it is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents, unproven
from nhi_policies.view.gcp.agents import google, owner_of, principals, whose_account
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.policies import Binding, bindings
from nhi_policies.view.memo import kept, told
from nhi_policies.view.resource import Resource, Stack
from nhi_policies.view.types import kinds_of


@dataclass(frozen=True)
class Held:
    """One binding that serves one agent."""

    owner: Owner
    resource: Resource
    binding: Binding


@told
def served(resource: Resource, context: Context) -> tuple[Held, ...]:
    """The bindings of a resource that serve agents. Raises `Unproven` where whom it serves is not known."""
    if whose_account(resource, context) is not None:
        return ()
    known = principals(context)
    return tuple(
        Held(owner, resource, binding)
        for binding in bindings(resource)
        for owner in dict.fromkeys(known[same(one)] for one in binding.members if same(one) in known)
    )


def serves_agents(resource: Resource, context: Context) -> tuple[Held, ...]:
    """The bindings of a resource that serve agents.

    Raises `NotApplicable` where there are none, also where whom it serves is not known: NHI-GAT-007 says so once.
    """
    beside_agents(context)
    try:
        found = served(resource, context)
    except Unproven:
        raise NotApplicable("whom it serves is not known, which is NHI-GAT-007's finding") from None
    if not found:
        raise NotApplicable("it serves no agent")
    return found


def holdings(stack: Stack, context: Context) -> tuple[Held, ...]:
    """Every binding of a stack that serves an agent. What cannot be read is left out; NHI-GAT-007 says so."""

    def make() -> tuple[Held, ...]:
        found: list[Held] = []
        for resource in of_kind(stack, "gcp-grant"):
            try:
                found.extend(served(resource, context))
            except Unproven:
                continue
        return tuple(found)

    return kept(stack, "google holdings", make)


def of_kind(stack: Stack, kind: str) -> Iterator[Resource]:
    """The resources of a stack whose types are of a kind."""
    for token, resources in stack.by_type.items():
        if kind in kinds_of(token):
            yield from resources


def custom_roles(stack: Stack, context: Context) -> Mapping[str, Resource]:
    """The custom roles of a stack by the name under which a binding has them. One without a known name is left out."""

    def make() -> dict[str, Resource]:
        gcp = google(context)
        found: dict[str, Resource] = {}
        for role in of_kind(stack, "gcp-role"):
            role_id = role.peek("roleId")
            home = role.peek("project") or (gcp.project_id if gcp else None)
            level = "projects"
            if role.type == t.GCP_ORGANIZATION_ROLE:
                level, home = "organizations", role.peek("orgId")
            if isinstance(role_id, str) and isinstance(home, str):
                found[f"{level}/{home.rsplit('/', 1)[-1]}/roles/{role_id}"] = role
        return found

    return kept(stack, "google roles of the stack", make)


def permissions(role: Resource) -> tuple[str, ...]:
    """The permissions of a custom role, deprecated stages and all. Raises `Unproven`."""
    return role.texts("permissions")


def identities(stack: Stack, context: Context) -> Mapping[Owner, Resource]:
    """The declared agents that have an identity on Google Cloud in this stack, each with what shows it best.

    An account does, else a role, a grant or an entrance; a deny or a boundary alone takes nothing and gives nothing.
    """

    def make() -> dict[Owner, Resource]:
        found: dict[Owner, Resource] = {}
        for kind in ("principal", "gcp-role", "gcp-grant"):
            for resource in of_kind(stack, kind):
                if resource.package != "gcp":
                    continue
                try:
                    owner = owner_of(resource, context)
                except Unproven:
                    continue
                if owner is not None and owner[0] in context.agents:
                    found.setdefault(owner, resource)
        for held in holdings(stack, context):
            found.setdefault(held.owner, held.resource)
        return found

    return kept(stack, "google identities", make)


def each_held(stack: Stack, context: Context, check: Callable[[Held], Iterator[Finding]]) -> Iterator[Finding]:
    """What `check` finds about each binding of a declared agent; one that cannot be read is unproven by itself."""
    for held in holdings(stack, context):
        if held.owner[0] not in context.agents:
            continue
        try:
            yield from check(held)
        except Unproven as signal:
            yield unproven(held.resource, held.owner, context, signal)
