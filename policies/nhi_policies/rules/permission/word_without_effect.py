"""NHI-PRM-002: what an agent file allows means something where the agent lives."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.origin import meaning_of


@rule(
    id="NHI-PRM-002",
    slug="word-without-effect",
    severity="low",
    kind="agent",
    controls=("OWASP-NHI5", "ASI02", "NIST-CM-6", "ISO27001-A.5.15", "AICM-IAM-19"),
    row="3.2",
)
def word_without_effect(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every allowed action, data scope and tool opens something on at least one of the agent's platforms.

    Why: whoever reads the file believes that the agent can do it, and somebody will grant it by hand, beside the gate.
    Bad: `mail_send` for an agent on Google Cloud alone, where no IAM permission stands for it.
    Fix: add a platform that has it, bind the word there, or take the line out and say elsewhere what opens it.
    """
    effective: set[Origin] = set()
    idle: dict[Origin, dict[str, list[str]]] = {}
    for platform in declared.agent.platforms or declared.environment.environment.platforms:
        found = meaning_of(context, declared.agent.agent_id, platform)
        if found is None:
            continue
        effective.update(grant.origin for grant in (*found.allows, *found.egress))
        for one in found.unmapped:
            idle.setdefault(one.origin, {}).setdefault(one.word, []).append(f"{platform}: {one.reason}")
    for origin in _allowed(declared):
        if origin in effective:
            continue
        for word, reasons in idle.get(origin, {}).items():
            yield Finding(
                f"`{word}` opens nothing on any platform of the agent ({'; '.join(dict.fromkeys(reasons))}).",
                "add a platform that has it, or take the line out.",
                word,
                origin,
            )


def _allowed(declared: DeclaredAgent) -> Iterator[Origin]:
    agent, at = declared.agent, declared.positions.at
    yield from (at("allowed_actions", index) for index, _ in enumerate(agent.allowed_actions))
    yield from (at("data_access", index) for index, entry in enumerate(agent.data_access) if entry.access != "none")
    yield from (at("tool_access", index) for index, entry in enumerate(agent.tool_access) if entry.allowed)
