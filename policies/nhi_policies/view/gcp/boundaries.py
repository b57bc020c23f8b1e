"""Which principal access boundaries hold an agent inside its project.

Owns reading the policy and its binding together. Anything that narrows a binding but the agent itself makes it weaker,
so it does not count. https://cloud.google.com/iam/docs/principal-access-boundary-policies, read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Mapping

from nhi.permissions.cel import NotCelError, demand
from nhi.spec.environment import GcpEnvironment

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.resource import Resource, Stack

_KIND = "PRINCIPAL_ACCESS_BOUNDARY"
_ACCOUNT = "iam.googleapis.com/ServiceAccount"


def boundary(stack: Stack, context: Context, address: str) -> tuple[Resource, Resource] | None:
    """The boundary that holds the account with this address inside the project, and its binding; None without one.

    Raises `Unproven` where a binding or a policy that could be it cannot be read.
    """
    gcp = google(context)
    if gcp is None:
        return None
    for binding in stack.of(t.GCP_BOUNDARY_BINDING):
        if binding.peek("policyKind") in (None, _KIND) and _of_project(binding, gcp) and _holds(binding, address):
            policy = _policy(stack, binding.text("policy") or "")
            if policy is not None and _inside(policy, gcp):
                return policy, binding
    return None


def _of_project(binding: Resource, gcp: GcpEnvironment) -> bool:
    return binding.text("target", "principalSet") in _projects(gcp)


def _projects(gcp: GcpEnvironment) -> frozenset[str]:
    return frozenset(
        f"//cloudresourcemanager.googleapis.com/projects/{one}" for one in (gcp.project_id, gcp.project_number)
    )


def _holds(binding: Resource, address: str) -> bool:
    """Whether the binding holds for the account: without a condition for every principal of the project."""
    expression = binding.text("condition", "expression")
    if not expression:
        return True
    try:
        asked = demand(expression)
    except NotCelError as error:
        raise Unproven("condition.expression", error.why) from None
    fits = {("principal.subject", address), ("principal.type", _ACCOUNT)}
    return asked.whole and all(term.operator == "==" and (term.name, term.value) in fits for term in asked.terms)


def _policy(stack: Stack, name: str) -> Resource | None:
    for policy in stack.of(t.GCP_BOUNDARY):
        parts = [policy.text(key) or "" for key in ("organization", "location", "principalAccessBoundaryPolicyId")]
        if name == "organizations/{}/locations/{}/principalAccessBoundaryPolicies/{}".format(*parts):
            return policy
    return None


def _inside(policy: Resource, gcp: GcpEnvironment) -> bool:
    """Whether every rule of the boundary lets its principals reach the project at most."""
    rules = policy.read("details", "rules", default=[])
    return bool(rules) and all(
        isinstance(rule, Mapping) and set(rule.get("resources") or ("everything",)) <= _projects(gcp) for rule in rules
    )
