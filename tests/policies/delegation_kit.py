"""Agents that hand work to each other, for rules and graphs of delegation: a good chain, and one change to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nhi.catalog.load import load_catalog
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi_policies.declared import Context

from policies import kit

CHAIN = ("origin>middle", "middle>end")
ENVIRONMENT = kit.environment(
    data_scopes={
        "handbook": {"aws": [{"kind": "s3", "bucket": "handbook", "prefix": "public/"}]},
        "ledger": {"aws": [{"kind": "s3", "bucket": "ledger", "prefix": "2026/"}]},
    }
)
READS = [{"scope": "handbook", "access": "read"}]


def fleet(
    edges: Iterable[str] = CHAIN, *, environment: DeclaredEnvironment = ENVIRONMENT, **changes: Mapping[str, Any]
) -> dict[str, DeclaredAgent]:
    """Agents on AWS of tier 3 that read one handbook, with edges `caller>callee` that both sides agree on.

    `changes` are changes to agents by id, as `kit.agent` takes them, with `_` for the dots of a key.
    """
    pairs = [tuple(edge.split(">")) for edge in edges]
    made: dict[str, DeclaredAgent] = {}
    for name in sorted({name for pair in pairs for name in pair}):
        written: dict[str, Any] = {
            "agent_id": name,
            "risk_tier": 3,
            "platforms": ["aws"],
            "allowed_actions": [],
            "denied_actions": [],
            "data_access": READS,
            "delegation.allowed": True,
            "delegation.max_depth": 3,
            "delegation.allowed_targets": [callee for caller, callee in pairs if caller == name],
            "delegation.accepts_from": [caller for caller, callee in pairs if callee == name],
        }
        declared = kit.agent(**{**written, **changes.get(name, {})})
        made[name] = DeclaredAgent(declared.agent, declared.positions, environment)
    return made


def told(agents: Mapping[str, DeclaredAgent], **changes: Any) -> Context:
    """The context in which these agents are declared."""
    return kit.context(*agents.values(), catalog=load_catalog(), **changes)


def case(
    name: str,
    subject: str = "origin",
    edges: Iterable[str] = CHAIN,
    *,
    expect: str = "",
    context: Mapping[str, Any] | None = None,
    **changes: Mapping[str, Any],
) -> kit.Case:
    """A fixture about one agent of a fleet."""
    agents = fleet(edges, **changes)
    return kit.Case(name, agents[subject], told(agents, **(context or {})), expect=expect)
