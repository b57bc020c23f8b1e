"""NHI-GAT-004: the gate's settings name the stack."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-GAT-004",
    slug="stack-not-listed",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI8", "NIST-CM-3", "ISO27001-A.5.18"),
    row="1.1",
)
def stack_not_listed(_stack: Stack, context: Context) -> Iterator[Finding]:
    """The gate's settings say which environment a stack deploys.

    Why: without it the gate does not know which reviewed files the stack must match.
    Bad: `nhi up --stack staging` where `gate.yaml` lists only dev and prod.
    Fix: list the stack with its environment in `gate.yaml`.
    """
    if not context.from_files:
        raise NotApplicable("the gate is told no reviewed files")
    if not context.listed:
        name = context.stack or "without a name"
        yield Finding(
            f"the gate's settings do not list the stack {name}, so no reviewed file counts for it.",
            "list it under `stacks` in gate.yaml with its environment.",
            "stack",
        )
