"""A fleet that is judged in parts: how it is cut, which parts belong together, and what is said once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from nhi.permissions.model import Origin
from nhi_policies.parts import Part, claimed_together, cut, joined
from nhi_policies.rule import registry
from nhi_policies.verdict import Finding, Violation

RULE = registry()["NHI-PRM-048"]


def part(*stack: Violation, things: frozenset[int] = frozenset()) -> Part:
    return Part((), (), stack, things, False)


def said(text: str, agent: str | None = None) -> Violation:
    return Violation(RULE, "fail", Finding(text, agent=agent))


@given(st.integers(1, 5000), st.integers(1, 300))
def test_a_cut_takes_every_number_once_in_order_and_no_run_is_too_long(count: int, size: int) -> None:
    runs = cut(count, size)
    assert [number for run in runs for number in run] == list(range(count))
    lengths = {len(run) for run in runs}
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1


@given(st.lists(st.frozensets(st.integers(0, 12), max_size=3), min_size=1, max_size=10))
def test_parts_belong_together_where_a_chain_of_claims_leads_from_one_to_the_other(drawn: list[frozenset[int]]) -> None:
    reached = [{number} for number in range(len(drawn))]
    for _ in drawn:
        for one in reached:
            one |= {other for own in set(one) for other in range(len(drawn)) if drawn[own] & drawn[other]}
    expected = {tuple(sorted(one)) for one in reached if len(one) > 1}
    found = claimed_together([part(things=one) for one in drawn])
    assert set(found) == expected
    assert len(found) == len(expected)


def test_parts_that_claim_nothing_together_stay_apart() -> None:
    assert claimed_together([part(things=frozenset({1})), part(things=frozenset({2})), part()]) == []


def test_what_is_said_of_nobody_in_each_part_is_said_once() -> None:
    parts = [part(said("no admission policy")), part(said("no admission policy"), said("another"))]
    assert [one.finding.text for one in joined(parts, parts, ())] == ["no admission policy", "another"]


def test_what_one_part_says_twice_is_said_twice() -> None:
    parts = [part(said("the same")), part(said("the same"), said("the same"))]
    assert [one.finding.text for one in joined(parts, parts, ())] == ["the same", "the same"]


def test_what_is_said_of_an_agent_is_never_left_out() -> None:
    parts = [part(said("the same", "a")), part(said("the same", "a"))]
    assert len(list(joined(parts, parts, ()))) == 2


def test_agents_come_first_then_resources_then_what_is_beside_them_then_stacks() -> None:
    one = Part((said("agent 1"),), (said("resource 1"),), (said("stack 1", "a"),), frozenset(), False)
    two = Part((said("agent 2"),), (said("resource 2"),), (said("stack 2", "b"),), frozenset(), False)
    together = [one, two]
    assert [found.finding.text for found in joined(together, together, [said("beside")])] == [
        "agent 1",
        "agent 2",
        "resource 1",
        "resource 2",
        "beside",
        "stack 1",
        "stack 2",
    ]


def test_a_violation_that_crosses_to_another_process_is_the_same_violation() -> None:
    import pickle

    one = Violation(RULE, "fail", Finding("text", "fix", "part", Origin("a.yaml", 3, 5), "agent", "urn"))
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert again.rule is RULE
