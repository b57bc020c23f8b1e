"""NHI-SPN-040: an agent's service account names a person."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import FACT_TABLE

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.address import why_no_person
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-SPN-040",
    slug="service-account-names-sponsor",
    severity="high",
    kind="resource",
    targets=(t.K8S_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2", "ISO27001-A.5.16", "AIRS-IAM-01"),
    row="1.3",
)
def service_account_names_sponsor(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's service account names its sponsor: one person, by an address of their own.

    Why: when the account does harm, somebody must be called who answers for it, and nobody reads a shared mailbox.
    Bad: no annotation `nhi/sponsor`; an empty one; `data-team@example.com`.
    Fix: name the person from the agent's file in the annotation `nhi/sponsor`.
    """
    owner = agents_only(resource, context)
    key = FACT_TABLE["kubernetes"]["sponsor"].key
    address = fact(resource, "sponsor")
    if address is None or not address.strip():
        yield Finding(
            f"it names no sponsor: the annotation {key} is {'missing' if address is None else 'empty'}.",
            f"write the sponsor's address from the agent's file into the annotation {key}.",
            "missing",
            agent=owner[0],
        )
        return
    local = address.lower().rpartition("@")[0].split("+", 1)[0]
    shared = context.environment.environment.sponsors.shared_mailboxes if context.environment else ()
    # Only the one id that could match: a fleet has thousands, and every account asks.
    why = why_no_person(address, [local] if local in context.agents else (), shared)
    if why is not None:
        yield Finding(
            f"the sponsor in its annotation {key} {why}, so nobody in person answers for the agent.",
            "name a person by an address of their own; the team belongs into `owner_team`.",
            "address",
            agent=owner[0],
        )
