"""NHI-ESC-530: what an agent holds on Google Cloud leads nowhere else when it is put together."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.combinations import can_begin, each_completed, finding
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.gcp.combinations import combinations
from nhi_policies.view.gcp.effective import allows_of, granted_set, holdings_by_owner
from nhi_policies.view.gcp.holdings import Held
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-ESC-530",
    slug="no-google-combination",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-04"),
    row="3.1",
)
def no_google_combination(stack: Stack, context: Context) -> Iterator[Finding]:
    """All that an agent holds on Google Cloud, over all of its roles, adds up to no way to become more than it is.

    Why: each role may look harmless to whoever reviews it; an attacker has all of them at once.
    Bad: one role that uploads images and another that moves tags; one that may write into the bucket from which
        functions are built and one that may delete there.
    Fix: take one of the parts away, or let a pipeline with its own review do this step.
    """
    beside_agents(context)
    gcp = google(context)
    known = combinations(gcp.project_id) if gcp else ()
    for owner, holdings in holdings_by_owner(stack, context).items():
        held, whole = _actions(holdings, stack, context)
        table = [one for one in known if can_begin(one, held, wholly=whole)]
        if table:
            granted = granted_set(stack, context, *owner)
            found = each_completed(granted, table)
            if found:
                yield finding(found, granted, owner, context)


def _actions(holdings: tuple[Held, ...], stack: Stack, context: Context) -> tuple[set[str], bool]:
    """The permissions of these bindings, and whether all of them can be read."""
    found: set[str] = set()
    whole = True
    for held in holdings:
        try:
            found.update(action for allow in allows_of(held, stack, context) for action in allow.actions)
        except Unproven:
            whole = False
    return found, whole
