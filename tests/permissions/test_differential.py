"""The differential tests themselves: a small run agrees, and a proof that is wrong would be found."""

from __future__ import annotations

import itertools
from random import Random

import differential
import pytest
from generators import pair
from nhi.contract import PLATFORMS, Platform
from nhi.permissions import second_opinion
from nhi.permissions.evaluate import permits
from nhi.permissions.model import PermissionSet, Witness
from nhi.permissions.proof import Budget, Proved, Refuted, Undecided, subset

OWN = Budget(solver_seconds=0)
SPENT = Budget(steps=3)
SPENT_ALONE = Budget(steps=3, solver_seconds=0)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_proof_and_evaluator_agree_and_nearly_every_pair_is_decided(platform: Platform) -> None:
    counts, wrong = differential.against_evaluator(platform, 150, seed=3, attacks=6)
    assert wrong == []
    assert counts["attacks that the child permits"] > 20
    assert counts["Proved"] > 30
    assert counts["Refuted"] > 30
    assert counts["Undecided"] <= 7


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_false_proof_does_not_withstand_the_attacks(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differential, "subset", lambda *_: Proved())
    _, wrong = differential.against_evaluator(platform, 150, seed=3, attacks=6)
    assert len(wrong) > 20


def test_a_false_refutation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differential, "subset", lambda *_: Refuted(Witness("s3:GetObject", "b/x", {})))
    _, wrong = differential.against_evaluator("aws", 50, seed=3, attacks=0)
    assert len(wrong) > 40


@pytest.mark.skipif(not second_opinion.available(), reason="cvc5 is not installed (extra prove)")
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_solver_decides_where_the_budget_does_not(platform: Platform) -> None:
    decided = 0
    for number in range(40):
        child, parent = pair(Random(number), platform=platform)
        alone, both, own = subset(child, parent, SPENT_ALONE), subset(child, parent, SPENT), subset(child, parent, OWN)
        if not isinstance(alone, Undecided):
            continue
        assert isinstance(both, (type(own), Undecided))
        decided += not isinstance(both, Undecided)
        if isinstance(both, Refuted):
            answers = [
                permits(one, both.witness.action, both.witness.resource, both.witness.context).outcome
                for one in (child, parent)
            ]
            assert answers == ["allowed", "denied"]
    assert decided > 10


def test_without_the_solver_a_spent_budget_stays_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "available", lambda: False)
    monkeypatch.setattr(second_opinion, "ask", lambda *_: pytest.fail("asked without being there"))
    assert _undecided("step budget")


@pytest.mark.parametrize("answer", [None, Witness("s3:GetObject", "nowhere", {})], ids=["unknown", "wrong request"])
def test_an_answer_that_is_not_sure_changes_nothing(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "available", lambda: True)
    monkeypatch.setattr(second_opinion, "ask", lambda *_: answer)
    assert _undecided("step budget")


def test_a_question_without_a_formula_stays_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise second_opinion.NotEncodedError("no formula")

    monkeypatch.setattr(second_opinion, "available", lambda: True)
    monkeypatch.setattr(second_opinion, "ask", refuse)
    assert _undecided("step budget")


SECONDS = itertools.count(5.01, 0.01)


def _undecided(reason: str) -> bool:
    random = Random(11)
    budget = Budget(steps=2, solver_seconds=next(SECONDS))  # verdicts are kept by budget
    pairs: list[tuple[PermissionSet, PermissionSet]] = [pair(random) for _ in range(20)]
    verdicts = [subset(child, parent, budget) for child, parent in pairs]
    found = [one for one in verdicts if isinstance(one, Undecided)]
    return len(found) > 5 and all(reason in one.reason for one in found)
