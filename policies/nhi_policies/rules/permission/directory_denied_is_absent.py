"""NHI-PRM-203: what a file denies, nothing in the directory gives."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.model import Grant

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import Permission, permissions
from nhi_policies.view.holders import holder
from nhi_policies.view.origin import any_covers, meaning_of
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-203",
    slug="directory-denied-is-absent",
    severity="critical",
    kind="resource",
    targets=("entra-grant", t.ENTRA_APPLICATION, t.ENTRA_API_ACCESS),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15"),
    row="3.2",
)
def directory_denied_is_absent(resource: Resource, context: Context) -> Iterator[Finding]:
    """No app role and no scope that an agent gets or asks for is one that its file denies.

    Why: the directory has no deny: a denial in the file holds only as long as nobody gives the thing, by either name.
    Bad: `denied_actions: [mail_send]`, and an assignment of `Mail.Send`, or a delegated grant of that scope.
    Fix: take the permission away, or the denial out of the file.
    """
    who = holder(resource, context)
    meaning = meaning_of(context, who.agent, "entra")
    for permission in permissions(resource, context):
        deny = next((one for one in meaning.denies if _touches(one, permission)), None) if meaning else None
        if deny is not None:
            yield Finding(
                f"it names {permission}, which the file denies ({deny.reason}).",
                "take the permission away; the directory itself refuses nothing.",
                f"{permission.kind}::{permission.api}::{permission.value}",
                deny.origin,
            )


def _touches(deny: Grant, permission: Permission) -> bool:
    """Whether a denial is about this permission; a denied role is denied as a scope of that name as well."""
    if permission.api is None or permission.value is None:
        return False
    named = (f"role:{permission.value}", f"scope:{permission.value}")
    return any_covers(deny.resources, permission.api, case_sensitive=True) and any(
        any_covers(deny.actions, one, case_sensitive=False) for one in named
    )
