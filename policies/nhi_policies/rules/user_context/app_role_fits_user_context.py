"""NHI-USR-200: what an agent holds fits for whom it acts."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-USR-200",
    slug="app-role-fits-user-context",
    severity="high",
    kind="resource",
    targets=("entra-grant",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.5",
)
def app_role_fits_user_context(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent that acts only for users holds no app role, and one that acts for none holds no delegated scope.

    Why: an app role works without any user, so it is not the intersection of what agent and user may do.
    Bad: an `AppRoleAssignment` of an agent with `acts_on_behalf: required`; a delegated grant of one that does not say
        that it acts for users.
    Fix: bind a delegated scope for it, or change `acts_on_behalf` in the agent's file.
    """
    who = holder(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    said = who.declared.agent.acts_on_behalf
    origin = who.declared.positions.at("acts_on_behalf")
    if resource.type == t.ENTRA_APP_ROLE_ASSIGNMENT and said == "required":
        yield Finding(
            "the agent acts only on behalf of users, and an app role works without any.",
            "bind a delegated scope for it, or say `acts_on_behalf: optional`.",
            "role",
            origin,
        )
    elif resource.type == t.ENTRA_DELEGATED_GRANT and said not in ("required", "optional"):
        yield Finding(
            "the agent acts for no users, and a delegated scope works only with one.",
            "say `acts_on_behalf: required` (or optional), or bind an app role for it.",
            "scope",
            origin,
        )
