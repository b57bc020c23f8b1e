"""What only shows when agents stand side by side. The files are written here, one change at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from nhi.fleet.load import Fleet, load_fleet
from nhi.spec.problems import InputError

ENVIRONMENT = """\
environment: dev
prefix: acme-dev
platforms: [aws, kubernetes]
aws:
  account_id: "111122223333"
  region: eu-central-1
  permissions_boundary: arn:aws:iam::111122223333:policy/boundary
kubernetes: {cluster: main, namespace: agents, trust_domain: dev.example.org}
sponsors: {domains: [example.com]}
"""


def agent(name: str, extra: str = "") -> str:
    return f"agent_policy:\n  agent_id: {name}\n{extra}"


def fleet(folder: Path, **files: str) -> Fleet:
    (folder / "agents").mkdir(exist_ok=True)
    (folder / "dev.yaml").write_text(ENVIRONMENT)
    for name, text in files.items():
        (folder / "agents" / f"{name}.yaml").write_text(text)
    return load_fleet(folder / "agents", folder / "dev.yaml", root=folder)


def said(found: Fleet) -> list[str]:
    return [str(problem) for problem in found.problems]


def test_every_file_of_the_folder_is_an_agent(tmp_path: Path) -> None:
    found = fleet(tmp_path, a=agent("a"), b=agent("b"))
    assert (sorted(found.agents), found.problems) == (["a", "b"], ())
    assert found.require().environment.prefix == "acme-dev"


def test_two_files_with_one_id_are_refused_at_the_second(tmp_path: Path) -> None:
    found = fleet(tmp_path, a=agent("twin"), b=agent("twin"))
    assert said(found) == [
        "agents/b.yaml:2:13: agent_id 'twin' is declared in agents/a.yaml already; one of the two would silently win. "
        "Fix: give one of them another agent_id, or delete one file."
    ]


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    found = fleet(tmp_path, a="agent_policy: [", b=agent("b"), c=agent("c", "  colour: red\n"))
    assert list(found.agents) == ["b"]
    assert [problem.origin.file for problem in found.problems] == ["agents/a.yaml", "agents/c.yaml"]
    with pytest.raises(InputError):
        found.require()


def test_a_delegation_target_that_nobody_declares_names_the_nearest(tmp_path: Path) -> None:
    edge = "  delegation: {allowed: true, max_depth: 1, allowed_targets: [serch-agent]}\n"
    (line,) = said(fleet(tmp_path, a=agent("a", edge), b=agent("search-agent")))
    assert line.startswith("agents/a.yaml:3:")
    assert "did you mean 'search-agent'?" in line


def test_consent_for_an_agent_that_nobody_declares_is_refused(tmp_path: Path) -> None:
    edge = "  delegation: {allowed: false, accepts_from: [nobody]}\n"
    assert "'nobody'" in said(fleet(tmp_path, a=agent("a", edge)))[0]


def test_an_agent_of_another_environment_is_left_out_but_known(tmp_path: Path) -> None:
    edge = "  delegation: {allowed: false, accepts_from: [elsewhere]}\n"
    found = fleet(tmp_path, a=agent("a", edge), b=agent("elsewhere", "  environment: prod\n"))
    assert (list(found.agents), found.problems) == (["a"], ())


def test_ids_that_only_differ_beyond_the_limit_stay_different_by_their_hash(tmp_path: Path) -> None:
    found = fleet(tmp_path, a=agent("x" * 62 + "a"), b=agent("x" * 62 + "b"))
    assert found.problems == ()


def test_a_name_that_two_agents_would_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nhi.fleet.load.identity_name", lambda *_: "same")
    found = fleet(tmp_path, a=agent("a", "  platforms: [aws]\n"), b=agent("b", "  platforms: [aws]\n"))
    assert all("two agents would share one identity" in line and "agents/b.yaml:2:13" in line for line in said(found))
    assert found.problems


def test_agents_on_different_platforms_share_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nhi.fleet.load.identity_name", lambda *_: "same")
    found = fleet(tmp_path, a=agent("a", "  platforms: [aws]\n"), b=agent("b", "  platforms: [kubernetes]\n"))
    assert found.problems == ()


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(ENVIRONMENT)
    found = load_fleet(tmp_path / "nowhere", tmp_path / "dev.yaml")
    assert "no such folder" in said(found)[0]


def test_an_environment_that_cannot_be_read_is_a_problem_and_no_fleet(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    found = load_fleet(tmp_path / "agents", tmp_path / "nowhere.yaml")
    assert found.environment is None
    assert "nowhere.yaml" in said(found)[0]


def test_a_broken_catalog_file_is_a_problem_and_the_agents_are_still_read(tmp_path: Path) -> None:
    fleet(tmp_path, a=agent("a"))
    (tmp_path / "words.yaml").write_text("actions: [\n")
    found = load_fleet(tmp_path / "agents", tmp_path / "dev.yaml", [tmp_path / "words.yaml"], root=tmp_path)
    assert list(found.agents) == ["a"]
    assert [problem.origin.file for problem in found.problems] == ["words.yaml"]
