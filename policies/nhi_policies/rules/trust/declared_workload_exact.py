"""NHI-TRU-001: the declared workload is one exact subject."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable

_WILD = ("*", "?", "${")


@rule(
    id="NHI-TRU-001",
    slug="declared-workload-exact",
    severity="critical",
    kind="agent",
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01", "AWS-AGENTSEC-03-BP01"),
    row="2.1",
)
def declared_workload_exact(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """The declared workload names one exact subject and, where it federates, one exact audience.

    Why: a pattern in a subject lets every workload that fits it become the agent.
    Bad: `subject: "*"`, `subject: repo:example/*`, `function: agent-*`, a SPIFFE ID with a wildcard, no `audience`.
    Fix: write the full subject as the issuer puts it into the token.
    """
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if workload is None:
        raise NotApplicable("no workload is declared")
    for field, value in workload.model_dump(exclude={"kind"}).items():
        if isinstance(value, str) and any(mark in value for mark in _WILD):
            yield Finding(
                f"the workload's {field} is a pattern, so every workload that fits it could become the agent.",
                "write the one exact value.",
                field,
                declared.positions.at("credential", "workload", field),
            )
    if workload.kind == "oidc" and workload.audience is None:
        yield Finding(
            "the workload names no audience, so a token that was made for another service would do.",
            "write `audience`, for example sts.amazonaws.com.",
            "audience",
            declared.positions.at("credential", "workload"),
        )
