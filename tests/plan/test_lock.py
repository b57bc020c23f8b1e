"""Lock dates and effective states: when access ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.plan.lock import Lock, business_days_after, effective_state, locks
from nhi.spec.model import Agent

NOW = datetime(2026, 11, 1, tzinfo=UTC)
END = "2027-03-31T00:00:00Z"


def agent(**changes: Any) -> Agent:
    return Agent.model_validate(
        {
            "agent_id": "a",
            "sponsor": {"id": "mia.berg@example.com"},
            "credential": {"type": "workload_identity", "expires": END},
            **changes,
        }
    )


def test_the_credential_ends_the_access() -> None:
    assert locks(agent()) == (Lock(datetime(2027, 3, 31, tzinfo=UTC), "credential.expires"),)


def test_the_earliest_date_comes_first() -> None:
    found = locks(agent(access={"expires": "2027-01-01T00:00:00Z"}))
    assert [lock.because for lock in found] == ["access.expires", "credential.expires"]


def test_a_sponsor_who_left_gives_five_business_days() -> None:
    friday = "2026-10-30T12:00:00Z"
    found = locks(agent(sponsor={"id": "mia.berg@example.com", "departed_on": friday}))
    assert found[0].at == datetime(2026, 11, 6, 12, tzinfo=UTC)
    assert "sponsor left" in found[0].because


def test_an_agent_without_any_date_has_no_lock() -> None:
    assert locks(agent(credential=None)) == ()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.integers(1, 30))
def test_business_days_end_on_a_working_day_and_count_only_those(moment: datetime, days: int) -> None:
    end = business_days_after(moment, days)
    assert end.weekday() < 5
    between = [moment + timedelta(days=n) for n in range(1, (end - moment).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == days


@pytest.mark.parametrize(
    ("state", "end", "rendered"),
    [
        ("active", NOW + timedelta(seconds=1), "active"),
        ("active", None, "active"),
        ("active", NOW, "suspended"),
        ("active", NOW - timedelta(days=1), "suspended"),
        ("proposed", NOW + timedelta(days=1), "proposed"),
        ("proposed", NOW - timedelta(days=1), "suspended"),
        ("suspended", NOW + timedelta(days=1), "suspended"),
        ("quarantined", NOW + timedelta(days=1), "suspended"),
        ("retired", None, "suspended"),
        ("purged", None, "suspended"),
    ],
)
def test_what_is_rendered(state: Any, end: datetime | None, rendered: str) -> None:
    first = Lock(end, "credential.expires") if end else None
    found, reason = effective_state(state, first, NOW)
    assert found == rendered
    assert reason
