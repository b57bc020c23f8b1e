"""NHI-SPN-002: the sponsor is a person."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.address import why_no_person


@rule(
    id="NHI-SPN-002",
    slug="sponsor-is-a-person",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI1", "ASI09", "NIST-AC-2(h)", "ISO27001-A.5.2", "AICM-IAM-03"),
    row="1.3",
)
def sponsor_is_a_person(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """A sponsor is one human, named by an address of their own.

    Why: a mailbox that everybody reads is answered by nobody, and it never leaves the company.
    Bad: `support@example.com`, `no-reply@example.com`, `data-team@example.com`, `type: group`, an agent's own address.
    Fix: name the person; a team belongs into `owner_team`, a second person into `sponsor.backup`.
    """
    sponsor = declared.agent.sponsor
    if sponsor is None or not sponsor.id.strip():
        raise NotApplicable("the agent has no sponsor at all")
    shared = declared.environment.environment.sponsors.shared_mailboxes
    if sponsor.type == "group":
        yield Finding(
            "the sponsor is a group, and a group is not accountable.",
            "name one person, and the team in `owner_team`.",
            "group",
            declared.positions.at("sponsor", "type"),
        )
    for field, address in (("id", sponsor.id), ("backup", sponsor.backup)):
        if address is None:
            continue
        why = why_no_person(address, context.agents, shared)
        if why is not None:
            who = "sponsor" if field == "id" else "backup sponsor"
            yield Finding(
                f"the {who} {address!r} {why}, so nobody in person answers for the agent.",
                "name a person by an address of their own; the team belongs into `owner_team`.",
                field,
                declared.positions.at("sponsor", field),
            )
