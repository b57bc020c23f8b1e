"""What an agent really holds on Google Cloud, as a permission set: the narrow side of every proof.

Owns writing a binding in the terms of the permission model: the permissions of its custom role, the objects that its
allow policy and its condition leave, and the rest of the condition; what deny policies take again, and the boundary
that holds the account inside its project. What is not known is said, never dropped: a role that this stack does not
make, a role that Google keeps (the gate has no list of what they hold; no agent may have one), an object that no
declaration could name. Does not own who is served by a binding (`holdings`), nor what the files allow
(`view.declared_grants`).

Of a condition the clock, the object's name, type and service are understood; every other part is an operator that the
algebra does not decide, so what fails only there is undecided.

Evaluation: https://docs.cloud.google.com/iam/docs/policy-types#evaluation, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from nhi.catalog.permission_set import CLOCK_KEYS
from nhi.permissions.cel import Demand, Term
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.agents import email, google
from nhi_policies.view.gcp.boundaries import boundary
from nhi_policies.view.gcp.denies import denied_principal, taken_from
from nhi_policies.view.gcp.grants import Reach, hosts, narrowed, patterns, place
from nhi_policies.view.gcp.holdings import Held, custom_roles, holdings, permissions
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, Stack

_MOMENTS: Final = {
    "<": "DateLessThan",
    "<=": "DateLessThanEquals",
    ">": "DateGreaterThan",
    ">=": "DateGreaterThanEquals",
    "==": "DateEquals",
}
_TEXTS: Final = {"==": "StringEquals", "startsWith": "StringLike"}
_ATTRIBUTES: Final = frozenset({"resource.type", "resource.service"})


def allows_of(held: Held, stack: Stack, context: Context) -> tuple[Statement, ...]:
    """What one binding allows, without labels, so that equal bindings of two agents are equal. Worked out once.

    Raises `Unproven` where its role or its object is not known.
    """
    key = ("google allows", held.resource.urn, held.binding.path)
    return kept(stack, key, lambda: _allows(held, stack, context))


def _allows(held: Held, stack: Stack, context: Context) -> tuple[Statement, ...]:
    binding = held.binding
    role = custom_roles(stack, context).get(binding.role)
    if role is None:
        why = "is a role of Google, and" if binding.role.startswith("roles/") else "is not made in this stack, so"
        raise Unproven(f"{binding.path}role", f"{binding.role} {why} what it holds is not known")
    granted = permissions(role)
    on = place(held.resource, context)
    found: dict[Statement, None] = {}
    demands, written = _demands(held)
    for demand in demands:
        left = narrowed(on, demand.terms, context)
        if left is not None:
            conditions = _conditions(demand, written)
            found.update(dict.fromkeys(_statements(held.resource, granted, left, conditions, context)))
    return tuple(found)


def _demands(held: Held) -> tuple[tuple[Demand, ...], str]:
    """The alternatives of a binding's condition, and its text; one that is not understood where it is not known.

    A condition only narrows, so what holds under every condition holds under that one.
    """
    try:
        return held.binding.alternatives, held.binding.expression or ""
    except Unproven as unknown:
        return (Demand((), False),), f"{unknown.path} {unknown.why}"


def _statements(
    resource: Resource, granted: tuple[str, ...], left: Reach, conditions: tuple[Condition, ...], context: Context
) -> Iterator[Statement]:
    """One statement for the permissions that reach the same objects."""
    reached: dict[tuple[str, ...], list[str]] = {}
    for permission in dict.fromkeys(granted):
        reached.setdefault(patterns(hosts(resource, permission), permission, left, context), []).append(permission)
    for objects, actions in reached.items():
        if objects:
            yield Statement("allow", actions=tuple(actions), resources=objects, conditions=conditions)


def where(allow: Statement) -> str:
    """What an allow reaches, as people write it: without the host."""
    first = allow.resources[0]
    return "the whole project" if first.startswith("projects/") else first.split("/", 3)[-1]


@lru_cache(maxsize=4096)
def _conditions(demand: Demand, expression: str) -> tuple[Condition, ...]:
    found = [_condition(term) for term in demand.terms if not _is_name(term)]
    if not demand.whole:
        found.append(_undecided(expression))
    return tuple(dict.fromkeys(found))


def _is_name(term: Term) -> bool:
    """Whether a term says which object: `narrowed` reads it."""
    return term.name == "resource.name" and term.operator in _TEXTS


def _condition(term: Term) -> Condition:
    if term.name == "request.time" and term.moment and _is_moment(term.value):
        return Condition(_MOMENTS[term.operator], CLOCK_KEYS["gcp"], (term.value,))
    if term.name in _ATTRIBUTES and term.operator in _TEXTS and "*" not in term.value and not term.moment:
        star = "*" if term.operator == "startsWith" else ""
        return Condition(_TEXTS[term.operator], term.name, (f"{term.value}{star}",))
    return _undecided(f"{term.name} {term.operator} {term.value}")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _undecided(text: str) -> Condition:
    """A part of a condition with an operator that the algebra does not know; equal parts have equal answers."""
    return Condition("CEL", "condition", (text,))


def denies_of(owner: Owner, allows: tuple[Statement, ...], stack: Stack, context: Context) -> tuple[Statement, ...]:
    """What the stack's deny policies surely take again of these allows: in the whole project, whatever the object."""
    declared = context.agents.get(owner[0])
    who = denied_principal(declared, owner[1]) if declared else None
    if who is None:
        return ()
    held = {action for statement in allows for action in statement.actions}
    taken = taken_from(stack, context, who, held)
    return (Statement("deny", actions=tuple(sorted(taken)), resources=("*",), label="deny policies"),) if taken else ()


