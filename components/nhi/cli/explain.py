"""`nhi explain`: may this agent do this, and which line says so.

Owns the question (which agent, for whom, along which path, when) and the words of the answer on the screen and in JSON.
Does not own the answer to one request (`permissions.evaluate`), the proof about many (`permissions.proof`), what an
agent is declared to have (`nhi_policies.view.declared_grants`) nor what it may hand on (`fleet.delegation`).

Everybody who has a say is a party with a permission set of its own: the agent, the user of `--as`, each delegator of
`--via` and its `delegation.scope`. What every one of them permits is allowed (`permissions.algebra.meet`); the answers
of the parties are kept apart, so that it shows who said no. The answer is about the reviewed files, not about what a
cloud holds today; that the two agree is what the gate proves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TextIO

from nhi_policies.declared import Context, load_context
from nhi_policies.view.declared_grants import declared_set
from nhi_policies.view.gcp.own import one_spelling
from nhi_policies.view.origin import meaning_of

from nhi.catalog.meaning import agent_platforms
from nhi.catalog.permission_set import CLOCK_KEYS, permission_set
from nhi.catalog.user_context import USER_KEY
from nhi.catalog.vocabulary import expand
from nhi.cli.project import Project
from nhi.cli.why import Request, conditions_met, end_of, holds, listed, named, near_misses, spelling
from nhi.clock import clock, timestamp
from nhi.contract import PLATFORMS, Platform, agent_name
from nhi.fleet.delegation import consents, handed_on
from nhi.permissions.algebra import meet
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Effect, Grant, Origin, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Refuted, overlap, subset
from nhi.permissions.terms import has_wildcard, platform_of, request_resource, wrong_action
from nhi.plan.lock import effective_state, locks
from nhi.plan.make import instance_states
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import State
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError, Problem
from nhi.spec.user_grants import DeclaredUser, load_user_grants

EXPLAIN_VERSION = 1
Outcome = Literal["allowed", "partly allowed", "denied", "undecided"]
Kind = Literal["agent", "user", "delegator", "scope", "path"]
_USER_KEYS: Mapping[Platform, str] = {"aws": USER_KEY, "entra": "user"}
"""The key that says which user a request is made for, on the platforms that have one."""
_SHOWN = 4
"""Parties of a long path that are shown beside the one that decided."""


@dataclass(frozen=True)
class Question:
    """What is asked, as it was written. `at` is None where the stack's own clock counts."""

    agent: str
    action: str
    resource: str
    platform: Platform | None = None
    via: tuple[str, ...] = ()
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    user: DeclaredUser | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Share:
    """What one party says, and why. `statement` decided where one did; `until` is when an allow ends."""

    kind: Kind
    who: str
    outcome: Outcome
    reason: str = ""
    origin: Origin | None = None
    statement: Statement | None = None
    until: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """The answer of one stack about one identity. Where the question has a wildcard, `allowed` and `denied` are
    requests of either kind that show the parts."""

    stack: str
    environment: str
    clock: datetime
    agent: str
    platform: Platform
    action: str
    resource: str
    outcome: Outcome
    shares: tuple[Share, ...]
    path: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    allowed: Witness | None = None
    denied: Witness | None = None


@dataclass(frozen=True)
class _Party:
    kind: Kind
    who: str
    permissions: PermissionSet
    declared: DeclaredAgent | None = None
    stopped: Share | None = None


# --- the question -----------------------------------------------------------------------------------------------------


