"""Plans of one agent, built in memory: a valid one, in which a test changes one thing.

The environment has everything a workload can need on AWS and Kubernetes, so a test takes away what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from nhi.catalog import user_context
from nhi.catalog.model import Meaning
from nhi.clock import timestamp
from nhi.contract import AGENT_CLASS_FACT, Fact, Platform
from nhi.permissions.model import Grant, Origin
from nhi.plan.model import AgentPlan, EffectiveState
from nhi.spec.declared import DeclaredEnvironment, Positions
from nhi.spec.environment import Environment
from nhi.spec.loader import load_agent_text
from nhi.spec.profiles import load_profile

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
LOCK = datetime(2027, 3, 31, tzinfo=UTC)
FILE = "agents/research-agent.yaml"
PLACE = Origin(FILE, 12, 5)

AWS: Mapping[str, Any] = {
    "account_id": "111122223333",
    "region": "eu-central-1",
    "permissions_boundary": "arn:aws:iam::111122223333:policy/agent-boundary",
    "clusters": {"main": {"name": "prod-main"}},
    "trust_anchor": "arn:aws:rolesanywhere:eu-central-1:111122223333:trust-anchor/1f2e3d4c-0000-4000-8000-000000000001",
    "secrets": {
        "kms_key": "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000002",
        "rotation_lambda": "arn:aws:lambda:eu-central-1:111122223333:function:rotate-agent-secret",
    },
}
KUBERNETES: Mapping[str, Any] = {
    "cluster": "main",
    "namespace": "agents",
    "trust_domain": "prod.example.org",
    "oidc_issuer": "https://oidc.prod.example.org/cluster/main",
}

WORKLOADS: Mapping[str, Mapping[str, Any]] = {
    "eks": {"kind": "eks", "cluster": "main", "namespace": "research", "service_account": "reader"},
    "ecs": {"kind": "ecs", "cluster": "agents", "service": "research"},
    "lambda": {"kind": "lambda", "function": "research-agent"},
    "agentcore": {"kind": "agentcore", "runtime": "research_agent"},
    "kubernetes": {"kind": "kubernetes"},
    "gke": {"kind": "gke", "cluster": "main"},
    "oidc": {
        "kind": "oidc",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:example/research-agent:environment:prod",
        "audience": "sts.amazonaws.com",
    },
    "spiffe": {"kind": "spiffe", "id": "spiffe://prod.example.org/env/prod/agent/research-agent"},
    "cloud-run": {"kind": "cloud-run", "service": "research-agent"},
    "agent-engine": {"kind": "agent-engine", "engine": "research-agent"},
}
"""One valid workload of every kind."""


def environment(
    aws: Mapping[str, Any] | None = AWS, kubernetes: Mapping[str, Any] | None = KUBERNETES, **more: Any
) -> DeclaredEnvironment:
    """The environment `prod`; `None` leaves a platform's section out."""
    written: dict[str, Any] = {
        "environment": "prod",
        "prefix": "acme",
        "platforms": ["aws", "kubernetes"],
        "sponsors": {"domains": ["example.com"]},
        **({"aws": aws} if aws is not None else {}),
        **({"kubernetes": kubernetes} if kubernetes is not None else {}),
        **more,
    }
    return DeclaredEnvironment(
        Environment.model_validate(written), Positions("environments/prod.yaml", {}), load_profile("requirements")
    )


def without(section: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """A section of the environment without some of its keys."""
    return {key: value for key, value in section.items() if key not in keys}


def grant(actions: Sequence[str], *resources: str, platform: Platform = "aws", **more: Any) -> Grant:
    """A grant (or, with `effect="deny"`, a deny) with a reason and a place."""
    given: dict[str, Any] = {"effect": "allow", "access": "read", "reason": "knowledge base", "origin": PLACE, **more}
    return Grant(platform=platform, actions=tuple(actions), resources=tuple(resources), **given)


READ = grant(["s3:GetObject"], "arn:aws:s3:::kb-prod/docs/*", reason="knowledge-base read")
LIST = grant(["s3:ListBucket"], "arn:aws:s3:::kb-prod", reason="knowledge-base list")
ASK = grant(
    ["bedrock:InvokeModel"],
    "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-5",
    reason="text_generation",
    expires=datetime(2026, 12, 24, tzinfo=UTC),
)
NO_PAYMENT = grant(["payment-cryptography:*"], "*", effect="deny", access="manage", reason="payment_processing")


def plan(
    workload: Mapping[str, Any] | None = WORKLOADS["eks"],
    *,
    agent_id: str = "research-agent",
    state: EffectiveState = "active",
    instance: str | None = None,
    risk_tier: int = 2,
    credential: Mapping[str, Any] | None = None,
    max_session: timedelta = timedelta(hours=4),
    allows: Iterable[Grant] = (READ, LIST, ASK),
    denies: Iterable[Grant] = (NO_PAYMENT,),
    platforms: tuple[Platform, ...] = ("aws",),
    lock_date: datetime | None = LOCK,
    where: DeclaredEnvironment | None = None,
    facts: Mapping[Fact, str | None] | None = None,
    on_behalf: str | None = None,
) -> AgentPlan:
    """An active agent with a workload, grants, a deny and a lock date.

    `on_behalf` is the file's word; what it does to grants and denies is asked of the catalog, as for any agent.
    """
    proof: dict[str, Any] = {"type": "workload_identity", "expires": timestamp(LOCK), **(credential or {})}
    if workload is not None:
        proof["workload"] = dict(workload)
    file = {
        "agent_policy": {
            "agent_id": agent_id,
            "purpose": "Answers questions: from the knowledge base",
            "owner_team": "Research.Team",
            "risk_tier": risk_tier,
            "platforms": list(platforms),
            "sponsor": "jgill@example.com",
            "instances": [instance] if instance else [],
            "credential": proof,
            **({"acts_on_behalf": on_behalf} if on_behalf else {}),
        }
    }
    declared, problems = load_agent_text(
        yaml.safe_dump(file, sort_keys=False, width=1000), FILE, where or environment()
    )
    assert declared is not None, problems
    known: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": agent_id,
        "instance": instance,
        "sponsor": "jgill@example.com",
        "owner-team": "Research.Team",
        "risk-tier": str(risk_tier),
        "purpose": "Answers questions: from the knowledge base",
        "state": state,
        "expires": timestamp(lock_date) if lock_date else None,
        "environment": "prod",
        "spec-digest": "1:0123456789abcdef",
        **(facts or {}),
    }
    return AgentPlan(
        declared=declared,
        instance=instance,
        clock=CLOCK,
        state=state,
        state_reason=f"state is {state}",
        lock_date=lock_date,
        platforms=platforms,
        meanings={
            "aws": Meaning(
                "aws",
                user_context.narrowed(declared, "aws", allows)[0],
                (*denies, *user_context.denied(declared, "aws")),
            )
        },
        workload=declared.agent.credential.workload if declared.agent.credential else None,
        max_session=max_session,
        facts={fact: value for fact, value in known.items() if value is not None},
    )
