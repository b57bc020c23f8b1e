"""NHI-GAT-010: the gate is told where the reviewed files are."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.resource import Stack
from nhi_policies.view.types import KINDS


@rule(
    id="NHI-GAT-010",
    slug="declared-without-files",
    severity="low",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI6", "NIST-CM-3", "ISO27001-A.5.18"),
    row="1.1",
)
def declared_without_files(stack: Stack, context: Context) -> Iterator[Finding]:
    """The gate judges agents by reviewed files, not by what the program says of them.

    Why: without files a program that declares more than was approved cannot be told from one that does not.
    Bad: a `gate.yaml` without `declared`.
    Fix: name the folders of agent and environment files under `declared` in `gate.yaml`.
    """
    if context.from_files:
        return
    count = sum(1 for _ in stack.of(*sorted(KINDS["agent-component"])))
    if count:
        yield Finding(
            f"{count} components were judged by what the program gave them, because the gate knows no reviewed files.",
            "name the folders under `declared` in gate.yaml.",
            "files",
        )