def question(
    agent: str,
    action: str,
    resource: str,
    *,
    platform: Platform | None = None,
    user: Path | None = None,
    via: str | None = None,
    context: Iterable[str] = (),
    at: str | None = None,
) -> Question:
    """A question from the words of a command line. Raises `InputError` where they are none."""
    guessed = platform or platform_of(action, resource)
    if guessed is None:
        raise _bad("ACTION", f"{action!r} could be of several platforms.", "name one with --platform.")
    wrong = wrong_action(guessed, action)
    if wrong is not None:
        raise _bad("ACTION", *wrong)
    whole = request_resource(guessed, action, resource)
    if not isinstance(whole, str):
        raise _bad("RESOURCE", *whole)
    declared = None
    if user is not None:
        declared, problems = load_user_grants(user)
        if declared is None:
            raise InputError(problems)
    given: dict[str, tuple[str, ...]] = {}
    for text in context:
        key, found, value = text.partition("=")
        if not found or not key:
            raise _bad("--context", f"{text!r} is no KEY=VALUE.", "write for example --context s3:prefix=published/.")
        if key.lower() == CLOCK_KEYS[guessed].lower():
            raise _bad("--context", f"{key} is the time of the request.", "give it with --at.")
        given[key] = (*given.get(key, ()), value)
    path = tuple(name.strip() for name in via.split(",")) if via else ()
    try:
        moment = clock(at) if at is not None else None
    except ValueError as error:
        raise _bad("--at", f"{error}.", "") from None
    return Question(agent, action, whole, guessed, path, given, declared, moment)


def _bad(where: str, message: str, fix: str) -> InputError:
    return InputError([Problem(message, Origin(where), fix)])


# --- the answer -------------------------------------------------------------------------------------------------------


def explain(
    project: Project, stacks: Sequence[str], asked: Question, now: datetime
) -> tuple[tuple[Explained, ...], tuple[Problem, ...]]:
    """The answers of some stacks, one for each instance of the agent, and every problem of their files.

    A stack without the agent gives no answer. `now` counts where the gate pins no clock and the question no time.
    Raises `InputError` where no stack has the agent or one of the path.
    """
    if project.pack is None:
        raise _bad(str(project.root), "the project has no gate, so nothing says where its agent files are.", "")
    found: list[Explained] = []
    problems: dict[Problem, None] = {}
    known: set[str] = set()
    for stack in stacks:
        context = load_context(project.pack, stack, now=now)
        if asked.at is not None:
            context = replace(context, clock=asked.at)
        problems.update(dict.fromkeys(context.problems))
        known.update(context.agents)
        for agent_id, instance in _identities(context, asked.agent):
            problems.update(dict.fromkeys(_word_problems(context, agent_id, asked)))
            found.append(_answer(context, stack, agent_id, instance, asked))
    if not found:
        if problems:
            raise InputError(problems)
        raise _bad("AGENT", f"no file declares agent {asked.agent!r}.", _meant(asked.agent, known))
    return tuple(found), tuple(problems)


def _meant(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known)
    return f"did you mean {close}?" if close else "name an agent by its `agent_id`."


def _identities(context: Context, name: str) -> list[tuple[str, str | None]]:
    """The identities that a name stands for: one instance, or all of an agent's."""
    declared = context.agents.get(name)
    if declared is not None:
        return [(name, instance) for instance in instance_states(declared.agent)]
    return [
        (agent_id, instance)
        for agent_id, one in context.agents.items()
        for instance in instance_states(one.agent)
        if instance is not None and agent_name(agent_id, instance) == name
    ]


def _word_problems(context: Context, agent_id: str, asked: Question) -> Iterable[Problem]:
    for name in (agent_id, *asked.via):
        for platform in PLATFORMS:
            meant = meaning_of(context, name, platform) if name in context.agents else None
            yield from meant.problems if meant and platform in agent_platforms(context.agents[name]) else ()


