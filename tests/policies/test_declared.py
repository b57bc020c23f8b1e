"""The gate's settings, and the judge's own dates and states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nhi_policies.declared import declared_from_component, load_context, load_settings, lock_date, rendered_state

from policies import kit

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_the_packs_own_settings_are_valid() -> None:
    settings, problems = load_settings(Path(__file__).parents[2] / "policies")
    assert problems == ()
    assert settings.declared is not None
    assert set(settings.stacks) == {"dev", "staging", "prod"}


@pytest.mark.parametrize(
    "text", ["stacks: [", "stacks: {dev: {}}", "declare: {}", 'stacks: {dev: {environment: dev, clock: "2026-11-01"}}']
)
def test_settings_that_are_wrong_are_a_problem_and_never_a_guess(tmp_path: Path, text: str) -> None:
    (tmp_path / "gate.yaml").write_text(text)
    settings, problems = load_settings(tmp_path)
    assert problems
    assert settings.stacks == {}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("declared: {agents: a, enviroments: e}\n", ":1:23", "did you mean `environments`?"),
        ("stacks:\n  dev: {environment: dev, clock: 2026-11-01}\n", ":2:34", "with a zone"),
        ("stacks:\n  dev: {environment: Dev!}\n", ":2:22", "right form"),
        ("stacks:\n  dev: {environment: dev}\n  dev: {environment: prod}\n", ":3:3", "twice"),
    ],
)
def test_a_wrong_setting_is_told_at_its_place_with_its_mend(tmp_path: Path, text: str, place: str, said: str) -> None:
    (tmp_path / "gate.yaml").write_text(text)
    _, problems = load_settings(tmp_path)
    assert [str(problem.origin).removeprefix(f"{tmp_path.name}/gate.yaml") for problem in problems] == [place]
    assert said in str(problems[0])


def test_a_stack_that_names_no_environment_file_is_told_at_that_line(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("declared: {agents: a, environments: e}\nstacks:\n  dev: {environment: dve}\n")
    (tmp_path / "a").mkdir()
    context = load_context(tmp_path, "dev", now=NOW)
    (problem,) = context.problems
    assert str(problem.origin) == f"{tmp_path.name}/gate.yaml:3:22"
    assert "dve" in problem.message
    assert context.agents == {}


def test_without_settings_the_gate_says_so(tmp_path: Path) -> None:
    context = load_context(tmp_path, "dev", now=NOW)
    assert [problem.origin.file for problem in context.problems] == [f"{tmp_path.name}/gate.yaml"]
    assert not context.from_files
    assert context.has_agents


def test_a_stack_that_is_not_listed_gets_no_agents(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("declared: {agents: a, environments: e}\nstacks: {dev: {environment: dev}}\n")
    context = load_context(tmp_path, "staging", now=NOW)
    assert not context.listed
    assert context.agents == {}
    assert context.clock == NOW


def test_a_missing_environment_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "gate.yaml").write_text("declared: {agents: a, environments: e}\nstacks: {dev: {environment: dev}}\n")
    assert load_context(tmp_path, "dev", now=NOW).problems


def test_a_lock_date_is_the_earliest_end() -> None:
    agent = kit.agent(access={"expires": "2027-01-31T00:00:00Z"}).agent
    assert lock_date(agent) == datetime(2027, 1, 31, tzinfo=UTC)
    assert lock_date(kit.agent(**{"credential.expires": ...}).agent) is None


def test_a_leaver_on_friday_has_until_the_next_friday() -> None:
    agent = kit.agent(**{"sponsor.departed_on": "2026-10-30T00:00:00Z"}).agent
    assert lock_date(agent) == datetime(2026, 11, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "rendered"),
    [
        ("active", "active"),
        ("proposed", "proposed"),
        ("suspended", "suspended"),
        ("quarantined", "suspended"),
        ("retired", "suspended"),
        ("purged", "suspended"),
    ],
)
def test_a_declared_state_is_rendered(state: str, rendered: str) -> None:
    assert rendered_state(kit.agent(state=state).agent, None, kit.CLOCK) == rendered


def test_an_agent_is_suspended_from_its_lock_date_on() -> None:
    agent = kit.agent().agent
    end = lock_date(agent)
    assert end is not None
    assert rendered_state(agent, None, end - timedelta(seconds=1)) == "active"
    assert rendered_state(agent, None, end) == "suspended"


def test_an_instance_is_never_freer_than_its_agent() -> None:
    states = {"blue": "active", "green": "suspended"}
    active, stopped = kit.agent(instances=states).agent, kit.agent(instances=states, state="suspended").agent
    assert [rendered_state(active, name, kit.CLOCK) for name in states] == ["active", "suspended"]
    assert [rendered_state(stopped, name, kit.CLOCK) for name in states] == ["suspended", "suspended"]


def test_without_files_a_component_tells_its_own_declaration() -> None:
    declared = declared_from_component(kit.component())
    assert declared is not None
    assert declared.agent == kit.agent().agent
    assert declared_from_component(kit.component(spec=kit.UNKNOWN)) is None
    assert declared_from_component(kit.component(spec={"agent_id": "NOT AN ID"})) is None
