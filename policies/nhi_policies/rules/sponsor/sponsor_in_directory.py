"""NHI-SPN-003: the sponsor is somebody whom the environment knows."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-SPN-003",
    slug="sponsor-in-directory",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI1", "ASI09", "NIST-AC-2(h)", "NIST-PS-4", "ISO27001-A.5.16"),
    row="1.3",
)
def sponsor_in_directory(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """A sponsor is in one of the organisation's domains and, where a directory is kept, active in it.

    Why: an address outside the organisation belongs to somebody who cannot be held to account, or to nobody.
    Bad: a private address, a domain with a typing error, a person who is not in the directory or not active.
    Fix: name an active colleague, or add the domain or person to `sponsors` in the environment file.
    """
    sponsor = declared.agent.sponsor
    if sponsor is None or "@" not in sponsor.id:
        raise NotApplicable("the agent names no sponsor's address")
    directory = declared.environment.environment.sponsors
    domains = {domain.lower() for domain in directory.domains}
    people = None if directory.people is None else {name.lower(): one for name, one in directory.people.items()}
    for field, address in (("id", sponsor.id), ("backup", sponsor.backup)):
        if address is None:
            continue
        origin = declared.positions.at("sponsor", field)
        if address.rpartition("@")[2].lower() not in domains:
            yield Finding(
                f"{address!r} is not in a domain that may sponsor agents ({', '.join(sorted(domains))}).",
                "name a colleague, or add the domain to `sponsors.domains` in the environment file.",
                f"{field}::domain",
                origin,
            )
        elif people is not None and address.lower() not in people:
            yield Finding(
                f"{address!r} is not in the sponsor directory.",
                "name a person of the directory, or add this one to `sponsors.people` in the environment file.",
                f"{field}::unknown",
                origin,
            )
        elif people is not None and not people[address.lower()].active:
            yield Finding(
                f"{address!r} stands in the sponsor directory as no longer active.",
                "name an active person; the requirements allow five business days for it.",
                f"{field}::inactive",
                origin,
            )
