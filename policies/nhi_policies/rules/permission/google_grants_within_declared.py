"""NHI-PRM-304: an agent is granted on Google Cloud what its file declares, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nhi.permissions.model import Statement, Witness
from nhi.permissions.proof import Proved, Refuted, Undecided

from nhi_policies.declared import Context, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.coverage import covered, endless, nearest
from nhi_policies.view.gcp.effective import allows_of, where
from nhi_policies.view.gcp.endpoints import invoked_by
from nhi_policies.view.gcp.holdings import Held, custom_roles, each_held
from nhi_policies.view.gcp.own import declared_grants
from nhi_policies.view.handovers import standing
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack

_FIX = "declare it in the agent's file, or take it away."


@rule(
    id="NHI-PRM-304",
    slug="google-grants-within-declared",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04", "AIRS-PA-1.1"),
    row="3.2",
)
def google_grants_within_declared(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every permission that an agent is granted on Google Cloud is covered, with its object, by one declared grant.

    Why: the role says what, the member says where; only both together are what a person reviewed.
    Bad: the agent's own role bound on another bucket, or on the whole project; a member that outlives the declared
        grant; a role that this stack does not make.
    Fix: declare the action, scope or tool in the agent's file, or remove the member.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    yield from each_held(stack, context, lambda held: _beyond(held, stack, context))


def _beyond(held: Held, stack: Stack, context: Context) -> Iterator[Finding]:
    role = held.binding.role
    if role not in custom_roles(stack, context):
        if not role.startswith("roles/"):
            text = f"what the role {role} holds is unproven: this stack does not make it."
            yield about(held.resource, held.owner, context, text, _FIX, f"unseen::{role}")
        return  # a role that Google keeps is refused by name
    declared = context.agents[held.owner[0]]
    if rendered_state(declared.agent, held.owner[1], context.clock) != "active":
        return  # whatever it holds, it holds too much: NHI-STA-300 says so
    grants = declared_grants(declared, held.owner[1], context)
    allows = allows_of(held, stack, context)
    if isinstance(covered("gcp", allows, grants), Proved):
        return
    invoked = invoked_by(held.resource, context)
    strange = invoked is not None and standing(context, held.owner[0], invoked.agent) is None
    for allow in allows:
        # One permission after the other, so that each finding names one, with a request of its own.
        for permission in allow.actions:
            if invoked is not None and strange and permission == invoked.endpoint.permission:
                continue  # NHI-DEL-300 says whose work it is
            verdict = covered("gcp", (replace(allow, actions=(permission,)),), grants)
            if isinstance(verdict, Refuted):
                yield _refuted(held, allow, permission, verdict.witness, context)
            elif isinstance(verdict, Undecided):
                text = f"whether the file covers {permission} is not decided, so this is unproven: {verdict.reason}."
                yield about(held.resource, held.owner, context, text, _FIX, f"undecided::{permission}")


def _refuted(held: Held, allow: Statement, permission: str, witness: Witness, context: Context) -> Finding:
    grants = declared_grants(context.agents[held.owner[0]], held.owner[1], context)
    one = Statement("allow", actions=(permission,), resources=(witness.resource,))
    longer = isinstance(covered("gcp", (one,), endless(grants)), Proved)
    origin = nearest(grants, witness)
    what = "for longer than the file does" if longer else "which no declared grant covers"
    text = f"it grants {permission} on {where(allow)}, {what}: for example {in_words(witness)}."
    part = f"{'longer' if longer else 'permission'}::{permission}"
    return about(held.resource, held.owner, context, text, "end it with the grant." if longer else _FIX, part, origin)
