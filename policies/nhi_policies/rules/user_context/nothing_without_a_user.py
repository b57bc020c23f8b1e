"""NHI-USR-010: an agent that acts for users only can do nothing on AWS without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nhi.catalog.permission_set import permission_set
from nhi.catalog.user_context import OWN_ACTIONS, USERLESS, WITH_A_USER, needs_user
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi.permissions.proof import Refuted, Undecided, subset

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.aws.effective import granted_to
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack

_TOGETHER = Statement("allow", ("*",), resources=("*",), conditions=(WITH_A_USER,), label="with a user")
_FIX = (
    "let the component render the agent: each of its grants asks for a user, and its guard denies the rest; or say "
    "`acts_on_behalf: optional`."
)


@rule(
    id="NHI-USR-010",
    slug="nothing-without-a-user",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI10", "ASI03", "NIST-AC-3", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-05"),
    row="3.5",
)
def nothing_without_a_user(stack: Stack, context: Context) -> Iterator[Finding]:
    """Without a user, an agent that acts for users only can do no more on AWS than be itself and ask models, by proof.

    Why: what it may do alone it may do for a user who may not; then it can do more than both may.
    Bad: a grant without `Null: {"identitystore:UserId": "false"}` and a guard without its denial; an inline policy
        beside them, where the guard is gone.
    Fix: let the component render the agent; or say `acts_on_behalf: optional` where it has work of its own.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    for name, role in roles.items():
        who = find_holder(role, context)
        if who is None or who.declared is None or not needs_user(who.declared):
            continue
        owner = who.agent, who.instance
        at = who.declared.positions.at("acts_on_behalf")
        granted, most = granted_to(stack, context, name, role), _at_most(who, context)
        for one, unknown in granted.unproven:
            yield unproven(one, owner, context, unknown)
        verdict = subset(granted.permissions, most)
        if isinstance(verdict, Refuted):
            shown = readable(verdict.witness, granted.permissions, most)
            by = next((s for s in granted.statements if s.effect == "allow" and _allows(s, verdict)), None)
            source = granted.sources.get(by.label, role) if by else role
            said = f"{by.label} lets" if by else "what hangs on the role lets"
            text = f"{said} it do {in_words(shown)}, with no user in the session."
            yield about(source, owner, context, text, _FIX, "alone", at)
        elif isinstance(verdict, Undecided):
            text = f"it is undecided whether it can do anything without a user: {verdict.reason}."
            yield about(role, owner, context, text, _FIX, "unproven::undecided", at)


def _at_most(who: Holder, context: Context) -> PermissionSet:
    """Everything with a user, and without one what is declared and needs none, whenever that ends."""
    own = {*OWN_ACTIONS, *USERLESS["aws"]}
    plumbing = [
        replace(grant, expires=None)
        for grant in declared_grants(context, who.agent, "aws", who.instance)
        if grant.effect == "allow" and own.issuperset(grant.actions)
    ]
    (alone,) = permission_set("aws", plumbing).policies
    return PermissionSet("aws", (Policy((_TOGETHER, *alone.statements)),))


def _allows(statement: Statement, verdict: Refuted) -> bool:
    """Whether this is the statement that the proof names, which it names without its label."""
    named = verdict.statement
    return named is None or replace(statement, label="", origin=None) == replace(named, label="", origin=None)
