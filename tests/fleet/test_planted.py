"""Each planted weakness is caught in a hand-edited copy of the example fleet, with the request that it lets through.

In this process, program and pack alike; that whole previews say the same is what the tests of one-line mistakes show.
"""

from __future__ import annotations

import pulumi_aws
import pytest
from entra_mistakes import tenant
from fleet_project import Project
from in_process import judged
from planted import HANDED_OVER, ON_AWS, ON_ENTRA, ON_GOOGLE_CLOUD, ON_KUBERNETES, PLANTED, Planted, PlantedOnAws


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.name)
def test_a_planted_weakness_is_caught_with_a_request_that_shows_it(
    planted: Planted, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a program changes in the SDK is undone when the test ends; on an engine it is a process of its own.
    monkeypatch.setattr(pulumi_aws.iam.Policy, "__init__", pulumi_aws.iam.Policy.__init__)
    if planted in ON_ENTRA:
        tenant(project)
        project.program(planted.lines)
    else:
        planted.make(project)
    blocking = [one for one in judged(project, monkeypatch) if one.blocks]
    said = [f"{one.rule.id} {one.finding}" for one in blocking]
    found = [one for one in blocking if one.rule.id == planted.rule and planted.shows in one.finding.text]
    assert len(found) == 1, said
    assert found[0].finding.agent == planted.agent
    assert (found[0].finding.target or "").endswith(planted.target)
    assert found[0].finding.origin is not None
    assert found[0].finding.origin.file == f"stacks/agents/{planted.agent}.yaml"


@pytest.mark.parametrize(
    "planted",
    [ON_GOOGLE_CLOUD[0], ON_KUBERNETES[0], ON_AWS[0], ON_AWS[-1], HANDED_OVER[0]],
    ids=lambda one: one.name,
)
def test_the_fleet_without_it_is_clean(planted: Planted, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(planted, PlantedOnAws):
        planted.clean(project)
    project.keep(planted.agents)
    for edit in planted.edits:
        project.edit(*edit)
    assert [f"{one.rule.id} {one.finding}" for one in judged(project, monkeypatch) if one.blocks] == []
