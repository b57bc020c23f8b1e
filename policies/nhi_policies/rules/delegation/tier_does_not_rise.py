"""NHI-DEL-006: work is never handed up to an agent of a higher risk tier."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-006",
    slug="tier-does-not-rise",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def tier_does_not_rise(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """A delegate has a risk tier, and no higher one than the agent that hands it work.

    Why: a tier brings its controls with it; an agent of a lower tier would be a way round those of the higher one.
    Bad: an agent of tier 2 that hands work to one of tier 3, or to one without a tier.
    Fix: raise the caller's tier, or hand the work to an agent of its own tier or lower.
    """
    edges = context.delegation.calls(declared.agent.agent_id)
    if not edges:
        raise NotApplicable("the agent hands work to nobody")
    own = declared.agent.risk_tier
    for edge in edges:
        other = edge.callee.agent
        if other.risk_tier is None or (own is not None and other.risk_tier > own):
            has = f"is of tier {other.risk_tier}" if other.risk_tier else "has no tier"
            yield Finding(
                f"{other.agent_id} {has}, and this agent {f'is of tier {own}' if own else 'has none'}.",
                "raise this agent's tier, or hand the work to an agent of its own tier or lower.",
                f"tier::{other.agent_id}",
                edge.origin,
            )
