"""The short ways of coverage say what the whole proof says, and a finding points at the grant that comes nearest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.catalog.permission_set import WITH_A_USER, before, permission_set
from nhi.contract import Platform
from nhi.permissions.globs import overlap as meeting
from nhi.permissions.model import Condition, Effect, Grant, Origin, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Refuted, overlap, subset
from nhi_policies.view.coverage import active, apart, covered, endless, nearest, untouched

SOON, LATER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC)
BUCKET = "//storage.googleapis.com/projects/_/buckets/b"


def grant(actions: str, *resources: str, platform: Platform = "gcp", effect: Effect = "allow", **changes: Any) -> Grant:
    where = Origin("agents/a.yaml", changes.pop("line", 1), 1)
    return Grant(platform, effect, tuple(actions.split()), resources, "read", "a reason", where, **changes)


def allow(actions: str, *resources: str, conditions: tuple[Condition, ...] = ()) -> Statement:
    return Statement("allow", actions=tuple(actions.split()), resources=resources, conditions=conditions)


def test_two_grants_cover_together_what_neither_covers_alone() -> None:
    wide = allow("x.y.get x.y.list", f"{BUCKET}/objects/a/*", f"{BUCKET}/objects/b/*")
    a, b = (grant("x.y.get x.y.list", f"{BUCKET}/objects/{one}/*") for one in "ab")
    assert covered("gcp", (wide,), (a, b)) == Proved()
    assert isinstance(covered("gcp", (wide,), (a,)), Refuted)


def test_a_grant_that_ends_covers_until_then() -> None:
    ending = grant("x.y.get", BUCKET, expires=SOON)
    on = (BUCKET, f"{BUCKET}/*")
    assert covered("gcp", (allow("x.y.get", *on, conditions=(before("gcp", SOON),)),), (ending,)) == Proved()
    late = covered("gcp", (allow("x.y.get", *on, conditions=(before("gcp", LATER),)),), (ending,))
    assert isinstance(late, Refuted)
    assert late.witness.context["request.time"] == "2026-12-01T00:00:00Z"
    assert covered("gcp", (allow("x.y.get", *on),), endless((ending,))) == Proved()
    assert active((ending,), SOON) == ()


def test_a_scope_is_covered_only_together_with_a_user() -> None:
    declared = grant("scope:Mail.Read", "microsoft.graph", platform="entra")
    with_user = allow("scope:Mail.Read", "microsoft.graph", conditions=(WITH_A_USER,))
    assert covered("entra", (with_user,), (declared,)) == Proved()
    assert not isinstance(covered("entra", (allow("role:Mail.Read", "microsoft.graph"),), (declared,)), Proved)


def test_nothing_is_covered_whatever_is_declared_and_without_grants_nothing_else_is() -> None:
    assert covered("gcp", (), ()) == Proved()
    assert isinstance(covered("gcp", (allow("x.y.get", BUCKET),), ()), Refuted)


def test_a_denial_is_untouched_where_something_takes_the_permission_again() -> None:
    denial = grant("x.y.get", BUCKET, effect="deny")
    held = (allow("x.y.get", f"{BUCKET}/objects/*"),)
    assert isinstance(untouched("gcp", held, (denial,)), Refuted)
    taken = Statement("deny", actions=("x.y.get",), resources=("*",))
    assert untouched("gcp", held, (denial,), (taken,)) == Proved()


_WORDS = st.sampled_from(["a", "b", "ab"])
_PATTERNS = st.builds(lambda *parts: "/".join(parts), st.just("//h"), _WORDS, _WORDS | st.just("*") | st.just("a*"))
_ACTIONS = st.lists(st.sampled_from(["x.y.get", "x.y.list", "x.y.put"]), min_size=1, max_size=2, unique=True)
_ENDS = st.sampled_from([None, SOON, LATER])
_GRANTS = st.lists(
    st.builds(
        lambda actions, resources, end: grant(" ".join(actions), *resources, expires=end),
        _ACTIONS,
        st.lists(_PATTERNS, min_size=1, max_size=2),
        _ENDS,
    ),
    max_size=3,
)
_ALLOWS = st.lists(
    st.builds(
        lambda actions, resources, end: allow(
            " ".join(actions), *resources, conditions=(before("gcp", end),) if end else ()
        ),
        _ACTIONS,
        st.lists(_PATTERNS, min_size=1, max_size=2),
        _ENDS,
    ),
    min_size=1,
    max_size=2,
).map(tuple)


@given(_ALLOWS, _GRANTS)
def test_it_is_covered_where_and_only_where_the_whole_proof_says_so(
    allows: tuple[Statement, ...], grants: list[Grant]
) -> None:
    whole = subset(PermissionSet("gcp", (Policy(allows),)), permission_set("gcp", grants))
    assert isinstance(covered("gcp", allows, grants), Proved) == isinstance(whole, Proved)


@given(_ALLOWS, _GRANTS)
def test_it_is_untouched_where_and_only_where_the_whole_proof_says_so(
    allows: tuple[Statement, ...], grants: list[Grant]
) -> None:
    whole = overlap(PermissionSet("gcp", (Policy(allows),)), permission_set("gcp", endless(grants)))
    denials = [grant(" ".join(one.actions), *one.resources, effect="deny") for one in grants]
    assert isinstance(untouched("gcp", allows, denials), Proved) == isinstance(whole, Proved)


@given(_PATTERNS, _PATTERNS)
def test_patterns_that_are_apart_meet_nowhere(one: str, other: str) -> None:
    if apart((one,), (other,)):
        assert meeting(one, other) is None


@pytest.mark.parametrize(
    ("action", "resource", "line"),
    [
        ("x.y.get", f"{BUCKET}/objects/b", 2),
        ("x.y.get", f"{BUCKET}-2", 1),
        ("x.y.other", f"{BUCKET}/objects/published/a", 2),
        ("x.y.other", "projects/p", None),
    ],
)
def test_the_nearest_grant_is_about_the_action_or_lies_beside_the_resource(
    action: str, resource: str, line: int | None
) -> None:
    grants = [grant("x.y.get", BUCKET, line=1), grant("x.y.get", f"{BUCKET}/objects/published/*", line=2)]
    found = nearest(grants, Witness(action, resource, {}))
    assert (found.line if found else None) == line
