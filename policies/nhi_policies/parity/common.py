"""Rows that are judged alike on several platforms.

Owns the rows of monitoring and review, as long as nothing watches and nobody reviews by machine: each says what the
platform would offer, so that a reader knows what is missing. Owns what is asked of an agent that hands work over or
takes it, and also what a leaving sponsor comes to where a
platform's own locks end by date, and the answer of a file that does not say for whom its agent acts.
"""

from __future__ import annotations

from collections.abc import Callable

from nhi_policies.parity.model import Answer, Falls, PlatformRows
from nhi_policies.parity.subject import Subject
from nhi_policies.view.handovers import StandingEdge, handed_by, taken_by
from nhi_policies.view.resource import Resource

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


WIDENS = ("NHI-DEL-010", "NHI-DEL-011")
"""Compare, along every chain, what the last agent may do with what each agent before it may hand on: by their files,
and by what the stack grants."""


NONE_STANDS = "no edge of it stands now, so nothing lets work through; the gate finds what is left of one"


def hands_over(subject: Subject) -> bool:
    """Whether the file lets the agent hand work on, or take it."""
    delegation = subject.agent.delegation
    return delegation is not None and (delegation.allowed or bool(delegation.accepts_from))


def edges_of(subject: Subject) -> tuple[StandingEdge, ...]:
    """The edges on which the agent hands work over now, and those on which it takes it."""
    agent = subject.agent.agent_id
    return (*handed_by(subject.context, agent), *taken_by(subject.context, agent))


def add_leaver_row(
    platform: PlatformRows, principal: Callable[[Subject], Resource], time_bounded: Callable[[Subject], Answer]
) -> None:
    """Adds row 6.2 to a platform whose grants end by date. `time_bounded` is its row 3.3."""

    @platform.row(
        "6.2", "detected", "the sponsor directory; enforced once `departed_on` is written, by the dates of 3.3"
    )
    def sponsor_leaves(subject: Subject) -> Answer:
        shown = principal(subject)
        sponsor = subject.agent.sponsor
        if sponsor is None:
            raise Falls("the file names no sponsor who could leave")
        if sponsor.departed_on is not None:
            held = time_bounded(subject)
            return Answer("enforced", f"the leaver's deadline is part of the lock date: {held.reason}", held.by)
        why = "the gate finds a sponsor who left, or whom the directory does not know"
        return Answer("detected", why, (shown,), ("NHI-SPN-003", "NHI-SPN-005"))


UNSAID = Answer("documented", "the file does not say whether it acts for users, and nothing looks")
"""Row 3.5 of an agent whose file has no `acts_on_behalf`."""
