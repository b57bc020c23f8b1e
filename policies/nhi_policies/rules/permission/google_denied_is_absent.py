"""NHI-PRM-308: what is denied on a named object is granted nowhere around it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.gcp.grants import declared_reach, meets, reach
from nhi_policies.view.gcp.holdings import Held, custom_roles, each_held, permissions
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-308",
    slug="google-denied-is-absent",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15"),
    row="3.2",
)
def google_denied_is_absent(stack: Stack, context: Context) -> Iterator[Finding]:
    """No member of an agent grants a permission on an object on which its file denies it.

    Why: a deny policy reads no names, so a permission that the agent needs elsewhere is not in it; it is denied on one
        object only as long as nothing grants it there.
    Bad: a data scope with `none` bound to a prefix that lies inside a scope with `read`.
    Fix: bind the two scopes to objects that do not overlap.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    yield from each_held(stack, context, lambda held: _granted(held, stack, context))


def _granted(held: Held, stack: Stack, context: Context) -> Iterator[Finding]:
    meaning = meaning_of(context, held.owner[0], "gcp")
    role = custom_roles(stack, context).get(held.binding.role)
    if meaning is None or role is None:
        return
    held_permissions, granted = permissions(role), reach(held.resource, held.binding, context)
    for grant in meaning.denies:
        for permission in sorted(set(grant.actions) & set(held_permissions)):
            objects = [one for one in grant.resources if declared_reach(one, context).kind != "all"]
            denied = next((one for one in objects if meets(declared_reach(one, context), granted)), None)
            if denied is not None:
                yield about(
                    held.resource,
                    held.owner,
                    context,
                    f"it grants {permission} on {granted}, and the file denies it on {denied} ({grant.reason}).",
                    "bind the two to objects that do not overlap.",
                    f"permission::{permission}",
                    grant.origin,
                )
