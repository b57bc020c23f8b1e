"""Time as an input: the one place where a program, the command line or the pack turns a setting into a clock.

Owns parsing a pinned clock and reading the real one. Everything behind this boundary takes a `datetime`; no compiler
and no rule asks what time it is. Does not decide whether pinning is allowed: `identity` refuses it where the providers
are real, and the gate compares the program's clock with its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def clock(pinned: str | None = None) -> datetime:
    """The time to judge by, in UTC: `pinned` (ISO 8601 with a zone) where it is given, else the real time.

    Raises ValueError where `pinned` is no timestamp with a zone.
    """
    if pinned is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(pinned)
    except ValueError:
        raise ValueError(
            f"the clock {pinned!r} is no ISO 8601 timestamp; write for example 2026-11-01T00:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise ValueError(f"the clock {pinned!r} has no zone; end it in Z or an offset such as +01:00")
    return moment.astimezone(UTC)


@lru_cache(maxsize=1024)  # many agents end on one day, and each of their locks says so
def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, as clouds and files write it: `2026-08-11T00:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
