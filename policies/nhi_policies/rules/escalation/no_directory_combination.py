"""NHI-ESC-520: what an agent holds in the directory leads nowhere else when it is put together."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.combinations import can_begin, each_completed, finding
from nhi_policies.view.entra.combinations import combinations
from nhi_policies.view.entra.effective import granted_set, grants_by_owner
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-ESC-520",
    slug="no-directory-combination",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_directory_combination(stack: Stack, context: Context) -> Iterator[Finding]:
    """All app roles and scopes that an agent holds in the directory add up to no way to become more than it is.

    Why: each assignment may look harmless to whoever reviews it; an attacker has all of them at once.
    Bad: `CustomAuthenticationExtension.ReadWrite.All` beside `EventListener.ReadWrite.All`, with which it puts claims
        into other applications' tokens; `User.Invite.All` beside `TeamMember.ReadWrite.All`.
    Fix: take one of the parts away, or let a pipeline with its own review do this step.
    """
    beside_agents(context)
    tenant = context.environment.environment.entra if context.environment else None
    known = combinations(tuple(tenant.apis)) if tenant else ()
    for owner in grants_by_owner(stack):
        granted = granted_set(stack, context, *owner)
        held = {action for statement in granted.statements for action in statement.actions}
        table = [one for one in known if can_begin(one, held, wholly=not granted.unproven)]
        found = each_completed(granted, table)
        if found:
            yield finding(found, granted, owner, context)
