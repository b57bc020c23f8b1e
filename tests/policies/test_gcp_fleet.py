"""What our own builder writes for Google Cloud breaks no rule, and taking any lock of it away brings a finding.

Every workload, tier, state, shipped action, bound scope and tool; what is taken away is taken from all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import yaml
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import meaning
from nhi.contract import UNKNOWN
from nhi.plan.make import make_plans
from nhi.platforms.gcp import documents
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text
from nhi_policies.declared import Context
from nhi_policies.dispatch import judge_all
from nhi_policies.verdict import Violation
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, from_record
from nhi_policies.view.types import kinds_of

from policies.test_aws_fleet import environment as aws_environment

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
WORKLOADS: dict[str, dict[str, Any]] = {
    "gke": {"kind": "gke", "cluster": "main", "namespace": "research", "service_account": "reader"},
    "cloud-run": {"kind": "cloud-run", "service": "worker"},
    "agent-engine": {"kind": "agent-engine", "engine": "4711"},
    "kubernetes": {"kind": "kubernetes"},
    "eks": {"kind": "eks", "cluster": "main"},
    "eks-without-issuer": {"kind": "eks", "cluster": "edge"},
    "oidc": {"kind": "oidc", "issuer": "https://token.example.com/x", "subject": "repo:a/b:ref:c", "audience": "aws"},
    "spiffe": {"kind": "spiffe", "id": "spiffe://example.org/agent/worker"},
    "ecs": {"kind": "ecs", "cluster": "agents"},
    "lambda": {"kind": "lambda", "function": "worker"},
    "agentcore": {"kind": "agentcore", "runtime": "worker_agent"},
}


@cache
def environment() -> DeclaredEnvironment:
    """The catalog's whole environment, with what every workload needs on Google Cloud."""
    found = aws_environment()
    content = found.environment.model_dump(mode="json", exclude_none=True)
    content["gcp"] |= {
        "organization_id": "998877665544",
        "workload_identity_pool": "agents",
        "clusters": {"main": {"name": "whole-main"}},
        "boundary": True,
        "secrets": {"topic": "projects/acme-agents/topics/rotate"},
    }
    content["kubernetes"] |= {"spiffe_issuer": "https://spire.example.org"}
    content["aws"]["clusters"] |= {"edge": {"name": "whole-edge"}}
    content["aws"]["clusters"]["main"] |= {"oidc_issuer": "https://oidc.example.com/main"}
    return replace(found, environment=type(found.environment).model_validate(content))


def agent(**changes: Any) -> DeclaredAgent:
    """An agent on Google Cloud (and AWS, from where some come); its workload, type and end go into its credential."""
    credential = {
        "type": changes.pop("type", "workload_identity"),
        "expires": changes.pop("expires", "2027-01-15T00:00:00Z"),
        "rotation_days": 30,
        "workload": WORKLOADS[changes.pop("workload", "gke")],
    }
    written = {
        "agent_id": "worker",
        "purpose": "Tests what the gate says about our own documents (all of them)",
        "owner_team": "platform",
        "risk_tier": 2,
        "platforms": ["aws", "gcp"],
        "sponsor": {"id": "mira.novak@example.com", "backup": "ana.reyes@example.com"},
        "denied_actions": ["credential_management"],
        "credential": credential,
        **changes,
    }
    declared, problems = load_agent_text(yaml.safe_dump({"agent_policy": written}), "agents/worker.yaml", environment())
    assert declared is not None, problems
    return declared


def written(declared: DeclaredAgent) -> list[Resource]:
    """What the builder writes for the agent on Google Cloud, as the judge sees it."""
    plans = make_plans(declared, load_catalog(), CLOCK)
    return [from_record(one, declared.agent.agent_id) for plan in plans for one in documents.records(plan)]


def judged(declared: DeclaredAgent, resources: Iterable[Resource]) -> list[Violation]:
    """The blocking findings about these resources."""
    context = Context(CLOCK, {declared.agent.agent_id: declared}, environment(), load_catalog(), pinned=CLOCK)
    # The cluster's admission policies, which tier 2 wants enforced on Kubernetes, are no matter of this file.
    return [one for one in judge_all(tuple(resources), (declared,), context) if one.blocks]


def blocking(declared: DeclaredAgent) -> list[str]:
    """The blocking findings about the agent's own records, as text."""
    found = judged(declared, written(declared))
    return [f"{one.rule.id} {one.finding.part}: {one.finding.text}" for one in found]


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("tier", [1, 2, 3])
def test_every_workload_at_every_tier_passes(workload: str, tier: int) -> None:
    assert blocking(agent(workload=workload, risk_tier=tier)) == []


