"""Runs that are killed, and clouds that fail, on all four clouds: the next run finishes, and nothing is made twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fleet_project import TIMEOUT_SECONDS, Outcome, Project, require
from nhi.sandbox.provider import FAULTS_VARIABLE
from test_life import CONCIERGE, assert_each_once, assert_nothing_left, objects, of

pytestmark = pytest.mark.engine

CLOUDS = frozenset({"aws", "azuread", "gcp", "kubernetes"})


@pytest.fixture
def concierge(project: Project) -> Project:
    """The example project with the one agent that is on all four clouds."""
    return project.keep(["concierge-agent"])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """What the agent comes to where nothing goes wrong."""
    project = Project(tmp_path_factory.mktemp("undisturbed") / "project").keep(["concierge-agent"])
    finished(project, "up")
    return objects(project, "local")


def finished(project: Project, verb: str, engine: str = "local") -> None:
    outcome = project.run(verb, engine)
    assert outcome.code == 0, outcome.said


def killed(project: Project, verb: str, point: str, clouds: frozenset[str]) -> str:
    """A run on the local engine that is killed at the first such point in one of the clouds. Answers in which."""
    script = Path(__file__).with_name("killed_run.py")
    arguments = [verb, "--stack", "dev", "--engine", "local", "--format", "json"]
    done = subprocess.run(
        [sys.executable, str(script), point, ",".join(clouds), *arguments],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    assert outcome.code == -signal.SIGKILL, outcome.said
    return outcome.err.split()[-1]


def killed_in_each_cloud(project: Project, verb: str, point: str) -> None:
    """One run after the other, each killed at the first such point in a cloud that killed none before it."""
    left = CLOUDS
    while left:
        left -= {killed(project, verb, point, left)}


@pytest.mark.parametrize("point", ["creating:before-cloud", "creating:after-write"])
def test_deployments_that_are_killed_in_each_cloud_converge(
    concierge: Project, point: str, undisturbed: list[tuple[str, str, str]]
) -> None:
    killed_in_each_cloud(concierge, "up", point)
    finished(concierge, "up")
    assert objects(concierge, "local") == undisturbed
    assert_each_once(concierge, "local")
    assert not concierge.state("local").get("pending_operations")


def test_a_life_whose_runs_are_killed_in_each_cloud_once_it_has_acted(
    concierge: Project, undisturbed: list[tuple[str, str, str]]
) -> None:
    """The worst moment: the cloud has done its work and no state knows of it."""
    killed_in_each_cloud(concierge, "up", "creating:after-cloud")
    finished(concierge, "up")
    assert objects(concierge, "local") == undisturbed
    assert_each_once(concierge, "local")

    concierge.edit(CONCIERGE, "  risk_tier: 2\n", "  risk_tier: 2\n  state: suspended\n")
    killed_in_each_cloud(concierge, "up", "*:after-cloud")
    finished(concierge, "up")
    assert_each_once(concierge, "local")
    assert len(of(concierge, "local", "concierge-agent", "aws:iam/policy:Policy")) == 1, "the guard alone"
    assert of(concierge, "local", "concierge-agent", "gcp:projects/iAMMember:IAMMember") == []

    killed_in_each_cloud(concierge, "destroy", "deleting:after-cloud")
    finished(concierge, "destroy")
    assert_nothing_left(concierge, "local")


WAITS = """\
import asyncio, pathlib
import pulumi_aws as aws

async def allowed():
    while not pathlib.Path("go").exists():
        await asyncio.sleep(0.1)
    return "last"

aws.s3.Bucket("last", bucket=pulumi.Output.from_input(allowed()))
"""


def test_a_pulumi_cli_that_is_killed_is_told_of_and_the_next_run_finishes(
    concierge: Project, undisturbed: list[tuple[str, str, str]]
) -> None:
    """Killed between two steps. Within one, the CLI keeps no record of what a cloud made, and a person has to look."""
    require("pulumi")
    concierge.program(WAITS)
    arguments = ["up", "--stack", "dev", "--engine", "pulumi", "--format", "json"]
    with subprocess.Popen(
        [sys.executable, "-m", "nhi.cli.main", *arguments],
        cwd=concierge.root,
        env=concierge.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        state, still, until = b"", 0, time.monotonic() + TIMEOUT_SECONDS
        # The CLI writes its state over and over, and one that was half written is no state: it must have come to rest.
        while still < 10:
            assert process.poll() is None, "the run ended before it was killed"
            assert time.monotonic() < until, state
            time.sleep(0.2)
            written = b"".join(
                path.read_bytes() for path in concierge.root.glob(".nhi/pulumi/.pulumi/stacks/*/dev.json")
            )
            still = still + 1 if written == state and written.count(b'"id":') > len(undisturbed) else 0
            state = written
        os.killpg(process.pid, signal.SIGKILL)
    locked = concierge.run("up", "pulumi")
    assert locked.code == 1
    assert "the stack is currently locked by 1 lock(s)" in locked.out
    assert concierge.pulumi("cancel", "--yes", "--stack", "dev").code == 0
    concierge.write("stacks/go", "")
    finished(concierge, "up", "pulumi")
    assert [row for row in objects(concierge, "pulumi") if not row[1].endswith("::last")] == undisturbed
    assert_each_once(concierge, "pulumi")


# --- a cloud that fails ---------------------------------------------------------------------------------------------

FAULTS = {
    "refused": {
        "Forbidden": {"package": "kubernetes", "kind": "denied", "type": "*RoleBinding"},
        "TooManyRequests": {"package": "azuread", "kind": "throttled", "type": "*:Application"},
        "PERMISSION_DENIED": {"package": "gcp", "kind": "denied", "type": "*:IAMCustomRole"},
        "Throttling": {"package": "aws", "kind": "throttled", "type": "aws:iam/role:Role"},
    },
    "half done": {
        "InternalError": {"package": "kubernetes", "kind": "half-done", "type": "*:ServiceAccount"},
        "InternalServerError": {"package": "azuread", "kind": "half-done", "type": "*:ServicePrincipal"},
        "INTERNAL": {"package": "gcp", "kind": "half-done", "type": "gcp:serviceaccount/account:Account"},
        "InternalFailure": {"package": "aws", "kind": "half-done", "type": "aws:iam/policy:Policy"},
    },
}
"""Failures of one creation in each cloud, by the cloud's own word for it."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_deployment_that_each_cloud_let_down_once_converges(
    name: str, concierge: Project, engine: str, undisturbed: list[tuple[str, str, str]]
) -> None:
    if name == "half done" and engine == "pulumi":
        pytest.skip("the Pulumi CLI keeps no record of a creation whose answer was lost: it needs an import by hand")
    left = {code: {"operation": "create", **row} for code, row in FAULTS[name].items()}
    while left:
        plan = concierge.write("faults.json", json.dumps(list(left.values())))
        outcome = concierge.run("up", engine, more={FAULTS_VARIABLE: str(plan)})
        assert outcome.code == 1, outcome.said
        said = "\n".join(error for error in outcome.report["errors"] if "planned failure" in error)
        failed = {code for code in left if code in said}
        assert failed, outcome.said
        left = {code: row for code, row in left.items() if code not in failed}
    finished(concierge, "up", engine)
    assert objects(concierge, engine) == undisturbed
    assert_each_once(concierge, engine)
