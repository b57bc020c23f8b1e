"""NHI-USR-040: an agent that acts for users only holds nothing in a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.user_context import needs_user

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import about, beside_agents
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, holdings, thing
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-USR-040",
    slug="rbac-knows-no-user",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI10", "ASI03", "NIST-AC-3", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-05"),
    row="3.5",
)
def rbac_knows_no_user(stack: Stack, context: Context) -> Iterator[Finding]:
    """No role of the cluster is bound to an agent that acts for users only.

    Why: the API server knows one subject for each request, so whatever is bound the agent holds with no user at all.
    Bad: a RoleBinding of such an agent's account, also to a Role that only reads; `impersonate`, which puts a user in
        the agent's place instead of beside it.
    Fix: take the binding out and open a service that checks the user's own token, or say `acts_on_behalf: optional`.
    """
    beside_agents(context)
    held = [one for one in holdings(stack, context) if one.owner is not None and _for_users_only(one, context)]

    def check(one: Held, written: RbacRule) -> Iterator[Finding]:
        kinds = [thing(group, kind) for group in written.api_groups for kind in written.resources]
        what = ", ".join((kinds or list(written.non_resource_urls))[:3])
        assert one.owner is not None
        yield about(
            one.subject,
            one.owner,
            context,
            f"it acts only on behalf of users, and holds {', '.join(written.verbs)} on {what} with none.",
            "take the binding out, or say `acts_on_behalf: optional`.",
            f"alone::{written.index}",
            context.agents[one.owner[0]].positions.at("acts_on_behalf"),
        )

    yield from each_rule(held, context, check)


def _for_users_only(held: Held, context: Context) -> bool:
    declared = context.agents.get(held.owner[0]) if held.owner else None
    return declared is not None and needs_user(declared)