def _answer(context: Context, stack: str, agent_id: str, instance: str | None, asked: Question) -> Explained:
    platform = asked.platform
    assert platform is not None
    for name in asked.via:
        if name not in context.agents:
            raise _bad("--via", f"no file of stack {stack} declares agent {name!r}.", _meant(name, context.agents))
    path = (*asked.via, agent_id) if asked.via else ()
    if platform == "gcp":
        asked = replace(asked, resource=_by_project_id(asked.resource, context.agents[agent_id]))
    request = Request(platform, asked.action, asked.resource, _request_context(platform, asked, context.clock))
    answer = Explained(
        stack,
        context.environment.environment.environment if context.environment else "",
        context.clock,
        agent_name(agent_id, instance),
        platform,
        asked.action,
        asked.resource,
        "denied",
        (),
        path,
    )
    broken = _broken(context, path)
    if broken:
        return replace(answer, shares=(broken,))
    parties = tuple(_parties(context, platform, agent_id, instance, asked))
    if has_wildcard(platform, asked.action) or has_wildcard(platform, asked.resource):
        return _about_many(answer, parties, request)
    shares = tuple(_share(party, request) for party in parties)
    outcome = _joined(shares)
    hint = spelling(request) if outcome == "denied" else None
    return replace(answer, outcome=outcome, shares=shares, notes=(hint,) if hint else ())


def _by_project_id(resource: str, declared: DeclaredAgent) -> str:
    """A resource of Google Cloud as the declared grants spell it, who may write the project's number for its id."""
    written = Grant("gcp", "allow", (), (resource,), "read", "", Origin("RESOURCE"))
    return one_spelling((written,), declared)[0].resources[0]


def _request_context(platform: Platform, asked: Question, clock: datetime) -> dict[str, str | tuple[str, ...] | None]:
    """Every key that the request has. What is not here is absent."""
    context: dict[str, str | tuple[str, ...] | None] = {CLOCK_KEYS[platform]: timestamp(clock)}
    if platform in _USER_KEYS and asked.user is not None:
        context[_USER_KEYS[platform]] = asked.user.known_as(platform)
    if platform == "gcp" and asked.resource.startswith("//") and "*" not in asked.resource:
        service, _, name = asked.resource.removeprefix("//").partition("/")
        context |= {"resource.service": service, "resource.name": name}
    return context | {key: values[0] if len(values) == 1 else values for key, values in asked.context.items()}


def _joined(shares: Sequence[Share]) -> Outcome:
    outcomes = {share.outcome for share in shares}
    if "denied" in outcomes:
        return "denied"
    return "undecided" if "undecided" in outcomes else "allowed"


# --- who has a say ----------------------------------------------------------------------------------------------------


def _broken(context: Context, path: Sequence[str]) -> Share | None:
    """Why a path is none: an edge that is not declared by both sides, or more hops than somebody on it may make."""
    edges = {(edge.caller.agent.agent_id, edge.callee.agent.agent_id) for edge in context.delegation.edges}
    whole = " -> ".join(path)
    for caller, callee in pairwise(path):
        if (caller, callee) in edges:
            continue
        declared = context.agents[caller]
        delegation = declared.agent.delegation
        origin = declared.positions.at("delegation", "allowed_targets")
        if delegation is None or not delegation.allowed:
            reason, origin = f"{caller} may not delegate at all", declared.positions.at("delegation", "allowed")
        elif callee not in delegation.allowed_targets:
            reason = f"{caller} does not list {callee} in `delegation.allowed_targets`"
        else:
            reason = f"{callee} does not list {caller} in `delegation.accepts_from`"
            assert consents(context.agents[callee], caller) is None
            origin = context.agents[callee].positions.at("delegation", "accepts_from")
        return Share("path", whole, "denied", f"{reason}, so this path is not declared", origin)
    for place, caller in enumerate(path[:-1]):
        hops, limit = len(path) - 1 - place, context.delegation.limits.get(caller, 0)
        if hops > limit:
            origin = context.agents[caller].positions.at("delegation", "max_depth")
            reason = f"{caller} may hand work on for {limit} hop{'s' * (limit != 1)}, and this path has {hops} from it"
            return Share("path", whole, "denied", reason, origin)
    return None


