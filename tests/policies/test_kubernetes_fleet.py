"""What our own builder writes for Kubernetes passes every rule about it, and nothing in it can be hidden from them.

The agents and environments are those that the project shows as examples, so nothing is arranged for the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from nhi.contract import UNKNOWN, Record
from nhi.fleet.delegation import graph
from nhi.fleet.load import load_fleet
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi.spec.loader import load_agent_text, load_environment
from nhi_policies import dispatch
from nhi_policies.declared import Context
from nhi_policies.rule import registry
from nhi_policies.verdict import Violation
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, from_record

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "tests/platforms/kubernetes"
CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
ABOUT_CLUSTERS = {one for one in registry() if 40 <= int(one[-3:]) <= 69}

every_environment = pytest.mark.parametrize("environment", ["dev", "prod"])


def found(resources: Iterable[Resource], context: Context) -> list[Violation]:
    """What the rules about clusters find in these resources."""
    return [one for one in dispatch.judge_all(tuple(resources), (), context) if one.rule.id in ABOUT_CLUSTERS]


def said(violations: Iterable[Violation]) -> list[str]:
    return [f"{one.rule.id} {one.finding.target}: {one.finding.text}" for one in violations]


@cache
def fleet(environment: str) -> tuple[Context, tuple[Resource, ...]]:
    """The example fleet in one environment: what the gate is told, and every Kubernetes record as the judge sees it."""
    stacks = ROOT / "stacks"
    loaded = load_fleet(stacks / "agents", stacks / "environments" / f"{environment}.yaml", root=ROOT)
    assert loaded.environment is not None
    plans, problems = make_all(loaded.agents.values(), loaded.catalog, CLOCK, graph(loaded.agents))
    assert (*loaded.problems, *problems) == ()
    written = [*environment_records(loaded.environment), *(record for plan in plans for record in records(plan))]
    context = Context(CLOCK, loaded.agents, loaded.environment, loaded.catalog, stack=environment, pinned=CLOCK)
    return context, tuple(from_record(one) for one in written if one.package == "kubernetes")


@every_environment
def test_what_the_builder_writes_for_the_example_fleet_passes_every_rule(environment: str) -> None:
    context, resources = fleet(environment)
    assert any(one.type == t.K8S_ROLE_BINDING for one in resources)
    assert said(found(resources, context)) == []


# What cannot be read of a binding of an admission policy is its name only, which decides nothing.
_DECIDES_NOTHING = {(t.K8S_ADMISSION_BINDING, "metadata")}


@every_environment
def test_nothing_in_a_record_can_be_hidden_from_every_rule(environment: str) -> None:
    context, resources = fleet(environment)
    one_of_each = {resource.type: index for index, resource in enumerate(resources)}
    passed = []
    for type_token, index in one_of_each.items():
        resource = resources[index]
        for key in sorted(set(resource.inputs) - {"apiVersion", "kind"}):
            hidden = replace(resource, inputs={**resource.inputs, key: UNKNOWN})
            if (type_token, key) not in _DECIDES_NOTHING and not found(
                (*resources[:index], hidden, *resources[index + 1 :]), context
            ):
                passed.append((type_token, key))
    assert passed == []


@every_environment
def test_a_role_by_hand_is_found_though_nothing_says_whose_it_is(environment: str) -> None:
    context, resources = fleet(environment)
    binding = next(one for one in resources if one.type == t.K8S_ROLE_BINDING)
    namespace = binding.inputs["metadata"]["namespace"]
    by_hand = (
        _by_hand(t.K8S_ROLE, namespace, rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}]),
        _by_hand(
            t.K8S_ROLE_BINDING,
            namespace,
            roleRef={"kind": "Role", "name": "by-hand"},
            subjects=binding.inputs["subjects"],
        ),
    )
    caught = found((*resources, *by_hand), context)
    assert {"NHI-ESC-040", "NHI-PRM-046", "NHI-EXP-040"} <= {one.rule.id for one in caught}
    assert {one.finding.target for one in caught} <= {f"by-hand-{token}" for token in (t.K8S_ROLE, t.K8S_ROLE_BINDING)}
    assert all(one.finding.agent for one in caught)


def _by_hand(type_token: str, namespace: str, **body: Any) -> Resource:
    record = Record(
        type_token, f"by-hand-{type_token}", {"metadata": {"name": "by-hand", "namespace": namespace}, **body}
    )
    return from_record(record)


# --- the builder's own goldens ------------------------------------------------------------------------------------

_WORKLOADS: dict[str, dict[str, str]] = {
    "eks": {"kind": "eks", "cluster": "main", "namespace": "research", "service_account": "reader"},
    "gke": {"kind": "gke", "cluster": "main"},
    "spiffe": {"kind": "spiffe", "id": "spiffe://dev.example.org/agents/research"},
}
_OF_NO_FILE = {"NHI-PRM-046", "NHI-ESC-040"}
"""The goldens' grants are made up, so no file declares them, and making Jobs is among them."""


def _golden(case: str) -> tuple[Context, tuple[Resource, ...]]:
    environment, problems = load_environment(ROOM / "environment.yaml")
    assert environment is not None, problems
    kind, _, state = case.rpartition("-")
    written = json.loads((ROOM / "golden" / f"{case}.json").read_text())
    resources = tuple(from_record(Record(one["type"], one["name"], one["inputs"])) for one in written)
    spiffe = next((one.inputs["spec"]["spiffeIDTemplate"] for one in resources if one.type == t.K8S_SPIFFE_ID), None)
    workload = dict(_WORKLOADS.get(kind, {"kind": "kubernetes"}))
    if workload["kind"] == "spiffe":
        workload["id"] = str(spiffe)
    file = {
        "agent_id": "research-agent",
        "purpose": "Answers questions: from the knowledge base",
        "owner_team": "Research.Team",
        "risk_tier": 2,
        "state": state,
        "platforms": ["kubernetes"],
        "sponsor": "jgill@example.com",
        "instances": ["blue", "green"] if kind == "instance" else [],
        "credential": {"type": "workload_identity", "expires": "2027-03-31T00:00:00Z", "workload": workload},
    }
    declared, problems = load_agent_text(yaml.safe_dump({"agent_policy": file}), "research-agent.yaml", environment)
    assert declared is not None, problems
    return Context(CLOCK, {"research-agent": declared}, environment), resources


@pytest.mark.parametrize(
    "case",
    ["eks-active", "gke-active", "instance-active", "kubernetes-active", "spiffe-active", "proposed", "suspended"],
)
def test_the_builders_goldens_break_no_rule_but_for_their_made_up_grants(case: str) -> None:
    context, resources = _golden(case)
    blocking = {one.rule.id for one in found(resources, context) if one.blocks}
    assert blocking == (_OF_NO_FILE if case.endswith("-active") else set())


def test_the_golden_of_an_active_agent_is_found_once_the_file_stops_it() -> None:
    context, resources = _golden("kubernetes-active")
    declared = context.agents["research-agent"]
    stopped = replace(declared, agent=declared.agent.model_copy(update={"state": "suspended"}))
    caught = found(resources, replace(context, agents={"research-agent": stopped}))
    held = {one.finding.part for one in caught if one.rule.id == "NHI-STA-040"}
    assert held == {"a-role", "a-binding", "a-SPIFFE-id", "egress"}
    assert {one.finding.part for one in caught if one.rule.id == "NHI-CLS-040"} == {"state::differs"}
