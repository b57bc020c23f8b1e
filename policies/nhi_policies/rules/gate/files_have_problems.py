"""NHI-GAT-003: the reviewed files can be read."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-GAT-003",
    slug="files-have-problems",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI6", "NIST-CM-3", "ISO27001-A.5.18"),
    row="1.1",
)
def files_have_problems(_stack: Stack, context: Context) -> Iterator[Finding]:
    """Every file that the gate judges by is valid: agents, environment, catalog, settings and exceptions.

    Why: what a broken file would have said is not known, so nothing can be held against it.
    Bad: an agent file with an unknown key, two files with one agent id, an exception without an approver.
    Fix: mend the file at the place that the finding names.
    """
    for problem in context.problems:
        yield Finding(
            problem.message,
            problem.fix or "mend the file at this place.",
            f"{problem.origin}",
            problem.origin,
        )
