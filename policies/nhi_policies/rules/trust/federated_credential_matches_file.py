"""NHI-TRU-201: an agent's application lets in the workload that its file declares."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.entra.trust import expected
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-201",
    slug="federated-credential-matches-file",
    severity="high",
    kind="resource",
    targets=(t.ENTRA_FEDERATED_CREDENTIAL,),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def federated_credential_matches_file(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever a federated credential lets in is the workload that the agent's file declares, under its own issuer.

    Why: the file is what was reviewed; another workload runs other code, and another issuer vouches for whom it likes.
    Bad: a file that declares a pipeline's subject, and a credential for a service account of some cluster.
    Fix: change the workload in the agent's file, and let the component write the credential.
    """
    who = holder(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    declared = expected(who.declared, who.instance)
    issuer, subject = resource.text("issuer"), resource.text("subject")
    if declared is None:
        wrong, part = "it lets somebody in, and the file declares no workload that Entra ID could know", "workload"
    elif issuer != declared.issuer:
        wrong, part = f"it trusts the issuer {issuer}, and the file's workload comes from {declared.issuer}", "issuer"
    elif subject != declared.subject:
        wrong, part = f"it lets in {subject}, and the file's workload is {declared.subject}", "subject"
    else:
        return
    yield Finding(
        f"{wrong}.",
        "change the workload in the agent's file, and let the component write the credential.",
        part,
        who.declared.positions.at("credential", "workload"),
    )
