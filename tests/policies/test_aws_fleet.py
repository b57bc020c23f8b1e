"""What our own AWS documents say passes every rule: each shipped action, level and tool, each workload, each state."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import meaning
from nhi.plan.make import make_plans
from nhi.platforms.aws import documents
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_environment
from nhi_policies.declared import Context
from nhi_policies.dispatch import judge_all
from nhi_policies.view.resource import from_record

_CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
_WHOLE = Path(__file__).parents[1] / "catalog" / "environment.yaml"
_HERE = "eu-central-1:111122223333"
_WORKLOADS: dict[str, dict[str, Any]] = {
    "eks": {"kind": "eks", "cluster": "main", "namespace": "research", "service_account": "reader"},
    "ecs": {"kind": "ecs", "cluster": "agents"},
    "lambda": {"kind": "lambda", "function": "worker"},
    "agentcore": {"kind": "agentcore", "runtime": "worker_agent"},
    "kubernetes": {"kind": "kubernetes"},
    "gke": {"kind": "gke", "cluster": "main"},
    "oidc": {"kind": "oidc", "issuer": "https://token.example.com/x", "subject": "repo:a/b:ref:c", "audience": "aws"},
    "spiffe": {"kind": "spiffe", "id": "spiffe://example.org/agent/worker"},
}


@cache
def environment() -> DeclaredEnvironment:
    """The catalog's whole environment, with what every workload needs."""
    found, problems = load_environment(_WHOLE, root=_WHOLE.parent)
    assert found is not None, problems
    content = found.environment.model_dump(mode="json", exclude_none=True)
    content["aws"] |= {
        "clusters": {"main": {"name": "whole-main"}},
        "trust_anchor": f"arn:aws:rolesanywhere:{_HERE}:trust-anchor/1f2e3d4c-0000-4000-8000-000000000001",
        "secrets": {
            "kms_key": f"arn:aws:kms:{_HERE}:key/0a1b2c3d-0000-4000-8000-000000000002",
            "rotation_lambda": f"arn:aws:lambda:{_HERE}:function:rotate",
        },
    }
    content["kubernetes"] |= {"cluster": "main", "oidc_issuer": "https://oidc.example.com/cluster"}
    made = type(found.environment).model_validate(content)
    return DeclaredEnvironment(made, found.positions, found.profile)


def agent(**changes: Any) -> DeclaredAgent:
    """An agent on AWS; `workload` and `type` go into its credential."""
    credential = {
        "type": changes.pop("type", "workload_identity"),
        "expires": changes.pop("expires", "2027-01-15T00:00:00Z"),
        "rotation_days": 30,
        "workload": _WORKLOADS[changes.pop("workload", "lambda")],
    }
    written = {
        "agent_id": "worker",
        "purpose": "Tests what the gate says about our own documents (all of them)",
        "owner_team": "platform",
        "risk_tier": 2,
        "platforms": ["aws"],
        "sponsor": "mira.novak@example.com",
        "credential": credential,
        **changes,
    }
    declared, problems = load_agent_text(yaml.safe_dump({"agent_policy": written}), "agents/worker.yaml", environment())
    assert declared is not None, problems
    return declared


def blocking(declared: DeclaredAgent) -> list[str]:
    """The blocking findings of AWS rules about this agent's own records, as text."""
    context = Context(_CLOCK, {declared.agent.agent_id: declared}, environment(), load_catalog(), pinned=_CLOCK)
    records = [one for plan in make_plans(declared, load_catalog(), _CLOCK) for one in documents.records(plan)]
    resources = [from_record(one, declared.agent.agent_id) for one in records]
    found = judge_all(resources, (declared,), context)
    return [f"{one.rule.id} {one.finding.part}: {one.finding.text}" for one in found if one.blocks]


@pytest.mark.parametrize("workload", _WORKLOADS)
@pytest.mark.parametrize("tier", [1, 2, 3])
def test_every_workload_at_every_tier_passes(workload: str, tier: int) -> None:
    sponsor = {"id": "mira.novak@example.com", "backup": "ana.reyes@example.com"}
    assert blocking(agent(workload=workload, risk_tier=tier, sponsor=sponsor, instances=[])) == []


@pytest.mark.parametrize("state", ["proposed", "active", "suspended", "quarantined", "retired"])
def test_every_state_passes(state: str) -> None:
    assert blocking(agent(state=state, type="oauth2_client_credentials")) == []


def test_instances_with_states_of_their_own_pass() -> None:
    assert blocking(agent(workload="eks", instances={"blue": "active", "green": "suspended"})) == []


def test_an_agent_past_its_lock_date_passes() -> None:
    assert blocking(agent(expires="2026-08-11T00:00:00Z")) == []


@pytest.mark.parametrize("word", sorted(load_catalog().actions))
def test_every_shipped_action_can_be_allowed_and_denied(word: str) -> None:
    assert blocking(agent(allowed_actions=[{"action": word, "expires": "2026-12-24T00:00:00Z"}])) == []
    assert blocking(agent(denied_actions=[word])) == []


@pytest.mark.parametrize("access", ["none", "read", "write", "admin"])
def test_every_bound_scope_passes_at_every_level_it_has(access: str) -> None:
    scopes = environment().environment.data_scopes
    for scope in sorted(name for name, bound in scopes.items() if "aws" in bound):
        declared = agent(data_access=[{"scope": scope, "access": access}])
        if meaning(declared, load_catalog(), "aws").problems:
            continue  # the object does not offer this level, which the plan refuses with its line
        assert blocking(declared) == [], scope


def test_every_bound_tool_passes_allowed_and_denied() -> None:
    for tool in sorted(name for name, bound in environment().environment.tools.items() if "aws" in bound):
        for allowed in (True, False):
            assert blocking(agent(tool_access=[{"tool": tool, "allowed": allowed}])) == [], tool
