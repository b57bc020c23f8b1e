"""NHI-PRM-017: every agent's role has its guard."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.clock import timestamp
from nhi.permissions.model import Grant

from nhi_policies.declared import Context, lock_date, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.aws.documents import Statement
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import Links, links, unproven
from nhi_policies.view.aws.reach import starts
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.origin import any_covers, meaning_of
from nhi_policies.view.resource import Resource, Stack

_FIX = "let the component render the agent; it writes and attaches the guard and both exclusive lists."


@rule(
    id="NHI-PRM-017",
    slug="guard-attached",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-2(3)", "ISO27001-A.5.18", "AIRS-IAM-04"),
    row="3.2",
)
def guard_attached(stack: Stack, context: Context) -> Iterator[Finding]:
    """Each agent's role denies what its file denies, denies everything from the lock date on, and lists its policies.

    Why: an explicit Deny holds against any Allow that somebody adds later; the exclusive lists take such an Allow away.
    Bad: a role without its guard policy; a guard that lacks a denied action; no `RolePolicyAttachmentsExclusive`.
    Fix: let the component render the agent, and never detach the guard.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    found = links(stack, context)
    for name, role in roles.items():
        who = find_holder(role, context)
        if who is None or who.declared is None:
            continue
        try:
            missing = [*_denies(found, name, role, who, context), *_lists(found, name)]
        except Unproven as unknown:
            yield unproven(role, who.agent, context, f"what guards the role {name}", unknown)
            continue
        for text, part in missing:
            yield Finding(f"{text}.", _FIX, part, context.origin(who.agent), who.agent, role.urn)


def _denies(found: Links, name: str, role: Resource, who: Holder, context: Context) -> Iterator[tuple[str, str]]:
    assert who.declared is not None
    denies = [one for one in found.statements(name, role) if one.effect == "deny"]
    everything = [one for one in denies if "*" in one.actions and "*" in one.resources]
    if any(not one.conditions for one in everything):
        return
    if rendered_state(who.declared.agent, who.instance, context.clock) != "active":
        yield f"the agent is not active, and nothing denies everything to the role {name}", "everything"
        return
    lock = lock_date(who.declared.agent)
    if lock is not None and not any(_only_dated(one) and starts(one) <= lock for one in everything):  # type: ignore[operator]
        yield f"nothing denies everything to the role {name} from {timestamp(lock)} on", "lock-date"
    meaning = meaning_of(context, who.agent, "aws")
    for grant in meaning.denies if meaning else ():
        own = {(one.operator.lower(), one.key.lower(), one.values) for one in grant.conditions}
        holding = [
            one
            for one in denies
            if own >= {(other.operator.lower(), other.key.lower(), other.values) for other in one.conditions}
        ]
        if grant.not_actions and not any(_leaves_no_more(one, grant) for one in holding):
            # The guard's denial of all but a list: whoever leaves out more leaves a way open.
            yield f"{grant.reason}: nothing denies the rest to the role {name}", "deny::except"
        for action in grant.actions:
            if not all(_denied(holding, action, resource) for resource in grant.resources):
                yield f"{grant.reason}: {action} is not denied to the role {name}", f"deny::{action}"
                break


def _only_dated(statement: Statement) -> bool:
    return starts(statement) is not None and all(
        one.key.lower() == "aws:currenttime" and one.operator.lower().startswith("dategreaterthan")
        for one in statement.conditions
    )


def _denied(denies: list[Statement], action: str, resource: str) -> bool:
    return any(
        any_covers(one.actions, action, case_sensitive=False)
        and any_covers(one.resources, resource, case_sensitive=True)
        for one in denies
    )


def _leaves_no_more(statement: Statement, grant: Grant) -> bool:
    """Whether a Deny of all but a list leaves out nothing that the declared denial does not leave out."""
    if not all(any_covers(statement.resources, one, case_sensitive=True) for one in grant.resources):
        return False
    if "*" in statement.actions:
        return True
    return bool(statement.not_actions) and all(
        any_covers(grant.not_actions, one, case_sensitive=False) for one in statement.not_actions
    )


def _lists(found: Links, name: str) -> Iterator[tuple[str, str]]:
    inline, attached = found.exclusive_inline.get(name), found.exclusive_attached.get(name)
    if inline is None or inline.texts("policyNames"):
        yield f"no RolePoliciesExclusive keeps the role {name} free of inline policies", "inline"
    if attached is None:
        yield f"no RolePolicyAttachmentsExclusive keeps foreign policies off the role {name}", "attachments"
