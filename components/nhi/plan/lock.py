"""When an agent's access ends by itself, and what is rendered until then and after.

Owns the lock date and the effective state. Does not own the locks: each platform writes the date into every lock that
has a clock. The gate computes both again in code of its own, because builder and judge must not share a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nhi.clock import timestamp
from nhi.plan.model import EffectiveState
from nhi.spec.model import Agent, State

LEAVER_GRACE_BUSINESS_DAYS = 5
"""Row 6.2: reassign the sponsor within 5 business days or deactivate the agent."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Lock:
    """One date that ends an agent's access, and the field it comes from."""

    at: datetime
    because: str


def business_days_after(moment: datetime, days: int) -> datetime:
    """`moment` moved on by `days` working days, Monday to Friday. Public holidays do not stretch the deadline."""
    while days:
        moment += timedelta(days=1)
        if moment.weekday() < _SATURDAY:
            days -= 1
    return moment


def locks(agent: Agent) -> tuple[Lock, ...]:
    """Every date that ends the whole agent's access, earliest first."""
    found: list[Lock] = []
    if agent.credential and agent.credential.expires:
        found.append(Lock(agent.credential.expires, "credential.expires"))
    if agent.access and agent.access.expires:
        found.append(Lock(agent.access.expires, "access.expires"))
    if agent.sponsor and agent.sponsor.departed_on:
        deadline = business_days_after(agent.sponsor.departed_on, LEAVER_GRACE_BUSINESS_DAYS)
        found.append(Lock(deadline, f"the sponsor left, {LEAVER_GRACE_BUSINESS_DAYS} business days have passed"))
    return tuple(sorted(found, key=lambda lock: lock.at))


def effective_state(declared: State, first: Lock | None, clock: datetime) -> tuple[EffectiveState, str]:
    """What is rendered at `clock`, and why.

    `quarantined`, `retired` and `purged` are rendered as `suspended`: no grants, no credentials, nobody can become
    the agent. What they add to that (session revocation, tombstone, name reservation) is not built yet.
    """
    if declared not in ("active", "proposed"):
        return "suspended", f"state is {declared}"
    if first is not None and first.at <= clock:
        return "suspended", f"past its lock date {timestamp(first.at)} ({first.because})"
    if declared == "proposed":
        return "proposed", "state is proposed"
    return "active", "state is active"
