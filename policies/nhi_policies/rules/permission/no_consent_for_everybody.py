"""NHI-PRM-204: nobody consents for everybody."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import users
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-204",
    slug="no-consent-for-everybody",
    severity="critical",
    kind="resource",
    targets=(t.ENTRA_DELEGATED_GRANT, t.ENTRA_PRE_AUTHORIZED, t.ENTRA_KNOWN_CLIENTS, t.ENTRA_APPLICATION),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-IAM-04"),
    row="3.5",
)
def no_consent_for_everybody(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent acts for users one by one: no delegated grant of it, and no consent through an API, is for all of them.

    Why: consent for the tenant lets the agent act for its administrators as well, whoever comes to talk to it.
    Bad: a delegated grant without `user_object_id`; an agent that an API pre-authorises; clients whose consent counts
        for the agent as well (`known_client_ids`).
    Fix: name the user, and list users for the agent under `entra.on_behalf_of` in the environment file.
    """
    holder(resource, context)
    if resource.type == t.ENTRA_DELEGATED_GRANT:
        if users(resource) is None:
            yield _finding("it grants for every user of the tenant", "set `userObjectId` to one user.", "everybody")
    elif resource.type == t.ENTRA_PRE_AUTHORIZED:
        yield _finding("an API consents to the agent for every user of the tenant", "take it out.", "pre-authorized")
    else:
        path = ("knownClientIds",) if resource.type == t.ENTRA_KNOWN_CLIENTS else ("api", "knownClientApplications")
        if resource.texts(*path):
            yield _finding("whoever consents to one of its known clients consents to it", "take them out.", path[-1])


def _finding(what: str, fix: str, part: str) -> Finding:
    return Finding(f"{what}.", fix, part)