def granted_set(stack: Stack, context: Context, agent_id: str, instance: str | None = None) -> Granted:
    """What this stack grants to an agent, or to one instance of it: bindings, less denies, within its boundary."""
    return kept(stack, ("google granted", agent_id, instance), lambda: _granted(stack, context, agent_id, instance))


def _granted(stack: Stack, context: Context, agent_id: str, instance: str | None) -> Granted:
    statements: list[Statement] = []
    sources: dict[str, Resource] = {}
    unproven: list[tuple[Resource, Unproven]] = []
    for held in holdings_by_owner(stack, context).get((agent_id, instance), ()):
        try:
            allows = allows_of(held, stack, context)
        except Unproven as unknown:
            unproven.append((held.resource, unknown))
            continue
        for number, statement in enumerate(allows, 1):
            label = f"{held.binding.path}{held.resource.name} ({number})"
            while label in sources:
                label = f"{label}, again"
            sources[label] = held.resource
            statements.append(replace(statement, label=label))
    denies = denies_of((agent_id, instance), tuple(statements), stack, context)
    policies = [Policy((*statements, *denies))]
    if statements:
        policies += _boundary(stack, context, (agent_id, instance), statements)
    return Granted(PermissionSet("gcp", tuple(policies)), sources, tuple(unproven))


def _boundary(stack: Stack, context: Context, owner: Owner, statements: list[Statement]) -> list[Policy]:
    """The boundary as a policy of the conjunction; one that cannot be read limits nothing, and NHI-PRM-307 says so."""
    declared, gcp = context.agents.get(owner[0]), google(context)
    address = email(declared, owner[1]) if declared else None
    if address is None or gcp is None:
        return []
    try:
        bound = boundary(stack, context, address)
    except Unproven:
        return []
    if bound is None:
        return []
    held = sorted({action for statement in statements for action in statement.actions})
    project = patterns("", "", Reach("all"), context)
    return [Policy((Statement("allow", actions=tuple(held), resources=project, label=bound[0].name),))]


def holdings_by_owner(stack: Stack, context: Context) -> Mapping[Owner, tuple[Held, ...]]:
    """What each agent holds, by agent and instance."""

    def make() -> dict[Owner, tuple[Held, ...]]:
        found: dict[Owner, list[Held]] = {}
        for held in holdings(stack, context):
            found.setdefault(held.owner, []).append(held)
        return {owner: tuple(held) for owner, held in found.items()}

    return kept(stack, "google holdings by owner", make)
