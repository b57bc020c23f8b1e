"""NHI-DEL-005: no chain is longer than the agent that starts it may make it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-005",
    slug="chain-within-depth",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI08", "NIST-AC-3(8)", "ISO27001-A.5.15", "AIRS-DEL-03"),
    row="3.4",
)
def chain_within_depth(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """The declared edges let an agent's work travel no further than its own `max_depth`, and than its tier allows.

    Why: only AWS can stop a request at its last hop; everywhere else the edges themselves are the limit.
    Bad: `max_depth: 1`, and the target of this agent hands work on to a third one.
    Fix: raise `max_depth` within the tier's ceiling, or remove an edge of the chain.
    """
    agent = declared.agent.agent_id
    if not context.delegation.calls(agent):
        raise NotApplicable("the agent hands work to nobody")
    chain = context.delegation.too_long(agent)
    if chain is not None:
        limit = context.delegation.limits[agent]
        yield Finding(
            f"its work can travel {len(chain) - 1} hops ({' -> '.join(chain)}), and it may make {limit}.",
            "raise `max_depth` within the tier's ceiling, or remove an edge of the chain.",
            f"chain::{chain[-1]}",
            declared.positions.at("delegation", "max_depth"),
        )