def _parties(
    context: Context, platform: Platform, agent_id: str, instance: str | None, asked: Question
) -> Iterable[_Party]:
    if asked.user is not None:
        held = permission_set(platform, asked.user.on(platform))
        yield _Party("user", f"user {asked.user.name}", held)
    for name in asked.via:
        declared = context.agents[name]
        dates = locks(declared.agent)
        handed = handed_on(declared, context.catalog, platform, dates[0].at if dates else None)
        stopped = _stopped(context, declared, None, asked)
        labels: tuple[tuple[Kind, str], ...] = (("delegator", f"delegator {name}"), ("scope", f"scope of {name}"))
        for (kind, who), policy in zip(labels, handed.policies, strict=False):
            held = PermissionSet(platform, (policy,))
            yield _Party(kind, who, held, declared, replace(stopped, kind=kind, who=who) if stopped else None)
    declared = context.agents[agent_id]
    name = f"agent {agent_name(agent_id, instance)}"
    stopped = _stopped(context, declared, instance, asked)
    if stopped is None and platform not in agent_platforms(declared):
        lives = ", ".join(agent_platforms(declared))
        reason = f"it has no identity on {platform}; it lives on {lives}"
        stopped = Share("agent", name, "denied", reason, declared.positions.at("platforms"))
    held = declared_set(context, agent_id, platform, instance)
    yield _Party("agent", name, held, declared, replace(stopped, who=name) if stopped else None)


def _stopped(context: Context, declared: DeclaredAgent, instance: str | None, asked: Question) -> Share | None:
    """Why an agent may do nothing at all: its state, or whom it acts for."""
    agent = declared.agent
    dates = locks(agent)
    states = instance_states(agent)
    # A delegator with instances hands on whatever one of them that is active may.
    wanted: list[State] = [states[instance]] if instance in states else list(states.values())
    found = [effective_state(state, dates[0] if dates else None, context.clock) for state in wanted]
    if all(state != "active" for state, _ in found):
        _, reason = found[0]
        past = dates and dates[0].at <= context.clock and agent.state in ("active", "proposed")
        origin = _lock_origin(declared) if past else declared.positions.at("state")
        return Share("agent", "", "denied", f"it may do nothing: {reason}", origin)
    origin = declared.positions.at("acts_on_behalf")
    # AWS has denials of its own for it, which leave out what needs no user; a scope of Entra ID asks for one anyhow,
    # but an app role does not, and such an agent gets none.
    if agent.acts_on_behalf == "required" and asked.user is None and asked.platform == "entra":
        reason = "it acts only on behalf of a user, and none is named (--as FILE)"
        return Share("agent", "", "denied", reason, origin)
    if agent.acts_on_behalf == "never" and asked.user is not None:
        return Share("agent", "", "denied", "it never acts on behalf of a user", origin)
    return None


def _lock_origin(declared: DeclaredAgent) -> Origin:
    """The line of the date that ends all of an agent's access."""
    because = locks(declared.agent)[0].because
    path = because.split(".") if because.endswith(".expires") else ("sponsor", "departed_on")
    return declared.positions.at(*path)


# --- one request ------------------------------------------------------------------------------------------------------


def _share(party: _Party, request: Request) -> Share:
    if party.stopped is not None:
        return party.stopped
    answer = permits(party.permissions, request.action, request.resource, request.context)
    statement = answer.statement
    share = Share(party.kind, party.who, answer.outcome, answer.reason, statement=statement)
    if statement is None:
        return replace(share, notes=near_misses(party.permissions, request))
    share = replace(share, reason=statement.label or answer.reason, origin=statement.origin)
    if answer.outcome == "undecided":
        return replace(share, reason=f"{share.reason}: {answer.reason}")
    if answer.outcome == "allowed":
        share = replace(share, until=_until(party, request.platform, statement))
    return replace(share, notes=conditions_met(statement, request))


def _until(party: _Party, platform: Platform, statement: Statement) -> str | None:
    end = end_of(platform, statement)
    if end is None:
        return None
    dates = locks(party.declared.agent) if party.declared else ()
    if party.declared and dates and dates[0].at == end:
        return f"{timestamp(end)} (lock date: {dates[0].because}, {_lock_origin(party.declared)})"
    return f"{timestamp(end)} (its own end)"


# --- many requests ----------------------------------------------------------------------------------------------------


