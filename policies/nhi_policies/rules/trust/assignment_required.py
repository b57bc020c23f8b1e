"""NHI-TRU-204: nobody hands work to an agent without an assignment."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-204",
    slug="assignment-required",
    severity="high",
    kind="resource",
    targets=(t.ENTRA_SERVICE_PRINCIPAL,),
    controls=("OWASP-NHI4", "ASI03", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-IAM-01"),
    row="3.4",
)
def assignment_required(resource: Resource, context: Context) -> Iterator[Finding]:
    """Tokens for an agent are given only to callers who are assigned to it.

    Why: without that, every user and every application of the tenant gets a token that the agent takes.
    Bad: `app_role_assignment_required: False`; leaving it out, which is the same, also at an update.
    Fix: set it to True.
    """
    holder(resource, context)
    if resource.read("appRoleAssignmentRequired", default=False) is not True:
        yield Finding(
            "its service principal gives tokens for the agent to everybody in the tenant.",
            "set `appRoleAssignmentRequired` to true, in every state; what is left out goes back to false.",
            "assignment",
        )
