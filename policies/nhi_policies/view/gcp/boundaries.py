"""Which principal access boundaries hold an agent inside its project.

Owns reading the policy and its binding together. Anything that narrows a binding but the agent itself makes it weaker,
so it does not count. https://cloud.google.com/iam/docs/principal-access-boundary-policies, read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nhi.permissions.cel import NotCelError, Term, demand
from nhi.spec.environment import GcpEnvironment

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

_KIND = "PRINCIPAL_ACCESS_BOUNDARY"
_ACCOUNT = "iam.googleapis.com/ServiceAccount"


Bound = tuple[Resource, Resource]
"""A boundary, and what binds it."""


@dataclass
class _Bounds:
    """The boundaries of a stack that end at the project, by the account that they hold; `everybody` is all accounts."""

    by_account: dict[str, Bound] = field(default_factory=dict)
    everybody: Bound | None = None
    unread: Unproven | None = None


def boundary(stack: Stack, context: Context, address: str) -> Bound | None:
    """The boundary that holds the account with this address inside the project, and its binding; None without one.

    Raises `Unproven` where there is none, and one that could be it cannot be read.
    """
    found = kept(stack, "google boundaries", lambda: _bounds(stack, context))
    bound = found.by_account.get(address) or found.everybody
    if bound is None and found.unread is not None:
        raise found.unread
    return bound


def _bounds(stack: Stack, context: Context) -> _Bounds:
    found, gcp, policies = _Bounds(), google(context), _policies(stack)
    if gcp is None:
        return found
    for binding in stack.of(t.GCP_BOUNDARY_BINDING):
        try:
            policy = policies.get(binding.text("policy") or "")
            if binding.peek("policyKind") not in (None, _KIND) or not _of_project(binding, gcp) or policy is None:
                continue
            held = _held(binding)
            if held is None or not _inside(policy, gcp):
                continue
        except Unproven as unknown:
            found.unread = found.unread or unknown
            continue
        if held:
            found.by_account.setdefault(held, (policy, binding))
        else:
            found.everybody = found.everybody or (policy, binding)
    return found


def _of_project(binding: Resource, gcp: GcpEnvironment) -> bool:
    return binding.text("target", "principalSet") in _projects(gcp)


def _projects(gcp: GcpEnvironment) -> frozenset[str]:
    return frozenset(
        f"//cloudresourcemanager.googleapis.com/projects/{one}" for one in (gcp.project_id, gcp.project_number)
    )


def _held(binding: Resource) -> str | None:
    """The one account that the binding holds for, empty for every principal of the project; None for anybody else."""
    expression = binding.text("condition", "expression")
    if not expression:
        return ""
    try:
        asked = demand(expression)
    except NotCelError as error:
        raise Unproven("condition.expression", error.why) from None
    of_accounts = Term("principal.type", "==", _ACCOUNT)
    others = [term for term in asked.terms if term != of_accounts]
    if not asked.whole or len(others) != 1 or (others[0].name, others[0].operator) != ("principal.subject", "=="):
        return None
    return others[0].value


def _policies(stack: Stack) -> dict[str, Resource]:
    """The boundaries of a stack by the name under which they are bound. One without a known name is left out."""
    found: dict[str, Resource] = {}
    for policy in stack.of(t.GCP_BOUNDARY):
        parts = [policy.peek(key) for key in ("organization", "location", "principalAccessBoundaryPolicyId")]
        found["organizations/{}/locations/{}/principalAccessBoundaryPolicies/{}".format(*parts)] = policy
    return found


def _inside(policy: Resource, gcp: GcpEnvironment) -> bool:
    """Whether every rule of the boundary lets its principals reach the project at most."""
    rules = policy.read("details", "rules", default=[])
    return bool(rules) and all(
        isinstance(rule, Mapping) and set(rule.get("resources") or ("everything",)) <= _projects(gcp) for rule in rules
    )