@pytest.mark.parametrize("workload", ["gke", "oidc", "lambda", "agent-engine"])
@pytest.mark.parametrize("state", ["proposed", "active", "suspended", "quarantined", "retired"])
def test_every_state_passes(state: str, workload: str) -> None:
    assert blocking(agent(state=state, workload=workload)) == []


def test_a_stored_credential_passes_in_every_state() -> None:
    for state in ("proposed", "active", "suspended"):
        assert blocking(agent(state=state, type="oauth2_client_credentials")) == []


def test_instances_with_states_of_their_own_pass() -> None:
    assert blocking(agent(workload="gke", instances={"blue": "active", "green": "suspended"})) == []


def test_an_agent_past_its_lock_date_passes() -> None:
    assert blocking(agent(expires="2026-08-11T00:00:00Z")) == []


def test_an_agent_of_tier_1_without_end_passes() -> None:
    declared = agent(risk_tier=1)
    assert declared.agent.credential is not None
    endless = declared.agent.credential.model_copy(update={"expires": None})
    without = replace(declared, agent=declared.agent.model_copy(update={"credential": endless}))
    assert [one for one in blocking(without) if "CRD-002" not in one] == []


@pytest.mark.parametrize("word", sorted(load_catalog().actions))
def test_every_shipped_action_can_be_allowed_and_denied(word: str) -> None:
    allowed = {"action": word, "expires": "2026-12-24T00:00:00Z"}
    assert blocking(agent(allowed_actions=[allowed], denied_actions=[])) == []
    assert blocking(agent(denied_actions=[word])) == []


@pytest.mark.parametrize("access", ["none", "read", "write", "admin"])
def test_every_bound_scope_passes_at_every_level_it_has(access: str) -> None:
    scopes = environment().environment.data_scopes
    for scope in sorted(name for name, bound in scopes.items() if "gcp" in bound):
        declared = agent(data_access=[{"scope": scope, "access": access}])
        if meaning(declared, load_catalog(), "gcp").problems:
            continue  # the object does not offer this level, which the plan refuses with its line
        assert blocking(declared) == [], scope


def test_every_bound_tool_passes_allowed_and_denied() -> None:
    for tool in sorted(name for name, bound in environment().environment.tools.items() if "gcp" in bound):
        for allowed in (True, False):
            assert blocking(agent(tool_access=[{"tool": tool, "allowed": allowed}])) == [], tool


# --- without a lock -----------------------------------------------------------------------------------------------

RICH: dict[str, Any] = {
    "allowed_actions": ["translation", "queue_publish"],
    "data_access": [{"scope": "knowledge-base", "access": "read"}],
}


def _edited(kind: str, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Resource], Resource | None]:
    """One change of every resource of a type or kind."""

    def change(one: Resource) -> Resource | None:
        if one.type != kind and kind not in kinds_of(one.type):
            return one
        return replace(one, inputs=edit(dict(one.inputs)))

    return change


def _gone(kind: str) -> Callable[[Resource], Resource | None]:
    return lambda one: None if one.type == kind or kind in kinds_of(one.type) else one


