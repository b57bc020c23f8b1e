"""Which roles agents hold in a stack: bindings walked to their roles, once, for every rule that asks.

Owns the join of service accounts, bindings and roles. Does not own whether a rule is right. What cannot be read counts
as held by an agent: a binding whose subjects are not known may name one.

How a rule of RBAC is read: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import unproven
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.agents import Account, declared_accounts
from nhi_policies.view.kubernetes.objects import (
    RbacRule,
    RoleRef,
    Subject,
    rbac_rules,
    role_ref,
    service_account,
    subjects,
)
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

ROLES = (t.K8S_ROLE, t.K8S_CLUSTER_ROLE)
BINDINGS = (t.K8S_ROLE_BINDING, t.K8S_CLUSTER_ROLE_BINDING)
WIDE_GROUPS = ("system:serviceaccounts", "system:authenticated", "system:unauthenticated", "system:masters")
"""Groups of which agents are members without being named; `system:serviceaccounts:<namespace>` is one as well."""


@dataclass(frozen=True, slots=True)
class Held:
    """One role in the hands of one agent.

    `owner` is None where it is not one agent that holds it: a group, or subjects that are not known. `binding` is None
    for a role that carries an agent's label and that nobody binds here. `namespace` is where the role holds, None for
    everywhere. `rules` are those of the role; `problem` says why they cannot be read.
    """

    owner: Owner | None
    role: Resource | None
    ref: RoleRef | None
    binding: Resource | None
    namespace: str | None
    rules: tuple[RbacRule, ...]
    problem: Unproven | None = None

    @property
    def subject(self) -> Resource:
        """What a finding is about: the role, else the binding."""
        found = self.role or self.binding
        assert found is not None, "a holding has a role or a binding"
        return found


def wide_group(subject: Subject) -> bool:
    """Whether a subject is a group that agents belong to without being named."""
    return subject.kind == "Group" and (
        subject.name in WIDE_GROUPS or subject.name.startswith("system:serviceaccounts:")
    )


def accounts(stack: Stack, context: Context) -> Mapping[Account, Owner]:
    """The service accounts of agents: those of declared agents, and those in the stack that carry an agent's label."""

    def make() -> dict[Account, Owner]:
        found = dict(declared_accounts(context))
        for one in stack.of(t.K8S_SERVICE_ACCOUNT):
            try:
                if one.agent is not None:
                    found.setdefault(service_account(one), (one.agent, fact(one, "instance")))
            except Unproven:
                continue  # rules about the account itself say so
        return found

    return kept(stack, "kubernetes accounts", make)


def present_accounts(stack: Stack, context: Context) -> Iterator[tuple[Account, Owner, Resource]]:
    """The agents' service accounts that the stack makes."""
    known = accounts(stack, context)
    for one in stack.of(t.K8S_SERVICE_ACCOUNT):
        try:
            account = service_account(one)
        except Unproven:
            continue
        if account in known:
            yield account, known[account], one


def _read(role: Resource) -> tuple[tuple[RbacRule, ...], Unproven | None]:
    try:
        return rbac_rules(role), None
    except Unproven as signal:
        return (), signal


def _owners(binding: Resource, known: Mapping[Account, Owner]) -> set[Owner | None]:
    """The agents that a binding serves; None stands for some agent that cannot be named."""
    found: set[Owner | None] = set()
    try:
        for subject in subjects(binding):
            if subject.kind == "ServiceAccount":
                owner = known.get((subject.namespace or "default", subject.name))
                if owner is not None:
                    found.add(owner)
            elif wide_group(subject):
                found.add(None)
    except Unproven:
        found.add(None)
    if not found and binding.agent is not None:
        found.add((binding.agent, None))
    return found


def holdings(stack: Stack, context: Context) -> tuple[Held, ...]:
    """Every role that an agent holds in the stack, once for each binding and agent."""
    return kept(stack, "kubernetes holdings", lambda: tuple(_holdings(stack, context)))


def roles_by_name(stack: Stack) -> Mapping[tuple[str, str, str], Resource]:
    """The roles of a stack by kind, namespace (empty for a ClusterRole) and name."""
    roles: dict[tuple[str, str, str], Resource] = {}
    for role in stack.of(*ROLES):
        name, namespace = role.peek("metadata", "name"), role.peek("metadata", "namespace")
        if isinstance(name, str):
            kind = "Role" if role.type == t.K8S_ROLE else "ClusterRole"
            where = "" if kind == "ClusterRole" else namespace if isinstance(namespace, str) else "default"
            roles[kind, where, name] = role
    return roles


def _holdings(stack: Stack, context: Context) -> Iterator[Held]:
    known = accounts(stack, context)
    roles = roles_by_name(stack)
    bound: set[str] = set()
    read: dict[str, tuple[tuple[RbacRule, ...], Unproven | None]] = {}
    for binding in stack.of(*BINDINGS):
        owners = _owners(binding, known)
        if not owners:
            continue
        everywhere = binding.type == t.K8S_CLUSTER_ROLE_BINDING
        try:
            namespace = None if everywhere else binding.text("metadata", "namespace") or "default"
            ref = role_ref(binding)
        except Unproven as signal:
            for owner in owners:
                yield Held(owner, None, None, binding, None, (), signal)
            continue
        role = roles.get((ref.kind, "" if ref.kind == "ClusterRole" else namespace or "", ref.name))
        rules: tuple[RbacRule, ...] = ()
        problem: Unproven | None = None
        if role is not None:
            bound.add(role.urn)
            if role.urn not in read:
                read[role.urn] = _read(role)
            rules, problem = read[role.urn]
        for owner in owners:
            yield Held(owner, role, ref, binding, namespace, rules, problem)
    for role in stack.of(*ROLES):
        if role.urn not in bound and role.agent is not None:
            rules, problem = _read(role)
            namespace = None if role.type == t.K8S_CLUSTER_ROLE else _text(role, "namespace") or "default"
            yield Held((role.agent, _text(role, "labels", "nhi/instance")), role, None, None, namespace, rules, problem)


def _text(resource: Resource, *path: str) -> str | None:
    value = resource.peek("metadata", *path)
    return value if isinstance(value, str) else None


def held_roles(stack: Stack, context: Context) -> tuple[Held, ...]:
    """Every role of the stack that some agent holds, each once."""

    def make() -> tuple[Held, ...]:
        found: dict[str, Held] = {}
        for held in holdings(stack, context):
            if held.role is not None:
                found.setdefault(held.role.urn, held)
        return tuple(found.values())

    return kept(stack, "kubernetes held_roles", make)


def each_rule(
    holdings: Iterable[Held], context: Context, check: Callable[[Held, RbacRule], Iterable[Finding]]
) -> Iterator[Finding]:
    """What `check` finds in every rule of these roles; a role that cannot be read is unproven."""
    for held in holdings:
        if held.problem is not None:
            yield unproven(held.subject, held.owner, context, held.problem)
        for rule in held.rules:
            yield from check(held, rule)


def thing(group: str, resource: str) -> str:
    """An API resource as people write it: `pods`, `deployments.apps`."""
    return f"{resource}.{group}" if group else resource
