"""NHI-PRM-308: what is denied on a named object is granted nowhere around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nhi.permissions.proof import Proved, Refuted

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.coverage import untouched
from nhi_policies.view.gcp.denies import takes
from nhi_policies.view.gcp.effective import allows_of, denies_of, where
from nhi_policies.view.gcp.grants import declared_reach
from nhi_policies.view.gcp.holdings import Held, custom_roles, each_held
from nhi_policies.view.gcp.own import one_spelling
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack

_FIX = "bind the two to objects that do not overlap."


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
    declared = context.agents[held.owner[0]]
    meaning = meaning_of(context, held.owner[0], "gcp")
    if meaning is None or not meaning.denies or held.binding.role not in custom_roles(stack, context):
        return
    allows = allows_of(held, stack, context)
    for deny in one_spelling(meaning.denies, declared):
        # What is denied in the whole project stands in a deny policy, or is allowed somewhere by the same file.
        objects = tuple(one for one in deny.resources if declared_reach(one, context).kind != "all")
        if not objects:
            continue
        held_here = sorted({action for allow in allows for action in allow.actions})
        for permission in (one for one in held_here if takes(frozenset(deny.actions), one)):
            near = replace(deny, actions=(permission,), resources=objects)
            some = tuple(replace(one, actions=(permission,)) for one in allows if permission in one.actions)
            verdict = untouched("gcp", some, (near,), denies_of(held.owner, some, stack, context))
            if not isinstance(verdict, Proved):
                text = f"it grants {permission} on {where(some[0])}, and the file denies it there ({deny.reason})"
                shown = in_words(verdict.witness) if isinstance(verdict, Refuted) else f"unproven: {verdict.reason}"
                part = f"permission::{permission}"
                yield about(held.resource, held.owner, context, f"{text}: {shown}.", _FIX, part, deny.origin)
