"""NHI-GAT-009: no exception stays that has run out."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.clock import timestamp

from nhi_policies.declared import Context
from nhi_policies.exceptions import ExceptionBook
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-GAT-009",
    slug="expired-exception",
    severity="low",
    kind="exceptions",
    controls=("OWASP-NHI1", "NIST-AC-2(3)", "ISO27001-A.5.18"),
    row="5.3",
)
def expired_exception(book: ExceptionBook, context: Context) -> Iterator[Finding]:
    """No exception in the file has run out.

    Why: what it let stand is a finding again, and whoever reads the file should see what counts.
    Bad: an entry whose `expires` lies in the past.
    Fix: mend what it let stand and delete the entry, or renew it after a review.
    """
    for one in book.expired(context.clock):
        yield Finding(
            f"the exception for {one.entry.rule} on {one.entry.target} ran out on {timestamp(one.entry.expires)}.",
            "mend what it let stand and delete it, or renew it after a review.",
            f"{one.entry.rule}::{one.entry.target}",
            one.origin,
        )
