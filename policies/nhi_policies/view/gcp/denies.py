"""What an agent's file denies on Google Cloud, and what the deny policies of a stack take from it.

Owns the judge's own reading of both. A deny policy denies a permission in the whole project: conditions of denies read
tags and no names. So a permission that the file also allows somewhere is not looked for here; that it is granted on
nothing denied is a rule of its own. https://cloud.google.com/iam/docs/deny-overview, read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from nhi.permissions.globs import has_wildcard
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import email, engine_principal, google
from nhi_policies.view.gcp.own import STORED
from nhi_policies.view.handovers import edge_permissions
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.resource import Resource, Stack

_DOMAINS = {"resourcemanager": "cloudresourcemanager"}
_DENIABLE = frozenset(
    [
        "aiplatform",
        "apikeys",
        "bigquery",
        "cloudkms",
        "datastore",
        "iam",
        "pubsub",
        "resourcemanager",
        "run",
        "secretmanager",
        "storage",
    ]
)
"""Services whose permissions a deny policy takes, of those that the catalog denies.
https://cloud.google.com/iam/docs/deny-permissions-support, read 2026-11-24."""
_EVERYONE = "principalset://goog/public:all"


def deny_form(permission: str) -> str:
    """A permission as a deny policy writes it: `service.googleapis.com/resource.verb`."""
    service, _, rest = permission.partition(".")
    return f"{_DOMAINS.get(service, service)}.googleapis.com/{rest}"


def must_deny(declared: DeclaredAgent, context: Context) -> Mapping[str, str]:
    """The permissions that a deny policy of the agent must carry, in its form, each with the reason in the file."""
    meaning = meaning_of(context, declared.agent.agent_id, "gcp")
    if meaning is None:
        return {}
    allowed = {action for grant in meaning.allows for action in grant.actions}
    credential = declared.agent.credential
    if credential is not None and credential.type in STORED:
        allowed.add("secretmanager.versions.access")  # the agent reads its own secret with it
    allowed |= edge_permissions(context, declared.agent.agent_id, "gcp")  # and hands work over with these
    return {
        deny_form(action): grant.reason
        for grant in meaning.denies
        for action in grant.actions
        if action not in allowed and not has_wildcard(action) and action.split(".", 1)[0] in _DENIABLE
    }


def denied_principal(declared: DeclaredAgent, instance: str | None) -> str | None:
    """The agent as a deny policy names it."""
    engine = engine_principal(declared)
    if engine is not None:
        return engine
    address = email(declared, instance)
    return f"principal://iam.googleapis.com/projects/-/serviceAccounts/{address}" if address else None


@dataclass
class _Denies:
    """What the deny policies of a stack take, by principal, and the first of them that cannot be read."""

    taken: dict[str, set[str]] = field(default_factory=dict)
    from_all: list[Mapping[str, Any]] = field(default_factory=list)
    """Rules that deny everybody."""
    policies: dict[str, list[Resource]] = field(default_factory=dict)
    unread: Unproven | None = None


def denied(stack: Stack, context: Context, who: str) -> tuple[frozenset[str], Unproven | None]:
    """Every permission, or pattern, that deny policies take from a principal in the agents' project.

    And why a policy of the stack could not be read, where one could not: it takes nothing, and may take what is
    missing. A rule counts only where nothing lifts it again: no condition, no excepted principal that could be the
    agent.
    """
    found = _denies(stack, context)
    taken = set(found.taken.get(who, ()))
    for rule in found.from_all:
        if not _may_name(rule.get("exceptionPrincipals"), who):
            taken |= _left(rule)
    return frozenset(taken), found.unread


def taken_from(stack: Stack, context: Context, who: str, held: Iterable[str]) -> frozenset[str]:
    """Which of the permissions that a principal holds the stack's deny policies surely take from it again.

    What a policy that cannot be read takes is not counted: it leaves more, never less.
    """
    taken, _ = denied(stack, context, who)
    return frozenset(one for one in held if takes(taken, deny_form(one)))


def _denies(stack: Stack, context: Context) -> _Denies:
    def make() -> _Denies:
        found = _Denies()
        for policy in stack.of(t.GCP_DENY_POLICY):
            try:
                _read(policy, found, context)
            except Unproven as unknown:
                found.unread = found.unread or unknown
        return found

    return kept(stack, "google denies", make)


def _read(policy: Resource, found: _Denies, context: Context) -> None:
    on_project = _on_project(policy, context)
    for rule in _rules(policy):
        principals = rule.get("deniedPrincipals")
        for who in principals if isinstance(principals, list) else ():
            found.policies.setdefault(str(who), []).append(policy)
            if not on_project or rule.get("denialCondition"):
                continue
            if str(who).lower() == _EVERYONE:
                found.from_all.append(rule)
            elif not _may_name(rule.get("exceptionPrincipals"), str(who)):
                found.taken.setdefault(str(who), set()).update(_left(rule))


def _left(rule: Mapping[str, Any]) -> set[str]:
    """What a rule denies once its exceptions are taken out; of patterns nothing is left where there are any."""
    taken, excepted = set(rule.get("deniedPermissions") or ()), frozenset(rule.get("exceptionPermissions") or ())
    return {one for one in taken if not excepted or ("*" not in one and not takes(excepted, one))}


def takes(denied: frozenset[str], permission: str) -> bool:
    """Whether one of the denied permissions is this one, or a pattern that stands for it."""
    return permission in denied or any("*" in one and fnmatchcase(permission, one) for one in denied)


def policies_of(stack: Stack, owner: Owner, context: Context) -> tuple[Resource, ...]:
    """The deny policies of a stack that name an agent."""
    declared = context.agents.get(owner[0])
    who = denied_principal(declared, owner[1]) if declared else None
    return tuple(_denies(stack, context).policies.get(who or "", ()))


def _rules(policy: Resource) -> Iterator[Mapping[str, Any]]:
    rules = policy.read("rules", default=[])
    for rule in rules if isinstance(rules, list) else []:
        written = rule.get("denyRule") if isinstance(rule, Mapping) else None
        if isinstance(written, Mapping):
            yield written


def _on_project(policy: Resource, context: Context) -> bool:
    gcp = google(context)
    if gcp is None:
        return False
    point = unquote(policy.text("parent") or "")
    projects = {f"cloudresourcemanager.googleapis.com/projects/{one}" for one in (gcp.project_id, gcp.project_number)}
    above = point == f"cloudresourcemanager.googleapis.com/organizations/{gcp.organization_id}"
    return point in projects or above


def _may_name(principals: Any, who: str) -> bool:
    """Whether an exception could be for the agent: it names it, or a set of principals."""
    return any(not isinstance(one, str) or one == who or not one.startswith("principal://") for one in principals or ())
