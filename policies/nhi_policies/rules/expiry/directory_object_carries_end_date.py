"""NHI-EXP-200: an agent's application says when the agent ends."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact, moment
from nhi_policies.view.holders import ceilings, holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-200",
    slug="directory-object-carries-end-date",
    severity="high",
    kind="resource",
    targets=("entra-application", t.ENTRA_SERVICE_PRINCIPAL),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AIRS-IAM-06"),
    row="3.3",
)
def directory_object_carries_end_date(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's application and principal carry their end date, and it is no later than the agent's own.

    Why: an assignment has no clock; an audit or a clean-up can end access in time only where the object says when.
    Bad: the application of a tier 2 agent without `nhi:expires`; `nhi:expires=never`; a date past the agent's last day.
    Fix: write the agent's end date, or an earlier one, into the tag.
    """
    who = holder(resource, context)
    written = fact(resource, "expires")
    last = lock_date(who.declared.agent) if who.declared else None
    if written is None:
        if ceilings(who, context).grant_expiry_required:
            yield _finding("it lacks the tag nhi:expires, which its tier demands", "missing")
        return
    end = moment(written)
    if end is None:
        yield _finding("its tag nhi:expires is no time with a zone", "malformed")
    elif last is not None and end > last:
        yield _finding(f"its tag nhi:expires lies after the agent's end date {last:%Y-%m-%d}", "late")


def _finding(text: str, part: str) -> Finding:
    return Finding(f"{text}.", "write the agent's end date as 2027-03-31T00:00:00Z, or an earlier one.", part)
