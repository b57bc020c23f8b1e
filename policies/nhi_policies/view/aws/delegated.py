"""To whom agents can really hand work in one stack on AWS, and what they hold there beyond what lets them work.

Owns two readings of what a stack grants: which agent can reach which other one (it may assume that one's role, call its
function or its runtime; or that one's trust lets it in), and an agent's permissions without its own plumbing, as they
are compared along a chain. Does not own the graph that the files declare (`nhi.fleet.delegation`), nor what is said
about either (`rules/delegation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nhi.catalog.delegation import agent_role_arns, edge_grants
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import agent_platforms
from nhi.catalog.permission_set import before
from nhi.contract import Platform
from nhi.fleet.delegation import Edge, access
from nhi.permissions.globs import GlobUndecidedError, has_wildcard, matches, overlap
from nhi.permissions.model import Grant, Origin, PermissionSet, Policy, Statement
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, instances_of
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws.documents import Statement as Written
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.aws.effective import granted_set
from nhi_policies.view.aws.handovers import entrance
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import links
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.delegation import Held, Numbered, Window, numbered
from nhi_policies.view.holders import find_holder
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import grant_covers
from nhi_policies.view.resource import Resource, Stack

_REACH = ("sts:AssumeRole", "lambda:InvokeFunction", "bedrock-agentcore:InvokeAgentRuntime")
"""The actions by which one agent reaches another one."""
_BY_NAME = {action.lower(): action for action in _REACH}


@dataclass(frozen=True, slots=True)
class Reach:
    """One agent can reach another one by a statement of its own, or of the other one's trust."""

    caller: str
    callee: str
    by: str
    """What it may do, as a message says it; empty where only the callee's trust lets it in."""
    source: Resource


@dataclass
class Reaches:
    """Who can reach whom in a stack, once for each statement, and by agent what hangs on its role and is not known."""

    found: list[Reach] = field(default_factory=list)
    unproven: list[tuple[str, Resource, Unproven]] = field(default_factory=list)


def reaches(stack: Stack, context: Context) -> Reaches:
    """Every pair of agents of which one can reach the other in this stack. A trust that cannot be read is left out."""
    return kept(stack, "reaches", lambda: _reaches(stack, context))


def _reaches(stack: Stack, context: Context) -> Reaches:
    said = Reaches()
    found, targets = links(stack, context), _targets(context)
    for name, role in agent_roles(stack).items():
        who = find_holder(role, context)
        if who is None or who.declared is None:
            continue
        try:
            for document in documents(role, "trust"):
                for statement in document.allows:
                    way = entrance(statement, who.agent, context)
                    for caller in way.callers if way else ():
                        said.found.append(Reach(caller, who.agent, "", role))
        except Unproven:
            pass
        for holding in found.holding(name, role):
            try:
                allows = [one for document in documents(holding, "identity") for one in document.allows]
            except Unproven as unknown:
                said.unproven.append((who.agent, holding, unknown))
                continue
            for statement in allows:
                for action, callee in _reached(statement, targets):
                    said.found.append(Reach(who.agent, callee, f"{statement.label} allows {action}", holding))
    return said


def _targets(context: Context) -> dict[str, dict[str, str]]:
    """By action, in the patterns that name it exactly: whose role, function or runtime each of them is."""

    def make() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {action: {} for action in _REACH}
        for agent_id, declared in context.agents.items():
            if "aws" not in agent_platforms(declared):
                continue
            instances = instances_of(declared.agent)
            for arn in agent_role_arns(declared, instances):
                found["sts:AssumeRole"][arn] = agent_id
            # What a caller of any other agent would be granted names the function or the runtime.
            itself = Edge(declared, declared, Origin(""), Origin(""))
            for grant in edge_grants(itself, "aws", instances, None):
                for action in set(grant.actions) & set(_REACH):
                    found[action].update(dict.fromkeys(grant.resources, agent_id))
        return found

    return kept(context, "reach targets", make)


