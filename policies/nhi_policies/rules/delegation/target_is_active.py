"""NHI-DEL-007: work is handed to agents that can take it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, instances_of, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-007",
    slug="target-is-active",
    # Stopping an agent must never be held up by those that name it, so this blocks nothing; the edge is not made.
    severity="low",
    kind="agent",
    controls=("OWASP-NHI1", "ASI07", "NIST-AC-2(3)", "ISO27001-A.5.16"),
    row="3.4",
)
def target_is_active(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every agent that an active agent hands work to is active too.

    Why: the edge is not made while its target is stopped, retired or past its end, so the work would fail; and a
    name that stays would come back to life with whoever takes the id next.
    Bad: `allowed_targets` with an agent that is suspended, retired or past its lock date.
    Fix: remove the target, or bring the agent back.
    """
    agent = declared.agent
    edges = context.delegation.calls(agent.agent_id)
    if not edges or not _active(declared, context):
        raise NotApplicable("the agent hands work to nobody now")
    for edge in edges:
        callee = edge.callee.agent.agent_id
        if not _active(edge.callee, context):
            yield Finding(
                f"{callee} is not active ({edge.callee.positions.at('state')}), so no edge is made.",
                "remove the target, or bring that agent back.",
                f"inactive::{callee}",
                edge.origin,
            )


def _active(declared: DeclaredAgent, context: Context) -> bool:
    agent = declared.agent
    return any(rendered_state(agent, one, context.clock) == "active" for one in instances_of(agent))
