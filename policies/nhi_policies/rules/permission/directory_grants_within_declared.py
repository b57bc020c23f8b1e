"""NHI-PRM-201: an agent holds in the directory what its file declares, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.model import Grant, Witness
from nhi.permissions.proof import Proved, Refuted, Verdict

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.coverage import active, covered, endless
from nhi_policies.view.entra.effective import allow_of, for_named_users
from nhi_policies.view.entra.grants import Permission, permissions, users
from nhi_policies.view.holders import holder
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.proofs import in_words
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
    meaning = meaning_of(context, who.agent, "entra")
    allows = meaning.allows if meaning else ()
    user = users(resource) if resource.type == t.ENTRA_DELEGATED_GRANT else None
    stranger: Witness | None = None
    for permission in permissions(resource, context):
        if not permission.known or permission.invokes:
            continue  # what an id gives that nobody knows is another rule's to say, and so are edges of delegation
        able = active(allows, context.clock)
        if not isinstance(_covered(permission, None, able), Proved):
            ended = isinstance(_covered(permission, None, allows), Proved)
            wrong = "whose declared grant has ended" if ended else "which no declared grant covers"
            yield Finding(
                f"it {'gives' if gives else 'asks for'} {permission}, {wrong}.",
                _FIX,
                f"{permission.kind}::{permission.api}::{permission.value}",
                permission.origin(context, who.agent),
            )
        elif user is not None:
            named = (one for grant in able for one in for_named_users(grant, who.declared))
            verdict = _covered(permission, user, tuple(named))
            stranger = stranger or (verdict.witness if isinstance(verdict, Refuted) else None)
    if stranger is not None:
        yield Finding(
            f"it is for a user for whom the environment does not let the agent act: {in_words(stranger)}.",
            f"list the user under `entra.on_behalf_of.{who.agent}`, or take the grant away.",
            f"user::{user}",
        )


def _covered(permission: Permission, user: str | None, grants: tuple[Grant, ...]) -> Verdict:
    """Whether the grants, all of which hold now, cover a permission: the directory has no clock to compare."""
    return covered("entra", (allow_of(permission, user),), endless(grants))
