"""How far a statement reaches: named containers, and dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws.documents import parse_document
from nhi_policies.view.aws.reach import ends, is_exact, starts, takes_resources, unnamed

from policies import kit

_HERE = "eu-central-1:111122223333"


@pytest.mark.parametrize(
    "arn",
    [
        "*",
        "arn:*",
        "arn:aws:s3*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/docs/*",
        "arn:aws:s3:::acme-*/docs/x",
        "arn:aws:*:::kb/docs",
        "arn:aws:sqs:eu-central-1:*:orders",
        f"arn:aws:sqs:{_HERE}:*",
        f"arn:aws:dynamodb:{_HERE}:*",
        f"arn:aws:dynamodb:{_HERE}:table/*",
        f"arn:aws:dynamodb:{_HERE}:tab*",
        f"arn:aws:lambda:{_HERE}:function:*",
        f"arn:aws:kms:{_HERE}:key/*",
        f"arn:aws:logs:{_HERE}:log-group:/aws/*",
        f"arn:aws:secretsmanager:{_HERE}:secret:*",
        f"arn:aws:secretsmanager:{_HERE}:secret:mail-*",
        "arn:aws:bedrock:eu-central-1::foundation-model/*",
        "arn:aws:iam::111122223333:role/agents/*",
    ],
)
def test_a_pattern_of_containers_is_unnamed(arn: str) -> None:
    assert unnamed(arn)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::kb",
        "arn:aws:s3:::kb/*",
        "arn:aws:s3:::kb/docs/*/x",
        "arn:aws:s3:::kb${*}/x",
        "arn:aws:bedrock:*::foundation-model/anthropic.claude-sonnet-5",
        f"arn:aws:dynamodb:{_HERE}:table/orders/index/*",
        f"arn:aws:lambda:{_HERE}:function:refund",
        f"arn:aws:logs:{_HERE}:log-group:/aws/lambda/x:*",
        f"arn:aws:secretsmanager:{_HERE}:secret:mail-??????",
        f"arn:aws:states:{_HERE}:execution:refunds:*",
        f"arn:aws:execute-api:{_HERE}:abcdef/prod/GET/*",
        "arn:aws:iam::111122223333:role/agents/worker",
    ],
)
def test_one_container_is_named(arn: str) -> None:
    assert unnamed(arn) == ""


def test_an_action_takes_resources_where_aws_says_so_and_where_nobody_knows() -> None:
    assert takes_resources("s3:GetObject")
    assert takes_resources("s3:*")
    assert takes_resources("madeup:Thing")
    assert not takes_resources("s3:ListAllMyBuckets")
    assert not takes_resources("Polly:SynthesizeSpeech")


@pytest.mark.parametrize(
    ("value", "exact"),
    [("a", True), ("a${*}", True), ("*", False), ("a?", False), ("${aws:username}", False), ("", False)],
)
def test_exact_values(value: str, exact: bool) -> None:
    assert is_exact(value) is exact


def _statement(**conditions: object) -> object:
    (one,) = parse_document(kit.document(kit.statement(condition=conditions)), "identity").statements
    return one


def test_the_earliest_end_and_the_latest_of_its_values_count() -> None:
    date = {"aws:currenttime": ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00+01:00"]}
    assert ends(_statement(DateLessThan=date)) == datetime(2027, 12, 31, 23, tzinfo=UTC)
    sooner = {"aws:CurrentTime": "2026-12-01"}
    both = _statement(DateLessThan=date, DateLessThanEquals=sooner)
    assert ends(both) == datetime(2026, 12, 1, tzinfo=UTC)
    assert ends(_statement(DateGreaterThan=date)) is None
    assert starts(_statement(DateGreaterThan=date)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_date_that_cannot_be_read_is_unproven() -> None:
    with pytest.raises(Unproven):
        ends(_statement(DateLessThan={"aws:CurrentTime": "next year"}))
