"""NHI-TRU-010: nobody in general may become an agent."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-010",
    slug="trust-not-everyone",
    severity="critical",
    kind="resource",
    targets=(t.AWS_ROLE, t.AWS_SECRET, t.AWS_SECRET_POLICY),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01", "AWS-AGENTSEC-03-BP01"),
    row="2.1",
)
def trust_not_everyone(resource: Resource, context: Context) -> Iterator[Finding]:
    """In a stack with agents no role trusts everyone, and no secret lets everyone in.

    Why: everyone means every AWS account in the world; a condition beside it is one mistake away from that.
    Bad: `Principal: "*"`, `Principal: {AWS: "*"}`, `NotPrincipal` in an Allow.
    Fix: name the one principal that needs it.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    for document in documents(resource, "trust", "resource"):
        for statement in document.allows:
            if statement.not_principals:
                who = "everyone except a list (NotPrincipal)"
            elif any("*" in principal.value for principal in statement.principals):
                who = ", ".join(str(one) for one in statement.principals if "*" in one.value)
            else:
                continue
            yield Finding(
                f"{statement.label} lets in {who}.",
                "name the one principal that needs it.",
                f"everyone::{statement.sid or statement.index}",
            )
