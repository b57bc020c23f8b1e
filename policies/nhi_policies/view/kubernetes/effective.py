"""What an agent really holds in a cluster, as a permission set: the narrow side of every proof.

Owns putting together all that is bound to one agent's account. How a rule of RBAC is written in the permission model is
`nhi.permissions.kubernetes`. A ClusterRole that takes rules from others has those of the stack that carry its labels;
the cluster may know more of them, so it is unproven all the same. So is a role that this stack does not make. Does not
own who is served by a binding (`rbac`), nor what the files allow (`view.declared_grants`).

RBAC has no clock. A role or binding that carries its end date is held to be taken away on it (parity says `detected`),
so the date is the condition; without one it never ends, and NHI-EXP-040 says so.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from nhi.catalog.permission_set import before
from nhi.permissions.kubernetes import ClusterRole, Rule, RuleLike, aggregated, statements
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, Undecided, subset

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact, moment
from nhi_policies.view.kubernetes.agents import Account
from nhi_policies.view.kubernetes.objects import metadata, rbac_rules, role_ref, subjects, written_rules
from nhi_policies.view.kubernetes.rbac import BINDINGS, Held, accounts, holdings, roles_by_name
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, Stack


@lru_cache(maxsize=4096)  # agents share what their words mean
def allows_of(rule: RuleLike, namespace: str | None, end: datetime | None = None) -> tuple[Statement, ...]:
    """What one rule of a role allows in `namespace` (None for everywhere), without labels; nothing is one as well."""
    return statements(rule, namespace, conditions=(before("kubernetes", end),) if end else ())


def end_of(held: Held) -> datetime | None:
    """The earlier of the end dates that role and binding carry; None where neither says one that can be read."""
    found: list[datetime] = []
    for one in (held.role, held.binding):
        try:
            written = fact(one, "expires") if one is not None else None
        except Unproven:
            continue  # NHI-EXP-040 says so; a date that is not known ends nothing
        end = moment(written) if written is not None else None
        if end is not None:
            found.append(end)
    return min(found, default=None)


def granted_set(stack: Stack, context: Context, agent_id: str, instance: str | None = None) -> Granted:
    """What this stack grants to an agent's account, or to that of one instance of it."""
    return kept(stack, ("kubernetes granted", agent_id, instance), lambda: _granted(stack, context, agent_id, instance))


def _granted(stack: Stack, context: Context, agent_id: str, instance: str | None) -> Granted:
    allowed: list[Statement] = []
    sources: dict[str, Resource] = {}
    unproven: list[tuple[Resource, Unproven]] = []
    for held in holdings_by_owner(stack, context).get((agent_id, instance), ()):
        if held.binding is None:
            continue  # nobody has a role that nobody binds
        if held.problem is not None:
            unproven.append((held.subject, held.problem))
        elif held.role is None and held.ref is not None:
            why = f"{held.ref.kind} {held.ref.name} is not made in this stack, so what it holds is not known"
            unproven.append((held.subject, Unproven("roleRef", why)))
        for number, rule in enumerate((*held.rules, *_aggregated(held.role, stack))):
            for statement in allows_of(rule, held.namespace, end_of(held)):
                label = f"rules[{number}] of {held.subject.name}"
                while label in sources:
                    label = f"{label}, again"
                sources[label] = held.subject
                allowed.append(replace(statement, label=label))
    return Granted(PermissionSet("kubernetes", (Policy(tuple(allowed)),)), sources, tuple(unproven))


def _aggregated(role: Resource | None, stack: Stack) -> tuple[Rule, ...]:
    """The rules of a ClusterRole that takes some from others of the stack, as far as they can be read; else none."""
    name = role.peek("metadata", "name") if role is not None else None
    if role is None or role.peek("aggregationRule") is None or not isinstance(name, str):
        return ()
    return aggregated(kept(stack, "kubernetes cluster roles", lambda: _cluster_roles(stack)), name)


def _cluster_roles(stack: Stack) -> Mapping[str, ClusterRole]:
    """The stack's ClusterRoles; of one that cannot be read nothing counts, as the one that aggregates is unproven."""
    found: dict[str, ClusterRole] = {}
    for role in stack.of(t.K8S_CLUSTER_ROLE):
        try:
            about = metadata(role)
            rules = tuple(
                Rule(one.verbs, one.api_groups, one.resources, one.resource_names, one.non_resource_urls)
                for one in written_rules(role)
            )
            written = role.read("aggregationRule", "clusterRoleSelectors", default=[])
            selectors = tuple(one for one in written if isinstance(one, Mapping)) if isinstance(written, list) else ()
        except Unproven:
            about, rules, selectors = None, (), ()
        name = role.peek("metadata", "name")
        if isinstance(name, str):
            found[name] = ClusterRole(about.labels if about else {}, rules, selectors or None)
    return found


def stronger_account(
    stack: Stack, owner: Owner, namespace: str | None, context: Context
) -> tuple[Account, Refuted | Undecided] | None:
    """An account of a namespace (None: of any) that may do something which an agent's own may not, and what.

    As far as this stack binds roles; the cluster may have others. End dates do not count: who may do the same for
    longer is not stronger.
    """
    bound = kept(stack, "kubernetes bound", lambda: _bound(stack))
    own = {account for account, one in accounts(stack, context).items() if one == owner}
    mine = Policy(tuple(statement for account in own for statement in bound.get(account, ())))
    for account, given in sorted(bound.items()):
        if namespace in (None, account[0]) and account not in own:
            theirs = PermissionSet("kubernetes", (Policy(given),))
            verdict = subset(theirs, PermissionSet("kubernetes", (mine,)))
            if not isinstance(verdict, Proved):
                return account, verdict
    return None


def _bound(stack: Stack) -> Mapping[Account, tuple[Statement, ...]]:
    """What every service account is given by the stack's bindings, whosever it is, as far as that can be read."""
    roles = roles_by_name(stack)
    found: dict[Account, dict[Statement, None]] = {}
    for binding in stack.of(*BINDINGS):
        try:
            everywhere = binding.type == t.K8S_CLUSTER_ROLE_BINDING
            namespace = None if everywhere else binding.text("metadata", "namespace") or "default"
            ref = role_ref(binding)
            role = roles.get((ref.kind, "" if ref.kind == "ClusterRole" else namespace or "", ref.name))
            rules = rbac_rules(role) if role is not None else ()
            served = [one for one in subjects(binding) if one.kind == "ServiceAccount"]
        except Unproven:
            continue  # other rules say so
        for subject in served:
            allows = (statement for rule in rules for statement in allows_of(rule, namespace))
            found.setdefault((subject.namespace or "default", subject.name), {}).update(dict.fromkeys(allows))
    return {account: tuple(held) for account, held in found.items()}


def holdings_by_owner(stack: Stack, context: Context) -> Mapping[Owner, tuple[Held, ...]]:
    """What each agent holds, by agent and instance."""

    def make() -> dict[Owner, tuple[Held, ...]]:
        found: dict[Owner, list[Held]] = {}
        for held in holdings(stack, context):
            if held.owner is not None:
                found.setdefault(held.owner, []).append(held)
        return {owner: tuple(held) for owner, held in found.items()}

    return kept(stack, "kubernetes holdings by owner", make)
