"""NHI-ESC-040: no agent can make itself somebody else in a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.kubernetes.escalation import escalations
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, held_roles
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-ESC-040",
    slug="no-kubernetes-escalation",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-02"),
    row="3.1",
)
def no_kubernetes_escalation(stack: Stack, context: Context) -> Iterator[Finding]:
    """No role of an agent holds a permission that leads to more than it says: a new grant, identity, token or node.

    Why: with one such permission every other rule about the agent's permissions is void.
    Bad: `escalate`, `bind`, `impersonate`; `create` on `serviceaccounts/token` or `pods`; `list` on `secrets`;
        `get` on `nodes/proxy`; writing roles, bindings or admission webhooks.
    Fix: take it out; let a controller with a reviewed interface do the one thing that is needed.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")

    def check(held: Held, written: RbacRule) -> Iterator[Finding]:
        for permission, row in escalations(written):
            yield about(
                held.subject,
                held.owner,
                context,
                f"rules[{written.index}] grants {permission}: {row.why} ({row.source}).",
                "take it out, or name in resourceNames what is meant." if row.named_is_fine else "take it out.",
                permission.replace(" ", "::"),
            )

    yield from each_rule(held_roles(stack, context), context, check)
