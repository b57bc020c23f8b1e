"""One proof serves agents of one kind, and a finding still names the very agent that it is about."""

from __future__ import annotations

import pytest
from nhi.permissions import proof
from nhi.permissions.proof import Refuted
from nhi_policies.dispatch import agent_verdict
from nhi_policies.rule import rules_of
from nhi_policies.view import delegation
from nhi_policies.view.delegation import declared_access, widenings

from policies.delegation_kit import READS, fleet, told

STAR = [f"origin>d{number}" for number in range(20)]
LEDGER = {"data_access": [*READS, {"scope": "ledger", "access": "read"}]}


def test_agents_that_do_the_same_cost_one_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def counted(*sets: object) -> object:
        asked.append(sets)
        return proof.subset(*sets)  # type: ignore[arg-type]

    monkeypatch.setattr(delegation, "subset", counted)
    context = told(fleet(STAR))
    assert list(widenings("origin", context, declared_access(context))) == []
    assert len(asked) == 1


def test_each_widening_names_the_line_of_its_own_agent() -> None:
    context = told(fleet(STAR, **{f"d{number}": LEDGER for number in range(3)}))
    found = list(widenings("origin", context, declared_access(context)))
    assert [one.chain[-1] for one in found] == ["d0", "d1", "d2"]
    for one in found:
        assert isinstance(one.verdict, Refuted)
        assert one.verdict.statement is not None
        assert one.verdict.statement.origin is not None
        assert one.verdict.statement.origin.file == f"agents/{one.chain[-1]}.yaml"


def test_a_chain_of_five_hundred_agents_is_a_finding_and_no_hang() -> None:
    chain = [f"a{number}>a{number + 1}" for number in range(500)]
    agents = fleet(chain)
    context = told(agents)
    rules = [rule for rule in rules_of("agent") if rule.area == "DEL"]
    found = {
        name: {rule.id for rule in rules if agent_verdict(rule, declared, context).violations}
        for name, declared in agents.items()
    }
    # Tier 3 allows three hops; from the last four agents no longer chain starts, and the very last names no target.
    short = {f"a{number}": set[str]() for number in range(497, 500)} | {"a500": {"NHI-DEL-001"}}
    assert found == {name: short.get(name, {"NHI-DEL-005"}) for name in agents}
