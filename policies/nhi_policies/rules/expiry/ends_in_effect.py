"""NHI-EXP-500: after an agent's lock date nothing is left of what its role may do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nhi.catalog.permission_set import CLOCK_KEYS
from nhi.clock import timestamp
from nhi.permissions.algebra import meet
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, empty

from nhi_policies.declared import Context, lock_date, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.aws.effective import granted_to, really
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.aws.reach import ends_by
from nhi_policies.view.aws.within import closes
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.holders import find_holder
from nhi_policies.view.proofs import Granted, in_words
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-EXP-500",
    slug="ends-in-effect",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IAM-06"),
    row="3.3",
)
def ends_in_effect(stack: Stack, context: Context) -> Iterator[Finding]:
    """From the earliest of an agent's end dates on, its role permits no request at all.

    Why: a grant may end by its own date or by the guard's Deny; it is enough that one of them holds, and it is proved
        over all requests that one of them does.
    Bad: an Allow without a date on a role whose guard lacks the Deny after the lock date, or has one with a way out.
    Fix: let the component render the agent; it dates every grant and writes the Deny.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    for name, role in roles.items():
        who = find_holder(role, context)
        lock = lock_date(who.declared.agent) if who is not None and who.declared is not None else None
        if who is None or who.declared is None or lock is None:
            continue
        if rendered_state(who.declared.agent, who.instance, context.clock) != "active":
            continue  # its guard denies everything, which NHI-PRM-017 proves
        granted = granted_to(stack, context, name, role)
        try:
            found = next(_left(granted, lock), None)
        except Unproven as unknown:
            yield unproven(role, who.agent, context, f"until when the role {name} holds", unknown)
            continue
        if found is not None:
            statement, shown = found
            yield Finding(
                f"{statement.label} holds after the agent's lock date {timestamp(lock)}: {shown}.",
                f"add DateLessThan aws:CurrentTime {timestamp(lock)}, and let the guard deny everything from then on.",
                "after-lock-date",
                context.origin(who.agent, "credential", "expires"),
                who.agent,
                granted.sources[statement.label].urn,
            )


def _left(granted: Granted, lock: datetime) -> Iterator[tuple[Statement, str]]:
    """Each statement that permits something from the lock date on, with a request."""
    if any(closes(one, lock) for one in granted.statements):
        return
    since = Condition("DateGreaterThanEquals", CLOCK_KEYS["aws"], (timestamp(lock),))
    after = PermissionSet("aws", (Policy((Statement("allow", ("*",), resources=("*",), conditions=(since,)),)),))
    for statement in granted.statements:
        if statement.effect == "deny" or ends_by(statement, lock):
            continue
        both = meet(really(granted, statement), after)
        verdict = empty(both)
        if isinstance(verdict, Proved):
            continue
        if isinstance(verdict, Refuted):
            witness = readable(verdict.witness, both, PermissionSet("aws", ()))
            yield statement, f"for example {in_words(witness)}"
        else:
            yield statement, f"whether it does is undecided, because {verdict.reason}"
