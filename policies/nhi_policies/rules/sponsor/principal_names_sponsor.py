"""NHI-SPN-010: an agent's principal on AWS, Entra ID or Google Cloud names its sponsor."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import FACT_TABLE

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.address import why_no_person
from nhi_policies.view.facts import fact
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-SPN-010",
    slug="principal-names-sponsor",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE, t.AWS_USER, "entra-application", t.ENTRA_SERVICE_PRINCIPAL, t.GCP_SERVICE_ACCOUNT),
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2", "ISO27001-A.5.16", "AICM-IAM-03", "AIRS-IAM-01"),
    row="1.3",
)
def principal_names_sponsor(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every principal of an agent on AWS, Entra ID and Google Cloud names one person's address as its sponsor.

    Why: whoever finds the principal in an incident has to know whom to call.
    Bad: no tag `nhi:sponsor`, no `sponsor` in the description; an empty one; `platform-team@example.com`; on Entra ID a
        tag that the notes do not say as well, because portals show notes and no tags.
    Fix: set `sponsor` in the agent's file to a person; the component writes tags, notes and descriptions.
    """
    holder(resource, context)
    sponsor = (fact(resource, "sponsor") or "").strip()
    if not sponsor:
        yield Finding("it names no sponsor.", "write on it the person who answers for the agent.", "missing")
        return
    environment = context.environment.environment if context.environment else None
    why = why_no_person(sponsor, context.agents, environment.sponsors.shared_mailboxes if environment else ())
    if why is not None:
        yield Finding(f"its sponsor {sponsor} {why}.", "name the person who answers for the agent.", "address")
    notes = (resource.text("notes") or "").splitlines() if resource.package == "azuread" else None
    if notes is not None and f"{FACT_TABLE['entra']['sponsor'].key}={sponsor}" not in notes:
        yield Finding("its notes do not name the sponsor.", "write the tags' lines into the notes as well.", "notes")
