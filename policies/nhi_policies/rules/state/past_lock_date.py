"""NHI-STA-010: an agent past its lock date is said to be suspended."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.clock import timestamp
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-STA-010",
    slug="past-lock-date",
    severity="low",
    kind="agent",
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(3)", "ISO27001-A.5.18", "AIRS-IAM-06"),
    row="3.3",
)
def past_lock_date(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """An agent that should work has its lock date ahead of it.

    Why: past that date it is rendered suspended, without grants and credentials, whatever its file calls its state.
    Bad: `state: active` and `credential.expires` in the past; a sponsor who left more than five business days ago.
    Fix: renew the date after a review, name a new sponsor, or set `state: suspended` or `retired`.
    """
    agent = declared.agent
    end = lock_date(agent)
    if agent.state not in ("active", "proposed") or end is None or end > context.clock:
        return
    path: tuple[str, ...] = ("sponsor", "departed_on")
    if agent.credential is not None and agent.credential.expires == end:
        path = ("credential", "expires")
    elif agent.access is not None and agent.access.expires == end:
        path = ("access", "expires")
    yield Finding(
        f"rendered suspended: its lock date {timestamp(end)} ({'.'.join(path)}) has passed.",
        "renew it after a review, or set the state to suspended or retired.",
        "lock-date",
        declared.positions.at(*path),
    )
