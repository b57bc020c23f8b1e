"""The table of escalation by several permissions together."""

from __future__ import annotations

from collections import Counter

import pytest
from nhi.catalog.vocabulary import aws_action
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi_policies.view.aws.combinations import COMBINATIONS, Combination, held
from nhi_policies.view.proofs import Granted


def _granted(*statements: Statement) -> Granted:
    return Granted(PermissionSet("aws", (Policy(statements),)))


def test_every_step_exists_and_every_combination_is_named_once_with_a_source() -> None:
    unknown = {action for one in COMBINATIONS for part in one.parts for action in part if aws_action(action) is None}
    assert unknown == set()
    assert [name for name, count in Counter(one.name for one in COMBINATIONS).items() if count > 1] == []
    assert all(one.source.startswith("https://") and one.gains for one in COMBINATIONS)
    assert all(len(one.parts) > 1 for one in COMBINATIONS)


def test_only_a_way_with_a_passed_role_names_a_service() -> None:
    assert [one.name for one in COMBINATIONS if one.service and one.parts[0] != ("iam:PassRole",)] == []


@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda one: one.name)
def test_a_way_is_found_by_its_steps_in_policies_of_their_own_and_not_without_one(combination: Combination) -> None:
    statements = [
        Statement("allow", (part[-1],), resources=("*",), label=str(number))
        for number, part in enumerate(combination.parts)
    ]
    assert combination in [one.combination for one in held(_granted(*statements))]
    for left_out in statements:
        rest = [one for one in statements if one is not left_out]
        assert combination not in [one.combination for one in held(_granted(*rest))]


def test_a_way_tells_the_statement_of_each_step() -> None:
    whole = Statement("allow", ("iam:*", "ec2:*"), resources=("*",), label="whole")
    found = next(iter(held(_granted(whole))))
    assert [(step.action, step.statement.label) for step in found.steps] == [
        ("iam:PassRole", "whole"),
        ("ec2:RunInstances", "whole"),
    ]


def test_what_everything_but_a_list_leaves_is_held() -> None:
    rest = Statement("allow", not_actions=("iam:*", "sts:*"), resources=("*",), label="rest")
    names = {one.combination.name for one in held(_granted(rest))}
    assert "lambda:UpdateFunctionCode + lambda:InvokeFunction" in names
    assert not any("iam:" in one or "sts:" in one for one in names)
