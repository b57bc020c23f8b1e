"""NHI-PRM-047: what is denied is granted nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.kubernetes.declared import declared_access, permissions_of
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, holdings
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-047",
    slug="denied-is-absent",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15"),
    row="3.3",
)
def denied_is_absent(stack: Stack, context: Context) -> Iterator[Finding]:
    """No role that an agent holds grants anything that its file denies.

    Why: Kubernetes has no deny: a denial in the file holds in the cluster only as long as nobody grants the thing.
    Bad: `denied_actions: [credential_management]`, and a Role of the agent with `create` on `serviceaccounts/token`.
    Fix: take the permission out of the role, or the denial out of the file.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")

    def check(held: Held, written: RbacRule) -> Iterator[Finding]:
        access = declared_access(context, held.owner[0]) if held.owner else None
        for wanted in permissions_of(written, held.namespace) if access else ():
            deny = access.denying(wanted) if access else None
            if deny is not None:
                yield about(
                    held.subject,
                    held.owner,
                    context,
                    f"it grants {wanted}, which the file denies ({deny.reason}).",
                    "take the permission out of the role; Kubernetes itself refuses nothing.",
                    str(wanted).replace(" ", "-"),
                    deny.origin,
                )

    yield from each_rule(holdings(stack, context), context, check)
