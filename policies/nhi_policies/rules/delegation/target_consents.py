"""NHI-DEL-003: an edge has the consent of both sides."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.fleet.delegation import consents
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-003",
    slug="target-consents",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI07", "NIST-AC-3(8)", "ISO27001-A.5.15", "AIRS-DEL-04"),
    row="3.4",
)
def target_consents(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every agent that is handed work names the one that hands it over in its own `accepts_from`.

    Why: the team that owns the target answers for what it does; nobody else can offer its services.
    Bad: `allowed_targets: [search-agent]`, and search-agent's file does not name this agent.
    Fix: have the target's owner add this agent to `accepts_from`, or remove the target.
    """
    agent = declared.agent
    if agent.delegation is None or not agent.delegation.allowed:
        raise NotApplicable("no delegation is allowed")
    for index, name in enumerate(agent.delegation.allowed_targets):
        callee = context.agents.get(name)
        if callee is not None and consents(callee, agent.agent_id) is None:
            yield Finding(
                f"{name} does not accept work from {agent.agent_id} ({callee.positions.at('delegation')}), so no edge "
                "is made.",
                f"have {name}'s owner add {agent.agent_id} to its `accepts_from`, or remove the target.",
                f"consent::{name}",
                declared.positions.at("delegation", "allowed_targets", index),
            )
