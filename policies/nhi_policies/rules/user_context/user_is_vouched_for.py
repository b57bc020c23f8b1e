"""NHI-USR-011: the user of a session is one whom a named provider vouches for."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.user_context import CONTEXT_PROVIDERS, SET_CONTEXT, acts_for_users, own_role
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.proof import Refuted, Undecided, subset

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.effective import entrance_set
from nhi_policies.view.aws.witness import readable, speaks_of
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Resource

_ANYTHING_ELSE = Statement("allow", not_actions=(SET_CONTEXT,), resources=("*",))


@rule(
    id="NHI-USR-011",
    slug="user-is-vouched-for",
    severity="critical",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI10", "ASI03", "NIST-IA-9", "NIST-AC-3", "ISO27001-A.8.5", "AIRS-DEL-05"),
    row="3.5",
)
def user_is_vouched_for(resource: Resource, context: Context) -> Iterator[Finding]:
    """Only the role itself puts a user into its sessions, one whom a provider of the environment vouches for, or none.

    Why: whoever may set the context says for whom the agent acts, and AWS then takes that user's word for the rest.
    Bad: `sts:SetContext` for a person or a service; without `sts:RequestContextProviders`; with `ForAllValues` alone,
        which a request without any provider meets as well.
    Fix: let the component write the trust policy, and name the provider in `aws.context_providers`.
    """
    who = holder(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    entrances, most = entrance_set(resource, context), _at_most(who)
    # Every other action is in what may be, so where no statement speaks of this one there is nothing to prove.
    if not any(one.effect == "allow" and speaks_of(one, SET_CONTEXT) for one in entrances.statements):
        return
    verdict = subset(entrances.permissions, most)
    at = who.declared.positions.at("acts_on_behalf")
    fix = "let the component write the trust policy, and name the provider in `aws.context_providers`."
    if isinstance(verdict, Refuted):
        shown = readable(verdict.witness, entrances.permissions, most)
        vouched = acts_for_users(who.declared)
        why = "no provider that the environment names vouches for that user" if vouched else "it acts for no user"
        yield Finding(f"its trust policy allows {in_words(shown)}, and {why}.", fix, "context", at)
    elif isinstance(verdict, Undecided):
        text = f"it is undecided who may put a user into its sessions: {verdict.reason}."
        yield Finding(text, fix, "unproven::undecided", at)


def _at_most(who: Holder) -> PermissionSet:
    """Every other entrance, which other rules judge, and a user only by the role itself, vouched for."""
    statements = [_ANYTHING_ELSE]
    aws = who.declared.environment.environment.aws if who.declared else None
    if who.declared is not None and aws is not None and aws.context_providers and acts_for_users(who.declared):
        conditions = (
            Condition("ArnEquals", "aws:PrincipalArn", (own_role(who.declared, aws, who.instance),)),
            Condition("ForAllValues:ArnEquals", CONTEXT_PROVIDERS, aws.context_providers),
            Condition("Null", CONTEXT_PROVIDERS, ("false",)),
        )
        statements.append(Statement("allow", (SET_CONTEXT,), resources=("*",), conditions=conditions))
    return PermissionSet("aws", (Policy(tuple(statements)),))
