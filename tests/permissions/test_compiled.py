"""Everything that the builder writes for the example fleet, and that the files declare, is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from nhi.contract import PLATFORMS, Platform
from nhi.permissions.model import PermissionSet
from nhi.permissions.proof import Proved, Undecided, difference, empty, overlap, subset
from nhi.plan.make import make_all
from nhi.platforms import records
from nhi_policies.declared import Context, load_context
from nhi_policies.view.aws import effective as aws
from nhi_policies.view.declared_grants import declared_set
from nhi_policies.view.entra import effective as entra
from nhi_policies.view.gcp import effective as gcp
from nhi_policies.view.kubernetes import effective as kubernetes
from nhi_policies.view.resource import Stack, from_record

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
EFFECTIVE: dict[Platform, ModuleType] = {"aws": aws, "entra": entra, "gcp": gcp, "kubernetes": kubernetes}


@pytest.fixture(params=["dev", "staging", "prod"])
def context(request: pytest.FixtureRequest) -> Context:
    return load_context(Path(__file__).parents[2] / "policies", request.param, now=CLOCK)


def declared(context: Context, platform: Platform) -> list[PermissionSet]:
    sets = [declared_set(context, agent_id, platform) for agent_id in context.agents]
    return list(dict.fromkeys(one for one in sets if one.policies))


def with_one_less(one: PermissionSet) -> Iterator[PermissionSet]:
    """The set without each of its statements in turn, so that the proof has work to do."""
    first, *rest = one.policies
    for at in range(len(first.statements)):
        statements = first.statements[:at] + first.statements[at + 1 :]
        yield PermissionSet(one.platform, (replace(first, statements=statements), *rest))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_files_declare_is_decided(context: Context, platform: Platform) -> None:
    sets = declared(context, platform)
    assert sets
    for one in sets:
        for other in (*sets, *with_one_less(one)):
            for verdict in (subset(one, other), subset(other, one), overlap(one, other)):
                assert not isinstance(verdict, Undecided), verdict.reason


def test_what_the_builder_writes_is_decided(context: Context) -> None:
    plans, problems = make_all(context.agents.values(), context.catalog, CLOCK, context.delegation)
    assert not problems
    stack = Stack(
        tuple(from_record(record, plan.agent.agent_id, plan.instance) for plan in plans for record in records(plan))
    )
    asked = dict.fromkeys(PLATFORMS, 0)
    for plan in plans:
        for platform in PLATFORMS:
            granted = EFFECTIVE[platform].granted_set(stack, context, plan.agent.agent_id, plan.instance).permissions
            wide = declared_set(context, plan.agent.agent_id, platform, plan.instance)
            verdicts = (subset(granted, wide), subset(wide, granted), empty(granted), *difference(granted, wide))
            for verdict in verdicts:
                assert not isinstance(verdict, Undecided), verdict.reason
            asked[platform] += not isinstance(empty(granted), Proved)
    assert all(asked.values())
