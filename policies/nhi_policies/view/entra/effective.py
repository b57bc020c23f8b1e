"""What an agent really holds in the directory, as a permission set: the narrow side of every proof.

Owns writing assignments and delegated grants in the terms of the permission model: an app role is held by the agent
itself, a scope together with the users for whom it was granted. An id that the environment's table lacks is unproven:
nobody knows what it gives. Does not own reading ids back (`grants`), nor what the files allow.

Nothing in the directory has a clock. An assignment is held to be taken away on the end date that the agent's
application carries (parity says `detected`); a grant that ends sooner is told apart only at its own end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from nhi.catalog.permission_set import WITH_A_USER, before
from nhi.permissions.model import Condition, Grant, PermissionSet, Policy, Statement
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import Permission, permissions, users
from nhi_policies.view.entra.owners import HOLDER_KEYS, referred
from nhi_policies.view.facts import fact, moment
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, Stack


def allow_of(permission: Permission, user: str | None = None, end: datetime | None = None) -> Statement:
    """What one permission allows, without label: a scope with `user`, or with any user where none is named.

    Raises `Unproven` for a permission that the environment's table lacks.
    """
    if not permission.known or permission.api is None:
        raise Unproven("permission", f"is {permission}, which the environment does not name")
    asked: tuple[Condition, ...] = ()
    if permission.kind == "scope":
        asked = (with_users(user),) if user is not None else (WITH_A_USER,)
    ended = (before("entra", end),) if end else ()
    return Statement("allow", actions=(permission.action,), resources=(permission.api,), conditions=(*asked, *ended))


def with_users(*ids: str) -> Condition:
    """The condition that a request is made together with one of these users."""
    return Condition("StringEquals", "user", tuple(sorted(one.lower() for one in ids)))


def for_named_users(grant: Grant, declared: DeclaredAgent) -> tuple[Grant, ...]:
    """A declared grant with its scopes held to the users whom the environment names for the agent.

    Without any such user there is nobody to act for, so only its app roles are left.
    """
    scopes = tuple(action for action in grant.actions if action.startswith("scope:"))
    if not scopes or grant.effect == "deny":
        return (grant,)
    tenant = declared.environment.environment.entra
    named = tenant.on_behalf_of.get(declared.agent.agent_id, ()) if tenant else ()
    roles = replace(grant, actions=tuple(action for action in grant.actions if action not in scopes))
    found = (replace(grant, actions=scopes, conditions=(*grant.conditions, with_users(*named))),) if named else ()
    return (roles, *found) if roles.actions else found


def granted_set(stack: Stack, context: Context, agent_id: str, instance: str | None = None) -> Granted:
    """What this stack grants to an agent's principal, or to that of one instance of it."""
    return kept(stack, ("entra granted", agent_id, instance), lambda: _granted(stack, context, (agent_id, instance)))


def _granted(stack: Stack, context: Context, owner: Owner) -> Granted:
    statements: list[Statement] = []
    sources: dict[str, Resource] = {}
    unproven: list[tuple[Resource, Unproven]] = []
    end = _end(stack, owner)
    for resource in grants_by_owner(stack).get(owner, ()):
        try:
            user = users(resource) if resource.type == t.ENTRA_DELEGATED_GRANT else None
            found = tuple(permissions(resource, context))
        except Unproven as unknown:
            unproven.append((resource, unknown))
            continue
        for permission in found:
            label = f"{permission.action} of {resource.name}"
            try:
                statements.append(replace(allow_of(permission, user, end), label=label))
                sources[label] = resource
            except Unproven as unknown:
                unproven.append((resource, unknown))
    return Granted(PermissionSet("entra", (Policy(tuple(statements)),)), sources, tuple(unproven))


def _end(stack: Stack, owner: Owner) -> datetime | None:
    """The end date that the agent's application carries; None where it carries none that can be read."""
    for one in stack.of(t.ENTRA_APPLICATION):
        if (one.agent, one.instance) == owner:
            try:
                written = fact(one, "expires")
            except Unproven:
                return None  # NHI-EXP-200 says so
            return moment(written) if written is not None else None
    return None


def _instance(resource: Resource, stack: Stack) -> str | None:
    """The instance that a grant is for: its own word, else that of the principal that it names."""
    if resource.instance is not None:
        return resource.instance
    try:
        named = referred(resource, HOLDER_KEYS[resource.type], stack)
    except Unproven:
        return None  # NHI-GAT-007 says so
    instances = {one.instance for one in named if one.agent == resource.agent}
    return instances.pop() if len(instances) == 1 else None


def grants_by_owner(stack: Stack) -> Mapping[Owner, tuple[Resource, ...]]:
    """The assignments and delegated grants of each agent, by agent and instance."""

    def make() -> dict[Owner, tuple[Resource, ...]]:
        found: dict[Owner, list[Resource]] = {}
        for resource in stack.of(*sorted(t.KINDS["entra-grant"])):
            if resource.agent is not None:
                found.setdefault((resource.agent, _instance(resource, stack)), []).append(resource)
        return {owner: tuple(held) for owner, held in found.items()}

    return kept(stack, "entra grants by owner", make)
