"""NHI-DEL-004: work never comes back to the agent that handed it on."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-004",
    slug="no-delegation-cycle",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI08", "NIST-AC-3(8)", "ISO27001-A.5.15", "AIRS-DEL-03"),
    row="3.4",
)
def no_delegation_cycle(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """No chain of edges leads from an agent back to itself.

    Why: on a cycle an agent is its own delegate, so no depth bounds the work and nobody can say who asked for it.
    Bad: a hands to b, b to c, and c to a; an agent that names itself as a target.
    Fix: remove one edge of the cycle.
    """
    agent = declared.agent.agent_id
    if not context.delegation.calls(agent):
        raise NotApplicable("the agent hands work to nobody")
    for cycle in context.delegation.cycles:
        if cycle[0] == agent:
            (origin, *_) = (
                edge.origin for edge in context.delegation.calls(agent) if edge.callee.agent.agent_id == cycle[1]
            )
            yield Finding(f"work goes round: {' -> '.join(cycle)}.", "remove one edge of the cycle.", "cycle", origin)
