"""What one declared agent's words come to on a platform: grants, denials, network destinations.

Owns the join of agent file, environment bindings and catalog. What a workload needs beyond any word stands in
`federation`, what acting for users changes in `user_context`. Does not own dates or states (`plan`), documents
(`platforms`), nor whether a grant is wise (the gate): `allowed_actions` and `denied_actions` may contradict each
other here, and a bucket named `*` becomes an ARN with `*`.

Builder and judge both ask this module, so it is pure. What a word comes to in one environment does not depend on the
agent; it is worked out once and kept beside the catalog.
"""

from __future__ import annotations

import ipaddress
import re
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from nhi.catalog import user_context
from nhi.catalog.federation import outbound_grant
from nhi.catalog.load import (
    CONTEXT,
    LEVELS,
    Action,
    Catalog,
    FieldRule,
    Kind,
    Level,
    Row,
    Statement,
    Template,
)
from nhi.catalog.model import Meaning, Unmapped
from nhi.catalog.vocabulary import entra_access
from nhi.contract import Platform
from nhi.permissions.globs import has_wildcard, matches
from nhi.permissions.model import Access, Condition, Effect, Egress, Grant, Origin
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.environment import Binding
from nhi.spec.nearest import nearest
from nhi.spec.problems import Problem
from nhi.spec.source import PROBLEM_LIMIT

Section = Literal["resources", "data_scopes", "tools"]