def _reached(statement: Written, targets: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for pattern in statement.actions:
        if has_wildcard(pattern):
            actions = [action for action in _REACH if matches(pattern, action, case_sensitive=False)]
        else:
            actions = [_BY_NAME[pattern.lower()]] if pattern.lower() in _BY_NAME else []
        for action in actions:
            seen: set[str] = set()
            for resource in statement.resources:
                seen.update(_owners(resource, targets[action]))
            yield from ((action, callee) for callee in sorted(seen))


def _owners(resource: str, targets: dict[str, str]) -> Iterable[str]:
    known = targets.get(resource)
    if known is not None:
        return (known,)
    if not has_wildcard(resource):
        # A version of a function is that function, and one runtime is one of those that its name stands for.
        return {
            owner
            for target, owner in targets.items()
            if resource.startswith(f"{target}:") or matches(target, resource, case_sensitive=True)
        }
    return {owner for target, owner in targets.items() if _may_be(resource, target)}


def _may_be(one: str, other: str) -> bool:
    try:
        return overlap(one, other) is not None
    except GlobUndecidedError:
        return True


# --- what is compared along a chain -------------------------------------------------------------------------------


def held_in(stack: Stack, context: Context) -> Held:
    """What each agent really holds on AWS in this stack, without its own plumbing: the `held` of a rule about a stack.

    Plumbing is what the declaration brings without a word: its own secret, a token for another cloud, its own edges.
    Only allows that no such grant covers are compared; a deny stays where it is.
    """

    def held(agent_id: str, platform: Platform, window: Window) -> Numbered:
        def make() -> Numbered:
            dated = (before(platform, window.end),) if window.end is not None else ()
            statements: list[Statement] = []
            for instance in instances_of(context.agents[agent_id].agent):
                granted = granted_set(stack, context, agent_id, instance)
                plumbing = _plumbing(context, context.agents[agent_id], instance)
                for one in granted.statements:
                    if one.effect == "deny":
                        statements.append(one)
                    else:
                        left = _beyond(one, plumbing)
                        statements += [replace(part, conditions=(*part.conditions, *dated)) for part in left]
            return numbered(context, PermissionSet("aws", (Policy(tuple(statements)),)))

        return kept(stack, ("held on aws", agent_id, window), make)

    return held


def source_of(stack: Stack, context: Context, agent_id: str, label: str) -> Resource | None:
    """The resource on which a statement of an agent stands, by the statement's label."""
    for instance in instances_of(context.agents[agent_id].agent):
        found = granted_set(stack, context, agent_id, instance).sources.get(label)
        if found is not None:
            return found
    return None


def unknown_of(stack: Stack, context: Context, agent_id: str) -> Iterator[tuple[Resource, Unproven]]:
    """What hangs on an agent's roles and is not known."""
    for instance in instances_of(context.agents[agent_id].agent):
        yield from granted_set(stack, context, agent_id, instance).unproven


def _plumbing(context: Context, declared: DeclaredAgent, instance: str | None) -> tuple[Grant, ...]:
    """Every grant of a declaration that comes from none of its words."""
    words = frozenset(access(declared, context.catalog or load_catalog(), "aws"))
    grants = declared_grants(context, declared.agent.agent_id, "aws", instance)
    return tuple(grant for grant in grants if grant.effect == "allow" and grant not in words)


def _beyond(statement: Statement, plumbing: tuple[Grant, ...]) -> tuple[Statement, ...]:
    """What of an allow no grant of the plumbing covers."""
    if not plumbing or statement.not_actions or statement.not_resources:
        return (statement,)
    left: dict[tuple[str, ...], list[str]] = {}
    for action in statement.actions:
        resources = tuple(
            one for one in statement.resources if not any(grant_covers(grant, action, one) for grant in plumbing)
        )
        if resources:
            left.setdefault(resources, []).append(action)
    return tuple(replace(statement, actions=tuple(actions), resources=one) for one, actions in left.items())
