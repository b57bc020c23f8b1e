"""Every one-line mistake on Google Cloud, made in a copy of the example fleet, and the near misses that must pass.

Files are judged by `nhi check`, programs in this process; a handful of each runs as a whole preview on an engine.
"""

from __future__ import annotations

import pytest
from fleet_project import Project
from gcp_mistakes import (
    GCP_AGENTS,
    GCP_FILE_MISTAKES,
    GCP_HARMLESS_EDITS,
    GCP_HARMLESS_LINES,
    GCP_PROGRAM_MISTAKES,
    NOT_IN_THE_SANDBOX,
    GcpMistake,
    with_own_word,
)
from in_process import judged
from mistakes import ProgramMistake
from test_one_line_mistakes import assert_program_told, assert_told, checked_in_process

by_name = {"ids": lambda mistake: mistake.name}
ON_AN_ENGINE = {
    "a catalog entry that makes tokens",
    "denied data inside data that is allowed",
    "an agent is owner of the project",
    "a custom role that signs for every account of the project",
    "everyone in a pool may become an agent",
    "a condition built from another resource's output",
}


@pytest.mark.parametrize("mistake", GCP_FILE_MISTAKES, **by_name)
def test_a_check_names_agent_rule_line_and_fix(
    mistake: GcpMistake, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake.make(project)
    assert_told(mistake, project, checked_in_process(project, capsys))


@pytest.mark.parametrize("mistake", GCP_PROGRAM_MISTAKES, **by_name)
def test_the_gate_names_what_the_program_adds(
    mistake: ProgramMistake, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake.make(project)
    blocking = [one for one in judged(project, monkeypatch) if one.blocks]
    about = [one for one in blocking if (one.finding.target or "").endswith(mistake.target)]
    said = [f"{one.rule.id} {one.finding}" for one in blocking]
    assert [one.outcome for one in about if one.rule.id == mistake.rule] == [mistake.outcome], said
    assert all(one.finding.fix for one in about), said
    # What the tier wants enforced may fall with it; nothing else is at fault.
    assert {one.rule.id for one in blocking if one not in about} <= {"NHI-PRM-131"}, said
    named = {
        (one.finding.agent, one.finding.origin.file)
        for one in about
        if one.finding.origin is not None and one.finding.origin.line and one.finding.origin.column
    }
    assert named == ({(mistake.agent, f"stacks/agents/{mistake.agent}.yaml")} if mistake.agent else set()), said


def test_all_harmless_lines_pass_the_gate(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.keep(GCP_AGENTS)
    for lines in GCP_HARMLESS_LINES.values():
        project.program(lines)
    assert [f"{one.rule.id} {one.finding}" for one in judged(project, monkeypatch)] == []


@pytest.mark.parametrize("name", GCP_HARMLESS_EDITS)
def test_a_harmless_edit_passes_the_check(name: str, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.keep(GCP_AGENTS).edit(*GCP_HARMLESS_EDITS[name])
    outcome = checked_in_process(project, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


def test_a_word_of_ones_own_passes_the_check(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.keep(GCP_AGENTS)
    with_own_word(project)
    outcome = checked_in_process(project, capsys)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said


@pytest.mark.engine
@pytest.mark.parametrize("mistake", [one for one in GCP_FILE_MISTAKES if one.name in ON_AN_ENGINE], **by_name)
def test_a_preview_names_agent_rule_line_and_fix(mistake: GcpMistake, project: Project, engine: str) -> None:
    mistake.make(project)
    assert_told(mistake, project, project.run("preview", engine))


@pytest.mark.engine
@pytest.mark.parametrize("mistake", [one for one in GCP_PROGRAM_MISTAKES if one.name in ON_AN_ENGINE], **by_name)
def test_a_preview_names_what_the_program_adds(mistake: ProgramMistake, project: Project, engine: str) -> None:
    mistake.make(project)
    assert_program_told(mistake, project.run("preview", engine))


@pytest.mark.engine
def test_other_resources_on_google_cloud_pass_the_preview(project: Project, engine: str) -> None:
    project.keep(GCP_AGENTS)
    for name, lines in GCP_HARMLESS_LINES.items():
        if name not in NOT_IN_THE_SANDBOX:
            project.program(lines)
    outcome = project.run("preview", engine)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said
