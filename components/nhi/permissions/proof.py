"""Does one permission set lie inside another: proved, refuted with a request that shows it, or undecided.

Owns the search over requests and its verdicts. Does not own texts (`permissions.automaton`), values of context keys
(`permissions.conditions`), nor the answer to a single request: every witness is put to the independent
`permissions.evaluate` before it is shown, and where the two disagree the verdict is undecided.

A request is an action, a resource and a context. Policies see it only through their patterns and conditions, so
requests that the same statements match are one. The search enumerates the sets of statements that some action matches,
then for each the sets that some resource matches as well, and last, for each set that could break the inclusion, the
classes of the condition keys that stand in it. Only `Proved` lets anything through; an error inside is `Undecided`.

Coarse, in the safe direction only: actions are all texts, not a catalogue of them; resource types are not tied to
actions; context keys do not depend on each other; numbers and moments lie densely. Each can refute a true inclusion.

A policy variable `${name}` in a resource of AWS is one character that stands for any text. What must not claim too much
(an allow of the parent, a deny of the child) reads it with the same variable or `*` only; what must not claim too
little (a deny of the parent) may read anything in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nhi.contract import Platform
from nhi.permissions.algebra import canonical, meet, normal
from nhi.permissions.automaton import Globs, Meter, OutOfBudgetError, Token, Walk, tokens
from nhi.permissions.conditions import KeyClass, Value, classes
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement, Witness


@dataclass(frozen=True, slots=True)
class Budget:
    """What one proof may spend. Steps give one verdict on every machine; the seconds are a second fence."""

    steps: int = 200_000
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Counters:
    """What a proof cost: sets of statements by action, sets looked at, automaton states, condition leaves, steps."""

    action_sets: int = 0
    statement_sets: int = 0
    states: int = 0
    leaves: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Proved:
    """Every class of requests was looked at, and none breaks the inclusion."""

    counters: Counters = field(default=Counters(), compare=False)


@dataclass(frozen=True, slots=True)
class Refuted:
    """`witness` is permitted on one side only; `statement` of the child allows it."""

    witness: Witness
    statement: Statement | None = None
    counters: Counters = field(default=Counters(), compare=False)


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither proved nor refuted, which counts as not permitted; `reason` says why."""

    reason: str
    statement: Statement | None = None
    counters: Counters = field(default=Counters(), compare=False)


Verdict = Proved | Refuted | Undecided

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_PLAIN_VARIABLE = re.compile(r"[A-Za-z0-9-]+:[^,'*?$\s]+")
_SHAPES: Final = {"aws": ("*?:?*", "arn:*:*:*:*:?*")}
_SHAPE_STEPS: Final = 20_000


class _UnclearError(ValueError):
    """Why nothing is decided."""


def subset(child: PermissionSet, parent: PermissionSet, budget: Budget = Budget()) -> Verdict:
    """Whether everything that `child` permits is permitted by `parent`. Never raises."""
    search: _Search | None = None
    try:
        if not child.policies:
            return Proved()
        if parent.policies and child.platform != parent.platform:
            return Undecided(f"permissions on {child.platform} and on {parent.platform} are not compared")
        canonical_child, canonical_parent = canonical(child), canonical(parent)
        if not canonical_child.policies or canonical_child == canonical_parent:
            return Proved()
        search = _Search(child, parent, Meter(budget.steps, budget.seconds))
        return search.verdict()
    except (ValueError, OutOfBudgetError) as error:
        return Undecided(str(error), None, _spent(search))
    except Exception as error:
        # Whatever goes wrong here must let nothing through. The text of the error is not ours, so it stays out.
        return Undecided(f"the proof failed ({type(error).__name__})", None, _spent(search))


def _spent(search: _Search | None) -> Counters:
    return search.counters() if search else Counters()


def empty(permissions: PermissionSet, budget: Budget = Budget()) -> Verdict:
    """Whether a set permits nothing. `Refuted` carries a request that it permits."""
    return subset(permissions, PermissionSet(permissions.platform, ()), budget)


def overlap(a: PermissionSet, b: PermissionSet, budget: Budget = Budget()) -> Verdict:
    """Whether two sets have nothing in common. `Refuted` carries a request that both permit."""
    if a.platform != b.platform:
        return Undecided(f"permissions on {a.platform} and on {b.platform} are not compared")
    return empty(meet(a, b), budget)


def difference(a: PermissionSet, b: PermissionSet, budget: Budget = Budget()) -> tuple[Refuted | Undecided, ...]:
    """What `a` permits and `b` does not: one verdict for each allowing statement of its first policy.

    Empty where `a` lies inside `b`. The other policies of `a` (boundary, session) limit every statement. The budget
    holds for each statement.
    """
    if not a.policies:
        return ()
    first, *others = a.policies
    denies = tuple(one for one in first.statements if one.effect == "deny")
    found: list[Refuted | Undecided] = []
    for statement in first.statements:
        if statement.effect == "deny":
            continue
        part = PermissionSet(a.platform, (Policy((statement, *denies)), *others))
        verdict = subset(part, b, budget)
        if not isinstance(verdict, Proved):
            found.append(replace(verdict, statement=statement))
    return tuple(found)


