"""The table of escalation primitives."""

from __future__ import annotations

from collections import Counter

from nhi.catalog.load import load_catalog
from nhi.catalog.vocabulary import aws_action
from nhi_policies.view.aws.escalation import PRIMITIVES, primitives


def test_every_primitive_exists_once_and_has_a_source() -> None:
    assert [row.action for row in PRIMITIVES if aws_action(row.action) is None] == []
    assert [action for action, count in Counter(row.action.lower() for row in PRIMITIVES).items() if count > 1] == []
    assert all(row.source.startswith("https://") and row.gains for row in PRIMITIVES)


def test_what_the_catalog_denies_as_administration_of_rights_is_in_the_table() -> None:
    named = {row.action for row in PRIMITIVES}
    assert named >= {"iam:PassRole", "iam:CreatePolicyVersion", "iam:CreateAccessKey", "iam:PutRolePermissionsBoundary"}


def test_no_kind_of_the_catalog_grants_a_primitive_on_what_it_names() -> None:
    found = [
        (kind.name, action.text)
        for kind in load_catalog().kinds["aws"].values()
        for statement in kind.statements
        for action in statement.actions
        if primitives(action.text, wide=False)
    ]
    assert found == []


def test_a_pattern_contains_what_it_matches_whatever_its_case() -> None:
    assert {row.action for row in primitives("IAM:pass*", wide=False)} == {"iam:PassRole"}
    assert len(primitives("*", wide=True)) == len(PRIMITIVES)
    assert primitives("secretsmanager:GetSecretValue", wide=False) == ()
    assert primitives("secretsmanager:GetSecretValue", wide=True)
