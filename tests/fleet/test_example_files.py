"""The example fleet's files: what they show, and that one environment says nothing of another."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import pytest
import yaml
from fleet_project import REPOSITORY
from nhi.catalog.load import load_catalog
from nhi.clock import clock
from nhi.contract import PLATFORMS
from nhi.fleet.delegation import graph
from nhi.fleet.load import Fleet, load_fleet
from nhi.plan.make import make_plans
from nhi.platforms import records
from nhi.spec import model

STACKS = REPOSITORY / "stacks"
ENVIRONMENTS = ("dev", "staging", "prod")
CORPUS = REPOSITORY / "tests" / "spec" / "corpus" / "agent_good" / "requirements-example.yaml"

every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


@cache
def fleet(environment: str) -> Fleet:
    found = load_fleet(STACKS / "agents", STACKS / "environments" / f"{environment}.yaml", root=REPOSITORY)
    assert found.problems == ()
    return found


def written(environment: str) -> dict[str, Any]:
    return yaml.safe_load((STACKS / "environments" / f"{environment}.yaml").read_text(encoding="utf-8"))


@every_environment
def test_every_workload_kind_platform_and_class_occurs(environment: str) -> None:
    agents = [declared.agent for declared in fleet(environment).agents.values()]
    workloads = {agent.credential.workload.kind for agent in agents if agent.credential and agent.credential.workload}
    kinds = {get_args(cls.model_fields["kind"].annotation)[0] for cls in get_args(get_args(model.Workload)[0])}
    assert workloads == kinds
    assert {platform for agent in agents for platform in agent.platforms or ()} == set(PLATFORMS)
    assert {agent.agent_class for agent in agents} == {"research", "customer-facing", None}
    assert [agent.agent_id for agent in agents if set(agent.platforms or ()) == set(PLATFORMS)] == ["concierge-agent"]
    assert [tuple(agent.instances) for agent in agents if agent.instances] == [("north", "south")]
    assert all(agent.credential and agent.credential.workload for agent in agents)


@every_environment
def test_every_agent_compiles_on_each_of_its_platforms(environment: str) -> None:
    found = fleet(environment)
    for declared in found.agents.values():
        for plan in make_plans(declared, load_catalog(), clock("2026-11-01T00:00:00Z"), graph(found.agents)):
            assert records(plan)
            denied = {platform: meaning.problems for platform, meaning in plan.meanings.items() if meaning.problems}
            assert denied == {}


@every_environment
def test_one_workload_reaches_several_clouds_without_a_secret_anywhere(environment: str) -> None:
    clouds = {"aws", "entra", "gcp"}
    agents = [one for one in fleet(environment).agents.values() if len(clouds & set(one.agent.platforms or ())) > 1]
    kinds = {one.agent.agent_id: one.agent.credential.workload.kind for one in agents}  # type: ignore[union-attr]
    assert kinds == {"concierge-agent": "kubernetes", "helpdesk-agent": "kubernetes", "reporting-agent": "lambda"}
    for declared in agents:
        made = records(*make_plans(declared, load_catalog(), clock("2026-11-01T00:00:00Z")))
        names = {record.type.rpartition(":")[2].lower() for record in made}
        assert [name for name in names if any(word in name for word in ("secret", "password", "key", "cert"))] == []
        assert sum("federatedidentitycredential" in name for name in names) == 1
        assert sum("workloadidentitypoolprovider" in name for name in names) == 1


def test_the_environments_give_the_same_words_the_same_kinds_on_the_same_platforms() -> None:
    def bound(environment: str) -> dict[str, dict[str, dict[str, list[str]]]]:
        return {
            section: {
                word: {platform: [one["kind"] for one in bindings] for platform, bindings in platforms.items()}
                for word, platforms in written(environment)[section].items()
            }
            for section in ("resources", "data_scopes", "tools")
        }

    assert bound("dev") == bound("staging") == bound("prod")
    keys = [{key: sorted(value) if isinstance(value, dict) else None for key, value in written(name).items()}
            for name in ENVIRONMENTS]  # fmt: skip
    assert keys[0] == keys[1] == keys[2]


@every_environment
def test_an_environment_names_nothing_of_another(environment: str) -> None:
    """One account, tenant, project, cluster issuer or workload in two environments would be one identity in both."""
    text = (STACKS / "environments" / f"{environment}.yaml").read_text(encoding="utf-8")
    for other in (name for name in ENVIRONMENTS if name != environment):
        there = written(other)
        own = [
            there["prefix"],
            there["aws"]["account_id"],
            there["aws"]["outbound_issuer"],
            there["entra"]["tenant_id"],
            there["gcp"]["project_id"],
            there["gcp"]["project_number"],
            there["kubernetes"]["trust_domain"],
            there["kubernetes"]["oidc_issuer"],
            there["kubernetes"]["spiffe_issuer"],
            *(api["object_id"] for api in there["entra"]["apis"].values()),
            *(user for users in there["entra"]["on_behalf_of"].values() for user in users),
        ]
        assert [name for name in own if name in text] == []


def test_the_requirements_own_example_is_byte_for_byte_the_documents() -> None:
    text = (STACKS / "agents" / "research-agent-prod-01.yaml").read_text(encoding="utf-8")
    comments, _, example = text.partition("agent_policy:\n")
    assert all(line.startswith("#") for line in comments.splitlines())
    assert f"agent_policy:\n{example}" == CORPUS.read_text(encoding="utf-8")