def _confirmed(child: PermissionSet, parent: PermissionSet, witness: Witness) -> str | None:
    """Why a witness may not be shown; None where the independent evaluator agrees with it."""
    inside = permits(_normal(child), witness.action, witness.resource, witness.context)
    outside = permits(_normal(parent), witness.action, witness.resource, witness.context)
    if inside.outcome == "allowed" and outside.outcome == "denied":
        return None
    return (
        f"disagreement: the evaluator says {inside.outcome} and {outside.outcome} "
        f"where the proof says allowed and denied, for {witness.action!r} on {witness.resource!r}"
    )


def _normal(one: PermissionSet) -> PermissionSet:
    """The set as the evaluator takes it: condition values are texts."""
    policies = tuple(Policy(tuple(normal(one.platform, each) for each in policy.statements)) for policy in one.policies)
    return PermissionSet(one.platform, policies)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        mask ^= low
        yield low


class _Element:
    """The patterns of one element (actions, or resources) of some statements, read together."""

    def __init__(self) -> None:
        self.globs = Globs()
        self.negated = 0
        self._owners: dict[int, int] = {}
        self._accepting = 0
        self._known: dict[int, int] = {}
        self._runs: dict[int, int] = {}

    def add(self, statement: int, glob: Sequence[Token], **how: Any) -> None:
        """Add a pattern of a statement (a bit)."""
        number = self.globs.add(glob, **how)
        accepting = self.globs.accepting[number]
        self._owners[accepting] = statement
        self._accepting |= accepting
        self._runs[statement] = self._runs.get(statement, 0) | self.globs.runs[number]

    def matching(self, state: int) -> int:
        """The statements whose element matches what leads to a state."""
        hits = state & self._accepting
        known = self._known.get(hits)
        if known is None:
            positive = 0
            for bit in _bits(hits):
                positive |= self._owners[bit]
            known = self._known[hits] = positive ^ self.negated
        return known

    def needed(self, allowing: Sequence[int]) -> list[int]:
        """For each policy of the child the bits of which one must be alive for any of its allows to match."""
        masks: list[int] = []
        for allow in allowing:
            if not allow & self.negated:
                mask = 0
                for statement in _bits(allow):
                    mask |= self._runs.get(statement, 0)
                masks.append(mask)
        return masks


