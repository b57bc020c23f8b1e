"""NHI-SPN-005: a sponsor who has left is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, leaver_deadline
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-SPN-005",
    slug="sponsor-departed",
    severity="low",
    kind="agent",
    controls=("OWASP-NHI1", "ASI09", "NIST-PS-4", "NIST-PS-5", "ISO27001-A.6.5"),
    row="6.2",
)
def sponsor_departed(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """No agent is left with a sponsor who has departed.

    Why: within five business days the sponsor is replaced or the agent deactivated; past that it is rendered suspended.
    Bad: `sponsor.departed_on` in the past.
    Fix: name the new sponsor and remove `departed_on`.
    """
    sponsor = declared.agent.sponsor
    if sponsor is None or sponsor.departed_on is None or sponsor.departed_on > context.clock:
        return
    deadline = leaver_deadline(sponsor.departed_on)
    when = f"{deadline:%Y-%m-%d}"
    yield Finding(
        f"the sponsor left, and the agent {'is suspended since' if deadline <= context.clock else 'ends on'} {when}.",
        "name the new sponsor and remove `departed_on`.",
        "departed",
        declared.positions.at("sponsor", "departed_on"),
    )
