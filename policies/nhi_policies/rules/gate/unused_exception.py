"""NHI-GAT-008: no exception stays that nothing needs."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.exceptions import ExceptionBook
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-GAT-008",
    slug="unused-exception",
    severity="low",
    kind="exceptions",
    controls=("OWASP-NHI5", "NIST-AC-6(7)", "ISO27001-A.5.18"),
    row="5.3",
)
def unused_exception(book: ExceptionBook, context: Context) -> Iterator[Finding]:
    """Every exception in force matches a finding of this run.

    Why: an exception that nothing needs will one day let something else stand.
    Bad: an exception for a chart that was removed; a target with a typing mistake.
    Fix: delete the entry, or mend its rule or target. Where two stacks share the file, another one may need it.
    """
    for one in book.unused(context.clock):
        yield Finding(
            f"the exception for {one.entry.rule} on {one.entry.target} matched nothing in this run.",
            "delete the entry, or mend its rule or target.",
            f"{one.entry.rule}::{one.entry.target}",
            one.origin,
        )
