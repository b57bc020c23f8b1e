"""Rows that are judged alike on every platform, because only the agent's file says anything about them.

Owns the rows of monitoring and review, as long as nothing watches and nobody reviews by machine. Each says what the
platform would offer, so that a reader knows what is missing.
"""

from __future__ import annotations

from nhi_policies.parity.model import Answer, PlatformRows
from nhi_policies.parity.subject import Subject

_WATCHED = {
    "4.1": "its calls",
    "4.2": "which of its permissions it uses",
    "4.3": "who fetches its credentials",
    "4.4": "which tools it calls",
    "4.5": "to whom it delegates",
}


def add_documented_rows(platform: PlatformRows, log: str) -> None:
    """Adds the rows of monitoring and review to a platform. `log` names what the platform itself writes down."""
    for number, what in _WATCHED.items():
        _watched(platform, number, what, log)
    _reviewed(platform, "5.1", "review of its permissions")
    _reviewed(platform, "5.2", "confirmation by its sponsor")
    _removed(platform)


def _watched(platform: PlatformRows, number: str, what: str, log: str) -> None:
    @platform.row(number, "documented", f"{log} names the identity; nothing reads it yet")
    def watched(_: Subject) -> Answer:
        return Answer("documented", f"{log} can tell {what} by the identity's name, and nothing reads it yet")


def _reviewed(platform: PlatformRows, number: str, what: str) -> None:
    @platform.row(number, "documented", "`review.cadence` of the file; nothing compares it with a sign-off yet")
    def reviewed(subject: Subject) -> Answer:
        cadence = subject.agent.review.cadence if subject.agent.review else None
        if cadence is None:
            return Answer("documented", f"the file names no cadence for the {what}, and nothing asks for one")
        return Answer(
            "documented", f"the file asks for the {what} ({cadence}), and nothing looks whether it took place"
        )


def _removed(platform: PlatformRows) -> None:
    @platform.row("5.3", "documented", "nothing yet knows what is unused")
    def removed(_: Subject) -> Answer:
        return Answer("documented", "nothing knows which permissions are unused; every grant stands with its reason")
