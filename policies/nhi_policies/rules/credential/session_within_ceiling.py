"""NHI-CRD-004: declared sessions are no longer than the tier allows."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


def _said(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


@rule(
    id="NHI-CRD-004",
    slug="session-within-ceiling",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI7", "ASI03", "NIST-AC-12", "NIST-IA-5(13)", "ISO27001-A.5.17", "AIRS-SESS-01"),
    row="1.5",
)
def session_within_ceiling(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """The declared session length is within the ceiling of the agent's tier.

    Why: a session is what a thief gets; its length is how long the theft lasts.
    Bad: tier 3 with `max_session: 12h`.
    Fix: shorten `credential.max_session`, or leave it out: then the tier's ceiling holds.
    """
    credential = declared.agent.credential
    if credential is None or credential.max_session is None:
        raise NotApplicable("no session length is declared; the ceiling holds")
    ceilings = declared.environment.profile.ceilings(declared.agent.risk_tier)
    ceiling = min(ceilings.max_session, ceilings.max_token_life)
    if credential.max_session > ceiling:
        yield Finding(
            f"sessions of {_said(credential.max_session.total_seconds())} are longer than tier "
            f"{declared.agent.risk_tier or '3 (none is declared)'} allows ({_said(ceiling.total_seconds())}).",
            "shorten `credential.max_session`, or leave it out: then the ceiling holds.",
            "ceiling",
            declared.positions.at("credential", "max_session"),
        )
