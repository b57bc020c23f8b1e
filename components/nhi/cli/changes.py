"""What changed in what agents may do between two readings of the reviewed files.

Owns the comparison: what is new, what is gone, what lasts longer, who may become an agent, who hands work to whom. Does
not own reading the two sides (`cli.revisions`), the words on the screen (`cli.diff`), nor the proof
(`permissions.proof`): access is new only where the proof shows a request that was not permitted before, so a file that
says the same in other words has no difference, and what the proof leaves open is shown as undecided.

Dates, conditions and access are compared apart, so that one later end date is one line and not every grant again: what
no reading without dates permitted is new access; what only the conditions kept out is a widened condition; what only
the date kept out lasts longer. Both sides are read at one clock, that of the second side.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from nhi_policies.declared import Context
from nhi_policies.view.declared_grants import declared_set
from nhi_policies.view.origin import meaning_of

from nhi.catalog.meaning import agent_platforms
from nhi.catalog.permission_set import before as until
from nhi.catalog.permission_set import permission_set
from nhi.catalog.vocabulary import aws_action, entra_access, expand, gcp_access, kubernetes_access
from nhi.cli.why import end_of, is_end
from nhi.clock import timestamp
from nhi.contract import PLATFORMS, Platform, agent_name
from nhi.fleet.delegation import access as words_access
from nhi.fleet.delegation import narrowing
from nhi.permissions.algebra import FOLDED_ACTIONS, canonical
from nhi.permissions.globs import has_wildcard
from nhi.permissions.model import Access, Effect, Egress, Origin, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Refuted, Undecided, subset
from nhi.plan.lock import Lock, effective_state, locks
from nhi.plan.make import instance_states
from nhi.spec.declared import DeclaredAgent

Direction = Literal["widened", "undecided", "narrowed", "changed"]
Kind = Literal[
    "access", "agent", "state", "trust", "user", "reach", "delegation", "hand-on", "end", "deny", "condition"
]


@dataclass(frozen=True)
class Change:
    """One difference in one stack.

    `text` says it in words; where there are actions and resources, they come after it. `origin` is the line that brings
    it (of the first side, where it is gone), `reason` that line's own. `around` says that the agent's file says the
    same as before, so that the environment or the catalog is behind it.
    """

    stack: str
    direction: Direction
    kind: Kind
    agent: str
    text: str
    platform: Platform | None = None
    access: Access | None = None
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    """Where a denial is about everything else than these."""
    resources: tuple[str, ...] = ()
    reason: str = ""
    origin: Origin | None = None
    witness: Witness | None = field(default=None, compare=False)
    around: bool = False


def rank(change: Change) -> int:
    """How much a widening matters; the smaller, the more. Changes of other directions are ordered alike."""
    if change.kind == "access" and change.access in ("manage", "write"):
        return 0 if change.access == "manage" else 1
    order: tuple[Kind, ...] = (
        "agent", "state", "trust", "user", "delegation", "hand-on", "access", "reach", "end", "deny", "condition"
    )  # fmt: skip
    return 2 + order.index(change.kind)


def changes(stack: str, before: Context, after: Context) -> tuple[Change, ...]:
    """Every difference between two readings of one stack, most important first. A stack that was not there has none
    of its agents."""
    found = [
        change
        for agent_id in sorted({*before.agents, *after.agents})
        for change in _of_agent(stack, agent_id, before, after)
    ]
    found.extend(_of_delegation(stack, before, after))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (rank(one), one.agent, one.platform or "")))


# --- one agent --------------------------------------------------------------------------------------------------------


def _of_agent(stack: str, agent_id: str, before: Context, after: Context) -> Iterator[Change]:
    was, now = before.agents.get(agent_id), after.agents.get(agent_id)
    around = was is not None and now is not None and was.digest == now.digest
    if now is None:
        assert was is not None
        text = f"the agent is gone, with all that it had on {', '.join(agent_platforms(was))}"
        yield Change(stack, "narrowed", "agent", agent_id, text, origin=was.positions.at("agent_id"))
        return
    if was is None:
        text = f"a new agent on {', '.join(agent_platforms(now))}, {_tier(now)}"
        yield Change(stack, "widened", "agent", agent_id, text, origin=now.positions.at("agent_id"))
    else:
        yield from _of_identity(stack, was, now, after.clock)
    for platform in PLATFORMS:
        names = {*(_instances(was)), *(_instances(now))}
        for instance in sorted(names, key=lambda name: name or ""):
            first = declared_set(before, agent_id, platform, instance)
            second = declared_set(after, agent_id, platform, instance)
            for one in _more(platform, first, second, (_lock(was), _lock(now))):
                yield _change(stack, agent_id, platform, "widened", one, around)
            for one in _more(platform, second, first, (_lock(now), _lock(was))):
                yield _change(stack, agent_id, platform, "narrowed", one, around)
            if _lives(was, platform) and _lives(now, platform):
                yield from _of_denies(stack, agent_id, platform, first, second, around)
        yield from _of_reach(stack, agent_id, platform, before, after, around)


def _tier(declared: DeclaredAgent) -> str:
    tier = declared.agent.risk_tier
    return f"tier {tier}" if tier else "without a tier"


def _instances(declared: DeclaredAgent | None) -> tuple[str | None, ...]:
    return tuple(instance_states(declared.agent)) if declared else ()


def _lives(declared: DeclaredAgent | None, platform: Platform) -> bool:
    return declared is not None and platform in agent_platforms(declared)


def _lock(declared: DeclaredAgent | None) -> Lock | None:
    return next(iter(locks(declared.agent)), None) if declared else None


def _of_identity(stack: str, was: DeclaredAgent, now: DeclaredAgent, clock: datetime) -> Iterator[Change]:
    agent_id = now.agent.agent_id
    first, second = _lock(was), _lock(now)
    if first != second:
        longer = first is not None and (second is None or second.at > first.at)
        same = first is not None and second is not None and first.at == second.at
        words = [f"{timestamp(one.at)} ({one.because})" if one else "no end" for one in (first, second)]
        if not same:
            text = f"the lock date moves from {words[0]} to {words[1]}"
            origin = _lock_line(now, second) if second else now.positions.at("credential")
            yield Change(stack, "widened" if longer else "narrowed", "end", agent_id, text, origin=origin)
    states, later = instance_states(was.agent), instance_states(now.agent)
    for instance in sorted({*states, *later}, key=lambda name: name or ""):
        old = effective_state(states[instance], first, clock) if instance in states else ("none", "there is none")
        new = effective_state(later[instance], second, clock) if instance in later else ("none", "it is gone")
        if old[0] != new[0]:
            direction: Direction = "widened" if new[0] == "active" else "narrowed" if old[0] == "active" else "changed"
            text = f"the state of {agent_name(agent_id, instance)} goes from {old[0]} to {new[0]}: {new[1]}"
            # A state that the file leaves out goes with the lock date.
            written = ("state",) in now.positions.by_path
            origin = _lock_line(now, second) if second and not written else now.positions.at("state")
            yield Change(stack, direction, "state", agent_id, text, origin=origin)
    for platform in PLATFORMS:
        if _lives(was, platform) != _lives(now, platform):
            there = _lives(now, platform)
            text = f"the agent {'now lives' if there else 'lives no longer'} on {platform}"
            origin = now.positions.at("platforms")
            yield Change(
                stack, "widened" if there else "narrowed", "agent", agent_id, text, platform=platform, origin=origin
            )
    yield from _of_trust(stack, was, now)
    modes = {"required": {"user"}, "never": {"app"}, "optional": {"user", "app"}, None: {"user", "app"}}
    mine, theirs = modes[was.agent.acts_on_behalf], modes[now.agent.acts_on_behalf]
    if mine != theirs:
        text = f"`acts_on_behalf` goes from {was.agent.acts_on_behalf} to {now.agent.acts_on_behalf}"
        if "app" in theirs - mine:
            text += ": it may act without a user"
        elif "user" in theirs - mine:
            text += ": it may act for a user"
        origin = now.positions.at("acts_on_behalf")
        yield Change(stack, "widened" if theirs - mine else "narrowed", "user", agent_id, text, origin=origin)


def _lock_line(declared: DeclaredAgent, lock: Lock) -> Origin:
    path = lock.because.split(".") if lock.because.endswith(".expires") else ("sponsor", "departed_on")
    return declared.positions.at(*path)


def _of_trust(stack: str, was: DeclaredAgent, now: DeclaredAgent) -> Iterator[Change]:
    words = [_workload(one) for one in (was, now)]
    if words[0] != words[1]:
        text = f"who may become it goes from {words[0] or 'nobody'} to {words[1] or 'nobody'}"
        origin = now.positions.at("credential", "workload")
        direction: Direction = "widened" if words[1] else "narrowed"
        yield Change(stack, direction, "trust", now.agent.agent_id, text, origin=origin)


def _workload(declared: DeclaredAgent) -> str:
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if workload is None:
        return ""
    said = workload.model_dump(exclude_none=True)
    kind = said.pop("kind")
    return " ".join((kind, *(f"{key}={value}" for key, value in said.items())))


# --- access -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Difference:
    kind: Kind
    statement: Statement
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    witness: Witness | None = None
    undecided: str = ""
    text: str = ""


def _change(
    stack: str, agent_id: str, platform: Platform, direction: Direction, one: _Difference, around: bool
) -> Change:
    new = direction == "widened"
    access = _deepest(platform, one.actions, one.resources)
    texts: Mapping[Kind, str] = {
        "access": f"gains {access} access" if new else f"loses {access} access",
        "condition": "under wider conditions" if new else "under narrower conditions",
        "end": "for longer" if new else "for a shorter time",
        "deny": "no longer denied" if new else "now denied",
        "hand-on": "may hand on" if new else "may no longer hand on",
    }
    text = f"{texts[one.kind]}{one.text}"
    if one.undecided:
        text = f"{text}? undecided, because {one.undecided}"
    return Change(
        stack,
        "undecided" if one.undecided else direction,
        one.kind,
        agent_id,
        text,
        platform,
        access,
        one.actions,
        one.statement.not_actions,
        one.resources,
        one.statement.label,
        one.statement.origin,
        one.witness,
        around,
    )


def _more(
    platform: Platform, before: PermissionSet, after: PermissionSet, dates: tuple[Lock | None, Lock | None]
) -> Iterator[_Difference]:
    """What `after` permits and `before` does not. `dates` are the agent's lock dates before and after: what lasts
    longer because of them alone is told once, with the agent."""
    if canonical(before) == canonical(after):
        return
    old = _without(before, lambda one: is_end(platform, one))
    new = _without(after, lambda one: is_end(platform, one))
    unconditional = _without(before, lambda _: True)
    told: set[Statement] = set()
    for statement, verdict in _new(new, old):
        told.add(replace(statement, conditions=()))
        if isinstance(verdict, Undecided):
            yield _Difference("access", statement, statement.actions, statement.resources, undecided=verdict.reason)
            continue
        groups: dict[tuple[Kind, Access, tuple[str, ...]], list[str]] = {}
        for action in statement.actions:
            fresh = tuple(one for one in statement.resources if not _inside(new, statement, action, one, old))
            if not fresh:
                continue
            barred = any(not _inside(new, statement, action, one, unconditional) for one in fresh)
            depth = _depth(platform, action, fresh[0])
            groups.setdefault(("access" if barred else "condition", depth, fresh), []).append(action)
        for (kind, _, resources), actions in groups.items():
            yield _Difference(kind, statement, tuple(actions), resources, verdict.witness)
    for statement, verdict in _new(after, before):
        if replace(statement, conditions=()) in told:
            continue
        if isinstance(verdict, Undecided):
            yield _Difference("end", statement, statement.actions, statement.resources, undecided=verdict.reason)
            continue
        end = end_of(platform, statement)
        if _by_lock_date(statement, end, dates, before, after):
            continue
        text = f", until {timestamp(end)}" if end else ", without an end"
        yield _Difference("end", statement, statement.actions, statement.resources, verdict.witness, text=text)


def _by_lock_date(
    statement: Statement,
    end: datetime | None,
    dates: tuple[Lock | None, Lock | None],
    before: PermissionSet,
    after: PermissionSet,
) -> bool:
    """Whether a statement ends with the agent, and ended with it before as well."""
    old, new = dates
    if old is None or new is None or end != new.at:
        return False
    platform = before.platform
    kept = tuple(one for one in statement.conditions if not is_end(platform, one))
    earlier = replace(statement, conditions=(*kept, until(platform, old.at)))
    return isinstance(subset(_alone(after, earlier), _about(before, earlier)), Proved)


def _without(permissions: PermissionSet, drop: Callable[..., bool]) -> PermissionSet:
    """A set whose allows lack some of their conditions; denies keep theirs."""
    return PermissionSet(
        permissions.platform,
        tuple(
            Policy(
                tuple(
                    one
                    if one.effect == "deny"
                    else replace(one, conditions=tuple(each for each in one.conditions if not drop(each)))
                    for one in policy.statements
                )
            )
            for policy in permissions.policies
        ),
    )


def _new(after: PermissionSet, before: PermissionSet) -> Iterator[tuple[Statement, Refuted | Undecided]]:
    """Each allow of `after` that permits what `before` does not, with the verdict: `difference`, in fewer steps."""
    for statement in _statements(after, "allow"):
        verdict = subset(_alone(after, statement), _about(before, statement))
        if not isinstance(verdict, Proved):
            yield statement, verdict


def _inside(whole: PermissionSet, statement: Statement, action: str, resource: str, parent: PermissionSet) -> bool:
    """Whether one action on one resource of a statement lies in the parent, the denies of its own set counted."""
    part = replace(statement, actions=(action,), resources=(resource,))
    return isinstance(subset(_alone(whole, part), _about(parent, part)), Proved)


def _alone(whole: PermissionSet, statement: Statement) -> PermissionSet:
    denies = (one for one in _statements(whole, "deny") if _may_meet(whole.platform, one, statement))
    return PermissionSet(whole.platform, (Policy((statement, *denies)),))


def _about(whole: PermissionSet, statement: Statement) -> PermissionSet:
    """A set without the statements that speak about none of the actions of `statement`; it says the same of those."""
    kept = tuple(
        Policy(tuple(one for one in policy.statements if _may_meet(whole.platform, one, statement)))
        for policy in whole.policies
    )
    return PermissionSet(whole.platform, kept)


def _statements(whole: PermissionSet, effect: Effect) -> Iterator[Statement]:
    return (one for policy in whole.policies for one in policy.statements if one.effect == effect)


def _may_meet(platform: Platform, one: Statement, other: Statement) -> bool:
    """Whether two statements can speak about one action; certainly not only where both name whole actions."""
    actions = (*one.actions, *other.actions)
    if one.not_actions or other.not_actions or any(has_wildcard(action) for action in actions):
        return True
    fold = platform in FOLDED_ACTIONS
    mine, theirs = ({action.lower() if fold else action for action in each.actions} for each in (one, other))
    return not mine.isdisjoint(theirs)


def _of_denies(
    stack: str, agent_id: str, platform: Platform, before: PermissionSet, after: PermissionSet, around: bool
) -> Iterator[Change]:
    """Denials that are gone or new, as what they deny: a deny counts also where nothing else grants it today."""
    was, now = _denied(before), _denied(after)
    if canonical(was) == canonical(now):
        return
    sides: tuple[tuple[Direction, PermissionSet, PermissionSet], ...] = (("widened", was, now), ("narrowed", now, was))
    for direction, one, other in sides:
        for statement, verdict in _new(one, other):
            actions = tuple(
                action
                for action in statement.actions
                if not all(_inside(one, statement, action, resource, other) for resource in statement.resources)
            )
            undecided = verdict.reason if isinstance(verdict, Undecided) else ""
            witness = verdict.witness if isinstance(verdict, Refuted) else None
            found = _Difference(
                "deny", statement, actions or statement.actions, statement.resources, witness, undecided
            )
            yield _change(stack, agent_id, platform, direction, found, around)


def _denied(permissions: PermissionSet) -> PermissionSet:
    denies = tuple(replace(one, effect="allow") for one in _statements(permissions, "deny"))
    return PermissionSet(permissions.platform, (Policy(denies),))


_DEPTH: tuple[Access, ...] = ("manage", "write", "read")


def _deepest(platform: Platform, actions: Iterable[str], resources: Iterable[str]) -> Access | None:
    # Whoever names no action names all of them.
    found: set[Access] = {
        _depth(platform, action, resource) for action in tuple(actions) or ("*",) for resource in resources
    }
    return _max(found) if found else None


def _max(found: Iterable[Access]) -> Access:
    here: set[Access] = set(found)
    for depth in _DEPTH:
        if depth in here:
            return depth
    return "manage"


def _depth(platform: Platform, action: str, resource: str) -> Access:
    """How deep one action reaches. What is not known counts as the deepest."""
    if platform == "gcp":
        return gcp_access(action)
    if platform == "entra":
        return entra_access(action.partition(":")[2])
    if platform == "kubernetes":
        _, group, kind, *_ = [*resource.split("/"), "", "", ""]
        return kubernetes_access(group, kind.replace(":", "/"), action)
    known: list[Access] = [
        facts.access for name in (expand(action) or (action,)) if (facts := aws_action(name)) is not None
    ]
    return _max(known)


# --- network ----------------------------------------------------------------------------------------------------------


def _of_reach(
    stack: str, agent_id: str, platform: Platform, before: Context, after: Context, around: bool
) -> Iterator[Change]:
    was, now = _reached(before, agent_id, platform), _reached(after, agent_id, platform)
    sides: tuple[tuple[Direction, tuple[Egress, ...], tuple[Egress, ...]], ...] = (
        ("widened", now, was),
        ("narrowed", was, now),
    )
    for direction, here, there in sides:
        for one in here:
            if not any(_covers(other, one) for other in there):
                text = f"may {'' if direction == 'widened' else 'no longer '}reach {_destination(one)}"
                yield Change(
                    stack, direction, "reach", agent_id, text, platform,
                    reason=one.reason, origin=one.origin, around=around,
                )  # fmt: skip


def _reached(context: Context, agent_id: str, platform: Platform) -> tuple[Egress, ...]:
    declared = context.agents.get(agent_id)
    meant = meaning_of(context, agent_id, platform) if _lives(declared, platform) else None
    if declared is None or meant is None:
        return ()
    dates = locks(declared.agent)
    states = (
        effective_state(one, next(iter(dates), None), context.clock) for one in instance_states(declared.agent).values()
    )
    return meant.egress if any(state == "active" for state, _ in states) else ()


def _covers(wide: Egress, narrow: Egress) -> bool:
    if (wide.port, wide.protocol) != (narrow.port, narrow.protocol):
        return False
    if wide.cidr is None or narrow.cidr is None:
        return wide.cidr == narrow.cidr and (wide.namespace, wide.pod_labels) == (narrow.namespace, narrow.pod_labels)
    outer, inner = ipaddress.ip_network(wide.cidr), ipaddress.ip_network(narrow.cidr)
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _destination(one: Egress) -> str:
    if one.cidr is not None:
        return f"{one.cidr}, port {one.port}"
    labels = ",".join(f"{key}={value}" for key, value in sorted(one.pod_labels.items()))
    return f"pods {labels} in namespace {one.namespace}, port {one.port}"


# --- delegation -------------------------------------------------------------------------------------------------------


def _of_delegation(stack: str, before: Context, after: Context) -> Iterator[Change]:
    was = {(one.caller.agent.agent_id, one.callee.agent.agent_id): one for one in before.delegation.edges}
    now = {(one.caller.agent.agent_id, one.callee.agent.agent_id): one for one in after.delegation.edges}
    for pair in sorted(now.keys() - was.keys()):
        text = f"may hand work to {pair[1]}, which takes it ({now[pair].consent})"
        yield Change(stack, "widened", "delegation", pair[0], text, origin=now[pair].origin)
    for pair in sorted(was.keys() - now.keys()):
        text = f"may no longer hand work to {pair[1]}"
        yield Change(stack, "narrowed", "delegation", pair[0], text, origin=was[pair].origin)
    first, second = _chains(before), _chains(after)
    for pair in sorted(second.keys() - first.keys()):
        text = f"its work can reach {pair[1]}: {' -> '.join(second[pair])}"
        origin = after.agents[pair[0]].positions.at("delegation")
        yield Change(stack, "widened", "delegation", pair[0], text, origin=origin)
    for pair in sorted(first.keys() - second.keys()):
        text = f"its work no longer reaches {pair[1]}: {' -> '.join(first[pair])}"
        yield Change(stack, "narrowed", "delegation", pair[0], text, origin=None)
    for agent_id in sorted({*before.agents} & {*after.agents}):
        yield from _of_scope(stack, agent_id, before, after)


def _chains(context: Context) -> dict[tuple[str, str], tuple[str, ...]]:
    """The chains of two hops and more, by who starts and who ends them. Those of one hop are edges."""
    graph = context.delegation
    callers = {edge.caller.agent.agent_id for edge in graph.edges}
    return {(start, chain[-1]): chain for start in sorted(callers) for chain in graph.chains(start) if len(chain) > 2}


def _of_scope(stack: str, agent_id: str, before: Context, after: Context) -> Iterator[Change]:
    """What an agent may hand on at most, where its `delegation.scope` is another one."""
    if not after.delegation.calls(agent_id) and not before.delegation.calls(agent_id):
        return
    was, now = before.agents[agent_id], after.agents[agent_id]
    first, second = narrowing(was), narrowing(now)
    origin = now.positions.at("delegation", "scope")
    if first is None or second is None:
        if (first is None) != (second is None):
            widened = second is None
            text = "hands on all that it may do: its `delegation.scope` is gone" if widened else (
                "hands on what its new `delegation.scope` says, and no more"
            )  # fmt: skip
            yield Change(stack, "widened" if widened else "narrowed", "hand-on", agent_id, text, origin=origin)
        return
    for platform in after.environment.environment.platforms if after.environment else ():
        old = permission_set(platform, words_access(first, before.catalog, platform))
        new = permission_set(platform, words_access(second, after.catalog, platform))
        sides: tuple[tuple[Direction, PermissionSet, PermissionSet], ...] = (
            ("widened", old, new),
            ("narrowed", new, old),
        )
        for direction, one, other in sides:
            for found in _more(platform, one, other, (None, None)):
                yield _change(
                    stack, agent_id, platform, direction, replace(found, kind="hand-on"), was.digest == now.digest
                )
