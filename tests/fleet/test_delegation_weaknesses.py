"""Delegation that a program makes by hand, against files that do not say so: found in process, with the path."""

from __future__ import annotations

import pytest
from fleet_project import Project
from in_process import judged
from weaknesses import WEAKNESSES, Weakness, plant

DELEGATION = tuple(one for one in WEAKNESSES if one.rule.startswith("NHI-DEL-"))
CHAIN = ("planning-agent", "briefing-agent", "summarisation-agent", "search-agent", "research-agent-prod-01")
"""A whole chain and whoever its agents name: a small fleet for quick runs."""


@pytest.mark.parametrize("weakness", DELEGATION, ids=lambda one: one.name)
def test_a_weakness_is_found_with_its_path(
    weakness: Weakness, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.keep(CHAIN)
    plant(project, weakness)
    blocking = [one for one in judged(project, monkeypatch) if one.blocks]
    said = [f"{one.rule.id} {one.finding}" for one in blocking]
    (found,) = [one.finding for one in blocking if one.rule.id == weakness.rule]
    assert found.agent == weakness.agent, said
    assert all(part in found.text for part in weakness.shows), said
    assert found.origin is not None
    assert found.origin.file.startswith("stacks/agents/")


def test_a_circle_is_refused_at_both_of_its_doors(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trust statement that lets the last agent into the first is a finding of its own."""
    project.keep(CHAIN)
    (circle,) = [one for one in DELEGATION if "circle" in one.name]
    plant(project, circle)
    about = [one.finding for one in judged(project, monkeypatch) if one.rule.id == "NHI-DEL-101"]
    assert [(one.agent, "does not hand work to planning-agent" in one.text) for one in about] == [
        ("planning-agent", True)
    ]


def test_the_same_fleet_without_them_has_no_blocking_finding(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.keep(CHAIN)
    assert [f"{one.rule.id} {one.finding}" for one in judged(project, monkeypatch) if one.blocks] == []
