"""Laws of the algebra over every operator and platform of the generators; `test_proof` holds them over plain texts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from generators import pair, permission_set, policy
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.contract import PLATFORMS, Platform
from nhi.permissions.algebra import canonical, digest, join, meet
from nhi.permissions.model import PermissionSet, Policy
from nhi.permissions.proof import Budget, Proved, Refuted, Undecided, difference, empty, overlap, subset

OWN = Budget(solver_seconds=0)
SEEDS = st.integers(min_value=0, max_value=2**32)
FEW = settings(max_examples=25, deadline=None)


def turned(one: PermissionSet) -> PermissionSet:
    """The same set, everything in it in the other order."""
    return PermissionSet(
        one.platform,
        tuple(
            Policy(
                tuple(
                    replace(
                        each,
                        actions=each.actions[::-1],
                        resources=each.resources[::-1],
                        not_actions=each.not_actions[::-1],
                        not_resources=each.not_resources[::-1],
                        conditions=tuple(replace(c, values=c.values[::-1]) for c in each.conditions[::-1]),
                    )
                    for each in part.statements[::-1]
                )
            )
            for part in one.policies[::-1]
        ),
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@FEW
@given(SEEDS)
def test_order_says_nothing(platform: Platform, seed: int) -> None:
    one, other = pair(Random(seed), platform=platform)
    assert digest(turned(one)) == digest(one)
    assert type(subset(turned(one), turned(other), OWN)) is type(subset(one, other, OWN))


@pytest.mark.parametrize("platform", PLATFORMS)
@FEW
@given(SEEDS)
def test_a_set_lies_inside_itself_and_a_meet_inside_each_part(platform: Platform, seed: int) -> None:
    one, other = pair(Random(seed), platform=platform)
    assert isinstance(subset(one, canonical(one), OWN), Proved)
    assert not isinstance(subset(meet(one, other), one, OWN), Refuted)
    assert not isinstance(subset(meet(one, other), other, OWN), Refuted)
    if isinstance(subset(one, other, OWN), Proved):
        assert not isinstance(subset(one, meet(one, other), OWN), Refuted)


@pytest.mark.parametrize("platform", PLATFORMS)
@FEW
@given(SEEDS)
def test_less_on_the_left_and_more_on_the_right_keep_a_proof(platform: Platform, seed: int) -> None:
    random = Random(seed)
    one, other = pair(random, platform=platform)
    if not isinstance(subset(one, other, OWN), Proved):
        return
    denies = Policy(tuple(replace(each, effect="deny") for each in policy(random, platform=platform).statements))
    allows = Policy(tuple(replace(each, effect="allow") for each in policy(random, platform=platform).statements))
    first, *rest = one.policies
    assert not isinstance(subset(PermissionSet(platform, (join(first, denies), *rest)), other, OWN), Refuted)
    without = Policy(tuple(each for each in first.statements if each != first.statements[-1] or each.effect == "deny"))
    assert not isinstance(subset(PermissionSet(platform, (without, *rest)), other, OWN), Refuted)
    wider = PermissionSet(
        platform,
        tuple(
            join(Policy(tuple(each for each in part.statements if each.effect == "allow")), allows)
            for part in other.policies
        ),
    )
    assert not isinstance(subset(one, wider, OWN), Refuted)


@pytest.mark.parametrize("platform", PLATFORMS)
@FEW
@given(SEEDS)
def test_inclusion_is_transitive(platform: Platform, seed: int) -> None:
    random = Random(seed)
    a, b = pair(random, platform=platform)
    c = permission_set(random, platform=platform)
    for left, middle, right in ((a, b, c), (b, a, c), (c, a, b), (meet(a, b), a, b)):
        if isinstance(subset(left, middle, OWN), Proved) and isinstance(subset(middle, right, OWN), Proved):
            assert not isinstance(subset(left, right, OWN), Refuted)


@pytest.mark.parametrize("platform", PLATFORMS)
@FEW
@given(SEEDS)
def test_difference_emptiness_and_overlap_say_what_inclusion_says(platform: Platform, seed: int) -> None:
    one, other = pair(Random(seed), platform=platform)
    verdict, parts = subset(one, other, OWN), difference(one, other, OWN)
    if not any(isinstance(each, Undecided) for each in (verdict, *parts)):
        assert isinstance(verdict, Proved) == (not parts)
    if isinstance(empty(one, OWN), Proved):
        assert isinstance(verdict, Proved)
        assert not isinstance(overlap(one, other, OWN), Refuted)
