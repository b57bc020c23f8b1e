"""Every one-line mistake that the project promises to stop, made in a copy of the example fleet."""

from __future__ import annotations

import pytest
from fleet_project import Outcome, Project
from mistakes import (
    FILE_MISTAKES,
    HARMLESS_EDITS,
    HARMLESS_LINES,
    PROGRAM_MISTAKES,
    Mistake,
    ProgramMistake,
    with_own_catalog,
)
from nhi.cli.main import main

every_file_mistake = pytest.mark.parametrize("mistake", FILE_MISTAKES, ids=lambda mistake: mistake.name)


def assert_told(mistake: Mistake, project: Project, outcome: Outcome) -> None:
    assert outcome.code == mistake.code, outcome.said
    place = (mistake.at[0], mistake.line(project))
    told = [
        one
        for one in outcome.blocking
        if one["rule"] == mistake.rule and one["agent"] == mistake.agent and (one["file"], one["line"]) == place
    ]
    assert told, outcome.said
    assert any(mistake.says in one["text"] for one in told), outcome.said
    assert all(one["fix"] for one in outcome.blocking), outcome.said


def assert_program_told(mistake: ProgramMistake, outcome: Outcome) -> None:
    assert outcome.code == 1, outcome.said
    about = [one for one in outcome.blocking if (one["target"] or "").endswith(mistake.target)]
    assert [one["outcome"] for one in about if one["rule"] == mistake.rule] == [mistake.outcome], outcome.said
    assert all(one["fix"] for one in about), outcome.said
    named = {(one["agent"], one["file"]) for one in about if one["line"] and one["column"]}
    expected = {(mistake.agent, f"stacks/agents/{mistake.agent}.yaml")} if mistake.agent else set()
    assert named == expected, outcome.said


def checked_in_process(project: Project, capsys: pytest.CaptureFixture[str]) -> Outcome:
    code = main(["--project", str(project.root), "check", "--stack", "dev", "--format", "json"])
    said = capsys.readouterr()
    return Outcome(code, said.out, said.err)


@every_file_mistake
def test_a_check_names_agent_rule_line_and_fix(
    mistake: Mistake, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake.make(project)
    assert_told(mistake, project, checked_in_process(project, capsys))


@pytest.mark.engine
@every_file_mistake
def test_a_preview_names_agent_rule_line_and_fix(mistake: Mistake, project: Project, engine: str) -> None:
    mistake.make(project)
    outcome = project.run("preview", engine)
    assert_told(mistake, project, outcome)
    assert outcome.report["errors"] == [], "a finding is not an error of the program"


@pytest.mark.engine
@pytest.mark.parametrize("mistake", PROGRAM_MISTAKES, ids=lambda mistake: mistake.name)
def test_a_preview_names_what_the_program_adds_to_an_agent(mistake: ProgramMistake, pair: Project, engine: str) -> None:
    mistake.make(pair)
    assert_program_told(mistake, pair.run("preview", engine))


@pytest.mark.engine
def test_the_text_report_names_agent_rule_line_and_fix(project: Project, engine: str) -> None:
    (mistake,) = [one for one in FILE_MISTAKES if one.rule == "NHI-CRD-003"]
    mistake.make(project)
    outcome = project.nhi("preview", "--stack", "dev", "--engine", engine)
    assert outcome.code == 1
    lines = [line.strip() for line in outcome.out.splitlines()]
    start = lines.index("billing-agent")
    assert "NHI-CRD-003" in lines[start + 1]
    assert lines[start + 1].endswith(f"{mistake.file}:{mistake.line(project)}:20")
    assert lines[start + 3].startswith("Fix: ")


@pytest.mark.parametrize("name", HARMLESS_EDITS)
def test_a_harmless_edit_passes_the_check(name: str, pair: Project, capsys: pytest.CaptureFixture[str]) -> None:
    pair.edit(*HARMLESS_EDITS[name])
    outcome = checked_in_process(pair, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


def test_a_catalog_of_ones_own_passes_the_check(pair: Project, capsys: pytest.CaptureFixture[str]) -> None:
    with_own_catalog(pair)
    outcome = checked_in_process(pair, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


@pytest.mark.engine
def test_all_harmless_edits_together_pass_the_preview(pair: Project, engine: str) -> None:
    for edit in HARMLESS_EDITS.values():
        pair.edit(*edit)
    outcome = pair.run("preview", engine)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


@pytest.mark.engine
def test_other_resources_beside_the_agents_pass_the_preview(pair: Project, engine: str) -> None:
    for lines in HARMLESS_LINES.values():
        pair.program(lines)
    outcome = pair.run("preview", engine)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


@pytest.mark.engine
def test_the_unchanged_fleet_is_green(project: Project, engine: str) -> None:
    """In staging; dev is deployed in `test_life`, prod is previewed in `test_conformance` and for the README."""
    outcome = project.run("preview", engine, "staging")
    assert outcome.code == 0, outcome.said
    assert [one["rule"] for one in outcome.findings] == ["NHI-STA-010"], "the requirements' own example has ended"
    assert outcome.report["agents"] == sorted(path.stem for path in (project.root / "stacks" / "agents").iterdir())
    assert outcome.report["counts"]["unproven"] == 0
    assert list(outcome.report["changes"]) == ["create"]
