"""Ten weaknesses that somebody plants in the program by hand, against files that do not say so.

Each is found in this process, alone in the whole fleet; all of them together in one preview on every engine present.
"""

from __future__ import annotations

import pytest
from fleet_project import Project
from in_process import judged
from weaknesses import WEAKNESSES, Weakness, plant

CHAIN = ("planning-agent", "briefing-agent", "summarisation-agent", "search-agent", "research-agent-prod-01")
"""A whole chain and whoever its agents name: a small fleet for quick runs."""


def test_there_are_ten() -> None:
    assert len({weakness.name for weakness in WEAKNESSES}) == 10


@pytest.mark.parametrize("weakness", WEAKNESSES, ids=lambda one: one.name)
def test_a_weakness_is_found_with_what_it_lets_through(
    weakness: Weakness, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(project, weakness)
    blocking = [one for one in judged(project, monkeypatch) if one.blocks]
    said = [f"{one.rule.id} {one.finding}" for one in blocking]
    (found,) = [one.finding for one in blocking if one.rule.id == weakness.rule]
    assert found.agent == weakness.agent, said
    assert all(part in found.text for part in weakness.shows), said
    assert found.fix
    assert found.origin is not None
    assert found.origin.file.startswith("stacks/agents/")


@pytest.mark.engine
def test_a_preview_finds_all_of_them(project: Project, engine: str) -> None:
    plant(project, *WEAKNESSES)
    outcome = project.run("preview", engine)
    assert outcome.code == 1, outcome.said
    assert outcome.report["errors"] == [], "a finding is not an error of the program"
    missed = [
        weakness.name
        for weakness in WEAKNESSES
        if not any(
            one["rule"] == weakness.rule
            and one["agent"] == weakness.agent
            and all(part in one["text"] for part in weakness.shows)
            for one in outcome.blocking
        )
    ]
    assert missed == [], outcome.said


def test_a_circle_is_refused_at_both_of_its_doors(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trust statement that lets the last agent into the first is a finding of its own."""
    project.keep(CHAIN)
    (circle,) = [one for one in WEAKNESSES if "circle" in one.name]
    plant(project, circle)
    about = [one.finding for one in judged(project, monkeypatch) if one.rule.id == "NHI-DEL-101"]
    assert [(one.agent, "does not hand work to planning-agent" in one.text) for one in about] == [
        ("planning-agent", True)
    ]


def test_the_fleet_without_them_has_no_blocking_finding(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [f"{one.rule.id} {one.finding}" for one in judged(project, monkeypatch) if one.blocks] == []
