"""The subset proof: known traps, its laws, its budget, and each operator on both sides of its edge.

The oracle here is small on purpose: globs by regular expression, plain text conditions, single values. It judges
witnesses of generated pairs; wider conditions are held to verdicts written by hand.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.contract import Platform
from nhi.permissions.algebra import canonical, digest, join, meet
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.proof import Budget, Proved, Refuted, Undecided, Verdict, difference, empty, overlap, subset

C = Condition


def allow(*conditions: Condition, actions: str = "s3:GetObject", resources: str = "arn:aws:s3:::b/*") -> Statement:
    return Statement("allow", tuple(actions.split()), (), tuple(resources.split()), (), conditions)


def deny(*conditions: Condition, actions: str = "*", resources: str = "*") -> Statement:
    return replace(allow(*conditions, actions=actions, resources=resources), effect="deny")


def permits(*statements: Statement, platform: Platform = "aws") -> PermissionSet:
    return PermissionSet(platform, (Policy(statements),))


def on(*conditions: Condition) -> PermissionSet:
    return permits(allow(*conditions))


def key(operator: str, *values: str) -> Condition:
    return C(operator, "k", values)


def refuted(verdict: Verdict) -> Refuted:
    assert isinstance(verdict, Refuted), verdict
    return verdict


NOT_EMPTY = (key("StringNotEquals", ""), key("Null", "false"))
ARN = "arn:aws:iam::"
TRAPS = {
    "no pattern matches at all": (on(*NOT_EMPTY), on(key("StringEquals", "")), Refuted),
    "case folded in the child": (on(key("StringEqualsIgnoreCase", "b")), on(key("StringEquals", "b")), Refuted),
    "a star in IgnoreCase is a star": (on(key("StringEquals", "ab")), on(key("StringEqualsIgnoreCase", "*")), Refuted),
    "all values on an absent key": (on(key("ForAllValues:StringEquals", "b")), on(key("StringEquals", "b")), Refuted),
    "a denied address": (
        on(key("IpAddress", "203.0.113.0/24")),
        permits(allow(), deny(key("IpAddress", "203.0.113.5/32"))),
        Refuted,
    ),
    "text against bool": (on(key("StringEquals", "abc")), on(key("Bool", "true")), Undecided),
    "text against number": (on(key("StringEquals", "abc")), on(key("NumericLessThan", "5")), Undecided),
    "a deny without resource": (on(), permits(allow(), Statement("deny", ("*",))), Undecided),
    "an effect in another case": (on(), permits(allow(), replace(deny(), effect="Deny")), Undecided),
    "a star over the parts of an ARN": (
        on(key("StringLike", f"{ARN}1:x:role/a")),
        on(key("ArnLike", "arn:aws:iam::*:role/a")),
        Refuted,
    ),
}
LIMITS = {
    "unknown operator": (on(key("StringMatches", "a")), on(), Proved),
    "unknown operator in the parent": (on(), on(key("StringMatches", "a")), Undecided),
    "binary": (on(key("BinaryEquals", "YQ==")), on(key("BinaryEquals", "Yg==")), Undecided),
    "bool that is neither": (on(key("Bool", "true")), on(key("Bool", "yes")), Undecided),
    "number that is no decimal": (on(key("NumericLessThan", "1e3")), on(key("NumericLessThan", "2000")), Undecided),
    "date without zone": (
        on(key("DateLessThan", "2026-01-01T00:00:00")),
        on(key("DateLessThan", "2027-01-01T00:00:00Z")),
        Undecided,
    ),
    "address with bits beside its mask": (
        on(key("IpAddress", "10.0.0.1/24")),
        on(key("IpAddress", "10.0.0.0/8")),
        Undecided,
    ),
    "part-wise pattern with five parts": (on(key("ArnLike", "arn:aws:*:role")), on(key("ArnLike", "x:*")), Undecided),
    "variable where none is resolved": (on(key("NumericLessThan", "${aws:a}")), on(key("Null", "false")), Undecided),
    "plain operator on a key of several values": (
        on(C("ForAllValues:StringEquals", "aws:TagKeys", ("a", "b")), C("Null", "aws:TagKeys", ("false",))),
        on(C("StringEquals", "aws:TagKeys", ("a", "b"))),
        Undecided,
    ),
    "clock as date and as seconds": (
        on(C("DateLessThan", "aws:CurrentTime", ("1970-01-02T00:00:00Z",))),
        on(C("NumericLessThan", "aws:EpochTime", ("86400",))),
        Refuted,
    ),
    "two platforms": (on(), permits(allow(), platform="gcp"), Undecided),
    "variable in an action": (on(), permits(allow(actions="s3:${aws:x}")), Undecided),
    "variable without a value in NotResource": (
        permits(Statement("allow", ("a:b",), not_resources=("${aws:x}",))),
        permits(Statement("allow", ("a:b",), (), (), ("${aws:x}",), (C("Null", "aws:x", ("false",)),))),
        Undecided,
    ),
    "variable that does not end": (permits(allow(resources="b/${aws:a")), permits(allow(resources="b/*")), Undecided),
    "default with a wildcard": (
        permits(allow(resources="b/${aws:a,'x*'}")),
        permits(allow(resources="b/${aws:a}")),
        Undecided,
    ),
    "variable of several values": (
        permits(allow(resources="b/${aws:TagKeys}")),
        permits(allow(resources="b/*")),
        Undecided,
    ),
}
EXACT = {
    "folded mixture": (on(key("StringEquals", "B")), on(key("StringEqualsIgnoreCase", "b")), Proved),
    "inner network": (on(key("IpAddress", "203.0.113.5/32")), on(key("IpAddress", "203.0.113.0/24")), Proved),
    "inner v6 network": (on(key("IpAddress", "2001:db8:1::/48")), on(key("IpAddress", "2001:db8::/32")), Proved),
    "widened v6 network": (on(key("IpAddress", "2001:db8::/31")), on(key("IpAddress", "2001:db8::/32")), Refuted),
    "v6 outside every v4 network": (on(key("NotIpAddress", "0.0.0.0/0")), on(key("IpAddress", "::/0")), Refuted),
    "two halves": (on(key("IpAddress", "0.0.0.0/0")), on(key("IpAddress", "0.0.0.0/1", "128.0.0.0/1")), Proved),
    "number below": (on(key("NumericLessThan", "3")), on(key("NumericLessThanEquals", "3")), Proved),
    "number at": (on(key("NumericLessThanEquals", "3")), on(key("NumericLessThan", "3")), Refuted),
    "number not": (on(key("NumericGreaterThan", "3")), on(key("NumericNotEquals", "3")), Proved),
    "moment in another zone": (
        on(key("DateLessThan", "2026-01-01T01:00:00+01:00")),
        on(key("DateLessThanEquals", "2026-01-01T00:00:00Z")),
        Proved,
    ),
    "later moment": (
        on(key("DateLessThan", "2027-01-01T00:00:00Z")),
        on(key("DateLessThan", "2026-01-01T00:00:00Z")),
        Refuted,
    ),
    "bool or absent": (on(key("BoolIfExists", "true")), on(key("Bool", "true")), Refuted),
    "bool or absent, present": (on(key("BoolIfExists", "true"), key("Null", "false")), on(key("Bool", "true")), Proved),
    "any of a smaller set": (
        on(key("ForAnyValue:StringEquals", "a")),
        on(key("ForAnyValue:StringEquals", "a", "b")),
        Proved,
    ),
    "any is not all": (on(key("ForAnyValue:StringEquals", "a")), on(key("ForAllValues:StringEquals", "a")), Refuted),
    "all and present is any": (
        on(key("ForAllValues:StringEquals", "a", "b"), key("Null", "false")),
        on(key("ForAnyValue:StringEquals", "a", "b")),
        Proved,
    ),
    "any other value, absent": (on(key("Null", "true")), on(key("ForAnyValue:StringNotEquals", "a")), Refuted),
    "star in the account part": (on(key("ArnLike", f"{ARN}1:role/a")), on(key("ArnLike", f"{ARN}*:role/*")), Proved),
    "a star in a resource crosses colons": (
        permits(allow(resources="arn:aws:iam::1:role/a")),
        permits(allow(resources="arn:aws:*:role/a")),
        Proved,
    ),
    "case of an action": (permits(allow(actions="S3:GETOBJECT")), on(), Proved),
    "case of a resource": (permits(allow(resources="arn:aws:s3:::B/*")), on(), Refuted),
    "everything but": (
        permits(Statement("allow", (), ("iam:*",), ("*",))),
        permits(allow(actions="*", resources="*"), deny(actions="iam:*")),
        Proved,
    ),
    "same variable": (permits(allow(resources="b/${aws:u}/*")), permits(allow(resources="b/${aws:U}/*")), Proved),
    "variable under a star": (permits(allow(resources="b/${aws:u}/*")), permits(allow(resources="b/*")), Proved),
    "one value for a variable": (permits(allow(resources="b/al/*")), permits(allow(resources="b/${aws:u}/*")), Refuted),
    "a deny that a value can hit": (
        permits(allow(resources="b/${aws:u}/*")),
        permits(allow(resources="b/*"), deny(resources="b/al/*")),
        Refuted,
    ),
    "a default is one more value": (
        permits(allow(resources="b/${aws:u,'x'}")),
        permits(allow(resources="b/${aws:u}")),
        Refuted,
    ),
    "a default that is named": (
        permits(allow(resources="b/${aws:u,'x'}")),
        permits(allow(resources="b/${aws:u} b/x")),
        Proved,
    ),
    "two defaults": (
        permits(allow(resources="b/${aws:u,'x'}")),
        permits(allow(resources="b/${aws:u,'y'}")),
        Refuted,
    ),
    "a default where the key is there": (
        permits(allow(C("Null", "aws:u", ("false",)), resources="b/${aws:u,'x'}")),
        permits(allow(resources="b/${aws:u}")),
        Proved,
    ),
    "an escaped star": (permits(allow(resources="b/${*}")), permits(allow(resources="b/?")), Proved),
    "a star is more than an escaped one": (
        permits(allow(resources="b/*")),
        permits(allow(resources="b/${*}")),
        Refuted,
    ),
    "escapes of all kinds": (
        permits(allow(resources="b/${$}${?}${*}")),
        permits(allow(resources="b/${$}??")),
        Proved,
    ),
    "a value that the key's own condition names": (
        permits(allow(C("StringEquals", "aws:u", ("red", "blue")), resources="b/${aws:u}/*")),
        permits(allow(resources="b/red/* b/blue/*")),
        Proved,
    ),
    "a value that the key's own condition does not name": (
        permits(allow(C("StringEquals", "aws:u", ("red", "blue")), resources="b/${aws:u}/*")),
        permits(allow(resources="b/red/* b/green/*")),
        Refuted,
    ),
    "a beginning that the key's own condition names": (
        permits(allow(C("StringLike", "aws:u", ("r*",)), resources="b/${aws:u}/*")),
        permits(allow(resources="b/r*/*")),
        Proved,
    ),
    "a variable in a value": (on(key("StringLike", "${aws:a}")), on(key("StringLike", "a*")), Refuted),
    "the same variable in a value": (
        on(key("StringEquals", "${aws:a}/x")),
        on(key("StringLike", "${aws:a}/*")),
        Proved,
    ),
    "a variable without a value holds under a negated operator": (
        on(key("StringNotEquals", "${aws:a}"), C("Null", "aws:a", ("true",))),
        on(C("Null", "aws:a", ("true",))),
        Proved,
    ),
    "a variable without a value is no value": (
        on(key("StringEquals", "${aws:a}")),
        on(C("Null", "aws:a", ("false",))),
        Proved,
    ),
    "a variable in NotResource": (
        permits(Statement("allow", ("a:b",), not_resources=("b/*",))),
        permits(Statement("allow", ("a:b",), not_resources=("b/${aws:x}/*", "b/y"))),
        Undecided,
    ),
    "a variable in NotResource with its value there": (
        permits(Statement("allow", ("a:b",), (), (), ("b/*",), (C("Null", "aws:x", ("false",)),))),
        permits(Statement("allow", ("a:b",), not_resources=("b/${aws:x}/*", "b/y"))),
        Proved,
    ),
    "question mark on gcp is a letter": (
        permits(allow(resources="a1"), platform="gcp"),
        permits(allow(resources="a?"), platform="gcp"),
        Refuted,
    ),
    "case on gcp": (
        permits(allow(actions="A.b"), platform="gcp"),
        permits(allow(actions="a.b"), platform="gcp"),
        Refuted,
    ),
    "a name that the request lacks lets a deny of Google Cloud hold": (
        permits(allow(C("Null", "resource.type", ("true",)), actions="a.b"), platform="gcp"),
        permits(
            allow(actions="a.b"),
            deny(C("StringEquals", "resource.type", ("x",)), actions="a.b"),
            platform="gcp",
        ),
        Refuted,
    ),
    "a name that the request lacks fails an allow of Google Cloud": (
        permits(allow(C("StringNotEquals", "resource.type", ("x",)), actions="a.b"), platform="gcp"),
        permits(allow(C("Null", "resource.type", ("false",)), actions="a.b"), platform="gcp"),
        Proved,
    ),
    "words of CEL are words of IAM": (
        permits(allow(C("startsWith", "resource.name", ("a*/b",)), actions="a.b"), platform="gcp"),
        permits(allow(C("StringLike", "resource.name", ("a*",)), actions="a.b"), platform="gcp"),
        Proved,
    ),
    "a path is no resource": (
        permits(allow(actions="get", resources="url:/healthz"), platform="kubernetes"),
        permits(allow(actions="get", resources="*/*/*/*"), platform="kubernetes"),
        Refuted,
    ),
    "paths": (
        permits(allow(actions="get", resources="url:/api/v1/x"), platform="kubernetes"),
        permits(allow(actions="get", resources="url:/api/*"), platform="kubernetes"),
        Proved,
    ),
    "a subresource is no kind": (
        permits(allow(actions="get", resources="n//pods:log/x"), platform="kubernetes"),
        permits(allow(actions="get", resources="n//pods/*"), platform="kubernetes"),
        Refuted,
    ),
    "every kind has its subresources": (
        permits(allow(actions="get", resources="n/*/*:scale/x"), platform="kubernetes"),
        permits(allow(actions="get", resources="n/*/*"), platform="kubernetes"),
        Proved,
    ),
    "a scope needs a user": (
        permits(allow(actions="scope:A role:B", resources="api"), platform="entra"),
        permits(
            allow(C("Null", "user", ("false",)), actions="scope:A", resources="api"),
            allow(actions="role:B", resources="api"),
            platform="entra",
        ),
        Proved,
    ),
    "a role needs none": (
        permits(allow(actions="role:A", resources="api"), platform="entra"),
        permits(allow(C("Null", "user", ("false",)), actions="role:A", resources="api"), platform="entra"),
        Refuted,
    ),
    "verbs": (
        permits(allow(actions="get", resources="ns/apps/deployments/a"), platform="kubernetes"),
        permits(allow(actions="get list", resources="ns/*/*/*"), platform="kubernetes"),
        Proved,
    ),
}


@pytest.mark.parametrize(("child", "parent", "wanted"), TRAPS.values(), ids=TRAPS)
def test_a_known_trap_is_no_proof(child: PermissionSet, parent: PermissionSet, wanted: type) -> None:
    assert isinstance(subset(child, parent), wanted)


@pytest.mark.parametrize(("child", "parent", "wanted"), LIMITS.values(), ids=LIMITS)
def test_what_is_not_covered_is_undecided_with_a_cause(
    child: PermissionSet, parent: PermissionSet, wanted: type
) -> None:
    verdict = subset(child, parent)
    assert isinstance(verdict, wanted), verdict
    assert not isinstance(verdict, Undecided) or len(verdict.reason) > 10


@pytest.mark.parametrize(("child", "parent", "wanted"), EXACT.values(), ids=EXACT)
def test_each_operator_is_exact_at_its_edge(child: PermissionSet, parent: PermissionSet, wanted: type) -> None:
    verdict = subset(child, parent)
    assert isinstance(verdict, wanted), verdict


def test_the_witness_of_no_pattern_has_a_value() -> None:
    assert refuted(subset(on(*NOT_EMPTY), on(key("StringEquals", "")))).witness.context["k"]


def test_the_witness_looks_like_a_request_of_the_platform() -> None:
    witness = refuted(subset(permits(allow(actions="*", resources="*")), on())).witness
    assert ":" in witness.action
    assert witness.resource.startswith("arn:")


def test_a_sign_of_every_kind_leaves_one_for_all_others() -> None:
    signs = "abcdefghijklmnopqrstuvwxyz0123456789-_.:/\U000ffffd"
    child = permits(allow(resources="*"))
    assert isinstance(
        subset(child, permits(allow(resources=" ".join(f"*{sign}*" for sign in signs[:4]) + signs))), Refuted
    )


def test_a_yaml_boolean_is_read_as_the_text() -> None:
    absent = on(Condition("Null", "k", (True,)))  # type: ignore[arg-type]
    assert subset(absent, on(key("Null", "true"))) == Proved()
    assert isinstance(subset(absent, on(key("Null", "false"))), Refuted)


@pytest.mark.parametrize(
    "budget", [Budget(3, solver_seconds=0), Budget(seconds=0.0, solver_seconds=0)], ids=["steps", "seconds"]
)
def test_a_used_up_budget_is_undecided(budget: Budget) -> None:
    verdict = subset(permits(allow(resources="b/x*")), permits(allow(resources="b/*")), budget)
    assert isinstance(verdict, Undecided)
    assert "budget" in verdict.reason


def test_a_pattern_that_explodes_is_undecided_within_the_budget() -> None:
    letters = "abcdefghijklmnopqrst"
    wide = permits(allow(resources="*"))
    narrow = permits(
        allow(resources="*"), *(deny(key("Null", "true"), resources=f"*{a}*{b}*") for a in letters for b in "xy")
    )
    assert not isinstance(subset(wide, narrow, Budget(2000, solver_seconds=0)), Proved)


WORDS = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrst"]
HOSTILE = {
    "five thousand statements": (
        permits(*(allow(actions=f"s3:A{n}", resources=f"arn:aws:s3:::b{n}/*") for n in range(5000))),
        permits(*(allow(actions=f"s3:A{n}*", resources=f"arn:aws:s3:::b{n}/*") for n in range(5000))),
    ),
    "a thousand keys": (
        on(*(C("StringEquals", f"k{n}", ("a",)) for n in range(1000))),
        on(*(C("StringLike", f"k{n}", ("a*",)) for n in range(1000))),
    ),
    "a huge value": (on(key("StringLike", "a*" * 50_000)), on(key("StringLike", "b*" * 50_000))),
    "a huge resource": (permits(allow(resources="a*?" * 40_000)), permits(allow(resources="*a" * 40_000))),
    "as many values": (
        on(key("NumericEquals", *map(str, range(20_000)))),
        on(key("NumericEquals", *map(str, range(19_999)))),
    ),
    "forty variables": (
        permits(allow(resources="b/" + "".join(f"${{aws:v{n}}}" for n in range(40)))),
        permits(allow(resources="b/*/x")),
    ),
    "complements": (
        permits(Statement("allow", ("*",), not_resources=tuple(f"*{word}*" for word in WORDS))),
        permits(Statement("allow", ("*",), not_resources=tuple(f"*{word}*" for word in WORDS[:-1]), conditions=())),
    ),
    "unknown operators": (on(*(key(f"Weird{n}", "a") for n in range(30))), on(key("Weird", "a"))),
    "two hundred policies": (
        PermissionSet("aws", tuple(Policy((allow(resources=f"*{word}*"),)) for word in WORDS)),
        permits(allow(resources="y")),
    ),
    "no texts": (permits(replace(allow(), resources=(1,))), on()),  # type: ignore[arg-type]
    "an element that is no tuple": (permits(replace(allow(), resources=["b/*"])), on()),  # type: ignore[arg-type]
    "a text where a list should be": (permits(replace(allow(), resources="*")), on()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("child", "parent"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_question_ends_without_a_verdict(child: PermissionSet, parent: PermissionSet) -> None:
    verdict = subset(child, parent, Budget(solver_seconds=0))
    assert isinstance(verdict, Undecided)
    assert len(verdict.reason) > 10
    assert "proof failed" not in verdict.reason


def test_an_error_inside_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nhi.permissions.proof._Proof.verdict", lambda _self: 1 / 0)
    verdict = subset(on(), permits(allow(), deny()))
    assert isinstance(verdict, Undecided)
    assert "ZeroDivisionError" in verdict.reason


def test_a_meet_permits_only_what_both_permit() -> None:
    read, boundary = (
        permits(allow(actions="s3:* iam:*", resources="*")),
        permits(allow(actions="s3:Get*", resources="*")),
    )
    both = meet(read, boundary)
    assert isinstance(subset(both, permits(allow(actions="s3:*", resources="*"))), Proved)
    assert isinstance(subset(boundary, both), Proved)
    assert isinstance(subset(read, both), Refuted)
    assert meet(read, PermissionSet("aws", ())).policies == ()


def test_two_policies_of_the_child_may_name_a_variable_and_its_value() -> None:
    both = meet(permits(allow(resources="b/${aws:u}")), permits(allow(resources="b/al")))
    assert not isinstance(empty(both), Proved)


def test_empty_and_overlap_carry_what_is_permitted() -> None:
    assert isinstance(empty(permits(allow(), deny())), Proved)
    assert isinstance(empty(PermissionSet("aws", ())), Proved)
    assert isinstance(empty(on()), Refuted)
    assert isinstance(overlap(on(), permits(allow(actions="s3:Put*"))), Proved)
    assert refuted(overlap(on(), permits(allow(actions="s3:Get*")))).witness.action == "s3:getobject"


def test_difference_names_each_statement_that_is_outside() -> None:
    inside, outside = allow(), allow(actions="iam:PassRole", resources="*")
    verdicts = difference(permits(inside, outside), on())
    assert [one.statement for one in verdicts] == [outside]
    assert difference(on(), permits(inside, outside)) == ()


def test_a_canonical_form_forgets_order_case_labels_and_repetition() -> None:
    one = permits(allow(actions="s3:GetObject"), allow(actions="s3:PutObject"))
    other = permits(replace(allow(actions="s3:putobject s3:GetObject s3:GetObject"), label="x"))
    assert canonical(one) == canonical(other)
    assert digest(one) == digest(other) != digest(on())


# --- generated pairs ---------------------------------------------------------------------------------------------

GLOBS = st.text(alphabet="ab*?", min_size=1, max_size=3)
CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists"]),
    st.sampled_from(["k", "l"]),
    st.lists(GLOBS, min_size=1, max_size=2).map(tuple),
)
PATTERNS = st.lists(GLOBS, min_size=1, max_size=2).map(tuple)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    actions, resources = draw(PATTERNS), draw(PATTERNS)
    not_actions, not_resources = draw(st.sampled_from([(False, False)] * 3 + [(True, False), (False, True)]))
    return Statement(
        draw(st.sampled_from(["allow", "allow", "allow", "deny"])),
        () if not_actions else actions,
        actions if not_actions else (),
        () if not_resources else resources,
        resources if not_resources else (),
        tuple(draw(st.lists(CONDITIONS, max_size=2))),
    )


POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda found: Policy(tuple(found)))
SETS = st.lists(POLICIES, min_size=1, max_size=2).map(lambda found: PermissionSet("aws", tuple(found)))
FEW = settings(max_examples=60, deadline=None)


def glob_matches(pattern: str, text: str, wild: bool = True) -> bool:
    parts = (".*" if s == "*" and wild else "." if s == "?" and wild else re.escape(s) for s in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def holds(condition: Condition, value: str | None) -> bool:
    negated = "Not" in condition.operator
    if value is None:
        return negated or condition.operator.endswith("IfExists")
    wild = "Like" in condition.operator
    return any(glob_matches(pattern, value, wild) for pattern in condition.values) != negated


def speaks(one: Statement, action: str, resource: str, context: dict) -> bool:
    def element(positive: tuple[str, ...], negative: tuple[str, ...], text: str) -> bool:
        return any(glob_matches(pattern, text) for pattern in positive or negative) == bool(positive)

    return (
        element(one.actions, one.not_actions, action)
        and element(one.resources, one.not_resources, resource)
        and all(holds(condition, context.get(condition.key)) for condition in one.conditions)
    )


def permitted(permissions: PermissionSet, action: str, resource: str, context: dict) -> bool:
    effects = [
        {one.effect for one in policy.statements if speaks(one, action, resource, context)}
        for policy in permissions.policies
    ]
    return bool(effects) and all(found == {"allow"} for found in effects)


@FEW
@given(SETS, SETS, st.randoms(use_true_random=False))
def test_a_witness_shows_the_difference_and_a_proof_withstands_attacks(
    child: PermissionSet, parent: PermissionSet, chance: random.Random
) -> None:
    verdict = subset(child, parent)
    assert not isinstance(verdict, Undecided)
    if isinstance(verdict, Refuted):
        request = (verdict.witness.action, verdict.witness.resource, dict(verdict.witness.context))
        assert permitted(child, *request)
        assert not permitted(parent, *request)
        return
    words = ["", "a", "b", "ab", "ba", "aa", "z", "az", "zb", "aba", "zz", "*", "?"]
    for _ in range(40):
        context = {name: chance.choice([None, *words]) for name in "kl"}
        request = (chance.choice(words), chance.choice(words), context)
        assert permitted(parent, *request) or not permitted(child, *request)


@FEW
@given(SETS, SETS)
def test_laws_of_order_and_of_fewer_permissions(a: PermissionSet, b: PermissionSet) -> None:
    assert isinstance(subset(a, a), Proved)
    assert isinstance(subset(meet(a, b), a), Proved)
    assert isinstance(subset(canonical(a), a), Proved)
    backwards = PermissionSet("aws", tuple(Policy(policy.statements[::-1]) for policy in a.policies[::-1]))
    assert type(subset(backwards, b)) is type(subset(a, b))
    assert digest(backwards) == digest(a)
    more_denied = PermissionSet("aws", (join(a.policies[0], Policy((deny(resources="a*"),))), *a.policies[1:]))
    assert isinstance(subset(more_denied, a), Proved)
    fewer = PermissionSet("aws", (Policy(a.policies[0].statements[1:]), *a.policies[1:]))
    if a.policies[0].statements[0].effect == "allow":
        assert isinstance(subset(fewer, a), Proved)
    else:
        assert isinstance(subset(a, fewer), Proved)


def widened(permissions: PermissionSet, extra: Statement) -> PermissionSet:
    """The same set with one more allow in each policy, and without its first deny."""
    policies: list[Policy] = []
    for policy in permissions.policies:
        kept = list(policy.statements)
        denies = [one for one in kept if one.effect == "deny"]
        if denies:
            kept.remove(denies[0])
        policies.append(Policy((*kept, replace(extra, effect="allow"))))
    return PermissionSet(permissions.platform, tuple(policies))


@FEW
@given(SETS, statements(), statements(), SETS)
def test_inclusion_is_transitive(a: PermissionSet, one: Statement, two: Statement, other: PermissionSet) -> None:
    b = widened(a, one)
    assert isinstance(subset(a, b), Proved)
    assert isinstance(subset(a, widened(b, two)), Proved)
    if isinstance(subset(b, other), Proved):
        assert isinstance(subset(a, other), Proved)