def _about_many(answer: Explained, parties: Sequence[_Party], request: Request) -> Explained:
    """The answer to a question with wildcards: the proof says whether all of it is allowed, none, or which part."""
    stopped = tuple(party.stopped for party in parties if party.stopped)
    if stopped:
        return replace(answer, outcome="denied", shares=stopped)
    platform = request.platform
    asked = PermissionSet(
        platform, (Policy((Statement("allow", actions=(request.action,), resources=(request.resource,)),)),)
    )
    settled: list[PermissionSet] = []
    for party in parties:
        one = _settled(party.permissions, request)
        if isinstance(one, str):
            return replace(answer, outcome="undecided", shares=(Share(party.kind, party.who, "undecided", one),))
        settled.append(one)
    together = meet(*settled)
    every, some = subset(asked, together), overlap(asked, together)
    shares = tuple(_part(party, one, asked, request.platform) for party, one in zip(parties, settled, strict=True))
    if isinstance(every, Proved):
        return replace(answer, outcome="allowed", shares=shares)
    if isinstance(some, Proved):
        return replace(answer, outcome="denied", shares=shares)
    if isinstance(every, Refuted) and isinstance(some, Refuted):
        shown = (_real(one.witness, request.action, together) for one in (some, every))
        return replace(answer, outcome="partly allowed", shares=shares, allowed=next(shown), denied=next(shown))
    reason = next(one.reason for one in (every, some) if not isinstance(one, Proved | Refuted))
    return replace(answer, outcome="undecided", shares=shares, notes=(f"the proof is undecided: {reason}.",))


def _real(witness: Witness, pattern: str, together: PermissionSet) -> Witness:
    """The same example with an action that AWS really has, where there is one; a proof knows only texts."""
    if together.platform != "aws":
        return witness
    wanted = permits(together, witness.action, witness.resource, witness.context).outcome
    for action in expand(pattern):
        if permits(together, action, witness.resource, witness.context).outcome == wanted:
            return replace(witness, action=action)
    return witness


def _settled(permissions: PermissionSet, request: Request) -> PermissionSet | str:
    """A set in one context: statements without conditions, or why a condition is neither met nor unmet in it."""
    policies: list[Policy] = []
    for policy in permissions.policies:
        kept: list[Statement] = []
        for statement in policy.statements:
            if request.platform == "gcp" and any(one.key.startswith("resource.") for one in statement.conditions):
                return f"{statement.label}: its condition looks at each object, and the question is about many"
            found = [holds(request.platform, statement, one, request.context) for one in statement.conditions]
            unknown = next((one for one in found if isinstance(one, str)), None)
            if unknown is not None:
                return f"{statement.label}: {unknown}"
            if all(found):
                kept.append(replace(statement, conditions=()))
        policies.append(Policy(tuple(kept)))
    return PermissionSet(permissions.platform, tuple(policies))


def _part(party: _Party, settled: PermissionSet, asked: PermissionSet, platform: Platform) -> Share:
    """How much of the question one party permits, and the first statement that has to do with it."""
    every, some = subset(asked, settled), overlap(asked, settled)
    outcome: Outcome = "undecided"
    if isinstance(every, Proved):
        outcome = "allowed"
    elif isinstance(some, Proved):
        outcome = "denied"
    elif isinstance(every, Refuted) and isinstance(some, Refuted):
        outcome = "partly allowed"
    touching = _touching(settled, asked, "allow")
    if not touching:
        denies = _touching(settled, asked, "deny")
        notes = tuple(dict.fromkeys(f"and {named(one)} denies some of it" for one in denies))
        return Share(party.kind, party.who, outcome, "no statement allows any of it", notes=notes)
    if outcome == "denied":
        # Every allow that has to do with it is taken away by a deny.
        touching = _touching(settled, asked, "deny") or touching
    first, *more = touching
    others = tuple(dict.fromkeys(f"{one.label} ({one.origin})" for one in more if one.origin != first.origin))
    written = next(
        one
        for policy in party.permissions.policies
        for one in policy.statements
        if replace(one, conditions=()) == first
    )
    until = _until(party, platform, written) if first.effect == "allow" else None
    notes = (f"and by {listed(others)}",) if others else ()
    return Share(party.kind, party.who, outcome, first.label, first.origin, first, until, notes)


