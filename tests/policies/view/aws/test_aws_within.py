"""The short way to see that a statement is declared lets nothing through that the proof would not."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nhi.catalog.permission_set import permission_set
from nhi.permissions.model import Condition, Grant, Origin, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, subset
from nhi_policies.view.aws.effective import ALWAYS
from nhi_policies.view.aws.within import _uncovered, beyond, closes
from nhi_policies.view.proofs import Granted

_END = datetime(2027, 3, 31, tzinfo=UTC)
_ACTIONS = st.sampled_from(["s3:GetObject", "s3:Get*", "S3:getobject", "s3:*", "s3:GetObject?", "sqs:SendMessage"])
_RESOURCES = st.sampled_from(
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*", "arn:aws:s3:::b/a", "arn:aws:s3:::b/?", "arn:aws:s3:::b/${aws:userid}/*"]
)
_DATES = [
    Condition(f"DateLessThan{tail}", "aws:CurrentTime", (f"2027-{month}-01T00:00:00Z",))
    for tail in ("", "Equals")
    for month in ("01", "02")
]
_CONDITIONS = st.sampled_from(
    [
        *_DATES,
        Condition("StringLike", "s3:prefix", ("a/*",)),
        Condition("StringLike", "s3:prefix", ("a/*", "b/*")),
        Condition("StringNotEquals", "aws:SourceVpc", ("x",)),
        Condition("StringNotEquals", "aws:SourceVpc", ("x", "y")),
        Condition("NumericLessThan", "sts:DurationSeconds", ("300",)),
        Condition("NumericLessThan", "sts:DurationSeconds", ("60",)),
        Condition("IpAddress", "aws:SourceIp", ("203.0.113.0/24",)),
        Condition("ForAllValues:StringEquals", "aws:TagKeys", ("a",)),
        Condition("ForAllValues:StringEquals", "aws:TagKeys", ("a", "b")),
        Condition("Null", "aws:TagKeys", ("false",)),
    ]
)


def _several(one: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(one, min_size=1, max_size=2, unique=True).map(tuple)


_STATEMENTS = st.builds(
    Statement,
    st.just("allow"),
    actions=_several(_ACTIONS),
    resources=_several(_RESOURCES),
    conditions=st.lists(_CONDITIONS, max_size=3, unique=True).map(tuple),
    label=st.just("statement 1"),
)
_GRANTS = st.lists(
    st.builds(
        Grant,
        st.just("aws"),
        st.just("allow"),
        _several(_ACTIONS),
        _several(_RESOURCES),
        st.just("read"),
        st.just("a word"),
        st.just(Origin("agents/x.yaml", 1, 1)),
        st.lists(_CONDITIONS, max_size=1).map(tuple),
        st.sampled_from([None, datetime(2027, 2, 1, tzinfo=UTC)]),
    ),
    max_size=3,
).map(tuple)


def _alone(statement: Statement) -> PermissionSet:
    return PermissionSet("aws", (Policy((statement, ALWAYS)),))


@settings(max_examples=300)
@given(statement=_STATEMENTS, grants=_GRANTS, wanted=st.lists(_CONDITIONS, max_size=1).map(tuple))
def test_what_the_short_way_lets_through_is_proved(
    statement: Statement, grants: tuple[Grant, ...], wanted: tuple[Condition, ...]
) -> None:
    # One grant differs from the statement in its conditions at most, so that the short way often has an answer.
    close = Grant(
        "aws", "allow", statement.actions, statement.resources, "read", "a word", Origin("agents/x.yaml"), wanted
    )
    if not _uncovered(statement, (*grants, close)):
        parent = permission_set("aws", (*grants, close))
        assert not isinstance(subset(_alone(statement), parent), Refuted)


@settings(max_examples=100)
@given(statement=_STATEMENTS, grants=_GRANTS)
def test_a_statement_is_told_just_where_it_is_not_proved(statement: Statement, grants: tuple[Grant, ...]) -> None:
    granted = Granted(PermissionSet("aws", (Policy((statement,)),)))
    parent = permission_set("aws", grants) if grants else PermissionSet("aws", ())
    proved = isinstance(subset(_alone(statement), parent), Proved)
    assert (
        proved or [one.statement for one in beyond(granted, grants)] == [statement] or not _uncovered(statement, grants)
    )
    assert not proved or not list(beyond(granted, grants))


@settings(max_examples=100)
@given(
    conditions=st.lists(
        st.builds(
            Condition,
            st.sampled_from(["DateGreaterThan", "DateGreaterThanEquals", "DateGreaterThanEqualsIfExists"]),
            st.just("aws:CurrentTime"),
            _several(st.sampled_from([f"2027-{day}T00:00:00Z" for day in ("03-30", "03-31", "04-01")])),
        ),
        max_size=2,
    ).map(tuple)
)
def test_a_deny_that_closes_leaves_nothing_from_the_end_on(conditions: tuple[Condition, ...]) -> None:
    deny = Statement("deny", ("*",), resources=("*",), conditions=conditions)
    assume(closes(deny, _END))
    since = Condition("DateGreaterThanEquals", "aws:CurrentTime", ("2027-03-31T00:00:00Z",))
    late = Statement("allow", ("*",), resources=("*",), conditions=(since,))
    left = PermissionSet("aws", (Policy((late, deny, ALWAYS)),))
    assert isinstance(subset(left, PermissionSet("aws", ())), Proved)
