"""NHI-USR-300: an agent that acts for users only holds nothing on Google Cloud that is somebody's data."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.user_context import USERLESS, needs_user

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import about, beside_agents
from nhi_policies.view.gcp.holdings import Held, custom_roles, each_held, permissions
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-USR-300",
    slug="google-knows-no-user",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI10", "ASI03", "NIST-AC-3", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-05"),
    row="3.5",
)
def google_knows_no_user(stack: Stack, context: Context) -> Iterator[Finding]:
    """No allow policy gives an agent that acts for users only more than models, which are nobody's data.

    Why: IAM knows one principal for each request, so whatever a member is given the agent holds with no user at all.
    Bad: a member on a bucket, a topic or the project for such an agent's account; a role that this stack does not make.
    Fix: remove the member, and let the agent ask the user for a token of his own (three-legged OAuth), or say
        `acts_on_behalf: optional`.
    """
    beside_agents(context)

    def check(held: Held) -> Iterator[Finding]:
        declared = context.agents[held.owner[0]]
        if not needs_user(declared):
            return
        role = custom_roles(stack, context).get(held.binding.role)
        given = permissions(role) if role is not None else (held.binding.role,)
        beyond = [one for one in given if one not in USERLESS["gcp"]]
        if beyond:
            yield about(
                held.resource,
                held.owner,
                context,
                f"it acts only on behalf of users, and holds {', '.join(beyond[:3])} with none.",
                "remove the member, or say `acts_on_behalf: optional`.",
                f"alone::{beyond[0]}",
                declared.positions.at("acts_on_behalf"),
            )

    yield from each_held(stack, context, check)