def _touching(settled: PermissionSet, asked: PermissionSet, effect: Effect) -> list[Statement]:
    """The statements of one effect that speak about some of what is asked."""
    return [
        one
        for policy in settled.policies
        for one in policy.statements
        if one.effect == effect
        and not isinstance(
            overlap(asked, PermissionSet(asked.platform, (Policy((replace(one, effect="allow"),)),))), Proved
        )
    ]


# --- on the screen ----------------------------------------------------------------------------------------------------


def show(form: Literal["text", "json"], found: Sequence[Explained], out: TextIO) -> None:
    """The answers in one format. In text the first line of each is the answer, and at most a dozen lines follow."""
    if form == "json":
        print(json.dumps({"version": EXPLAIN_VERSION, "answers": [_json(one) for one in found]}, indent=2), file=out)
        return
    for one in found:
        _text(one, out)


def _text(one: Explained, out: TextIO) -> None:
    where = f"{one.platform}, stack {one.stack}, at {timestamp(one.clock)}"
    path = f" by way of {' -> '.join(one.path)}" if one.path else ""
    print(f"{one.outcome}: {one.agent}, {one.action} on {one.resource}{path} ({where})", file=out)
    for word, witness in (("allowed", one.allowed), ("denied", one.denied)):
        if witness is not None:
            print(f"  {word} for example: {witness.action} on {witness.resource}", file=out)
    shares = one.shares
    if len(shares) > _SHOWN:
        # Of a long path the one that decided counts; the first to say no stands for all who do.
        decided = next((share for share in shares if share.outcome == one.outcome), shares[-1])
        shares = tuple(dict.fromkeys((decided, *shares[-_SHOWN + 1 :])))
        print(f"  {len(one.shares)} have a say; shown are the one that decided and the last ones", file=out)
    for share in shares:
        by = " by" if share.statement is not None else ":"
        place = f"  {share.origin}" if share.origin else ""
        print(f"  {share.who}: {share.outcome}{by} {share.reason}{place}", file=out)
        if share.until:
            print(f"    until {share.until}", file=out)
        for note in share.notes[:2]:
            print(f"    {note}", file=out)
    for note in one.notes:
        print(f"  note: {note}", file=out)


def _json(one: Explained) -> Mapping[str, Any]:
    return {
        "stack": one.stack,
        "environment": one.environment,
        "clock": timestamp(one.clock),
        "agent": one.agent,
        "platform": one.platform,
        "action": one.action,
        "resource": one.resource,
        "path": list(one.path),
        "outcome": one.outcome,
        "allowed_example": witness_json(one.allowed),
        "denied_example": witness_json(one.denied),
        "parties": [
            {
                "kind": share.kind,
                "who": share.who,
                "outcome": share.outcome,
                "reason": share.reason,
                "file": share.origin.file if share.origin else None,
                "line": share.origin.line if share.origin else None,
                "column": share.origin.column if share.origin else None,
                "statement": _statement_json(share.statement),
                "until": share.until,
                "notes": list(share.notes),
            }
            for share in one.shares
        ],
        "notes": list(one.notes),
    }


def witness_json(witness: Witness | None) -> Mapping[str, Any] | None:
    """A request as JSON."""
    if witness is None:
        return None
    context = {key: list(value) if isinstance(value, tuple) else value for key, value in witness.context.items()}
    return {"action": witness.action, "resource": witness.resource, "context": context}


def _statement_json(statement: Statement | None) -> Mapping[str, Any] | None:
    if statement is None:
        return None
    return {
        "label": statement.label,
        "effect": statement.effect,
        "actions": list(statement.actions),
        "resources": list(statement.resources),
        "conditions": [
            {"operator": one.operator, "key": one.key, "values": list(one.values)} for one in statement.conditions
        ],
    }
