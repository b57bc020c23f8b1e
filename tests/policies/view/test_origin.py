"""The way back from a permission to the line that declared it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from nhi.permissions.globs import covers
from nhi_policies.view.origin import any_covers, origin_of

from policies.rules.permission import aws_declared as aws

_AGENT = "support-agent"
_GLOBS = st.text("ab*?", max_size=6)


def test_an_exact_grant_points_at_its_entry() -> None:
    assert origin_of(aws.CONTEXT, _AGENT, "aws", "S3:getobject", aws.NOTES) == aws.AGENT.positions.at("data_access", 0)


def test_a_wider_permission_points_at_the_entry_that_it_touches() -> None:
    found = origin_of(aws.CONTEXT, _AGENT, "aws", "s3:*", "arn:aws:s3:::acme-notes/*")
    assert found == aws.AGENT.positions.at("data_access", 0)


def test_what_nothing_declares_has_no_line() -> None:
    assert origin_of(aws.CONTEXT, _AGENT, "aws", "sqs:SendMessage", "*") is None
    assert origin_of(aws.CONTEXT, "nobody", "aws", "s3:GetObject", aws.NOTES) is None


@given(st.lists(_GLOBS, min_size=1, max_size=4).map(tuple), _GLOBS)
def test_the_short_cuts_say_what_the_proof_says(patterns: tuple[str, ...], narrow: str) -> None:
    assert any_covers(patterns, narrow, case_sensitive=True) == any(covers(wide, narrow) for wide in patterns)
