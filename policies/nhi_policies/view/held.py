"""What each agent really holds on Google Cloud, Entra ID and Kubernetes, without what lets it hand work over itself.

Owns that side of the comparison along a chain, for the three platforms alike. Left out are what the declaration brings
without a word (its own secret, the endpoints of its callees) and the roles of other agents in the directory, which
NHI-DEL-200 judges. Denies are left out as well: those of one instance would take from another, and an agent holds no
more without them than what is compared. Does not own what a platform's objects grant (`view.<platform>.effective`).

Network destinations are no permissions here: along a chain they are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from nhi.catalog.invocation import INVOKE_ROLE
from nhi.catalog.load import load_catalog
from nhi.catalog.permission_set import before
from nhi.contract import Platform
from nhi.fleet.delegation import access
from nhi.permissions.model import Grant, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved

from nhi_policies.declared import Context, instances_of
from nhi_policies.verdict import Unproven
from nhi_policies.view.coverage import covered
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.delegation import Held, Numbered, Window, numbered
from nhi_policies.view.entra import effective as entra
from nhi_policies.view.gcp import effective as gcp
from nhi_policies.view.kubernetes import effective as kubernetes
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, Stack

GRANTED: Final[Mapping[Platform, Callable[[Stack, Context, str, str | None], Granted]]] = {
    "entra": entra.granted_set,
    "gcp": gcp.granted_set,
    "kubernetes": kubernetes.granted_set,
}


def held_in(stack: Stack, context: Context) -> Held:
    """What each agent holds in this stack on a platform of `GRANTED`: the `held` of a rule about a stack."""

    def held(agent_id: str, platform: Platform, window: Window) -> Numbered:
        def make() -> Numbered:
            dated = (before(platform, window.end),) if window.end is not None else ()
            statements = [
                replace(left, conditions=(*left.conditions, *dated))
                for instance, granted in _granted(stack, context, agent_id, platform)
                for one in granted.statements
                if one.effect == "allow"
                for left in _beyond(one, platform, _plumbing(context, agent_id, platform, instance))
            ]
            return numbered(context, PermissionSet(platform, (Policy(tuple(statements)),)))

        return kept(stack, ("held", platform, agent_id, window), make)

    return held


def source_of(stack: Stack, context: Context, agent_id: str, platform: Platform, label: str) -> Resource | None:
    """The resource on which a statement of an agent stands, by the statement's label."""
    found = (granted.sources.get(label) for _, granted in _granted(stack, context, agent_id, platform))
    return next((one for one in found if one is not None), None)


def unknown_of(
    stack: Stack, context: Context, agent_id: str, platform: Platform
) -> Iterator[tuple[Resource, Unproven]]:
    """What hangs on an agent's identities and is not known."""
    for _, granted in _granted(stack, context, agent_id, platform):
        yield from granted.unproven


def _granted(stack: Stack, context: Context, agent_id: str, platform: Platform) -> Iterator[tuple[str | None, Granted]]:
    for instance in instances_of(context.agents[agent_id].agent):
        yield instance, GRANTED[platform](stack, context, agent_id, instance)


def _plumbing(context: Context, agent_id: str, platform: Platform, instance: str | None) -> tuple[Grant, ...]:
    words = frozenset(access(context.agents[agent_id], context.catalog or load_catalog(), platform))
    grants = declared_grants(context, agent_id, platform, instance)
    return tuple(grant for grant in grants if grant.effect == "allow" and grant not in words)


def _beyond(statement: Statement, platform: Platform, plumbing: tuple[Grant, ...]) -> tuple[Statement, ...]:
    """What of an allow no grant of the plumbing covers."""
    if platform == "entra" and statement.actions == (f"role:{INVOKE_ROLE}",):
        return ()
    if not plumbing:
        return (statement,)
    left = [
        action
        for action in statement.actions
        if not isinstance(
            covered(platform, (replace(statement, actions=(action,), label="", origin=None),), plumbing), Proved
        )
    ]
    return (replace(statement, actions=tuple(left)),) if left else ()
