"""The comparison behind `nhi diff`: as the proof has it, whatever two agents' access is put side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from nhi.cli.changes import _more, _new, changes
from nhi.clock import clock
from nhi.contract import PLATFORMS, Platform
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, difference, subset
from nhi_policies.declared import Context, load_context
from nhi_policies.view.declared_grants import declared_set

ROOT = Path(__file__).parents[2]
NOW = clock("2026-11-01T00:00:00Z")


@pytest.fixture(scope="module")
def context() -> Context:
    """The example fleet in dev."""
    return load_context(ROOT / "policies", "dev", now=NOW)


def pairs(context: Context, platform: Platform) -> Iterator[tuple[PermissionSet, PermissionSet]]:
    """The access of each agent beside that of the next one that lives on the platform."""
    held = [declared_set(context, agent, platform) for agent in sorted(context.agents)]
    yield from pairwise(one for one in held if one.policies)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_statements_that_cannot_matter_change_no_verdict(context: Context, platform: Platform) -> None:
    for first, second in pairs(context, platform):
        known = [verdict.statement for verdict in difference(second, first)]
        assert [statement for statement, _ in _new(second, first)] == known


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_difference_is_told_exactly_where_one_does_not_lie_in_the_other(context: Context, platform: Platform) -> None:
    for first, second in pairs(context, platform):
        told = list(_more(platform, first, second, (None, None)))
        assert (told == []) == isinstance(subset(second, first), Proved)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_example_is_a_request_that_only_the_second_side_permits(context: Context, platform: Platform) -> None:
    shown = 0
    for first, second in pairs(context, platform):
        for one in _more(platform, first, second, (None, None)):
            assert one.witness is not None
            where = (one.witness.action, one.witness.resource)
            at = {key.lower(): value for key, value in one.witness.context.items()}
            # New access is compared without dates, so its example has none either.
            at.setdefault({"aws": "aws:currenttime"}.get(platform, "request.time"), "2026-11-01T00:00:00Z")
            assert permits(second, *where, at).outcome == "allowed"
            assert permits(first, *where, at).outcome == "denied"
            shown += 1
    assert shown


def test_a_fleet_beside_itself_has_no_difference(context: Context) -> None:
    assert changes("dev", context, load_context(ROOT / "policies", "dev", now=NOW)) == ()


def test_what_is_not_proved_is_undecided_and_not_left_out() -> None:
    binary = Condition("BinaryEquals", "aws:PrincipalTag/key", ("QmluYXJ5",))
    unclear = Statement("allow", actions=("s3:GetObject",), resources=("arn:aws:s3:::b/*",), conditions=(binary,))
    second = PermissionSet("aws", (Policy((unclear,)),))
    first = PermissionSet(
        "aws", (Policy((Statement("allow", actions=("s3:GetObject",), resources=("arn:aws:s3:::a/*",)),)),)
    )
    (one,) = _more("aws", first, second, (None, None))
    assert one.undecided
    assert one.statement == unclear
