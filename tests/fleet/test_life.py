"""A fleet's life in the sandbox: made, left alone, changed, suspended, replaced, removed; and crashes in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fleet_project import TIMEOUT_SECONDS, Outcome, Project
from mistakes import SUPPORT
from nhi.sandbox.provider import FAULTS_VARIABLE

pytestmark = pytest.mark.engine


def up(project: Project, engine: str, more: dict[str, str] | None = None) -> dict[str, int]:
    """Deploys, and answers what changed."""
    outcome = project.run("up", engine, more=more)
    assert outcome.code == 0, outcome.said
    return outcome.report["changes"]


def objects(project: Project, engine: str) -> list[tuple[str, str, str]]:
    """What exists in the clouds, without the ids that a cloud chose: type, URN and inputs."""
    return sorted((row["type"], row["urn"], json.dumps(row["inputs"], sort_keys=True)) for row in project.world(engine))


def of(project: Project, engine: str, agent: str, kind: str) -> list[dict[str, Any]]:
    """The objects of one type that belong to an agent."""
    return [row for row in project.world(engine) if row["type"] == kind and f"::{agent}-" in row["urn"]]


def assert_each_once(project: Project, engine: str) -> None:
    """Every object of the world is one resource of the state, and every such resource one object."""
    in_world = Counter((row["type"], row["id"]) for row in project.world(engine))
    in_state = Counter(
        (row["type"], row["id"])
        for row in project.resources(engine).values()
        if row["custom"] and not row["type"].startswith("pulumi:")
    )
    assert in_world == in_state
    assert set(in_world.values()) <= {1}
    assert len({row["urn"] for row in project.world(engine)}) == in_world.total()


def assert_nothing_left(project: Project, engine: str) -> None:
    assert project.world(engine) == []
    assert not project.state(engine).get("resources")
    assert not project.state(engine).get("pending_operations")


def test_the_whole_fleet_is_made_left_alone_and_removed(project: Project, engine: str) -> None:
    made = up(project, engine)
    assert list(made) == ["create"]
    assert_each_once(project, engine)
    agents = {path.stem for path in (project.root / "stacks" / "agents").iterdir()}
    outputs = [
        row["outputs"]["agents"] for row in project.resources(engine).values() if row["type"] == "pulumi:pulumi:Stack"
    ]
    assert {name: one["state"] for name, one in outputs[0].items()} == {
        **dict.fromkeys(agents, "active"),
        "onboarding-agent": "proposed",
        "research-agent-prod-01": "suspended",
    }
    before = objects(project, engine)
    assert up(project, engine) == {"same": made["create"]}
    assert project.run("preview", engine).report["changes"] == {"same": made["create"]}
    assert objects(project, engine) == before
    destroyed = project.run("destroy", engine)
    assert destroyed.code == 0, destroyed.said
    assert destroyed.report["changes"] == {"delete": made["create"]}
    assert_nothing_left(project, engine)


def test_suspending_an_agent_takes_its_grants_and_activating_it_gives_them_back(pair: Project, engine: str) -> None:
    up(pair, engine)
    active = objects(pair, engine)
    grants = (
        "aws:iam/policy:Policy",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    )
    assert all(of(pair, engine, "support-agent", kind) for kind in grants)
    pair.edit(SUPPORT, "  risk_tier: 2\n", "  risk_tier: 2\n  state: suspended\n")
    up(pair, engine)
    assert_each_once(pair, engine)
    (guard,) = of(pair, engine, "support-agent", "aws:iam/policy:Policy")
    assert {one["Effect"] for one in json.loads(guard["inputs"]["policy"])["Statement"]} == {"Deny"}
    (role,) = of(pair, engine, "support-agent", "aws:iam/role:Role")
    assert {one["Effect"] for one in json.loads(role["inputs"]["assumeRolePolicy"])["Statement"]} == {"Deny"}
    assert not any(of(pair, engine, "support-agent", kind) for kind in grants[1:])
    assert [row for row in objects(pair, engine) if "release-agent" in row[1]] == [
        row for row in active if "release-agent" in row[1]
    ], "the other agent is left alone"
    pair.edit(SUPPORT, "  state: suspended\n", "")
    up(pair, engine)
    assert objects(pair, engine) == active


def test_another_owner_is_an_update_in_place(pair: Project, engine: str) -> None:
    up(pair, engine)
    ids = {(row["urn"], row["id"]) for row in pair.world(engine)}
    pair.edit(SUPPORT, "owner_team: customer-care", "owner_team: after-sales")
    changes = up(pair, engine)
    assert set(changes) == {"same", "update"}
    assert {(row["urn"], row["id"]) for row in pair.world(engine)} == ids
    (role,) = of(pair, engine, "support-agent", "aws:iam/role:Role")
    assert "after-sales" in role["inputs"]["tags"].values()


def test_another_name_prefix_replaces_every_identity(pair: Project, engine: str) -> None:
    up(pair, engine)
    pair.edit("stacks/environments/dev.yaml", "prefix: acme-dev", "prefix: acme-qa")
    changes = up(pair, engine)
    assert changes["replace"] > 0
    assert_each_once(pair, engine)
    (role,) = of(pair, engine, "support-agent", "aws:iam/role:Role")
    assert role["inputs"]["name"] == "acme-qa-support-agent"
    assert "acme-dev-" not in json.dumps([row["id"] for row in pair.world(engine)])
    assert set(up(pair, engine)) == {"same"}


def test_an_agent_whose_file_is_gone_is_removed(pair: Project, engine: str) -> None:
    up(pair, engine)
    (pair.root / "stacks" / "agents" / "release-agent.yaml").unlink()
    assert set(up(pair, engine)) == {"same", "delete"}
    assert_each_once(pair, engine)
    assert [row["urn"] for row in pair.world(engine) if "release-agent" in row["urn"]] == []


def test_a_finding_stops_the_deployment(pair: Project, engine: str) -> None:
    up(pair, engine)
    before = objects(pair, engine)
    pair.edit(SUPPORT, "id: tomas.lind@example.com", "id: front-desk@example.com")
    outcome = pair.run("up", engine)
    assert outcome.code == 1
    assert "NHI-SPN-002" in {one["rule"] for one in outcome.blocking}, outcome.said
    assert [row for row in objects(pair, engine) if "support-agent" in row[1]] == [
        row for row in before if "support-agent" in row[1]
    ], "nothing of the agent that has a finding was touched"


# --- crashes --------------------------------------------------------------------------------------------------------


def killed(project: Project, count: int, verb: str) -> Outcome:
    """A run on the local engine that is killed at its count-th point, if it comes so far."""
    script = Path(__file__).with_name("killed_run.py")
    done = subprocess.run(
        [sys.executable, str(script), str(count), verb, "--stack", "dev", "--engine", "local", "--format", "json"],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """What the two agents come to where nothing goes wrong."""
    project = Project(tmp_path_factory.mktemp("undisturbed") / "project").keep()
    up(project, "local")
    return objects(project, "local")


# Four points stand around each creation: before the pending operation is written, before the cloud is asked, after it
# answered, and after the state is written. Consecutive counts meet all of them.
@pytest.mark.parametrize("count", [1, 2, 3, 4, 33])
def test_a_killed_deployment_converges_with_nothing_made_twice(
    pair: Project, count: int, undisturbed: list[tuple[str, str, str]]
) -> None:
    assert killed(pair, count, "up").code == -signal.SIGKILL
    up(pair, "local")
    assert objects(pair, "local") == undisturbed
    assert_each_once(pair, "local")
    assert not pair.state("local").get("pending_operations")


def test_a_deployment_killed_again_and_again_gets_there(pair: Project, undisturbed: list[tuple[str, str, str]]) -> None:
    deaths = 0
    while (outcome := killed(pair, 43, "up")).code == -signal.SIGKILL:
        deaths += 1
        assert deaths < 20, "every run must get further than the one before"
    assert outcome.code == 0, outcome.said
    assert deaths > 1
    assert objects(pair, "local") == undisturbed
    assert_each_once(pair, "local")


@pytest.mark.parametrize("count", [2, 3, 40])
def test_a_killed_removal_is_finished_by_the_next(pair: Project, count: int) -> None:
    up(pair, "local")
    assert killed(pair, count, "destroy").code == -signal.SIGKILL
    outcome = pair.run("destroy", "local")
    assert outcome.code == 0, outcome.said
    assert_nothing_left(pair, "local")


def test_a_killed_suspension_is_finished_by_the_next_run(pair: Project) -> None:
    up(pair, "local")
    pair.edit(SUPPORT, "  risk_tier: 2\n", "  risk_tier: 2\n  state: suspended\n")
    deaths = 0
    while (outcome := killed(pair, 11, "up")).code == -signal.SIGKILL:
        deaths += 1
        assert deaths < 20
    assert outcome.code == 0, outcome.said
    assert deaths > 0
    assert_each_once(pair, "local")
    assert len(of(pair, "local", "support-agent", "aws:iam/policy:Policy")) == 1, "the guard alone"


# --- a cloud that fails ---------------------------------------------------------------------------------------------

FAULTS = {
    "throttled": {"package": "aws", "operation": "create", "kind": "throttled", "type": "aws:iam/role:Role"},
    "denied": {"package": "kubernetes", "operation": "create", "kind": "denied", "type": "*RoleBinding"},
    "half done": {"package": "aws", "operation": "create", "kind": "half-done", "type": "aws:iam/policy:Policy"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_deployment_that_a_cloud_let_down_converges(
    name: str, pair: Project, engine: str, undisturbed: list[tuple[str, str, str]]
) -> None:
    if name == "half done" and engine == "pulumi":
        pytest.skip("the Pulumi CLI keeps no record of a creation whose answer was lost: it needs an import by hand")
    plan = pair.write("faults.json", json.dumps([FAULTS[name]]))
    outcome = pair.run("up", engine, more={FAULTS_VARIABLE: str(plan)})
    assert outcome.code == 1, outcome.said
    assert any("planned failure" in error for error in outcome.report["errors"]), outcome.said
    up(pair, engine)
    assert objects(pair, engine) == undisturbed
    assert_each_once(pair, engine)
