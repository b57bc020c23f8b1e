"""NHI-PRM-200: every permission of the directory is one that the environment names."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import permissions
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-200",
    slug="known-directory-permission",
    severity="high",
    kind="resource",
    targets=("entra-grant", t.ENTRA_APPLICATION, t.ENTRA_API_ACCESS),
    controls=("OWASP-NHI5", "ASI03", "NIST-CM-6", "ISO27001-A.8.9", "AICM-IAM-05"),
    row="3.2",
)
def known_directory_permission(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each app role and scope that an agent gets or asks for is in the environment's table of its API.

    Why: an id says nothing to whoever reviews it; the table, which the platform team keeps, says what it opens.
    Bad: an app role id that no table has; an API by an object id of another tenant; the empty id that opens an API
        without any role.
    Fix: write API, value and id into `entra.apis` of the environment file, and declare what needs it.
    """
    holder(resource, context)
    for permission in permissions(resource, context):
        if permission.known:
            continue
        missing = "the environment names no such API" if permission.api is None else "the environment has no such one"
        yield Finding(
            f"it names {permission}, and {missing}.",
            "write it into `entra.apis` of the environment file, with its value and its id, or take it out.",
            f"{permission.kind}::{permission.id or permission.value}",
        )