class _Search:
    """One question: what do all policies of the child permit that not all policies of the parent do."""

    def __init__(self, child: PermissionSet, parent: PermissionSet, meter: Meter) -> None:
        self.child, self.parent, self.meter = child, parent, meter
        self.platform: Platform = child.platform
        self.statements: list[Statement] = []
        self.child_sides, self.parent_sides = self._sides(child), self._sides(parent)
        self.allowing = [allow for allow, _ in self.child_sides]
        self.child_mask = 0
        for allow, deny in self.child_sides:
            self.child_mask |= allow | deny
        self.unconditional = 0
        self.keys: dict[str, list[Condition]] = {}
        self.on_key: dict[str, int] = {}
        for number, statement in enumerate(self.statements):
            if not statement.conditions:
                self.unconditional |= 1 << number
            for condition in statement.conditions:
                on_key = self.keys.setdefault(condition.key, [])
                if condition not in on_key:
                    on_key.append(condition)
                self.on_key[condition.key] = self.on_key.get(condition.key, 0) | 1 << number
        self.cut: dict[str, list[tuple[int, KeyClass]]] = {}
        self.variables: dict[str, str] = {}
        self._find_variables()
        self.action_sets = self.statement_sets = 0
        self.doubt = ""

    def _sides(self, permissions: PermissionSet) -> list[tuple[int, int]]:
        sides: list[tuple[int, int]] = []
        for policy in permissions.policies:
            allow = deny = 0
            for statement in policy.statements:
                bit = 1 << len(self.statements)
                self.statements.append(normal(self.platform, statement))
                if statement.effect == "allow":
                    allow |= bit
                else:
                    deny |= bit
            sides.append((allow, deny))
        return sides

    def counters(self) -> Counters:
        meter = self.meter
        return Counters(self.action_sets, self.statement_sets, meter.states, meter.leaves, meter.steps)

    def breaks(self, matching: int) -> bool:
        """Whether requests that exactly these statements match are permitted by the child and not by the parent."""
        return all(matching & allow and not matching & deny for allow, deny in self.child_sides) and not (
            bool(self.parent_sides)
            and all(matching & allow and not matching & deny for allow, deny in self.parent_sides)
        )

    def may_break(self, matching: int) -> bool:
        """Whether conditions can leave a subset of these statements that breaks the inclusion."""
        if not all(matching & allow for allow in self.allowing):
            return False
        if any(matching & deny & self.unconditional for _, deny in self.child_sides):
            return False
        return not self.parent_sides or not all(
            matching & allow & self.unconditional and not matching & deny for allow, deny in self.parent_sides
        )

    def _find_variables(self) -> None:
        if self.platform != "aws":
            return
        signs = {sign for one in self.statements for pattern in one.resources for sign in pattern}
        private = (chr(code) for code in range(0xF0000, 0xF8000) if chr(code) not in signs)
        for statement in self.statements:
            if any("${" in pattern for pattern in (*statement.actions, *statement.not_actions)):
                raise _UnclearError("a policy variable in an action is not decided")
            # Without a value the whole statement does not match, so a complement would claim the wrong thing.
            if any("${" in pattern for pattern in statement.not_resources):
                raise _UnclearError("a policy variable in NotResource is not decided")
            for pattern in statement.resources:
                if "${" in _VARIABLE.sub("", pattern):
                    raise _UnclearError("a policy variable that does not end is not decided")
                for name in _VARIABLE.findall(pattern):
                    if not _PLAIN_VARIABLE.fullmatch(name):
                        raise _UnclearError("a policy variable with a default value, or an escape, is not decided")
                    if name.lower() not in self.variables:
                        self.variables[name.lower()] = next(private)

    def _glob(self, pattern: str) -> tuple[Token, ...]:
        # A question mark is a wildcard on AWS alone.
        return tokens(pattern, questions=self.platform == "aws")

    def _actions(self, among: int) -> _Element:
        element = _Element()
        for bit in _bits(among):
            statement = self.statements[bit.bit_length() - 1]
            for pattern in statement.actions or statement.not_actions:
                element.add(bit, self._glob(pattern))
            if statement.not_actions:
                element.negated |= bit
        return element

    def _resources(self, among: int, values: Mapping[str, str] | None = None) -> _Element:
        """The resources of some statements, with `values` for their policy variables or for any value of them."""
        element = _Element()
        # A placeholder is read into a word by one allow; two policies of the child would have to agree on it.
        single = len(self.child_sides) == 1
        placeholders = frozenset(self.variables.values())
        for bit in _bits(among):
            statement = self.statements[bit.bit_length() - 1]
            ours, allows = bool(bit & self.child_mask), statement.effect == "allow"
            if statement.not_resources:
                element.negated |= bit
            for pattern in statement.resources or statement.not_resources:
                glob: list[Token] = []
                at = 0
                for found in _VARIABLE.finditer(pattern) if self.variables else ():
                    glob += self._glob(pattern[at : found.start()])
                    name, at = found[1].lower(), found.end()
                    if values is not None:
                        glob += tokens(values[name], stars=False, questions=False)
                    elif (ours and allows and not single) or (not ours and not allows):
                        glob.append(("star", ""))
                    else:
                        glob.append(("text", self.variables[name]))
                glob += self._glob(pattern[at:])
                if values is not None or not self.variables:
                    element.add(bit, glob)
                    continue
                claims_much = allows if ours else not allows
                if statement.not_resources:
                    claims_much = not claims_much
                element.add(
                    bit,
                    glob,
                    placeholders=placeholders,
                    offers=ours and allows and single,
                    flooded=claims_much and not (ours and allows),
                )
        return element

    def verdict(self) -> Verdict:
        """Search. Raises what `subset` turns into `Undecided`."""
        everything = (1 << len(self.statements)) - 1
        actions = self._actions(everything)
        walk = Walk(actions.globs, self.meter, actions.needed(self.allowing))
        seen_actions: set[int] = set()
        seen: set[int] = set()
        for state in walk:
            by_action = actions.matching(state)
            if by_action in seen_actions or not all(by_action & allow for allow in self.allowing):
                continue
            seen_actions.add(by_action)
            self.action_sets += 1
            resources = self._resources(by_action)
            needed = resources.needed([allow & by_action for allow in self.allowing])
            inner = Walk(resources.globs, self.meter, needed)
            for place in inner:
                matching = resources.matching(place) & by_action
                if matching in seen:
                    continue
                seen.add(matching)
                self.statement_sets += 1
                if not self.may_break(matching):
                    continue
                hit = self._context(matching)
                if hit is None:
                    continue
                context, left = hit
                refuted = self._refuted(
                    actions.globs.readable(walk.text(state)),
                    resources.globs.readable(inner.text(place)),
                    context,
                    by_action,
                    matching,
                    left,
                )
                if refuted is not None:
                    return refuted
        return Undecided(self.doubt, None, self.counters()) if self.doubt else Proved(self.counters())

    def _classes(self, key: str) -> list[tuple[int, KeyClass]]:
        """Classes of a key, each with the statements that it keeps from matching."""
        if key not in self.cut:
            conditions = self.keys[key]
            owners = [
                sum(1 << number for number, one in enumerate(self.statements) if condition in one.conditions)
                for condition in conditions
            ]
            self.cut[key] = []
            for one in classes(self.platform, key, conditions, self.meter):
                falsified = 0
                for number, owner in enumerate(owners):
                    if not one.holds >> number & 1:
                        falsified |= owner
                self.cut[key].append((falsified, one))
        return self.cut[key]

    def _context(self, matching: int) -> tuple[dict[str, Value], int] | None:
        """A context in which these statements break the inclusion, and the statements that are left in it."""
        options: list[tuple[str, list[tuple[int, KeyClass]]]] = []
        for key, owners in self.on_key.items():
            if not owners & matching:
                continue
            best: dict[int, KeyClass] = {}
            for falsified, one in self._classes(key):
                known = best.get(falsified & matching)
                if known is None or (known.doubt and not one.doubt):
                    best[falsified & matching] = one
            options.append((key, sorted(best.items(), key=lambda item: bool(item[1].doubt))))
        options.sort(key=lambda option: len(option[1]))
        seen: set[tuple[int, int, bool]] = set()
        chosen: list[Value] = []

        def look(at: int, left: int, doubt: str) -> int | None:
            self.meter.spend(1)
            if (at, left, bool(doubt)) in seen or not self.may_still(left):
                return None
            seen.add((at, left, bool(doubt)))
            if at == len(options):
                self.meter.leaves += 1
                if not self.breaks(left):
                    return None
                if doubt:
                    self.doubt = self.doubt or doubt
                    return None
                return left
            for falsified, one in options[at][1]:
                chosen.append(one.value)
                found = look(at + 1, left & ~falsified, doubt or one.doubt)
                if found is not None:
                    return found
                chosen.pop()
            return None

        left = look(0, matching, "")
        return None if left is None else (dict(zip((key for key, _ in options), chosen, strict=True)), left)

    def may_still(self, left: int) -> bool:
        """Whether every policy of the child still has an allow."""
        return all(left & allow for allow in self.allowing)

    def _refuted(
        self, action: str, resource: str, context: dict[str, Value], by_action: int, matching: int, left: int
    ) -> Verdict | None:
        shaped_action, shaped_resource = action, resource
        if shapes := _SHAPES.get(self.platform):
            everything = (1 << len(self.statements)) - 1
            shaped_action = self._shaped(lambda: self._actions(everything), shapes[0], by_action, everything) or action
            shaped_resource = (
                self._shaped(lambda: self._resources(by_action), shapes[1], matching, by_action) or resource
            )
        if self.variables:
            concrete = self._concrete(shaped_resource, context, by_action, matching, left)
            if concrete is None:
                self.doubt = self.doubt or "a policy variable: no value was found that shows a difference"
                return None
            shaped_resource, context = concrete
        witness = Witness(shaped_action, shaped_resource, context)
        refusal = _confirmed(self.child, self.parent, witness)
        if refusal is not None:
            return Undecided(refusal, None, self.counters())
        allow = left & self.allowing[0]
        return Refuted(witness, self.statements[(allow & -allow).bit_length() - 1], self.counters())

    def _shaped(self, make: Callable[[], _Element], shape: str, wanted: int, among: int) -> str | None:
        """A text of the wanted class that looks like one of the platform; None where there is none close by."""
        element = make()
        number = element.globs.add(tokens(shape))
        accepting = element.globs.accepting[number]
        walk = Walk(element.globs, Meter(_SHAPE_STEPS, 0.5))
        try:
            for state in walk:
                if state & accepting and element.matching(state) & among == wanted:
                    return element.globs.readable(walk.text(state))
        except OutOfBudgetError:
            return None
        return None

    def _concrete(
        self, resource: str, context: dict[str, Value], by_action: int, matching: int, left: int
    ) -> tuple[str, dict[str, Value]] | None:
        """The same request with values for its policy variables, where it breaks the inclusion with them as well."""
        values: dict[str, str] = {}
        for number, name in enumerate(self.variables):
            given = context.get(name, f"value{number}")
            if not isinstance(given, str):
                return None
            values[name] = given
        text = resource
        for name, placeholder in self.variables.items():
            text = text.replace(placeholder, values[name])
        element = self._resources(by_action, values)
        now = element.matching(element.globs.read(text)) & by_action
        # A statement that joins brings conditions whose keys were not chosen, so then nothing is known.
        if now & ~matching or not self.breaks(now & left):
            return None
        return text, {**context, **values}
