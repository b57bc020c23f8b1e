"""Two agents and an edge between them, from files, with their plans: a good pair, in which a test changes one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import entra_plans
import gcp_plans
import plans
import yaml
from nhi.catalog.load import load_catalog
from nhi.fleet.delegation import graph
from nhi.plan.make import make_plans
from nhi.plan.model import AgentPlan
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text

EVERYWHERE = ("aws", "entra", "gcp", "kubernetes")
END = "2027-02-01T00:00:00Z"
"""When the edge ends: the callee's date, which is earlier than the caller's."""


def environment(tools: Mapping[str, Any] | None = None, **entra: Any) -> DeclaredEnvironment:
    """An environment with all platforms; `entra` are further settings of its tenant."""
    return plans.environment(
        {**gcp_plans.AWS, "outbound_issuer": "https://a1b2c3d4.tokens.sts.global.api.aws"},
        entra_plans.KUBERNETES_WITH_SPIFFE,
        platforms=list(EVERYWHERE),
        gcp=gcp_plans.GCP,
        tools=tools or {},
        entra={**entra_plans.ENTRA, "google_subjects": {"callee": "103456789012345678901"}, **entra},
    )


def agent(agent_id: str, where: DeclaredEnvironment, **changes: Any) -> DeclaredAgent:
    """An agent that may do nothing of its own; `changes` replace keys of its file."""
    file = {
        "agent_id": agent_id,
        "purpose": "Hands work on, or takes it",
        "owner_team": "research",
        "risk_tier": 2,
        "platforms": ["gcp", "entra", "kubernetes"],
        "sponsor": "jgill@example.com",
        "credential": {
            "type": "workload_identity",
            "expires": "2027-03-31T00:00:00Z",
            "workload": {"kind": "kubernetes"},
        },
        **changes,
    }
    declared, problems = load_agent_text(
        yaml.safe_dump({"agent_policy": file}, sort_keys=False), f"agents/{agent_id}.yaml", where
    )
    assert declared is not None, problems
    return declared


def pair(
    workload: Mapping[str, Any] | None = None,
    *,
    caller: Mapping[str, Any] | None = None,
    callee: Mapping[str, Any] | None = None,
    where: DeclaredEnvironment | None = None,
) -> dict[str, AgentPlan]:
    """The plans of `caller` and `callee` by name, with `workload` as the callee's. The other arguments change files."""
    around = where or environment()
    hands = {"allowed": True, "max_depth": 1, "allowed_targets": ["callee"]}
    takes = {"allowed": False, "accepts_from": ["caller"]}
    proof = {"type": "workload_identity", "expires": END, "workload": dict(workload or {"kind": "kubernetes"})}
    agents = {
        "caller": agent("caller", around, **{"delegation": hands, **(caller or {})}),
        "callee": agent("callee", around, **{"delegation": takes, "credential": proof, **(callee or {})}),
    }
    edges = graph(agents)
    return {
        plan.name: plan
        for declared in agents.values()
        for plan in make_plans(declared, load_catalog(), plans.CLOCK, edges)
    }
