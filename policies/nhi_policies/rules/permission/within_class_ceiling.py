"""NHI-PRM-130: an agent keeps within its class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from nhi.spec.agent_class import ClassCeiling
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import AccessLevel

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable

_LEVELS: tuple[str, ...] = get_args(AccessLevel)


@rule(
    id="NHI-PRM-130",
    slug="within-class-ceiling",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-19"),
    row="3.1",
)
def within_class_ceiling(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """No agent exceeds the ceiling of its class.

    Why: a class is what reviewers approve once for all its agents; an agent beyond it was approved by nobody.
    Bad: an action, scope level, tool, platform, tier, session or delegation depth that the class does not allow.
    Fix: take the line out of the agent file, move the agent to another class, or have the class's ceiling reviewed.
    """
    name = declared.agent.agent_class
    found = declared.environment.classes.get(name) if name else None
    if found is None:
        raise NotApplicable("the agent is in no declared class")
    ceiling = found.agent_class.ceiling
    for place, what in (*_access(declared, ceiling), *_bounds(declared, ceiling)):
        yield Finding(
            f"{what}, beyond the ceiling of class {name}.",
            f"remove it, or have {found.positions.file} reviewed.",
            ".".join(map(str, place)),
            declared.positions.at(*place),
        )


def _access(declared: DeclaredAgent, ceiling: ClassCeiling) -> Iterator[tuple[tuple[Any, ...], str]]:
    agent = declared.agent
    if ceiling.allowed_actions is not None:
        for index, grant in enumerate(agent.allowed_actions):
            if grant.action not in ceiling.allowed_actions:
                yield ("allowed_actions", index), f"the agent may {grant.action}"
    if ceiling.data_access is not None:
        for index, entry in enumerate(agent.data_access):
            most = ceiling.data_access.get(entry.scope, "none")
            if _LEVELS.index(entry.access) > _LEVELS.index(most):
                yield ("data_access", index), f"the agent may {entry.access} {entry.scope} (at most {most})"
    if ceiling.tools is not None:
        for index, entry in enumerate(agent.tool_access):
            if entry.allowed and entry.tool not in ceiling.tools:
                yield ("tool_access", index), f"the agent may call {entry.tool}"


def _bounds(declared: DeclaredAgent, ceiling: ClassCeiling) -> Iterator[tuple[tuple[Any, ...], str]]:
    agent = declared.agent
    if ceiling.risk_tier is not None and (agent.risk_tier or 3) > ceiling.risk_tier:
        yield ("risk_tier",), f"the agent is in tier {agent.risk_tier or '3 (none is declared)'}"
    if ceiling.platforms is not None:
        for index, platform in enumerate(agent.platforms or ()):
            if platform not in ceiling.platforms:
                yield ("platforms", index), f"the agent lives on {platform}"
    credential = agent.credential
    if ceiling.max_session is not None and credential is not None:
        # A session that is not declared is as long as the tier allows.
        tier = declared.environment.profile.ceilings(agent.risk_tier)
        session = credential.max_session or min(tier.max_session, tier.max_token_life)
        if session > ceiling.max_session:
            yield ("credential", "max_session"), f"the agent's sessions last {session}"
    delegation, most = agent.delegation, ceiling.max_delegation_depth
    if most is not None and delegation is not None and delegation.allowed:
        # A depth that is not declared is without bound.
        depth = delegation.max_depth
        if depth is None or depth > most:
            hops = "any number of hops" if depth is None else f"{depth} hops"
            yield ("delegation", "max_depth"), f"the agent delegates over {hops}"
