"""NHI-PRM-017: every agent's role has its guard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from nhi.catalog.permission_set import CLOCK_KEYS, statements
from nhi.clock import timestamp
from nhi.permissions.model import Condition, Grant, Origin, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, subset

from nhi_policies.declared import Context, lock_date, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.aws.effective import ALWAYS, granted_to
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import Links, links, unproven
from nhi_policies.view.aws.within import closes
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.origin import any_covers
from nhi_policies.view.proofs import Granted, as_allows, in_words
from nhi_policies.view.resource import Stack

_FIX = "let the component render the agent; it writes and attaches the guard and both exclusive lists."
_Missing = tuple[str, str, Origin | None]
_ANYTHING: Final = Statement("allow", actions=("*",), resources=("*",))


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
        That everything is denied is proved, so a Deny that ends, or that leaves something out, does not count as one.
    Bad: a role without its guard policy; a guard that lacks a denied action; a Deny with an end or with `NotAction`; no
        `RolePolicyAttachmentsExclusive`.
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
            granted = granted_to(stack, context, name, role)
            unread = [pair for pair in granted.unproven if pair not in found.unknown.get(name, ())]
            for one, signal in unread:
                yield unproven(one, who.agent, context, f"what guards the role {name}", signal)
            if unread:
                continue
            missing = [*_denies(granted, name, who, context), *_lists(found, name)]
        except Unproven as unknown:
            yield unproven(role, who.agent, context, f"what guards the role {name}", unknown)
            continue
        for text, part, origin in missing:
            yield Finding(f"{text}.", _FIX, part, origin or context.origin(who.agent), who.agent, role.urn)


def _denies(granted: Granted, name: str, who: Holder, context: Context) -> Iterator[_Missing]:
    assert who.declared is not None
    denies = [one for one in granted.statements if one.effect == "deny"]
    if any(_everything(one) and not one.conditions for one in denies):
        return
    if rendered_state(who.declared.agent, who.instance, context.clock) != "active":
        shown = _left(_ANYTHING, denies)
        if shown is not None:
            yield (
                f"the agent is not active, and nothing denies everything to the role {name}; {shown}",
                "everything",
                None,
            )
        return
    lock = lock_date(who.declared.agent)
    if lock is not None and not any(closes(one, lock) for one in denies):
        after = replace(
            _ANYTHING, conditions=(Condition("DateGreaterThanEquals", CLOCK_KEYS["aws"], (timestamp(lock),)),)
        )
        shown = _left(after, denies)
        if shown is not None:
            yield f"nothing denies everything to the role {name} from {timestamp(lock)} on; {shown}", "lock-date", None
    for grant in declared_grants(context, who.agent, "aws", who.instance):
        if grant.effect != "deny":
            continue
        own = {(one.operator.lower(), one.key.lower(), one.values) for one in grant.conditions}
        holding = [
            one
            for one in denies
            if own >= {(other.operator.lower(), other.key.lower(), other.values) for other in one.conditions}
        ]
        open_to = [
            action
            for action in grant.actions
            if not all(_denied(holding, action, resource) for resource in grant.resources)
        ]
        if grant.not_actions and not any(_leaves_no_more(one, grant) for one in holding):
            open_to = ["the rest"]
        for statement in statements(grant) if open_to else ():
            shown = _left(statement, denies)
            if shown is not None:
                part = "deny::except" if grant.not_actions else f"deny::{open_to[0]}"
                yield f"{grant.reason}: {open_to[0]} is not denied to the role {name}; {shown}", part, grant.origin


def _left(wanted: Statement, denies: list[Statement]) -> str | None:
    """What of it is not denied, with an example; None where it is proved that everything is."""
    child = PermissionSet("aws", (Policy((replace(wanted, effect="allow"), ALWAYS)),))
    parent = PermissionSet("aws", (as_allows(denies),) if denies else ())
    verdict = subset(child, parent)
    if isinstance(verdict, Proved):
        return None
    if isinstance(verdict, Refuted):
        return f"for example {in_words(readable(verdict.witness, child, parent))} is left open"
    return f"this is undecided: {verdict.reason}"


def _everything(statement: Statement) -> bool:
    return "*" in statement.actions and "*" in statement.resources


def _denied(denies: list[Statement], action: str, resource: str) -> bool:
    """Whether one deny covers a pair, as the component writes it; variables and what is left out the proof reads."""
    return any(
        any_covers(one.actions, action, case_sensitive=False)
        and not any("${" in text for text in (resource, *one.resources))
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


def _lists(found: Links, name: str) -> Iterator[_Missing]:
    inline, attached = found.exclusive_inline.get(name), found.exclusive_attached.get(name)
    if inline is None or inline.texts("policyNames"):
        yield f"no RolePoliciesExclusive keeps the role {name} free of inline policies", "inline", None
    if attached is None:
        yield f"no RolePolicyAttachmentsExclusive keeps foreign policies off the role {name}", "attachments", None