def _without(*keys: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda inputs: {key: value for key, value in inputs.items() if key not in keys}


def _with(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda inputs: {**inputs, **changes}


def _later(inputs: dict[str, Any]) -> dict[str, Any]:
    expression = inputs["condition"]["expression"].replace("2027-01-15", "2027-01-16")
    return {**inputs, "condition": {**inputs["condition"], "expression": expression}}


LOCKS: dict[str, tuple[Callable[[Resource], Resource | None], str]] = {
    "no facts": (_edited(t.GCP_SERVICE_ACCOUNT, _without("description")), "NHI-CLS-300"),
    "another name": (_edited(t.GCP_SERVICE_ACCOUNT, _with(accountId="somebody-else")), "NHI-IDN-301"),
    "an account taken over": (_edited(t.GCP_SERVICE_ACCOUNT, _with(createIgnoreAlreadyExists=True)), "NHI-IDN-300"),
    "members without end": (_edited("gcp-member", _without("condition")), "NHI-EXP-300"),
    "members that end late": (_edited("gcp-member", _later), "NHI-EXP-300"),
    "members of the whole project": (
        lambda one: (
            replace(one, type=t.GCP_PROJECT_MEMBER, inputs={**one.inputs, "project": "acme-agents"})
            if one.type.startswith("gcp:storage/")
            else one
        ),
        "NHI-PRM-304",
    ),
    "no deny policy": (_gone(t.GCP_DENY_POLICY), "NHI-PRM-306"),
    "no boundary": (_gone(t.GCP_BOUNDARY), "NHI-PRM-307"),
    "an unbound boundary": (_gone(t.GCP_BOUNDARY_BINDING), "NHI-PRM-307"),
    "one permission more": (
        _edited("gcp-role", lambda inputs: {**inputs, "permissions": [*inputs["permissions"], "run.routes.invoke"]}),
        "NHI-PRM-303",
    ),
    "a permission that leads to more": (
        _edited("gcp-role", lambda inputs: {**inputs, "permissions": ["iam.serviceAccounts.actAs"]}),
        "NHI-ESC-300",
    ),
    "no roles": (_gone("gcp-role"), "NHI-PRM-304"),
    "a provider without a condition": (_edited(t.GCP_PROVIDER, _without("attributeCondition")), "NHI-TRU-300"),
    "a provider of every subject": (
        _edited(t.GCP_PROVIDER, _with(attributeCondition="assertion.sub != ''")),
        "NHI-TRU-301",
    ),
    "a provider with another mapping": (
        _edited(t.GCP_PROVIDER, _with(attributeMapping={"google.subject": "assertion.aud"})),
        "NHI-TRU-301",
    ),
    "an entrance for another": (
        _edited(t.GCP_SERVICE_ACCOUNT_MEMBER, _with(member="user:ana.reyes@example.com")),
        "NHI-TRU-302",
    ),
    "an entrance for everybody": (_edited(t.GCP_SERVICE_ACCOUNT_MEMBER, _with(member="allUsers")), "NHI-TRU-303"),
    "no account": (_gone(t.GCP_SERVICE_ACCOUNT), "NHI-GAT-007"),
    "a secret that is never due": (_edited(t.GCP_SECRET, _without("rotation")), "NHI-CRD-301"),
    "a secret that never expires": (_edited(t.GCP_SECRET, _without("expireTime")), "NHI-EXP-301"),
}


@cache
def rich() -> tuple[DeclaredAgent, tuple[Resource, ...]]:
    """A federated agent with grants of every kind, a stored credential and a boundary."""
    declared = agent(workload="oidc", type="oauth2_client_credentials", **RICH)
    made = tuple(written(declared))
    assert judged(declared, made) == []
    return declared, made


@pytest.mark.parametrize("name", LOCKS)
def test_taking_a_lock_away_brings_a_finding(name: str) -> None:
    change, rule = LOCKS[name]
    declared, made = rich()
    after = [changed for one in made if (changed := change(one)) is not None]
    assert after != list(made)
    assert rule in {one.rule.id for one in judged(declared, after)}


# A display name or a title says nothing that anybody decides by; whether it is disabled matters once it is stopped.
_DECIDES_NOTHING = {
    (t.GCP_SERVICE_ACCOUNT, "displayName"),
    (t.GCP_CUSTOM_ROLE, "title"),
    (t.GCP_CUSTOM_ROLE, "stage"),
    (t.GCP_DENY_POLICY, "name"),
    (t.GCP_DENY_POLICY, "displayName"),
    (t.GCP_PROVIDER, "displayName"),
    (t.GCP_PROVIDER, "disabled"),
    (t.GCP_SERVICE_ACCOUNT, "disabled"),
    (t.GCP_BOUNDARY, "displayName"),
    (t.GCP_BOUNDARY_BINDING, "displayName"),
    (t.GCP_BOUNDARY_BINDING, "location"),
    (t.GCP_BOUNDARY_BINDING, "policyBindingId"),
    (t.GCP_BOUNDARY_BINDING, "project"),
    (t.GCP_SECRET, "project"),
    (t.GCP_SECRET, "replication"),
    # Wherever it stands, a provider of the agent lets in the declared workload only, and a secret of it is due in time.
    (t.GCP_PROVIDER, "project"),
    (t.GCP_PROVIDER, "workloadIdentityPoolId"),
    (t.GCP_PROVIDER, "workloadIdentityPoolProviderId"),
    (t.GCP_SECRET, "secretId"),
}


def test_nothing_in_a_record_can_be_hidden_from_every_rule() -> None:
    declared, made = rich()
    passed = []
    for index, resource in {one.type: (index, one) for index, one in enumerate(made)}.values():
        for key in sorted(resource.inputs):
            hidden = replace(resource, inputs={**resource.inputs, key: UNKNOWN})
            others = (*made[:index], hidden, *made[index + 1 :])
            if (resource.type, key) not in _DECIDES_NOTHING and not judged(declared, others):
                passed.append((resource.type, key))
    assert set(passed) == set()
