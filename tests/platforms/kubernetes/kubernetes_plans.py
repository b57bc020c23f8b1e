"""Plans of one agent for the Kubernetes tests: a valid one, in which a test changes one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from nhi.catalog.model import Meaning
from nhi.clock import timestamp
from nhi.contract import AGENT_CLASS_FACT, Fact, Platform
from nhi.permissions.model import Egress, Grant, Origin
from nhi.plan.model import AgentPlan, EffectiveState
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_environment

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
LOCK = datetime(2027, 3, 31, tzinfo=UTC)
PLACE = Origin("agents/research-agent.yaml", 12, 5)


@cache
def environment() -> DeclaredEnvironment:
    declared, problems = load_environment(Path(__file__).with_name("environment.yaml"))
    assert declared is not None, problems
    return declared


def grant(actions: Sequence[str], *resources: str, **more: Any) -> Grant:
    return Grant("kubernetes", "allow", tuple(actions), tuple(resources), "read", "a test needs it", PLACE, **more)


def plan(
    workload: dict[str, Any] | None = None,
    *,
    no_workload: bool = False,
    agent_id: str = "research-agent",
    state: EffectiveState = "active",
    instance: str | None = None,
    instances: Sequence[str] = (),
    risk_tier: int = 2,
    max_session: timedelta = timedelta(hours=4),
    allows: Iterable[Grant] = (),
    denies: Iterable[Grant] = (),
    egress: Iterable[Egress] = (),
    platforms: tuple[Platform, ...] = ("kubernetes",),
    lock_date: datetime | None = LOCK,
    declared_environment: DeclaredEnvironment | None = None,
) -> AgentPlan:
    credential: dict[str, Any] = {"type": "workload_identity", "expires": timestamp(LOCK)}
    if not no_workload:
        credential["workload"] = workload or {"kind": "kubernetes"}
    file = {
        "agent_policy": {
            "agent_id": agent_id,
            "purpose": "Answers questions: from the knowledge base",
            "owner_team": "Research.Team",
            "risk_tier": risk_tier,
            "platforms": ["kubernetes"],
            "sponsor": "jgill@example.com",
            "instances": list(instances or ([instance] if instance else [])),
            "credential": credential,
        }
    }
    where = declared_environment or environment()
    text = yaml.safe_dump(file, sort_keys=False, width=1000)
    declared, problems = load_agent_text(text, "agents/research-agent.yaml", where)
    assert declared is not None, problems
    facts: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": agent_id,
        "instance": instance,
        "sponsor": "jgill@example.com",
        "owner-team": "Research.Team",
        "risk-tier": str(risk_tier),
        "purpose": "Answers questions: from the knowledge base",
        "state": state,
        "expires": timestamp(lock_date) if lock_date else None,
        "environment": "dev",
        "spec-digest": "1:0123456789abcdef",
    }
    return AgentPlan(
        declared=declared,
        instance=instance,
        clock=CLOCK,
        state=state,
        state_reason=f"state is {state}",
        lock_date=lock_date,
        platforms=platforms,
        meanings={"kubernetes": Meaning("kubernetes", tuple(allows), tuple(denies), tuple(egress))},
        workload=declared.agent.credential.workload if declared.agent.credential else None,
        max_session=max_session,
        facts={fact: value for fact, value in facts.items() if value is not None},
    )


def full_plan(workload: dict[str, Any] | None = None, **more: Any) -> AgentPlan:
    """A plan that uses every kind of object."""
    return plan(
        workload,
        allows=(
            grant(["get", "list", "watch"], "agents//configmaps/prompts", "agents//configmaps/index"),
            grant(["create", "get"], "agents/batch/jobs"),
            grant(["get"], "knowledge//secrets/reader", expires=datetime(2026, 12, 1, tzinfo=UTC)),
        ),
        denies=(grant(["*"], "agents//secrets"),),
        egress=(
            Egress("model endpoint", PLACE, cidr="10.20.0.0/24"),
            Egress("search index", PLACE, namespace="search", pod_labels={"app": "index"}, port=9200),
        ),
        **more,
    )
