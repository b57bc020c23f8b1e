"""NHI-USR-001: what an agent does for users is what AWS lets a session with a user do."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.user_context import WITH_A_USER, needs_user, takes_user
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.origin import meaning_of


@rule(
    id="NHI-USR-001",
    slug="session-with-a-user-may",
    severity="medium",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-DEL-05"),
    row="3.5",
)
def session_with_a_user_may(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Each word of an agent that acts for users only comes on AWS to actions that a session with a user may do.

    Why: STS denies such a session all but a list of actions, whatever the role is granted, so the word opens nothing,
        and somebody will grant it without a user, beside the gate.
    Bad: `acts_on_behalf: required` with a scope that is bound to a table of DynamoDB, or to a bucket itself.
    Fix: bind the scope to what knows users (OpenSearch Serverless, Athena, Lake Formation, S3 Access Grants), or say
        `acts_on_behalf: optional`.
    """
    if not needs_user(declared):
        raise NotApplicable("it does not act for users only")
    found = meaning_of(context, declared.agent.agent_id, "aws")
    for grant in found.allows if found else ():
        refused = [action for action in grant.actions if not takes_user(action)]
        if WITH_A_USER in grant.conditions and refused:
            yield Finding(
                f"AWS lets no session with a user do {', '.join(refused[:3])}, so this opens nothing there.",
                "bind it to what knows users, or say `acts_on_behalf: optional`.",
                f"action::{refused[0]}",
                grant.origin,
            )
