"""NHI-PRM-201: an agent holds in the directory what its file declares, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import Permission, permissions, users
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.origin import grant_covers, meaning_of
from nhi_policies.view.resource import Resource

_FIX = "declare it in the agent's file, or take it away."


@rule(
    id="NHI-PRM-201",
    slug="directory-grants-within-declared",
    severity="critical",
    kind="resource",
    targets=("entra-grant", t.ENTRA_APPLICATION, t.ENTRA_API_ACCESS),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04", "AIRS-PA-1.1"),
    row="3.2",
)
def directory_grants_within_declared(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each app role and scope that an agent gets or asks for is one that its file declares, for users that it names.

    Why: the file is what a person reviewed; whatever else the agent may do, nobody decided. What an application asks
        for is granted with the next consent, all of it at once.
    Bad: an assignment by hand; a role of a grant that has ended; a delegated grant for a user whom the environment does
        not name for the agent; an API permission that only stands in `required_resource_accesses`.
    Fix: declare the action, scope or tool in the agent's file, or take the permission away.
    """
    who = holder(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    gives = resource.type in t.KINDS["entra-grant"]
    for permission in permissions(resource, context):
        wrong = _beyond(permission, who, context) if permission.known else None
        if wrong is not None:
            yield Finding(
                f"it {'gives' if gives else 'asks for'} {permission}, {wrong}.",
                _FIX,
                f"{permission.kind}::{permission.api}::{permission.value}",
                permission.origin(context, who.agent),
            )
    if resource.type == t.ENTRA_DELEGATED_GRANT:
        user, tenant = users(resource), who.declared.environment.environment.entra
        named = tenant.on_behalf_of.get(who.agent, ()) if tenant else ()
        if user is not None and user.lower() not in named:
            yield Finding(
                "it is for a user for whom the environment does not let the agent act.",
                f"list the user under `entra.on_behalf_of.{who.agent}`, or take the grant away.",
                f"user::{user}",
            )


def _beyond(permission: Permission, who: Holder, context: Context) -> str | None:
    meaning = meaning_of(context, who.agent, "entra")
    allows = meaning.allows if meaning else ()
    able = [one for one in allows if grant_covers(one, permission.action, permission.api or "")]
    if not able:
        return "which no declared grant covers"
    if all(one.expires is not None and one.expires <= context.clock for one in able):
        return "whose declared grant has ended"
    return None
