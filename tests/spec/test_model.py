"""Single values of the model: durations, times, short forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.spec.model import Agent, Duration, Timestamp
from pydantic import TypeAdapter, ValidationError

_duration: TypeAdapter[timedelta] = TypeAdapter(Duration)
_timestamp: TypeAdapter[Any] = TypeAdapter(Timestamp)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("30m", 30), ("4h", 240), ("7d", 10080), ("90s", 1.5), ("PT30M", 30), ("P7D", 10080), ("P1DT1H30M", 1530)],
)
def test_a_duration_is_read(written: str, minutes: float) -> None:
    assert _duration.validate_python(written) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "written",
    ["P1M", "P1Y", "P1Y2D", "", "P", "PT", "P1DT", "30", "3600", "30M", "-1h", "0h", "PT0S", "1.5h", "12:30", "1 day",
     "٣d", "30m\n", "9999999999d", 3600, 1.5, True],
)  # fmt: skip
def test_what_is_no_length_of_time_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        _duration.validate_python(written)


@settings(deadline=None)
@given(st.integers(1, 10**6), st.sampled_from("smhd"))
def test_a_short_duration_means_the_same_as_its_iso_form(count: int, unit: str) -> None:
    iso = f"P{count}D" if unit == "d" else f"PT{count}{unit.upper()}"
    assert _duration.validate_python(f"{count}{unit}") == _duration.validate_python(iso)


@pytest.mark.parametrize("written", ["2026-08-11T00:00:00Z", "2026-08-11t02:00:00+02:00", "2026-08-11T00:00:00.000Z"])
def test_one_moment_can_be_written_in_several_ways(written: str) -> None:
    assert _timestamp.validate_python(written).timestamp() == 1786406400


@pytest.mark.parametrize(
    "written",
    ["2026-08-11", "2026-08-11T00:00:00", "2026-08-11 00:00:00Z", "2026-08-11T00:00Z", "2026-08-11T00:00:00+0200",
     "2026-02-30T00:00:00Z", "2026-08-11T24:30:00Z", "1786406400", "2026-08-11T00:00:00Z\n", 1786406400, 0.5, True],
)  # fmt: skip
def test_what_is_no_moment_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        _timestamp.validate_python(written)


def test_short_forms_mean_the_same_as_long_ones() -> None:
    short = Agent.model_validate({"agent_id": "a", "sponsor": "a@example.com", "allowed_actions": ["x"]})
    long = Agent.model_validate(
        {"agent_id": "a", "sponsor": {"id": "a@example.com"}, "allowed_actions": [{"action": "x"}]}
    )
    assert short == long


def test_a_dumped_agent_loads_to_the_same_agent() -> None:
    agent = Agent.model_validate(
        {
            "agent_id": "a",
            "sponsor": "a@example.com",
            "credential": {"type": "mtls", "max_session": "90m", "expires": "2026-08-11T02:00:00+02:00"},
        }
    )
    assert Agent.model_validate(agent.model_dump(mode="json", exclude_none=True)) == agent


@settings(deadline=None)
@given(st.integers(1, 10**9))
def test_a_dumped_duration_is_read_as_the_same(seconds: int) -> None:
    written = _duration.dump_python(timedelta(seconds=seconds), mode="json")
    assert _duration.validate_python(written) == timedelta(seconds=seconds)
