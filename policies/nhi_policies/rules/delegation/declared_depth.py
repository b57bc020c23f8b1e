"""NHI-DEL-001: declared delegation is bounded."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-001",
    slug="declared-depth",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI07", "ASI08", "NIST-AC-3(8)", "ISO27001-A.5.15", "AIRS-DEL-03"),
    row="3.4",
)
def declared_depth(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Delegation is either not allowed, or limited to named targets and to no more hops than the tier allows.

    Why: every hop is another agent that acts with the first one's authority, further from the person who gave it.
    Bad: `allowed: true` without `max_depth` or targets; more hops than the tier's ceiling; targets of a refused one.
    Fix: name the targets and set `max_depth`, or write `allowed: false` and remove the targets.
    """
    delegation = declared.agent.delegation
    if delegation is None:
        raise NotApplicable("no delegation is declared")
    if not delegation.allowed:
        if delegation.allowed_targets:
            yield Finding(
                "delegation is not allowed, and yet targets are named.",
                "remove `allowed_targets`, or set `allowed: true` with `max_depth`.",
                "contradiction",
                declared.positions.at("delegation", "allowed_targets"),
            )
        return
    ceiling = declared.environment.profile.ceilings(declared.agent.risk_tier).max_delegation_depth
    if delegation.max_depth is None:
        yield Finding(
            "delegation has no `max_depth`, so a chain of agents could grow without end.",
            f"set `max_depth` to at most {ceiling}.",
            "depth",
            declared.positions.at("delegation"),
        )
    elif delegation.max_depth > ceiling:
        yield Finding(
            f"delegation over {delegation.max_depth} hops is more than tier "
            f"{declared.agent.risk_tier or '3 (none is declared)'} allows ({ceiling}).",
            f"set `max_depth` to at most {ceiling}" + ("." if ceiling else ", or `allowed: false`."),
            "ceiling",
            declared.positions.at("delegation", "max_depth"),
        )
    if not delegation.allowed_targets:
        yield Finding(
            "delegation is allowed without naming to whom.",
            "name the agents in `allowed_targets`, or set `allowed: false`.",
            "targets",
            declared.positions.at("delegation"),
        )
