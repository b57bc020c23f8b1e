"""NHI-CRD-001: the declaration says how the agent proves who it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-CRD-001",
    slug="credential-declared",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-5", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="1.5",
)
def credential_declared(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every agent declares a credential and the one workload that may use it.

    Why: an identity that no declared workload can become is useless, or is used in a way that nobody declared.
    Bad: no `credential`; a credential without `workload`.
    Fix: write `credential.type` and `credential.workload`, or give the workload in the environment file.
    """
    credential = declared.agent.credential
    if credential is None:
        yield Finding(
            "the agent declares no credential, so nothing says how it proves who it is.",
            "write `credential` with `type`, `expires` and `workload`.",
            "credential",
            declared.positions.at("credential"),
        )
    elif credential.workload is None:
        yield Finding(
            "the credential names no workload, so nobody can become the agent.",
            "write `credential.workload`, or give it under `agents` in the environment file.",
            "workload",
            declared.positions.at("credential"),
        )
