"""NHI-PRM-044: every permission in an agent's role exists."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.vocabulary import KUBERNETES_GROUPS, KUBERNETES_RESOURCES, kubernetes_resource
from nhi.spec.nearest import nearest

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.kubernetes.declared import declared_access
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, held_roles
from nhi_policies.view.resource import Stack

Wrong = tuple[str, str, str | None]
"""The kind of thing that does not exist, its name, and the nearest one that does."""


@rule(
    id="NHI-PRM-044",
    slug="known-kubernetes-permission",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-CM-6", "ISO27001-A.8.3"),
    row="3.1",
)
def known_kubernetes_permission(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every verb and resource in an agent's role exists, in Kubernetes or in a group that the agent's file names.

    Why: a cluster accepts any text, so a slip of the pen grants nothing today, and something else tomorrow.
    Bad: `verbs: [gte]`; `resources: [config-maps]`; `apiGroups: [app]`; `create` on `pods/log`.
    Fix: correct the name; declare a custom resource in the environment file with its API group.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")

    def check(held: Held, one: RbacRule) -> Iterator[Finding]:
        access = declared_access(context, held.owner[0]) if held.owner else None
        for what, name, close in _wrong(one, access.groups() if access else frozenset()):
            yield about(
                held.subject,
                held.owner,
                context,
                f"rules[{one.index}] names {what} {name!r}, which does not exist there"
                f"{f'; {close!r} does' if close else ''}.",
                f"write {close!r} if that is meant." if close else "correct the name, or declare the custom resource.",
                f"{what.replace(' ', '-')}::{name}",
            )

    yield from each_rule(held_roles(stack, context), context, check)


def _wrong(one: RbacRule, custom: frozenset[str]) -> Iterator[Wrong]:
    """What does not exist in one rule. A rule is a product of its lists, so each name must exist in one of them."""
    if "*" in one.api_groups or set(one.api_groups) & custom - KUBERNETES_GROUPS:
        return  # a wildcard is another rule's; what a custom group holds, only its author knows
    for group in one.api_groups:
        if group not in KUBERNETES_GROUPS:
            yield "API group", group, nearest(group, KUBERNETES_GROUPS)
    groups = [group for group in one.api_groups if group in KUBERNETES_GROUPS]
    known: set[str] = set()
    for resource in one.resources if groups else ():
        found = [facts for group in groups if (facts := kubernetes_resource(group, resource)) is not None]
        known.update(*(facts.verbs for facts in found))
        if not found and "*" not in resource:
            there = [name for group, name in KUBERNETES_RESOURCES if group in groups]
            yield "resource", resource, nearest(resource, there)
    for verb in one.verbs if known else ():
        if verb != "*" and verb not in known:
            yield "verb", verb, nearest(verb, known)
