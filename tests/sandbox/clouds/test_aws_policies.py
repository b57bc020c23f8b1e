"""The grammar of IAM documents: for every rule a good document with one thing changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.sandbox.clouds.aws.policies import OPERATORS, Kind, normalised, problems, size

IDENTITY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read1",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:List*"],
            "Resource": ["arn:aws:s3:::papers/*", "arn:aws:s3:::papers"],
            "Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
        },
        {"Sid": "Lock", "Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
}
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/A"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"oidc.example.com/id/A:sub": "system:serviceaccount:ns:sa"}},
    },
}


def _judge(document: Any, kind: Kind) -> tuple[str, ...]:
    return problems(json.dumps(document), kind)


def _changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return changed


S0 = ("Statement", 0)
CONDITION = ("Statement", 0, "Condition")


def test_the_good_documents_are_good() -> None:
    assert _judge(IDENTITY, "managed") == _judge(IDENTITY, "inline") == _judge(IDENTITY, "session") == ()
    assert _judge(TRUST, "trust") == ()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("Version",), "2012-10-18", "Version must be"),
        (("Id",), 3, "Id must be a string"),
        (("Statements",), [], "no element Statements"),
        (("Statement",), ..., "Statement must be"),
        (("Statement",), [], "Statement must be"),
        (("Statement",), ["x"], "must be an object"),
        ((*S0, "Efect"), "Allow", "no element Efect"),
        ((*S0, "Effect"), "allow", "Effect must be Allow or Deny"),
        ((*S0, "Effect"), ..., "Effect must be Allow or Deny"),
        ((*S0, "Sid"), "read papers", "Sid must be ASCII letters"),
        ((*S0, "Sid"), "Lock", "Sid is used by another statement"),
        ((*S0, "Action"), ..., "neither Action nor NotAction"),
        ((*S0, "NotAction"), "s3:PutObject", "both Action and NotAction"),
        ((*S0, "Action"), [], "Action must be a string or a list"),
        ((*S0, "Action"), "GetObject", "of the form service:Name"),
        ((*S0, "Action"), "s3:Get Object", "of the form service:Name"),
        ((*S0, "Action"), "s*:GetObject", "of the form service:Name"),
        ((*S0, "Resource"), ..., "neither Resource nor NotResource"),
        ((*S0, "NotResource"), "*", "both Resource and NotResource"),
        ((*S0, "Resource"), "papers", "an ARN"),
        ((*S0, "Resource"), "arn:aws:s3:papers", "an ARN"),
        ((*S0, "Principal"), "*", "Principal is not allowed in the policy of an identity"),
        ((*S0, "NotPrincipal"), "*", "NotPrincipal is not allowed"),
        (CONDITION, ["x"], "Condition must be an object"),
        (CONDITION, {"DateBefore": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, "no operator DateBefore"),
        (CONDITION, {"NullIfExists": {"aws:TokenIssueTime": "true"}}, "no operator NullIfExists"),
        (CONDITION, {"StringEquals": {}}, "at least one condition key"),
        (CONDITION, {"StringEquals": {"CurrentTime": "x"}}, "prefix:name"),
        (CONDITION, {"StringEquals": {"aws:x": {"a": 1}}}, "a string, number or boolean"),
        (CONDITION, {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}, "ISO 8601"),
        (CONDITION, {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00"}}, "ISO 8601"),
        (CONDITION, {"DateLessThan": {"aws:CurrentTime": "2027-13-01T00:00:00Z"}}, "ISO 8601"),
        (CONDITION, {"Bool": {"aws:SecureTransport": "yes"}}, "true or false"),
        (CONDITION, {"Null": {"aws:x": "maybe"}}, "true or false"),
        (CONDITION, {"NumericLessThan": {"s3:max-keys": "ten"}}, "a number"),
        (CONDITION, {"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "an IP address"),
        (CONDITION, {"BinaryEquals": {"a:b": "!!"}}, "base64"),
        (CONDITION, {"ArnLike": {"aws:SourceArn": "role/x"}}, "an ARN pattern"),
    ],
)
def test_an_identity_policy_with_one_wrong_thing_is_refused(path: tuple, value: Any, says: str) -> None:
    found = _judge(_changed(IDENTITY, path, value), "managed")
    assert len(found) == 1, found
    assert says in found[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("Version",), "2008-10-17"),
        (("Version",), ...),
        (("Id",), "x"),
        (("Statement",), IDENTITY["Statement"][0]),
        ((*S0, "Sid"), ...),
        ((*S0, "Action"), "bedrock-agentcore:GetWorkload?ccessToken"),
        ((*S0, "Resource"), "arn:aws:dynamodb:*:123456789012:table/${aws:PrincipalTag/team}"),
        ((*S0, "Resource"), "arn:*:s3:::papers"),
        (CONDITION, {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a*"]}}),
        (CONDITION, {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
        (CONDITION, {"DateGreaterThanEquals": {"aws:CurrentTime": 1798761600}}),
        (CONDITION, {"DateLessThan": {"aws:CurrentTime": "2027-01-01"}}),
        (CONDITION, {"Bool": {"aws:SecureTransport": False}}),
        (CONDITION, {"Null": {"aws:TokenIssueTime": "true"}}),
        (CONDITION, {"NumericLessThan": {"s3:max-keys": "10"}}),
        (CONDITION, {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}),
        (CONDITION, {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:123456789012:function:*"}}),
        (CONDITION, {"NumericLessThan": {"s3:max-keys": "${aws:PrincipalTag/limit}"}}),
    ],
)
def test_an_identity_policy_with_another_right_thing_is_taken(path: tuple, value: Any) -> None:
    assert _judge(_changed(IDENTITY, path, value), "managed") == ()


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_is_known_with_its_variants(operator: str) -> None:
    values = {"Date": "2027-01-01", "Numeric": "1", "Bool": "true", "Null": "true", "Ip": "10.0.0.1", "Not": "10.0.0.1"}
    value = next((v for k, v in values.items() if operator.startswith(k)), "arn:aws:iam::123456789012:role/x")
    value = "eA==" if operator == "BinaryEquals" else value
    for variant in (operator, f"ForAnyValue:{operator}", *([] if operator == "Null" else [f"{operator}IfExists"])):
        assert _judge(_changed(IDENTITY, CONDITION, {variant: {"aws:x": value}}), "managed") == ()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("Statement", "Principal"), ..., "neither Principal nor NotPrincipal"),
        (("Statement", "NotPrincipal"), "*", "both Principal and NotPrincipal"),
        (("Statement", "Resource"), "*", "Resource is not allowed in a trust policy"),
        (("Statement", "Action"), "s3:GetObject", "an action of sts"),
        (("Statement", "Principal"), "everyone", "must be `*` or an object"),
        (("Statement", "Principal"), {"Aws": "*"}, "no kind Aws"),
        (("Statement", "Principal"), {"AWS": []}, "at least one string"),
        (("Statement", "Principal"), {"AWS": "arn:aws:iam::123456789012:role/*"}, "no valid principal"),
        (("Statement", "Principal"), {"AWS": "12345678901"}, "no valid principal"),
        (("Statement", "Principal"), {"Service": "lambda"}, "no valid principal"),
        (("Statement", "Principal"), {"Federated": "arn:aws:iam::123456789012:role/x"}, "no valid principal"),
        (("Statement", "Principal"), {"CanonicalUser": "abc"}, "no valid principal"),
    ],
)
def test_a_trust_policy_with_one_wrong_thing_is_refused(path: tuple, value: Any, says: str) -> None:
    found = _judge(_changed(TRUST, path, value), "trust")
    assert len(found) == 1, found
    assert says in found[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("Statement", "Principal"), "*"),
        (("Statement", "Principal"), {"AWS": ["123456789012", "arn:aws:iam::123456789012:root"]}),
        (("Statement", "Principal"), {"AWS": "arn:aws:iam::123456789012:role/agents/research"}),
        (("Statement", "Principal"), {"Service": ["lambda.amazonaws.com", "pods.eks.amazonaws.com"]}),
        (("Statement", "Principal"), {"Federated": "cognito-identity.amazonaws.com"}),
        (("Statement", "Action"), ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]),
        (("Statement", "Effect"), "Deny"),
    ],
)
def test_a_trust_policy_with_another_right_thing_is_taken(path: tuple, value: Any) -> None:
    assert _judge(_changed(TRUST, path, value), "trust") == ()


def test_a_resource_policy_needs_both_principal_and_resource() -> None:
    good = _changed(TRUST, ("Statement", "Resource"), "arn:aws:s3:::papers/*")
    assert _judge(good, "resource") == ()
    assert "neither Resource" in _judge(TRUST, "resource")[0]
    assert "neither Principal" in _judge(_changed(good, ("Statement", "Principal"), ...), "resource")[0]
    assert _judge(_changed(good, ("Statement", "Sid"), "public read"), "resource") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("", "outside Latin-1 or is empty"),
        ('{"Version":"2012-10-17","Statement":"—"}', "outside Latin-1"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_text_that_is_no_document_is_refused(text: str, says: str) -> None:
    assert says in problems(text, "managed")[0]


def test_a_key_that_stands_twice_is_refused() -> None:
    text = json.dumps(IDENTITY).replace('"Effect": "Deny"', '"Effect": "Deny", "Effect": "Allow"')
    assert problems(text, "managed") == ("key Effect stands twice in one object",)


@pytest.mark.parametrize(
    ("kind", "limit"), [("managed", 6144), ("inline", 10240), ("trust", 2048), ("session", 2048), ("resource", 20480)]
)
def test_the_size_limit_counts_no_white_space(kind: Kind, limit: int) -> None:
    good = TRUST if kind == "trust" else IDENTITY
    good = _changed(TRUST, ("Statement", "Resource"), "*") if kind == "resource" else good

    def padded(length: int) -> str:
        empty = json.dumps({**good, "Id": ""}, indent=4)
        return empty.replace('"Id": ""', f'"Id": "{"x" * (length - size(empty))}"')

    assert problems(padded(limit), kind) == ()
    assert problems(padded(limit + 1), kind) == (
        f"has {limit + 1} characters without white space; the limit is {limit}",
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda d: dict(reversed(d.items())),
        lambda d: {**d, "Statement": list(reversed(d["Statement"]))},
        lambda d: _changed(d, (*S0, "Action"), ["s3:List*", "s3:GetObject"]),
        lambda d: _changed(d, ("Statement", 1, "Action"), ["*"]),
        lambda d: _changed(d, (*CONDITION, "DateLessThan", "aws:CurrentTime"), ["2027-01-01T00:00:00Z"]),
    ],
)
def test_documents_of_one_meaning_have_one_form(change: Callable[[Any], Any]) -> None:
    assert normalised(json.dumps(change(IDENTITY), indent=2)) == normalised(json.dumps(IDENTITY))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*S0, "Effect"), "Deny"),
        ((*S0, "Action"), ["s3:GetObject"]),
        ((*S0, "Sid"), "Other"),
        (CONDITION, ...),
        (("Version",), "2008-10-17"),
        (("Statement",), IDENTITY["Statement"][:1]),
    ],
)
def test_documents_of_two_meanings_have_two_forms(path: tuple, value: Any) -> None:
    assert normalised(json.dumps(_changed(IDENTITY, path, value))) != normalised(json.dumps(IDENTITY))


@given(st.text(max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert isinstance(problems(text, "managed"), tuple)
    assert isinstance(normalised(text), str)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(IDENTITY["Statement"][0])), inner)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_any_statement_is_judged_without_an_error(statement: Any) -> None:
    for kind in ("managed", "trust", "resource"):
        assert isinstance(_judge({"Statement": statement}, kind), tuple)
