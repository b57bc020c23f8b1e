"""Agent classes: defaults between the environment's and the agent's own, and the files that declare them."""

from __future__ import annotations

from pathlib import Path

import pytest
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_class, load_environment
from nhi.spec.problems import Problem

ENVIRONMENT = """\
environment: dev
prefix: acme-dev
classes: classes
platforms: [kubernetes]
kubernetes: {cluster: main, namespace: agents, trust_domain: dev.example.org}
sponsors: {domains: [example.com]}
defaults: {owner_team: platform, purpose: From the environment}
agents:
  special: {review: {cadence: monthly}}
"""
CLASS = """\
agent_class:
  name: research
  summary: Agents that find and condense
  defaults:
    owner_team: discovery
    review: {cadence: quarterly}
    denied_actions: [payment_processing]
  ceiling:
    risk_tier: 2
    allowed_actions: [web_search, text_generation]
    data_access: {knowledge-base: read}
"""


def environment(folder: Path, **files: str) -> tuple[DeclaredEnvironment | None, tuple[Problem, ...]]:
    (folder / "classes").mkdir()
    (folder / "dev.yaml").write_text(ENVIRONMENT)
    for name, text in files.items():
        (folder / "classes" / f"{name}.yaml").write_text(text)
    return load_environment(folder / "dev.yaml", root=folder)


def agent(folder: Path, text: str) -> tuple[DeclaredAgent | None, tuple[Problem, ...]]:
    declared, problems = environment(folder, research=CLASS)
    assert declared is not None, problems
    return load_agent_text(text, "a.yaml", declared)


def test_a_class_gives_what_the_file_leaves_open_and_points_to_its_own_line(tmp_path: Path) -> None:
    declared, problems = agent(tmp_path, "agent_policy: {agent_id: a, agent_class: research}\n")
    assert declared is not None, problems
    assert declared.agent.owner_team == "discovery"
    assert declared.agent.purpose == "From the environment"
    assert str(declared.positions.at("owner_team")) == "classes/research.yaml:5:17"
    assert declared.layer_at("owner_team") == "class"


def test_the_file_and_its_bindings_win_over_the_class(tmp_path: Path) -> None:
    text = "agent_policy: {agent_id: special, agent_class: research, owner_team: mine}\n"
    declared, _ = agent(tmp_path, text)
    assert declared is not None
    assert declared.agent.owner_team == "mine"
    assert declared.agent.review is not None
    assert declared.agent.review.cadence == "monthly"


def test_an_agent_without_a_class_gets_nothing_of_it(tmp_path: Path) -> None:
    declared, _ = agent(tmp_path, "agent_policy: {agent_id: a}\n")
    assert declared is not None
    assert declared.agent.owner_team == "platform"


def test_a_class_that_nobody_declares_names_the_nearest(tmp_path: Path) -> None:
    declared, (problem,) = agent(tmp_path, "agent_policy:\n  agent_id: a\n  agent_class: reserch\n")
    assert declared is None
    assert str(problem.origin) == "a.yaml:3:16"
    assert "did you mean 'research'?" in str(problem)


def test_where_an_environment_names_no_classes_a_class_is_only_a_word(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(ENVIRONMENT.replace("classes: classes\n", ""))
    declared, _ = load_environment(tmp_path / "dev.yaml")
    assert declared is not None
    found, problems = load_agent_text("agent_policy: {agent_id: a, agent_class: anything}\n", "a.yaml", declared)
    assert found is not None, problems


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("risk_tier: 2", "risk_tier: 4", 9, "risk_tier"),
        ("  summary:", "  sumary:", 3, "summary"),
        ("owner_team: discovery", "owner_teem: discovery", 5, "owner_team"),
        ("owner_team: discovery", "agent_id: a", 5, "must not set `agent_id`"),
        ("owner_team: discovery", "agent_class: other", 5, "another class"),
        ("knowledge-base: read", "knowledge-base: reed", 11, "read"),
    ],
)
def test_a_mistake_in_a_class_file_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    file = tmp_path / "research.yaml"
    file.write_text(CLASS.replace(old, new))
    declared, problems = load_class(file, root=tmp_path)
    assert declared is None
    assert any(problem.origin.line == line and said in str(problem) for problem in problems), problems


def test_two_files_with_one_class_are_refused(tmp_path: Path) -> None:
    declared, (problem,) = environment(tmp_path, a=CLASS, b=CLASS)
    assert declared is None
    assert str(problem.origin) == "classes/b.yaml:2:9"


def test_a_folder_of_classes_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(ENVIRONMENT)
    declared, (problem,) = load_environment(tmp_path / "dev.yaml", root=tmp_path)
    assert declared is None
    assert str(problem.origin) == "dev.yaml:3:10"


@pytest.mark.parametrize("linked", [False, True])
def test_a_class_of_a_folder_beside_the_environments_is_named_as_short_as_is_true(tmp_path: Path, linked: bool) -> None:
    home = tmp_path / "elsewhere" if linked else tmp_path
    (home / "environments").mkdir(parents=True)
    (home / "classes").mkdir()
    (home / "classes" / "research.yaml").write_text(CLASS)
    (home / "environments" / "dev.yaml").write_text(ENVIRONMENT.replace("classes: classes", "classes: ../classes"))
    if linked:
        (tmp_path / "environments").symlink_to(home / "environments")
    declared, problems = load_environment(tmp_path / "environments" / "dev.yaml", root=tmp_path)
    assert declared is not None, problems
    shown = "environments/../classes/research.yaml" if linked else "classes/research.yaml"
    assert declared.classes["research"].positions.file == shown
