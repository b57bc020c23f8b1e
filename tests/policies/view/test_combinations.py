"""The tables of combinations: each part alone is one that no other rule refuses, and each entry says who found it."""

from __future__ import annotations

import pytest
from nhi.contract import Platform
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi_policies.verdict import Unproven
from nhi_policies.view.combinations import Combination, Part, can_begin, completed
from nhi_policies.view.entra import combinations as entra
from nhi_policies.view.entra.privileged import privileged
from nhi_policies.view.gcp import combinations as gcp
from nhi_policies.view.gcp.escalation import escalation
from nhi_policies.view.kubernetes import combinations as kubernetes
from nhi_policies.view.kubernetes.escalation import escalations
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource

EVERY: list[tuple[Platform, Combination]] = [
    *(("gcp", one) for one in gcp.combinations("acme-agents")),
    *(("entra", one) for one in entra.combinations(("microsoft.graph",))),
    *(("kubernetes", one.within("agents")) for one in kubernetes.COMBINATIONS),
]
every_combination = pytest.mark.parametrize(
    ("platform", "combination"), EVERY, ids=[f"{platform}: {one.name}" for platform, one in EVERY]
)


@pytest.mark.parametrize("combination", [one for _, one in EVERY], ids=lambda one: one.name)
def test_an_entry_says_who_found_it_and_what_it_gains(combination: Combination) -> None:
    assert combination.source.startswith("https://")
    assert combination.gains[0].islower()
    assert not combination.gains.endswith(".")
    assert [one.name for _, one in EVERY].count(combination.name) == 1


@pytest.mark.parametrize("one", gcp.COMBINATIONS, ids=lambda one: one.name)
def test_each_part_on_google_cloud_is_allowed_alone(one: Combination) -> None:
    assert len(one.parts) > 1
    assert [action for part in one.parts for action in part.actions if escalation(action) is not None] == []


@pytest.mark.parametrize("one", entra.COMBINATIONS, ids=lambda one: one.name)
def test_each_part_in_the_directory_is_allowed_alone(one: Combination) -> None:
    assert len(one.parts) > 1
    values = [action.partition(":")[2] for part in one.parts for action in part.actions]
    assert [value for value in values if privileged(None, value) is not None] == []


@pytest.mark.parametrize("entry", kubernetes.COMBINATIONS, ids=lambda one: one.combination.name)
def test_each_part_in_a_cluster_is_allowed_alone_at_least_with_a_name(entry: kubernetes.InCluster) -> None:
    assert len(entry.combination.parts) > 1 or entry.through_account
    for part in entry.combination.parts:
        rules = [
            RbacRule(0, (group,), (kind.replace(":", "/"),), (verb,), ("one",), ())
            for _, group, kind, _ in (resource.split("/") for resource in part.resources)
            for verb in part.actions
        ]
        assert any(not escalations(rule) for rule in rules)


def _granted(platform: Platform, *parts: Part) -> Granted:
    """Somebody who holds the first action of each part, each by a statement of its own."""
    statements = tuple(
        Statement("allow", actions=part.actions[:1], resources=part.resources[:1], label=str(number))
        for number, part in enumerate(parts)
    )
    return Granted(PermissionSet(platform, (Policy(statements),)))


@every_combination
def test_all_parts_complete_it_and_any_one_missing_does_not(platform: Platform, combination: Combination) -> None:
    parts = combination.parts
    found = completed(_granted(platform, *parts), combination)
    assert found is not None
    assert found.unproven is None
    assert len(found.shown) == len(parts)
    for number in range(len(parts)):
        fewer = (*parts[:number], *parts[number + 1 :])
        assert completed(_granted(platform, *fewer), combination) is None


def test_a_part_that_is_missing_beside_something_unread_is_unproven() -> None:
    combination = gcp.COMBINATIONS[0]
    unread = Resource("gcp:projects/iAMMember:IAMMember", "by-hand", "by-hand", {})
    granted = _granted("gcp", combination.parts[0])
    with_unread = Granted(granted.permissions, {}, ((unread, Unproven("role", "is not known")),))
    found = completed(with_unread, combination)
    assert found is not None
    assert found.unproven == "what by-hand brings is not known: role is not known"
    nothing = Granted(PermissionSet("gcp", (Policy(()),)), {}, with_unread.unproven)
    assert completed(nothing, combination) is None


def test_the_cheap_look_passes_over_nothing_that_could_complete() -> None:
    combination = gcp.COMBINATIONS[0]
    first, second = (part.actions[0] for part in combination.parts)
    assert can_begin(combination, {first, second}, wholly=True)
    assert not can_begin(combination, {first}, wholly=True)
    assert can_begin(combination, {first}, wholly=False)
    assert not can_begin(combination, {"run.routes.invoke"}, wholly=False)
