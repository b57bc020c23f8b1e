"""NHI-CLS-001: the declaration classifies the agent."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-CLS-001",
    slug="classification-declared",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI1", "ASI03", "NIST-CM-8", "NIST-AC-16", "ISO27001-A.5.12", "AICM-IAM-03", "AIRS-IA-2.1"),
    row="1.2",
)
def classification_declared(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every agent declares its owning team, its risk tier and its purpose.

    Why: what is not classified cannot be reviewed, limited by its risk, or found by whoever has to stop it.
    Bad: `owner_team`, `risk_tier` or `purpose` given neither by the file nor by its environment.
    Fix: write the missing field into the agent file, or give it in the environment's `defaults` or `agents`.
    """
    agent = declared.agent
    for field, value in (("owner_team", agent.owner_team), ("risk_tier", agent.risk_tier), ("purpose", agent.purpose)):
        if value is None or (isinstance(value, str) and not value.strip()):
            consequence = " and is judged as tier 3" if field == "risk_tier" else ""
            yield Finding(
                f"the agent declares no `{field}`{consequence}.",
                f"write `{field}` into the agent file, or give it in the environment file.",
                field,
                declared.positions.at(field),
            )
