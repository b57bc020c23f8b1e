"""NHI-SPN-001: every agent has a sponsor."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-SPN-001",
    slug="sponsor-required",
    severity="high",
    kind="agent",
    controls=(
        "OWASP-NHI1",
        "ASI09",
        "NIST-AC-2(h)",
        "NIST-PM-10",
        "ISO27001-A.5.2",
        "AICM-IAM-03",
        "AWS-AGENTSEC-03-BP04",
    ),
    row="1.3",
)
def sponsor_required(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every agent names a sponsor.

    Why: without one nobody answers for what the agent does, confirms that it is needed, or retires it.
    Bad: `sponsor` absent, empty or blank.
    Fix: set `sponsor` to the e-mail address of the person who answers for the agent.
    """
    sponsor = declared.agent.sponsor
    if sponsor is None or not sponsor.id.strip():
        yield Finding(
            "the agent has no sponsor, so nobody answers for what it does.",
            "set `sponsor` to the e-mail address of the person who answers for it.",
            "missing",
            declared.positions.at("sponsor"),
        )
