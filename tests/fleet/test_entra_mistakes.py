"""Every one-line mistake on Entra ID that the project promises to stop, made in a copy of the example project."""

from __future__ import annotations

import pytest
from entra_mistakes import (
    FILE_MISTAKES,
    HARMLESS_EDITS,
    HARMLESS_LINES,
    PROGRAM_MISTAKES,
    EntraMistake,
    tenant,
    with_own_word,
)
from fleet_project import Project
from mistakes import ENVIRONMENT
from test_one_line_mistakes import assert_told, checked_in_process

every_file_mistake = pytest.mark.parametrize("mistake", FILE_MISTAKES, ids=lambda mistake: mistake.name)


@every_file_mistake
def test_a_check_names_agent_rule_line_and_fix(
    mistake: EntraMistake, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake.make(project)
    assert_told(mistake, project, checked_in_process(project, capsys))


@pytest.mark.parametrize("name", HARMLESS_EDITS)
def test_a_harmless_edit_passes_the_check(name: str, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    tenant(project).edit(*HARMLESS_EDITS[name])
    outcome = checked_in_process(project, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


def test_a_catalog_of_ones_own_passes_the_check(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    with_own_word(tenant(project))
    outcome = checked_in_process(project, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


# A run costs ten seconds, and no two of these resources are the same, so that one program makes all of the mistakes.
@pytest.mark.engine
def test_a_preview_names_everything_that_the_program_adds_to_an_agent(project: Project, engine: str) -> None:
    tenant(project)
    for mistake in PROGRAM_MISTAKES:
        project.program(mistake.lines)
    outcome = project.run("preview", engine)
    assert outcome.code == 1, outcome.said
    assert outcome.report["errors"] == [], "a finding is not an error of the program"
    missed = []
    for mistake in PROGRAM_MISTAKES:
        about = [one for one in outcome.blocking if (one["target"] or "").endswith(mistake.target)]
        told = [one["outcome"] for one in about if one["rule"] == mistake.rule]
        named = {(one["agent"], one["file"]) for one in about if one["line"] and one["column"]}
        # A workload may stand in the environment file, which then is where it is mended.
        named = {(agent, f"stacks/agents/{agent}.yaml" if file == ENVIRONMENT else file) for agent, file in named}
        expected = {(mistake.agent, f"stacks/agents/{mistake.agent}.yaml")} if mistake.agent else set()
        if told != [mistake.outcome] or named != expected or not all(one["fix"] for one in about):
            missed.append((mistake.name, told, named, [(one["rule"], one["text"]) for one in about]))
    assert missed == []


@pytest.mark.engine
def test_everything_harmless_together_passes_the_preview(project: Project, engine: str) -> None:
    tenant(project)
    for edit in HARMLESS_EDITS.values():
        project.edit(*edit)
    for lines in HARMLESS_LINES.values():
        project.program(lines)
    outcome = project.run("preview", engine)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said
