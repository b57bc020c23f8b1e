"""Strict reading of IAM documents: what is malformed or unknown is unproven, what IAM accepts is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws import documents as aws

from policies import kit


def parse(*statements: Any, use: aws.Use = "identity", **changes: Any) -> aws.Document:
    return aws.parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **changes}), use)


def test_scalars_stand_for_lists_of_one() -> None:
    (one,) = parse(kit.statement("s3:GetObject", "arn:aws:s3:::b/*")).statements
    assert (one.actions, one.resources, one.effect) == (("s3:GetObject",), ("arn:aws:s3:::b/*",), "allow")


def test_one_statement_stands_for_a_list_of_one() -> None:
    assert len(parse(Statement=kit.statement()).statements) == 1


def test_a_document_may_be_a_map() -> None:
    assert len(aws.parse_document({"Statement": [kit.statement()]}, "identity").statements) == 1


def test_everyone_is_everyone_however_it_is_written() -> None:
    for principal in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        (one,) = parse({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}, use="trust").statements
        assert [str(item) for item in one.principals] == ["*"]


def test_condition_values_are_texts_and_keys_compare_without_case() -> None:
    (one,) = parse(
        kit.statement(condition={"Bool": {"aws:SecureTransport": True}, "StringEquals": {"aws:PrincipalTag/a": ["b"]}})
    ).statements
    assert one.condition_values("AWS:securetransport") == ("true",)
    assert one.condition_values("aws:principaltag/a", "stringequals") == ("b",)
    assert one.condition_values("aws:principaltag/a", "StringLike") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "allow"},
        {"Effect": ...},
        {"Action": ...},
        {"Action": []},
        {"Action": [1]},
        {"NotAction": "s3:*"},
        {"Resource": ...},
        {"NotResource": "*"},
        {"Principal": "*"},
        {"Actions": "s3:*"},
        {"Condition": {"StringEquals": "x"}},
        {"Condition": {"StringEquals": {"k": {}}}},
        {"Sid": 1},
    ],
)
def test_a_malformed_statement_is_unproven(changes: dict[str, Any]) -> None:
    with pytest.raises(Unproven):
        parse(kit.statement(**changes))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"Statement": []}',
        '{"Statement": [1]}',
        '{"Version": "2020-01-01", "Statement": []}',
        '{"Extra": 1, "Statement": []}',
        '{"Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}]}',
        "[" * 100_000,
    ],
)
def test_a_malformed_document_is_unproven(text: str) -> None:
    with pytest.raises(Unproven):
        aws.parse_document(text, "identity")


def test_a_mark_of_an_unknown_inside_a_document_is_unproven() -> None:
    mark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    with pytest.raises(Unproven, match=r"policy\.Statement\[0\]\.Resource"):
        parse(kit.statement(resources=f"arn:aws:s3:::{mark}/*"))


def test_a_trust_statement_needs_a_principal() -> None:
    with pytest.raises(Unproven, match="Principal"):
        parse({"Effect": "Allow", "Action": "sts:AssumeRole"}, use="trust")


def test_inline_policies_of_a_role_are_documents_of_their_own() -> None:
    role = kit.role(inlinePolicies=[{"name": "x", "policy": kit.document(kit.statement())}])
    assert [(one.use, one.path) for one in aws.documents(role)] == [
        ("trust", "assumeRolePolicy"),
        ("identity", "inlinePolicies[0].policy"),
    ]


def test_a_role_without_a_trust_policy_is_unproven() -> None:
    with pytest.raises(Unproven, match="missing"):
        aws.trust(kit.role(assumeRolePolicy=...))


def test_grants_name_the_role_they_are_about() -> None:
    name = "acme-support-agent"
    for grant in (kit.role(), kit.attachment(), kit.inline_policy()):
        assert aws.roles_of(grant) == (name,)
    by_arn = kit.resource(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation", "x", {"roleArn": f"arn:aws:iam::1:role/agents/{name}"}
    )
    assert aws.roles_of(by_arn) == (name,)


def test_a_role_name_left_to_the_provider_is_unproven() -> None:
    with pytest.raises(Unproven, match="name"):
        aws.roles_of(kit.role(name=...))
