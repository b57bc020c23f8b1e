"""NHI-SPN-004: a backup sponsor where the tier demands one."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-SPN-004",
    slug="backup-sponsor",
    severity="medium",
    kind="agent",
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(h)", "ISO27001-A.5.2"),
    row="1.3",
)
def backup_sponsor(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """An agent of a tier that demands it names a backup sponsor, who is somebody else than the sponsor.

    Why: a high-risk agent must not be without an accountable person on the day its sponsor leaves.
    Bad: tier 3 without `sponsor.backup`; a backup who is the sponsor.
    Fix: set `sponsor.backup` to a second person.
    """
    sponsor = declared.agent.sponsor
    backup = sponsor.backup if sponsor else None
    ceilings = declared.environment.profile.ceilings(declared.agent.risk_tier)
    if ceilings.backup_sponsor_required and not backup:
        yield Finding(
            f"tier {declared.agent.risk_tier or 'unknown (judged as 3)'} needs a backup sponsor, and there is none.",
            "set `sponsor.backup` to a second person.",
            "missing",
            declared.positions.at("sponsor"),
        )
    if sponsor and backup and backup.strip().lower() == sponsor.id.strip().lower():
        yield Finding(
            "the backup sponsor is the sponsor, so nobody takes over when they leave.",
            "set `sponsor.backup` to a second person.",
            "same",
            declared.positions.at("sponsor", "backup"),
        )
