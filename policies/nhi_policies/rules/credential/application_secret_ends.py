"""NHI-CRD-202: a secret of an application ends in time, and is replaced before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nhi_policies.declared import Context, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.facts import moment
from nhi_policies.view.holders import Holder, ceilings, find_holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CRD-202",
    slug="application-secret-ends",
    severity="high",
    kind="resource",
    targets=(
        t.ENTRA_APPLICATION_PASSWORD,
        t.ENTRA_APPLICATION_CERTIFICATE,
        t.ENTRA_PRINCIPAL_PASSWORD,
        t.ENTRA_PRINCIPAL_CERTIFICATE,
        t.ENTRA_SIGNING_CERTIFICATE,
    ),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-SEC-05"),
    row="2.4",
)
def application_secret_ends(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents a secret of an application ends on a date: by the lock date, and within its rotation.

    Why: what leaks is worth something until it ends; without an end the directory gives it about two years.
    Bad: a password or certificate without `end_date`; `end_date_relative`, which nobody can hold to a date; ten years;
        a password without a window that makes the next one.
    Fix: let the component write it, or set `end_date` within `rotation_days` and the agent's end, and
        `rotate_when_changed` to the window.
    """
    beside_agents(context)
    who = find_holder(resource, context)
    last = lock_date(who.declared.agent) if who and who.declared else None
    most = _rotation(who, context)
    written = resource.text("endDate")
    end = moment(written) if written is not None else None
    if written is None:
        relative = resource.peek("endDateRelative") is not None
        what = "its end counts from whenever it is made" if relative else "it has no end"
        yield _finding(what, "set `endDate` to a date.", "never", who, context)
    elif end is None:
        yield _finding("its end is no time with a zone", "write it as 2027-03-31T00:00:00Z.", "malformed", who, context)
    elif end > context.clock + most:
        yield _finding(
            f"it ends on {end:%Y-%m-%d}, more than {most.days} days from now",
            f"end it within {most.days} days, and make the next one before.",
            "long",
            who,
            context,
        )
    elif last is not None and end > last:
        yield _finding(
            f"it ends on {end:%Y-%m-%d}, after the agent's end date {last:%Y-%m-%d}",
            "end it on the agent's last day or before.",
            "late",
            who,
            context,
        )
    elif resource.type == t.ENTRA_APPLICATION_PASSWORD and not resource.map("rotateWhenChanged"):
        yield _finding("nothing makes the next one", "set `rotateWhenChanged` to the window.", "rotation", who, context)


def _rotation(who: Holder | None, context: Context) -> timedelta:
    """How long it may live: the declared rotation, never over the tier's."""
    most = ceilings(who or Holder("", None, None), context).max_rotation_days
    credential = who.declared.agent.credential if who and who.declared else None
    return timedelta(days=min(credential.rotation_days or most, most) if credential else most)


def _finding(what: str, fix: str, part: str, who: Holder | None, context: Context) -> Finding:
    origin = context.origin(who.agent if who else None, "credential", "expires" if part == "late" else "rotation_days")
    return Finding(f"{what}.", fix, part, origin)