# --- what a word comes to, whoever uses it ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Permission:
    """A statement whose fields are filled in."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    access: Access
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class _Destination:
    cidr: str | None
    namespace: str | None
    pod_labels: tuple[tuple[str, str], ...]
    port: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one word (or a word with a level) comes to on one platform of one environment.

    `bound` tells whether the platform knows the word at all here; `notes` say what it cannot do.
    """

    allows: tuple[_Permission, ...] = ()
    denies: tuple[_Permission, ...] = ()
    egress: tuple[_Destination, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Slots that the environment does not bind on this platform."""
    problems: tuple[Problem, ...] = ()
    bound: bool = False


@dataclass(frozen=True, slots=True)
class _Bound:
    """One binding with its fields checked, or what is wrong with it."""

    kind: Kind | None
    values: Mapping[str, Any]
    given: frozenset[str]
    level: Level | None
    origin: Origin
    problems: tuple[Problem, ...] = ()


_SPACE_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")


def _field_value(rule: FieldRule, value: Any) -> tuple[Any, str]:
    """The value as templates use it, and what is wrong with it (empty where nothing is)."""
    if rule.type in ("text", "prefix"):
        if not isinstance(value, str) or not value:
            return None, "must be text"
        if _SPACE_OR_CONTROL.search(value):
            return None, "must not contain spaces or control characters"
        if "${" in value:
            # IAM would read it as a policy variable, whose value nobody can see at preview.
            return None, "must not contain `${`"
        if rule.type == "prefix" and not value.endswith("/"):
            return None, "must end in `/`; else it would also match other names that merely begin alike"
        return value, ""
    if rule.type == "list":
        if not isinstance(value, list | tuple) or not value or not all(isinstance(v, str) and v for v in value):
            return None, "must be a list of names"
        return tuple(value), ""
    if rule.type == "labels":
        if (
            not isinstance(value, dict)
            or not value
            or not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())
        ):
            return None, "must be a map of label names to texts; without one it would select every pod"
        return tuple(sorted(value.items())), ""
    if rule.type == "cidr":
        try:
            return str(ipaddress.ip_network(value if isinstance(value, str) else "")), ""
        except ValueError:
            return None, "must be a network such as 203.0.113.0/24, with no bits set behind its length"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        return None, "must be a port from 1 to 65535"
    return str(value), ""


def _empty(rule: FieldRule) -> Any:
    if rule.default is not None:
        return rule.default
    return () if rule.type in ("list", "labels") else ""


class _Words:
    """What words come to in one environment. Every answer is kept."""

    def __init__(self, catalog: Catalog, declared: DeclaredEnvironment) -> None:
        self.catalog = catalog
        self.environment = declared.environment
        self.positions = declared.positions
        self.meanings: dict[tuple[int, Platform], tuple[weakref.ref[DeclaredAgent], Meaning]] = {}
        """The latest answers of `meaning`, each with the declaration that it is of."""
        self._kept: dict[tuple[Any, ...], _Outcome] = {}
        self._bindings: dict[tuple[Section, str, Platform], tuple[_Bound, ...] | None] = {}
        self._context: dict[Platform, Mapping[str, str] | None] = {}

    # --- environment ---

    def context(self, platform: Platform) -> Mapping[str, str] | None:
        """The fields that the environment gives to every template of a platform; None without such a section."""
        if platform not in self._context:
            section = getattr(self.environment, platform)
            self._context[platform] = (
                None if section is None else {name: str(getattr(section, name)) for name in CONTEXT[platform]}
            )
        return self._context[platform]

    def bindings(self, section: Section, name: str, platform: Platform) -> tuple[_Bound, ...] | None:
        """The checked bindings of a slot, scope or tool; None where the environment does not bind it there."""
        key = (section, name, platform)
        if key not in self._bindings:
            written = getattr(self.environment, section).get(name, {}).get(platform)
            self._bindings[key] = (
                None
                if written is None
                else tuple(self._checked(section, name, platform, i, item) for i, item in enumerate(written))
            )
        return self._bindings[key]

    def _checked(self, section: Section, name: str, platform: Platform, index: int, binding: Binding) -> _Bound:
        place = (section, name, platform, index)
        origin = self.positions.at(*place)
        label = f"{section}.{name}"
        kinds = self.catalog.kinds.get(platform, {})
        kind = kinds.get(binding.kind)
        if kind is None:
            close = nearest(binding.kind, kinds)
            problem = Problem(
                f"{label} is bound to the kind {binding.kind!r}, which {platform} does not have; it grants nothing.",
                self.positions.at(*place, "kind"),
                f"did you mean {close!r}?" if close else f"use one of: {', '.join(sorted(kinds))}.",
            )
            return _Bound(None, {}, frozenset(), None, origin, (problem,))
        written = dict(binding.model_extra or {})
        problems: list[Problem] = []
        level = written.pop("level", None) if section == "tools" else None
        if level is not None and level not in LEVELS:
            problems.append(
                Problem(
                    f"{label} has an unknown level; the tool would get nothing.",
                    self.positions.at(*place, "level"),
                    f"use one of: {', '.join(kind.levels)}.",
                )
            )
            level = None
        values: dict[str, Any] = dict(self.context(platform) or {})
        given = set()
        for field, rule in kind.fields.items():
            if field not in written:
                if not rule.optional:
                    problems.append(
                        Problem(
                            f"{label} ({kind.name}) has no `{field}`; its permissions cannot be named.",
                            origin,
                            f"add `{field}`.",
                        )
                    )
                values.setdefault(field, _empty(rule))
                continue
            value, wrong = _field_value(rule, written[field])
            if wrong:
                problems.append(
                    Problem(
                        f"`{field}` of {label} ({kind.name}) {wrong}.",
                        self.positions.at(*place, field),
                        "correct the value.",
                    )
                )
                continue
            values[field] = value
            given.add(field)
        for field in written:
            if field not in kind.fields:
                close = nearest(field, kind.fields)
                problems.append(
                    Problem(
                        f"{label} ({kind.name}) has no field `{field}`; it would be ignored.",
                        self.positions.at(*place, field),
                        f"did you mean `{close}`?" if close else f"its fields are: {', '.join(kind.fields) or 'none'}.",
                    )
                )
        if kind.one_of and sum(field in given for field in kind.one_of) != 1 and not problems:
            problems.append(
                Problem(
                    f"{label} ({kind.name}) needs exactly one of {', '.join(kind.one_of)}; else it names nothing, "
                    "or two things.",
                    origin,
                    "give one of them.",
                )
            )
        return _Bound(kind, values, frozenset(given), level, origin, tuple(problems))

    # --- statements ---

    @staticmethod
    def _fill(statement: Statement, bound: _Bound, picks: tuple[str, ...], extra: _Conditions) -> _Permission | None:
        """The statement for this binding, narrowed to `picks` where there are any; None where nothing is left."""
        if statement.when is not None and statement.when not in bound.given:
            return None
        if statement.unless is not None and statement.unless in bound.given:
            return None
        return _filled(statement, bound.values, picks, extra)

    def _filled_all(
        self, statements: Iterable[Statement], bound: _Bound, picks: tuple[str, ...] = (), extra: _Conditions = ()
    ) -> list[_Permission]:
        filled = (self._fill(s, bound, picks, extra) for s in statements if s.egress is None)
        return list(dict.fromkeys(permission for permission in filled if permission is not None))

    @staticmethod
    def _destinations(statements: Iterable[Statement], bound: _Bound) -> list[_Destination]:
        found: dict[_Destination, None] = {}
        for statement in statements:
            egress = statement.egress
            if egress is None or (statement.when and statement.when not in bound.given):
                continue
            if statement.unless is not None and statement.unless in bound.given:
                continue
            values = bound.values
            found[
                _Destination(
                    egress.cidr.render(values)[0] if egress.cidr else None,
                    egress.namespace.render(values)[0] if egress.namespace else None,
                    values[egress.pod_labels] if egress.pod_labels else (),
                    int(egress.port.render(values)[0]),
                )
            ] = None
        return list(found)

    # --- actions ---

    def action(self, name: str, platform: Platform) -> _Outcome:
        """What an abstract action comes to."""
        return self._keep(("action", name, platform), lambda: self._action(self.catalog.actions[name], platform))

    def _action(self, action: Action, platform: Platform) -> _Outcome:
        rows = action.rows[platform]
        if isinstance(rows, str):
            return _Outcome(notes=(rows,))
        allows: list[_Permission] = []
        denies: list[_Permission] = []
        egress: list[_Destination] = []
        missing: dict[str, None] = {}
        served: dict[tuple[str, int], _Bound] = {}
        unserved: dict[tuple[str, int], _Bound] = {}
        problems: dict[Problem, None] = {}
        context = self.context(platform) or {}
        bound_here = False
        for row in rows:
            if row.statement is not None:
                filled = _filled(row.statement, context, (), ())
                if filled is not None:
                    denies.append(filled)
                    if not row.only_deny:
                        allows.append(filled)
                        bound_here = True
                continue
            slot = row.slot or ""
            bindings = self.bindings("resources", slot, platform)
            if bindings is None:
                if not row.only_deny:
                    missing[slot] = None
            elif not row.only_deny:
                bound_here = True
            denied_bound: list[_Permission] = []
            for index, bound in enumerate(bindings or ()):
                problems.update(dict.fromkeys(bound.problems))
                if bound.kind is None or bound.problems:
                    served[(slot, index)] = bound
                    continue
                give, take, reach = self._through(row, bound.kind, bound)
                if give or take or reach:
                    served[(slot, index)] = bound
                else:
                    unserved[(slot, index)] = bound
                denied_bound.extend(take)
                if not row.only_deny:
                    allows.extend(give)
                    egress.extend(reach)
            if row.everywhere is not None and (
                row.deny == "everywhere" or (row.deny == "fallback" and not denied_bound)
            ):
                filled = _filled(row.everywhere, context, (), ())
                if filled is not None:
                    denies.append(filled)
            else:
                denies.extend(denied_bound)
        for key, bound in unserved.items():
            if key not in served and bound.kind is not None:
                problems[
                    Problem(
                        f"resources.{key[0]} is bound to the kind {bound.kind.name!r} on {platform}, "
                        f"which can do nothing for {action.name}; the agent would not get it.",
                        bound.origin,
                        f"bind another kind: {', '.join(self._serving(rows, key[0], platform)) or 'none fits'}.",
                    )
                ] = None
        notes: tuple[str, ...] = ()
        if not bound_here and not missing:
            notes = ("the catalog only lets it be denied",)
        return _Outcome(
            tuple(dict.fromkeys(allows)),
            tuple(dict.fromkeys(denies)),
            tuple(dict.fromkeys(egress)),
            notes,
            tuple(missing),
            tuple(problems),
            bound_here,
        )

    def _through(
        self, row: Row, kind: Kind, bound: _Bound
    ) -> tuple[list[_Permission], list[_Permission], list[_Destination]]:
        """What a row gives, denies and opens through one binding of its slot."""
        if row.egress:
            return [], [], self._destinations(kind.statements, bound)
        if row.level is not None:
            if not kind.own(row.level):
                return [], [], []
            give = self._filled_all(kind.reach(row.level), bound, (), row.conditions)
            take = self._filled_all(kind.own(row.level), bound, (), row.conditions)
            return give, take, self._destinations(kind.reach(row.level), bound)
        both = self._filled_all(kind.statements, bound, row.picks, row.conditions)
        return both, both, []

    def _serving(self, rows: tuple[Row, ...], slot: str, platform: Platform) -> list[str]:
        """The kinds that could stand behind a slot for these rows."""

        def serves(row: Row, kind: Kind) -> bool:
            if row.egress:
                return any(statement.egress for statement in kind.statements)
            if row.level is not None:
                return bool(kind.own(row.level))
            return any(
                _picked(s.actions, {}, row.picks) for s in kind.statements if all(not t.names for t in s.actions)
            )

        kinds = self.catalog.kinds.get(platform, {})
        return sorted(
            name for name, kind in kinds.items() if any(row.slot == slot and serves(row, kind) for row in rows)
        )

    # --- data scopes and tools ---

    def scope(self, name: str, level: Level | None, platform: Platform) -> _Outcome:
        """What access to a data scope comes to; `level` None is every level, for a denial."""
        return self._keep(("scope", name, level, platform), lambda: self._scope(name, level, platform))

    def _scope(self, name: str, level: Level | None, platform: Platform) -> _Outcome:
        def statements(kind: Kind, _bound: _Bound) -> tuple[tuple[Statement, ...], str | None, str | None]:
            if level is None:
                return kind.statements, None, None
            if not kind.reach(level):
                have = ", ".join(step for step in kind.levels)
                return (), f"the kind {kind.name!r} has no `{level}` (it has: {have})", None
            note = None if kind.own(level) else f"the kind {kind.name!r} has nothing beyond what is below `{level}`"
            return kind.reach(level), None, note

        return self._bound("data_scopes", name, platform, statements)

    def tool(self, name: str, allowed: bool, platform: Platform) -> _Outcome:
        """What a tool comes to when it is allowed or denied."""
        return self._keep(("tool", name, allowed, platform), lambda: self._tool(name, allowed, platform))

    def _tool(self, name: str, allowed: bool, platform: Platform) -> _Outcome:
        def statements(kind: Kind, bound: _Bound) -> tuple[tuple[Statement, ...], str | None, str | None]:
            if not allowed:
                # Denying a tool that writes must not take away reading that is granted elsewhere.
                return (kind.own(bound.level) if bound.level else kind.statements), None, None
            level = bound.level or "call"
            if not kind.own(level) and not (bound.level and kind.reach(level)):
                have = ", ".join(kind.levels)
                return (), f"the kind {kind.name!r} has no `{level}`; say which `level` the tool needs ({have})", None
            return kind.reach(level), None, None

        return self._bound("tools", name, platform, statements)

    def _bound(
        self,
        section: Section,
        name: str,
        platform: Platform,
        statements: Callable[[Kind, _Bound], tuple[tuple[Statement, ...], str | None, str | None]],
    ) -> _Outcome:
        bindings = self.bindings(section, name, platform)
        if bindings is None:
            return _Outcome(missing=(name,))
        permissions: list[_Permission] = []
        egress: list[_Destination] = []
        problems: dict[Problem, None] = {}
        notes: dict[str, None] = {}
        for bound in bindings:
            problems.update(dict.fromkeys(bound.problems))
            if bound.kind is None or bound.problems:
                continue
            chosen, wrong, note = statements(bound.kind, bound)
            given = self._filled_all(chosen, bound)
            reached = self._destinations(chosen, bound)
            if wrong is None and not given and not reached and chosen:
                wrong = f"none of the names of this {bound.kind.name!r} binding belongs to that level"
            if wrong is not None:
                problems[
                    Problem(
                        f"{section}.{name}: {wrong}; nothing would be granted.",
                        bound.origin,
                        "bind an object that offers it, or ask for another level.",
                    )
                ] = None
            if note is not None:
                notes[note] = None
            permissions.extend(given)
            egress.extend(reached)
        found = tuple(dict.fromkeys(permissions))
        return _Outcome(found, found, tuple(dict.fromkeys(egress)), tuple(notes), (), tuple(problems), True)

    def _keep(self, key: tuple[Any, ...], make: Callable[[], _Outcome]) -> _Outcome:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found


_Conditions = tuple[tuple[str, str, tuple[Template, ...]], ...]


def _picked(actions: tuple[Template, ...], values: Mapping[str, Any], picks: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name for action in actions for name in action.render(values))
    if not picks:
        return names
    chosen: dict[str, None] = {}
    for pick in picks:
        if has_wildcard(pick):
            # A wildcard of a user's catalog is granted as written, so that the gate sees it.
            if any(matches(pick, name, case_sensitive=False) for name in names):
                chosen[pick] = None
        elif pick in names:
            chosen[pick] = None
    return tuple(chosen)


def _filled(
    statement: Statement, values: Mapping[str, Any], picks: tuple[str, ...], extra: _Conditions
) -> _Permission | None:
    actions = _picked(statement.actions, values, picks)
    if statement.select is not None:
        # Only Entra's kinds select; the name stands behind `role:` or `scope:`.
        actions = tuple(action for action in actions if entra_access(action.partition(":")[2]) == statement.select)
    if not actions:
        return None
    return _Permission(
        actions,
        tuple(text for resource in statement.resources for text in resource.render(values)),
        statement.access,
        tuple(
            Condition(operator, key, tuple(text for value in templates for text in value.render(values)))
            for operator, key, templates in (*statement.conditions, *extra)
        ),
    )


# --- one agent ----------------------------------------------------------------------------------------------------


def _words(catalog: Catalog, declared: DeclaredEnvironment) -> _Words:
    # Keyed by identity, because an environment holds maps and has no hash; the weak reference tells whether the
    # number still belongs to the same object.
    key = id(declared)
    kept = catalog.memo.get(key)
    if kept is not None and kept[0]() is declared:
        return kept[1]
    words = _Words(catalog, declared)
    memo = catalog.memo

    def forget(reference: weakref.ref[DeclaredEnvironment]) -> None:
        current = memo.get(key)
        if current is not None and current[0] is reference:
            del memo[key]

    memo[key] = (weakref.ref(declared, forget), words)
    return words


def agent_platforms(declared: DeclaredAgent) -> tuple[Platform, ...]:
    """The platforms an agent lives on: its own list, else the environment's."""
    own = declared.agent.platforms
    return declared.environment.environment.platforms if own is None else own


class _Collector:
    """Turns outcomes into one agent's grants on one platform."""

    def __init__(self, declared: DeclaredAgent, words: _Words, platform: Platform) -> None:
        self.declared = declared
        self.words = words
        self.platform: Platform = platform
        self.platforms = agent_platforms(declared)
        self.allows: list[Grant] = []
        self.denies: list[Grant] = []
        self.egress: list[Egress] = []
        self.unmapped: list[Unmapped] = []
        self.problems: dict[Problem, None] = {}

    def at(self, *path: str | int) -> Origin:
        return self.declared.positions.at(*path)

    def grant(
        self, effect: Effect, permissions: Iterable[_Permission], reason: str, origin: Origin, expires: datetime | None
    ) -> None:
        into = self.allows if effect == "allow" else self.denies
        for permission in permissions:
            into.append(
                Grant(
                    self.platform,
                    effect,
                    permission.actions,
                    permission.resources,
                    permission.access,
                    reason,
                    origin,
                    permission.conditions,
                    expires,
                )
            )

    def open(self, destinations: Iterable[_Destination], reason: str, origin: Origin) -> None:
        for to in destinations:
            self.egress.append(Egress(reason, origin, to.cidr, to.namespace, dict(to.pod_labels), to.port))

    def unknown(self, what: str, word: str, known: Iterable[str], origin: Origin, where: str) -> None:
        if len(self.problems) >= PROBLEM_LIMIT:
            return
        known = sorted(known)
        close = nearest(word, known)
        self.problems[
            Problem(
                f"{what} {word!r} is not known to {where}; nothing would be granted or denied.",
                origin,
                f"did you mean {close!r}?" if close else f"use one of: {', '.join(known) or 'none is defined'}.",
            )
        ] = None

    def unbound(
        self, word: str, label: str, names: Iterable[str], elsewhere: Sequence[Platform], origin: Origin
    ) -> None:
        """The environment binds nothing here: said where another platform serves the word, else a problem."""
        environment = self.words.environment.environment
        if elsewhere:
            self.unmapped.append(
                Unmapped(word, f"environment {environment} binds it on {', '.join(elsewhere)} only", origin)
            )
            return
        places = " or ".join(f"{label}.{name}" for name in names)
        self.problems[
            Problem(
                f"missing environment binding: {word} needs {places}, which environment {environment} binds on none of "
                f"the agent's platforms ({', '.join(self.platforms)}); the agent would get nothing.",
                origin,
                f"bind it in {self.declared.environment.positions.file}, or write an empty list there for a platform "
                "that has nothing.",
            )
        ] = None

    def federation(self) -> None:
        grant = outbound_grant(self.declared, self.platforms) if self.platform == "aws" else None
        if grant is not None:
            self.allows.append(grant)

    # --- the four lists of an agent file ---

    def allowed_actions(self) -> None:
        agent, words, platform = self.declared.agent, self.words, self.platform
        denied = set(agent.denied_actions)
        for index, entry in enumerate(agent.allowed_actions):
            origin = self.at("allowed_actions", index)
            word = entry.action
            if word not in words.catalog.actions:
                at = self.at("allowed_actions", index, "action")
                self.unknown("action", word, words.catalog.actions, at, "the catalog")
                continue
            outcome = words.action(word, platform)
            self.problems.update(dict.fromkeys(outcome.problems))
            reason = entry.reason or f"allowed_actions: {word}"
            self.grant("allow", outcome.allows, reason, origin, entry.expires)
            self.open(outcome.egress, reason, origin)
            self.unmapped.extend(Unmapped(word, note, origin) for note in outcome.notes)
            if outcome.missing and not (outcome.allows or outcome.egress):
                if outcome.bound or word in denied:
                    # A contradiction is the gate's to judge; it must not hide behind a missing binding.
                    self.unmapped.append(Unmapped(word, f"nothing is bound to {', '.join(outcome.missing)}", origin))
                    continue
                elsewhere: list[Platform] = [p for p in self.platforms if p != platform and words.action(word, p).bound]
                self.unbound(word, "resources", outcome.missing, elsewhere, origin)
            elif outcome.bound and not outcome.problems and not (outcome.allows or outcome.egress):
                self.unmapped.append(Unmapped(word, "the environment binds an empty list here", origin))

    def denied_actions(self) -> None:
        words, platform = self.words, self.platform
        for index, word in enumerate(self.declared.agent.denied_actions):
            origin = self.at("denied_actions", index)
            if word not in words.catalog.actions:
                self.unknown("action", word, words.catalog.actions, origin, "the catalog")
                continue
            outcome = words.action(word, platform)
            self.problems.update(dict.fromkeys(outcome.problems))
            self.grant("deny", outcome.denies, f"denied_actions: {word}", origin, None)
            if not outcome.denies:
                self._nothing_to_deny(word, outcome, origin)

    def _nothing_to_deny(self, word: str, outcome: _Outcome, origin: Origin) -> None:
        if outcome.egress or self.platform == "kubernetes":
            reason = "the platform has no deny for it; what is not opened stays closed"
        elif outcome.missing:
            reason = f"nothing is bound to {', '.join(outcome.missing)}, so there is nothing to deny; it is not allowed"
        else:
            reason = "; ".join(outcome.notes) or "there is nothing to deny; it is not allowed"
        self.unmapped.append(Unmapped(word, reason, origin))

    def data_access(self) -> None:
        words, platform = self.words, self.platform
        known = words.environment.data_scopes
        for index, entry in enumerate(self.declared.agent.data_access):
            origin = self.at("data_access", index)
            word = entry.scope
            if word not in known:
                self.unknown("data scope", word, known, self.at("data_access", index, "scope"), self._environment())
                continue
            level: Level | None = None if entry.access == "none" else entry.access
            outcome = words.scope(word, level, platform)
            self.problems.update(dict.fromkeys(outcome.problems))
            reason = entry.reason or f"data_access: {word} ({entry.access})"
            self._named(word, "data_scopes", outcome, level is not None, reason, origin, entry.expires)

    def tool_access(self) -> None:
        words, platform = self.words, self.platform
        known = words.environment.tools
        for index, entry in enumerate(self.declared.agent.tool_access):
            origin = self.at("tool_access", index)
            word = entry.tool
            if word not in known:
                self.unknown("tool", word, known, self.at("tool_access", index, "tool"), self._environment())
                continue
            outcome = words.tool(word, entry.allowed, platform)
            self.problems.update(dict.fromkeys(outcome.problems))
            reason = entry.reason or f"tool_access: {word} ({'allowed' if entry.allowed else 'denied'})"
            self._named(word, "tools", outcome, entry.allowed, reason, origin, entry.expires)

    def _environment(self) -> str:
        return f"environment {self.words.environment.environment}"

    def _named(
        self,
        word: str,
        section: Section,
        outcome: _Outcome,
        allowed: bool,
        reason: str,
        origin: Origin,
        expires: datetime | None,
    ) -> None:
        """A data scope or tool, which the environment names itself."""
        if not allowed:
            self.grant("deny", outcome.denies, reason, origin, None)
            if not outcome.denies and not outcome.problems:
                self._nothing_to_deny(word, outcome, origin)
            return
        self.grant("allow", outcome.allows, reason, origin, expires)
        self.open(outcome.egress, reason, origin)
        self.unmapped.extend(Unmapped(word, note, origin) for note in outcome.notes)
        if outcome.missing:
            elsewhere: list[Platform] = [
                p for p in self.platforms if p != self.platform and self.words.bindings(section, word, p) is not None
            ]
            self.unbound(word, section, outcome.missing, elsewhere, origin)
        elif not outcome.problems and not (outcome.allows or outcome.egress):
            self.unmapped.append(Unmapped(word, "the environment binds an empty list here", origin))


def meaning(declared: DeclaredAgent, catalog: Catalog, platform: Platform) -> Meaning:
    """The permissions of one declared agent on one platform, before any date or state.

    Grants come in the order of the file: allowed_actions, data_access, tool_access, and last what the workload needs to
    become the agent on another cloud (`catalog.federation`); denials likewise, and last those that acting for users
    brings (`catalog.user_context`). Each carries the line of its entry. A word that no file knows, or that the
    environment binds on none of the agent's platforms, is a problem; a word that only this platform lacks is
    `unmapped`. Never raises for bad input.
    """
    words = _words(catalog, declared.environment)
    # Builder and judge ask this of the same declarations, one shortly after the other.
    known = words.meanings.get((id(declared), platform))
    if known is not None and known[0]() is declared:
        return known[1]
    if len(words.meanings) >= _MEANINGS_KEPT:
        words.meanings.clear()
    made = _meaning(declared, words, platform)
    words.meanings[id(declared), platform] = (weakref.ref(declared), made)
    return made


_MEANINGS_KEPT = 4096


def _meaning(declared: DeclaredAgent, words: _Words, platform: Platform) -> Meaning:
    if words.context(platform) is None:
        problem = Problem(
            f"the agent is declared for {platform}, but environment {words.environment.environment} has no section "
            "for it; no permission could be named.",
            declared.positions.at("platforms"),
            f"add `{platform}` to {declared.environment.positions.file}, or take the platform off the agent.",
        )
        return Meaning(platform, problems=(problem,))
    collector = _Collector(declared, words, platform)
    collector.allowed_actions()
    collector.denied_actions()
    collector.data_access()
    collector.tool_access()
    collector.federation()
    allows, refused = user_context.narrowed(declared, platform, collector.allows)
    return Meaning(
        platform,
        allows,
        (*collector.denies, *user_context.denied(declared, platform)),
        tuple(collector.egress),
        tuple(collector.unmapped),
        (*collector.problems, *refused),
    )


def meanings(declared: DeclaredAgent, catalog: Catalog) -> dict[Platform, Meaning]:
    """The permissions of one declared agent on each of its platforms (the environment's, where the file names none)."""
    return {platform: meaning(declared, catalog, platform) for platform in agent_platforms(declared)}
