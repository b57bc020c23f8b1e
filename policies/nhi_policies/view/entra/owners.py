"""Whose a directory object is where only another object tells.

An application and its service principal say in tags and notes whose they are. A password, a federated credential or an
assignment names the one that it is for by an id, and the directory gives ids: a first preview knows none. So an id is
followed to the object that has it: by the id itself where an engine tells what the stack's objects are called, else by
what the property depends on. Only all resources of a stack together can tell, so a hand-written credential is judged
at the end of a preview, and not before it is made in `up`; `dispatch` runs the resource rules on it then.

Limit. A dependency says what a value was made from, not what it is. A program that makes one agent's id out of another
object's shows the other one at its first preview; from the first deployment on ids are known, and are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nhi.contract import UNKNOWN

from nhi_policies.declared import Owner
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

HOLDER_KEYS: Mapping[str, str] = {
    t.ENTRA_SERVICE_PRINCIPAL: "clientId",
    t.ENTRA_FEDERATED_CREDENTIAL: "applicationId",
    t.ENTRA_FLEXIBLE_CREDENTIAL: "applicationId",
    t.ENTRA_APPLICATION_PASSWORD: "applicationId",
    t.ENTRA_APPLICATION_CERTIFICATE: "applicationId",
    t.ENTRA_PRINCIPAL_PASSWORD: "servicePrincipalId",
    t.ENTRA_PRINCIPAL_CERTIFICATE: "servicePrincipalId",
    t.ENTRA_SIGNING_CERTIFICATE: "servicePrincipalId",
    t.ENTRA_SYNCHRONIZATION_SECRET: "servicePrincipalId",
    t.ENTRA_APP_ROLE_ASSIGNMENT: "principalObjectId",
    t.ENTRA_DELEGATED_GRANT: "servicePrincipalObjectId",
    t.ENTRA_API_ACCESS: "applicationId",
    t.ENTRA_PRE_AUTHORIZED: "authorizedClientId",
    t.ENTRA_KNOWN_CLIENTS: "applicationId",
    t.ENTRA_OWNER: "applicationId",
    t.ENTRA_FALLBACK_CLIENT: "applicationId",
    t.ENTRA_REDIRECT_URIS: "applicationId",
    t.ENTRA_ROLE_ASSIGNMENT: "principalObjectId",
    t.ENTRA_ROLE_ELIGIBILITY: "principalId",
    t.ENTRA_ROLE_MEMBER: "memberObjectId",
    t.ENTRA_UNIT_ROLE_MEMBER: "memberObjectId",
    t.ENTRA_CATALOG_ROLE: "principalObjectId",
    t.ENTRA_GROUP_MEMBER: "memberObjectId",
    t.ENTRA_GROUP_ASSIGNMENT: "principalId",
    t.ENTRA_GROUP_ELIGIBILITY: "principalId",
}
"""By type: the input that names whom it is for."""

_NAMED = t.KINDS["entra-application"] | t.KINDS["entra-group"] | {t.ENTRA_SERVICE_PRINCIPAL}


def with_owners(stack: Stack) -> Stack:
    """The stack with the agent, and its instance, filled in on what belongs to one by a reference alone."""
    found: list[Resource] = []
    changed = False
    for resource in stack:
        owner = None
        if resource.agent is None and resource.type in HOLDER_KEYS:
            owner = _owner(resource, stack)
        changed = changed or owner is not None
        found.append(resource if owner is None else replace(resource, agent=owner[0], instance=owner[1]))
    return replace(stack, resources=tuple(found)) if changed else stack


def _owner(resource: Resource, stack: Stack, on_the_way: frozenset[str] = frozenset()) -> Owner | None:
    """The agent that an object belongs to: what it says itself, else whom its reference leads to."""
    if resource.agent is not None:
        return resource.agent, resource.instance
    key = HOLDER_KEYS.get(resource.type)
    try:
        named = referred(resource, key, stack) if key is not None else ()
    except Unproven:
        return None  # NHI-GAT-007 says so
    owners = {_owner(one, stack, on_the_way | {resource.urn}) for one in named if one.urn not in on_the_way} - {None}
    # One agent beside objects of nobody: it may be the agent's, so it is judged as the agent's.
    return owners.pop() if len(owners) == 1 else None


def referred(resource: Resource, key: str, stack: Stack) -> tuple[Resource, ...]:
    """The applications, principals and groups of the stack that the input `key` can name; empty for one outside of it.

    An unknown value can name each object that it depends on. Raises `Unproven` for one that depends on none of them.
    """
    value = resource.peek(key)
    if isinstance(value, str):
        known = _by_id(stack).get(_plain_id(value))
        if known is not None:
            return (known,)
    by_urn = stack.by_urn
    depends = (by_urn.get(urn) for urn in resource.property_dependencies.get(key, ()))
    found = tuple(one for one in depends if one is not None and one.type in _NAMED)
    if value is UNKNOWN and not found:
        raise Unproven(key, "is not known, and depends on no object of this stack that could have it")
    return found


def members(group: Resource, stack: Stack) -> Iterator[tuple[str, tuple[Resource, ...]]]:
    """Each member that a group lists, with the stack's objects that it can be. Raises `Unproven` as `referred`."""
    listed = group.peek("members")
    values: list[Any] = listed if isinstance(listed, list) else [] if listed is None else [UNKNOWN]
    for value in values:
        one = replace(group, inputs={"members": value})
        yield (value if isinstance(value, str) else "members"), referred(one, "members", stack)


def same_owner(named: tuple[Resource, ...], stack: Stack) -> bool:
    """Whether all of these objects belong to one agent, or none of them to any."""
    return len({_owner(one, stack) for one in named}) < 2


def _plain_id(value: str) -> str:
    return value.rstrip("/").rpartition("/")[2].lower()


def _by_id(stack: Stack) -> dict[str, Resource]:
    def make() -> dict[str, Resource]:
        return {_plain_id(one): resource for resource in stack.of(*sorted(_NAMED)) for one in resource.ids}

    return kept(stack, "entra ids", make)
