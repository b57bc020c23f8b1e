"""What a set of permissions answers to one request, on each platform."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from generators import OPERATORS, pair, permission_set, policy, request, statement
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.permissions.evaluate import Answer, permits
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement

KEY = "arn:aws:s3:::b/k"
ROLE = "arn:aws:iam::1:role/r"
USER = "arn:aws:iam::1:user/u"
NOW = {"aws:CurrentTime": "2026-11-28T01:00:00Z"}
PAST, FUTURE = "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"


def when(operator: str, key: str, *values: str) -> Condition:
    return Condition(operator, key, values)


def allow(*conditions: Condition, **changes: Any) -> Statement:
    return replace(Statement("allow", ("s3:GetObject",), (), ("*",), (), conditions), **changes)


def deny(*conditions: Condition, **changes: Any) -> Statement:
    return allow(*conditions, **{"effect": "deny", **changes})


def ask(*policies: Iterable[Statement], action: str = "s3:GetObject", resource: str = KEY, **context: Any) -> Answer:
    given_context: Mapping[str, Any] = context.pop("context", {})
    sets = PermissionSet("aws", tuple(Policy(tuple(one)) for one in policies))
    return permits(sets, action, resource, given_context)


def assume(*policies: Iterable[Statement], **context: str) -> Answer:
    keys = {"principal": "aws:PrincipalArn", "external": "sts:ExternalId", "service": "aws:PrincipalServiceName"}
    return ask(
        *policies,
        action="sts:AssumeRole",
        resource=ROLE,
        context={keys[name]: value for name, value in context.items()},
    )


def trust(*conditions: Condition) -> Statement:
    return allow(*conditions, actions=("sts:AssumeRole",), resources=(ROLE,))


NAMED = trust(when("ArnEquals", "aws:PrincipalArn", USER))
EXTERNAL = trust(when("ArnEquals", "aws:PrincipalArn", USER), when("StringLike", "sts:ExternalId", "x-*"))
ROOT = trust(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1:*"))
TAG = "aws:PrincipalTag/team"
MFA = "aws:MultiFactorAuthPresent"
OWN = allow(resources=("arn:aws:s3:::b/${aws:PrincipalTag/team}/*",))
ELSEWHERE = deny(resources=(), not_resources=("arn:aws:s3:::c/*",))

CASES: dict[str, tuple[str, Answer]] = {
    # the cases that every simulator was measured against
    "lower-case action": ("allowed", ask([allow(actions=("s3:getobject",))])),
    "question mark in a resource": ("allowed", ask([allow(resources=("arn:aws:s3:::b/?",))])),
    "expired allow": ("denied", ask([allow(when("DateLessThan", "aws:CurrentTime", PAST))], context=NOW)),
    "expiry deny not met": (
        "allowed",
        ask([allow(), deny(when("DateGreaterThan", "aws:CurrentTime", FUTURE))], context=NOW),
    ),
    "expiry deny met": ("denied", ask([allow(), deny(when("DateGreaterThan", "aws:CurrentTime", PAST))], context=NOW)),
    "deny NotResource outside the list": ("denied", ask([allow(), ELSEWHERE])),
    "StringNotEquals on a missing key": ("allowed", ask([allow(when("StringNotEquals", TAG, "red"))])),
    "StringNotEquals with a list that has the value": (
        "denied",
        ask([allow(when("StringNotEquals", TAG, "red", "blue"))], context={TAG: "blue"}),
    ),
    "StringNotEqualsIfExists on a missing key": ("allowed", ask([allow(when("StringNotEqualsIfExists", TAG, "red"))])),
    "ArnEquals with a wildcard": (
        "allowed",
        ask(
            [allow(when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::1:role/*"))], context={"aws:PrincipalArn": ROLE}
        ),
    ),
    "condition key in another case": (
        "allowed",
        ask([allow(when("StringEquals", "AWS:principaltag/TEAM", "red"))], context={TAG: "red"}),
    ),
    "ForAllValues on a missing key": ("allowed", ask([allow(when("ForAllValues:StringEquals", "aws:TagKeys", "a"))])),
    "ForAnyValue on a missing key": ("denied", ask([allow(when("ForAnyValue:StringEquals", "aws:TagKeys", "a"))])),
    "Null true on a present key": ("denied", ask([allow(when("Null", TAG, "true"))], context={TAG: "red"})),
    "Bool on a missing key": ("denied", ask([allow(when("Bool", MFA, "true"))])),
    "policy variable that matches": ("allowed", ask([OWN], resource="arn:aws:s3:::b/red/x", context={TAG: "red"})),
    "policy variable that does not match": (
        "denied",
        ask([OWN], resource="arn:aws:s3:::b/red/x", context={TAG: "blue"}),
    ),
    "explicit deny in a session policy": ("denied", ask([allow()], [allow(), deny()])),
    "session policy that is a subset": ("allowed", ask([allow()], [allow(resources=(KEY,))])),
    "boundary without the action": ("denied", ask([allow()], [allow(actions=("s3:List*",))])),
    "trust names the user, who has no policy": ("allowed", assume([NAMED], principal=USER)),
    "trust names the root, and the user has no policy": ("denied", assume([ROOT], [], principal=USER)),
    "trust with another ExternalId": ("denied", assume([EXTERNAL], principal=USER, external="y-1")),
    "trust of a service only": (
        "denied",
        assume([trust(when("StringEquals", "aws:PrincipalServiceName", "ec2.amazonaws.com"))], principal=USER),
    ),
    # what the test clouds get wrong besides
    "StringEquals on an absent tag": ("denied", ask([allow(when("StringEquals", TAG, "red"))])),
    "IpAddress that does not match": (
        "denied",
        ask([allow(when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))], context={"aws:SourceIp": "198.51.100.1"}),
    ),
    "a lone deny": ("denied", ask([ELSEWHERE])),
    "session policy without the action": ("denied", ask([allow()], [allow(actions=("s3:PutObject",))])),
    "secret by an exact ARN": ("allowed", ask([allow(resources=(KEY,))])),
    "secret by an ARN glob": ("allowed", ask([allow(resources=("arn:aws:s3:::b*",))])),
    "trust names the root, and the user is allowed": (
        "allowed",
        assume([ROOT], [allow(actions=("sts:*",))], principal=USER),
    ),
    "trust without the ExternalId": ("denied", assume([EXTERNAL], principal=USER)),
    "trust with the ExternalId": ("allowed", assume([EXTERNAL], principal=USER, external="x-1")),
    "ArnLike on the caller": (
        "allowed",
        ask([allow(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/r"))], context={"aws:PrincipalArn": ROLE}),
    ),
    # what goes beyond them
    "a star in an Arn operator does not cross a colon": (
        "denied",
        ask(
            [allow(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a"))],
            context={"aws:PrincipalArn": "arn:aws:iam::1:x:role/a"},
        ),
    ),
    "a star in StringEquals is a star": ("denied", ask([allow(when("StringEquals", TAG, "r*"))], context={TAG: "red"})),
    "StringEqualsIgnoreCase has no wildcards": (
        "denied",
        ask([allow(when("StringEqualsIgnoreCase", TAG, "R*"))], context={TAG: "red"}),
    ),
    "StringEqualsIgnoreCase": (
        "allowed",
        ask([allow(when("StringEqualsIgnoreCase", TAG, "RED"))], context={TAG: "red"}),
    ),
    "ForAllValues with one value outside": (
        "denied",
        ask([allow(when("ForAllValues:StringEquals", "aws:TagKeys", "a"))], context={"aws:TagKeys": ("a", "b")}),
    ),
    "ForAnyValue with a negated operator": (
        "allowed",
        ask([allow(when("ForAnyValue:StringNotEquals", "aws:TagKeys", "a"))], context={"aws:TagKeys": ("a", "b")}),
    ),
    "numbers are compared as numbers": (
        "allowed",
        ask([allow(when("NumericLessThanEquals", "s3:max-keys", "10"))], context={"s3:max-keys": "9.50"}),
    ),
    "an epoch and a date are one clock": (
        "allowed",
        ask(
            [allow(when("DateEquals", "aws:EpochTime", "2026-11-28T01:00:00+01:00"))],
            context={"aws:EpochTime": "1795824000"},
        ),
    ),
    "IPv6 in its network": (
        "allowed",
        ask([allow(when("IpAddress", "aws:SourceIp", "2001:db8::/32"))], context={"aws:SourceIp": "2001:db8:0::1"}),
    ),
    "NotIpAddress across versions": (
        "allowed",
        ask([allow(when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))], context={"aws:SourceIp": "::1"}),
    ),
    "a variable's default": (
        "allowed",
        ask([allow(resources=("arn:aws:s3:::b/${aws:PrincipalTag/team, 'k'}",))]),
    ),
    "a variable without a value": ("denied", ask([OWN], resource="arn:aws:s3:::b//x")),
    "an escaped star": ("denied", ask([allow(resources=("arn:aws:s3:::b/${*}",))])),
    "an escaped star on a star": (
        "allowed",
        ask([allow(resources=("arn:aws:s3:::b/${*}",))], resource="arn:aws:s3:::b/*"),
    ),
    "NotAction": ("denied", ask([allow(actions=(), not_actions=("S3:get*",))])),
    "ForAnyValue with a negated operator on a missing key": (
        "denied",
        ask([allow(when("ForAnyValue:StringNotEquals", "aws:TagKeys", "a"))]),
    ),
    "StringEqualsIfExists on a missing key": ("allowed", ask([allow(when("StringEqualsIfExists", TAG, "red"))])),
    "a bound that is in": (
        "allowed",
        ask([allow(when("NumericGreaterThanEquals", "s3:max-keys", "10"))], context={"s3:max-keys": "10.0"}),
    ),
    "a bound that is out": (
        "denied",
        ask([allow(when("NumericGreaterThan", "s3:max-keys", "10"))], context={"s3:max-keys": "10.0"}),
    ),
    "a variable without a value under a negated operator": (
        "allowed",
        ask(
            [allow(when("StringNotEquals", "aws:RequestTag/a", "${aws:PrincipalTag/team}"))],
            context={"aws:RequestTag/a": "b"},
        ),
    ),
    # what is undecided, and never allowed
    "a variable whose value has a wildcard": (
        "undecided",
        ask([OWN], resource="arn:aws:s3:::b/red/x", context={TAG: "*"}),
    ),
    "BinaryEquals": ("undecided", ask([allow(when("BinaryEquals", TAG, "cmVk"))], context={TAG: "red"})),
    "an unknown operator": ("undecided", ask([allow(when("StringAlmost", TAG, "red"))], context={TAG: "red"})),
    "a Bool of another spelling": ("undecided", ask([allow(when("Bool", MFA, "True"))], context={MFA: "true"})),
    "a date without a zone": (
        "undecided",
        ask([allow(when("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00"))], context=NOW),
    ),
    "an ARN pattern that is short": (
        "undecided",
        ask([allow(when("ArnLike", "aws:PrincipalArn", "arn:aws:*"))], context={"aws:PrincipalArn": ROLE}),
    ),
    "several values for one": (
        "undecided",
        ask([allow(when("StringEquals", "aws:TagKeys", "a"))], context={"aws:TagKeys": ("a", "b")}),
    ),
    "neither actions nor not_actions": ("undecided", ask([allow(actions=())])),
    "an effect in capitals": ("undecided", ask([allow(), deny(effect="Deny")])),
    "an undecided deny": ("undecided", ask([allow(), deny(when("BinaryEquals", TAG, "cmVk"))])),
    "an undecided deny beside another": ("denied", ask([allow(), deny(when("BinaryEquals", TAG, "cmVk")), deny()])),
    "an undecided allow beside another": ("allowed", ask([allow(when("BinaryEquals", TAG, "cmVk")), allow()])),
    "an undecided policy beside one that denies": ("denied", ask([allow(actions=())], [])),
    "no policy": ("denied", ask()),
}


@pytest.mark.parametrize("case", CASES)
def test_aws_answers(case: str) -> None:
    wanted, answer = CASES[case]
    assert answer.outcome == wanted, answer.reason


def test_the_statement_that_decides_is_named() -> None:
    assert ask([allow(label="a"), deny(label="d")]).statement == deny(label="d")
    assert ask([allow(label="a")]).statement == allow(label="a")
    assert ask([]).statement is None


SEEDS = st.integers(min_value=0, max_value=2**32)
LIGHT = settings(max_examples=150, deadline=None)


@given(SEEDS)
@LIGHT
def test_another_allow_never_takes_away(seed: int) -> None:
    random = Random(seed)
    one, asked = policy(random, undecided=True), request(random)
    more = Policy((*one.statements, replace(statement(random, undecided=True), effect="allow")))
    if _outcome(one, asked) == "allowed":
        assert _outcome(more, asked) == "allowed"
    if _outcome(more, asked) == "denied":
        assert _outcome(one, asked) == "denied"


@given(SEEDS)
@LIGHT
def test_another_deny_never_gives(seed: int) -> None:
    random = Random(seed)
    one, asked = policy(random, undecided=True), request(random)
    more = Policy((*one.statements, replace(statement(random, undecided=True), effect="deny")))
    if _outcome(more, asked) == "allowed":
        assert _outcome(one, asked) == "allowed"
    if _outcome(one, asked) == "denied":
        assert _outcome(more, asked) == "denied"


@given(SEEDS)
@LIGHT
def test_order_says_nothing(seed: int) -> None:
    random = Random(seed)
    one, asked = permission_set(random, undecided=True), request(random)
    turned = PermissionSet(
        "aws",
        tuple(
            Policy(
                tuple(
                    replace(
                        each,
                        actions=each.actions[::-1],
                        resources=each.resources[::-1],
                        conditions=tuple(replace(c, values=c.values[::-1]) for c in each.conditions[::-1]),
                    )
                    for each in reversed(part.statements)
                )
            )
            for part in reversed(one.policies)
        ),
    )
    asked_again = dict(reversed(asked.context.items()))
    answers = (
        permits(one, asked.action, asked.resource, asked.context),
        permits(turned, asked.action, asked.resource, asked_again),
    )
    assert answers[0].outcome == answers[1].outcome


@given(SEEDS)
@LIGHT
def test_a_meet_permits_what_both_permit(seed: int) -> None:
    random = Random(seed)
    (one, other), asked = pair(random, undecided=True), request(random)
    outcomes = {permits(each, asked.action, asked.resource, asked.context).outcome for each in (one, other)}
    meet = PermissionSet("aws", one.policies + other.policies)
    wanted = next(outcome for outcome in ("denied", "undecided", "allowed") if outcome in outcomes)
    assert permits(meet, asked.action, asked.resource, asked.context).outcome == wanted


def test_the_generator_comes_to_every_operator_and_decides_all_of_it() -> None:
    random = Random(5)
    seen: set[str] = set()
    outcomes: dict[str, int] = {"allowed": 0, "denied": 0, "undecided": 0}
    for _ in range(1500):
        one, asked = permission_set(random), request(random)
        seen.update(
            c.operator.removesuffix("IfExists") for p in one.policies for s in p.statements for c in s.conditions
        )
        outcomes[permits(one, asked.action, asked.resource, asked.context).outcome] += 1
    assert seen == set(OPERATORS)
    assert outcomes["allowed"] > 150
    assert outcomes["denied"] > 150
    assert outcomes["undecided"] <= 75, json.dumps(outcomes)


def _outcome(one: Policy, asked: Any) -> str:
    return permits(PermissionSet("aws", (one,)), asked.action, asked.resource, asked.context).outcome


GCP = Statement("allow", ("storage.objects.get",), (), ("projects/p", "projects/p/*"))


@pytest.mark.parametrize(
    ("change", "action", "resource", "context", "outcome"),
    [
        ({}, "storage.objects.get", "projects/p", {}, "allowed"),
        ({}, "storage.objects.get", "projects/p/buckets/b", {}, "allowed"),
        ({}, "storage.objects.get", "projects/p2", {}, "denied"),
        ({}, "storage.objects.Get", "projects/p", {}, "denied"),
        ({"actions": ("storage.*",)}, "storage.objects.get", "projects/p", {}, "undecided"),
        ({"conditions": (when("<", "request.time", FUTURE),)}, None, None, {"request.time": PAST}, "allowed"),
        ({"conditions": (when("<", "request.time", PAST),)}, None, None, {"request.time": PAST}, "denied"),
        ({"conditions": (when("<=", "request.time", PAST),)}, None, None, {"request.time": PAST}, "allowed"),
        ({"conditions": (when("startsWith", "resource.name", "a/"),)}, None, None, {"resource.name": "a/b"}, "allowed"),
        (
            {"conditions": (when("DateLessThan", "request.time", FUTURE),)},
            None,
            None,
            {"request.time": PAST},
            "allowed",
        ),
        (
            {"conditions": (when("StringLike", "resource.name", "a/*"),)},
            None,
            None,
            {"resource.name": "b/a/"},
            "denied",
        ),
        (
            {"conditions": (when("startsWith", "request.time", "2026"),)},
            None,
            None,
            {"request.time": PAST},
            "undecided",
        ),
        ({"conditions": (when("<", "resource.name", "b"),)}, None, None, {"resource.name": "a"}, "undecided"),
        ({"conditions": (when("==", "resource.type", "a"),)}, None, None, {}, "denied"),
        ({"conditions": (when("endsWith", "resource.name", "a"),)}, None, None, {"resource.name": "a"}, "undecided"),
    ],
)
def test_google_cloud_answers(
    change: dict[str, Any], action: str | None, resource: str | None, context: dict[str, str], outcome: str
) -> None:
    one = PermissionSet("gcp", (Policy((replace(GCP, **change),)),))
    assert permits(one, action or "storage.objects.get", resource or "projects/p", context).outcome == outcome


def test_a_deny_of_google_cloud_holds_where_its_condition_cannot_be_read_off_the_request() -> None:
    refusal = replace(GCP, effect="deny", conditions=(when("==", "resource.type", "a"),))
    one = PermissionSet("gcp", (Policy((GCP, refusal)),))
    assert permits(one, "storage.objects.get", "projects/p", {}).outcome == "denied"
    assert permits(one, "storage.objects.get", "projects/p", {"resource.type": "b"}).outcome == "allowed"


@pytest.mark.parametrize(
    ("pattern", "resource", "outcome"),
    [
        ("n//pods", "n//pods/", "allowed"),
        ("n//pods", "n//pods/x", "allowed"),
        ("n//pods/x", "n//pods/x", "allowed"),
        ("n//pods/x", "n//pods/", "denied"),
        ("n//pods/x*", "n//pods/xy", "denied"),
        ("n//pods", "m//pods/x", "denied"),
        ("*//pods", "//pods/x", "allowed"),
        ("n//pods", "n/apps/pods/x", "denied"),
        ("n/*/pods", "n/apps/pods/x", "allowed"),
        ("n//pods", "n//pods:log/x", "denied"),
        ("n//*", "n//pods:log/x", "allowed"),
        ("n/*/*:scale", "n/apps/deployments:scale/x", "allowed"),
        ("n/*/*:scale", "n/apps/deployments/x", "denied"),
        ("n//pods:*", "n//pods:log/x", "denied"),
        ("url:/healthz", "url:/healthz", "allowed"),
        ("url:/healthz", "url:/healthz/x", "denied"),
        ("url:/healthz/*", "url:/healthz/x", "allowed"),
        ("*/*/*/*", "url:/healthz", "denied"),
        ("pods", "n//pods/x", "undecided"),
    ],
)
def test_kubernetes_answers(pattern: str, resource: str, outcome: str) -> None:
    one = PermissionSet("kubernetes", (Policy((Statement("allow", ("get",), (), (pattern,)),)),))
    assert permits(one, "get", resource, {}).outcome == outcome
    assert permits(one, "delete", resource, {}).outcome == "denied"


@pytest.mark.parametrize(
    ("action", "context", "outcome"),
    [
        ("role:Mail.Read", {}, "allowed"),
        ("scope:Mail.Read", {}, "denied"),
        ("scope:Mail.Read", {"user": "u"}, "allowed"),
        ("scope:Mail.Send", {"user": "u"}, "denied"),
    ],
)
def test_entra_answers(action: str, context: dict[str, str], outcome: str) -> None:
    granted = Statement("allow", ("role:Mail.Read", "scope:Mail.Read"), (), ("microsoft.graph",))
    one = PermissionSet("entra", (Policy((granted,)),))
    assert permits(one, action, "microsoft.graph", context).outcome == outcome
    assert permits(one, action, "other", context).outcome == "denied"


def test_a_scope_for_one_user_is_not_for_another() -> None:
    granted = Statement("allow", ("scope:Mail.Read",), (), ("microsoft.graph",), (), (when("==", "user", "u"),))
    one = PermissionSet("entra", (Policy((granted,)),))
    assert permits(one, "scope:Mail.Read", "microsoft.graph", {"user": "u"}).outcome == "allowed"
    assert permits(one, "scope:Mail.Read", "microsoft.graph", {"user": "v"}).outcome == "denied"


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        (when("DateLessThan", "request.time", FUTURE), "allowed"),
        (when("<", "request.time", PAST), "denied"),
        (when("StringEquals", "user", "u"), "undecided"),
    ],
)
def test_kubernetes_knows_no_condition_but_an_end(condition: Condition, outcome: str) -> None:
    one = PermissionSet("kubernetes", (Policy((Statement("allow", ("get",), (), ("n//pods",), (), (condition,)),)),))
    assert permits(one, "get", "n//pods/x", {"request.time": NOW["aws:CurrentTime"], "user": "u"}).outcome == outcome
