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

Policy variables of AWS are split into cases that cover all their values: nothing, each text that the conditions on the
key single out, and any other text. In the last case a pattern with the variable may match or not (`permissions.
variables`), which can only hide a proof; what fails there is tried again with texts that fit, and is refuted only if
one of them shows it.

Verdicts are kept by canonical forms, since a fleet asks for few different ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from nhi.contract import Platform
from nhi.permissions import second_opinion
from nhi.permissions.algebra import canonical, meet, normal
from nhi.permissions.automaton import Globs, Meter, OutOfBudgetError, Token, Walk, tokens
from nhi.permissions.conditions import Hint, KeyClass, Value, classes, givens, operator, several, variable_keys
from nhi.permissions.elements import KUBERNETES_SHAPES, ElementUndecidedError, action_glob, apart, resource_glob
from nhi.permissions.evaluate import Answer, permits
from nhi.permissions.globs import GLOB_LIMIT
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement, Witness
from nhi.permissions.variables import AnyText, Given, OpenGlobs, Part, Values, guesses, keys, read


@dataclass(frozen=True, slots=True)
class Budget:
    """What one proof may spend. Steps give one verdict on every machine; the seconds are a second fence.

    `solver_seconds` is what cvc5 may take after that, where it is installed (extra `prove`); 0 does not ask it.
    """

    steps: int = 200_000
    seconds: float = 2.0
    solver_seconds: float = 5.0


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

_SHAPES: Final = {"aws": ("*?:?*", "arn:*:*:*:*:?*")}
_SHAPE_STEPS: Final = 20_000
_CASE_LIMIT: Final = 64
"""Combinations of cases of policy variables that are looked at."""
_GUESS_LIMIT: Final = 24
"""Combinations of values of policy variables that are tried out in one proof."""
_KEPT: Final = 8192
_KEY_LIMIT: Final = 200
_SIZE_LIMIT: Final = 400_000
"""Characters of all patterns and values of both sets. A role's policies hold some 20,000."""


def subset(child: PermissionSet, parent: PermissionSet, budget: Budget = Budget()) -> Verdict:
    """Whether everything that `child` permits is permitted by `parent`. Never raises."""
    try:
        if not child.policies:
            return Proved()
        if parent.policies and child.platform != parent.platform:
            return Undecided(f"permissions on {child.platform} and on {parent.platform} are not compared")
        verdict = _decided(_canonical(child), _canonical(parent), budget)
        if isinstance(verdict, Refuted):
            return replace(verdict, statement=_answer(child, verdict.witness).statement)
    except _TimeError as error:
        return Undecided(str(error), None, error.counters)
    except ValueError as error:
        return Undecided(str(error))
    except Exception as error:
        # Whatever goes wrong here must let nothing through. The text of the error is not ours, so it stays out.
        return Undecided(f"the proof failed ({type(error).__name__})")
    return verdict


class _TimeError(Exception):
    """The seconds ran out, or the solver did not say: another run may end otherwise, so the verdict is not kept."""

    def __init__(self, reason: str, counters: Counters) -> None:
        super().__init__(reason)
        self.counters = counters


def _canonical(permissions: PermissionSet) -> PermissionSet:
    # 1 and True are one key of a cache, but two values of a condition.
    for policy in permissions.policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                if not all(type(value) is str for value in condition.values):
                    return canonical(permissions)
    try:
        return _kept_canonical(permissions)
    except TypeError:  # it holds a list, which no cache takes; the canonical form says what is wrong
        return canonical(permissions)


@lru_cache(maxsize=_KEPT)
def _kept_canonical(permissions: PermissionSet) -> PermissionSet:
    return canonical(permissions)


@lru_cache(maxsize=_KEPT)
def _decided(child: PermissionSet, parent: PermissionSet, budget: Budget) -> Verdict:
    """The verdict on two canonical forms. What its statement is called does not matter here."""
    if not child.policies or child == parent:
        return Proved()
    proof = _Proof(child, parent, Meter(budget.steps, budget.seconds))
    try:
        return proof.verdict()
    except ValueError as error:
        return Undecided(str(error), None, proof.counters())
    except OutOfBudgetError as error:
        known = _second_opinion(proof, budget)
        if known is not None:
            return known
        if proof.meter.steps > proof.meter.steps_allowed and not second_opinion.available():
            return Undecided(str(error), None, proof.counters())
        raise _TimeError(str(error), proof.counters()) from None


def _second_opinion(proof: _Proof, budget: Budget) -> Verdict | None:
    """What the solver says, where it is installed and sure; its request is re-checked as every other."""
    if not budget.solver_seconds or not second_opinion.available():
        return None
    try:
        answer = second_opinion.ask(proof.child, proof.parent, budget.solver_seconds)
    except ValueError:
        return None
    if isinstance(answer, Witness):
        inside, outside = _answers(proof.child, proof.parent, answer)
        confirmed = inside.outcome == "allowed" and outside.outcome == "denied"
        return Refuted(answer, None, proof.counters()) if confirmed else None
    return Proved(proof.counters()) if answer else None


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


def _answer(permissions: PermissionSet, witness: Witness) -> Answer:
    """What the independent evaluator says of a witness."""
    return permits(_normal(permissions), witness.action, witness.resource, witness.context)


def _answers(child: PermissionSet, parent: PermissionSet, witness: Witness) -> tuple[Answer, Answer]:
    return _answer(child, witness), _answer(parent, witness)


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
        self.unknown = OpenGlobs()
        self.free = 0
        self._shapes = 0
        self._numbers: dict[tuple[Token, ...], int] = {}
        self._hard: dict[int, int] = {}
        self._open: dict[int, set[int]] = {}
        self._open_owners: dict[int, int] = {}
        self._accepting = 0
        self._known: dict[int, tuple[tuple[int, tuple[int, ...]], ...]] = {}
        self._runs: dict[int, int] = {}

    def add(self, statement: int, glob: tuple[Token, ...], named: tuple[Part, ...] | None = None) -> None:
        """Add a pattern of a statement (a bit); `named` where an unknown text is in it."""
        if glob not in self._numbers:
            self._numbers[glob] = self.globs.add(glob)
        number = self._numbers[glob]
        accepting = self.globs.accepting[number]
        self._accepting |= accepting
        self._runs[statement] = self._runs.get(statement, 0) | self.globs.runs[number]
        if named is None:
            self._hard[accepting] = self._hard.get(accepting, 0) | statement
            return
        known = self.unknown.number(named)
        self._open.setdefault(accepting, set()).add(known)
        self._open_owners[known] = self._open_owners.get(known, 0) | statement

    def shape(self, *globs: tuple[Token, ...]) -> None:
        """Look only at texts that one of these matches."""
        for glob in globs:
            self._shapes |= self.globs.accepting[self.globs.add(glob)]

    def matching(self, state: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The statements whose element matches what leads to a state, for each set of open globs that does."""
        if self._shapes and not state & self._shapes:
            return ()
        hits = state & self._accepting
        known = self._known.get(hits)
        if known is None:
            hard = 0
            maybe: set[int] = set()
            for bit in _bits(hits):
                hard |= self._hard.get(bit, 0)
                maybe |= self._open.get(bit, set())
            found: list[tuple[int, tuple[int, ...]]] = []
            for chosen in self.unknown.sets(sorted(maybe)) if maybe else ((),):
                positive = hard
                for one in chosen:
                    positive |= self._open_owners[one]
                found += [(mask, chosen) for mask in self._freed(positive ^ self.negated)]
            known = self._known[hits] = tuple(found)
        return known

    def _freed(self, matching: int) -> tuple[int, ...]:
        """The same statements, with those of which AWS leaves open whether they match and without them."""
        silent = matching & ~self.free
        return (matching,) if silent == matching else (matching, silent)

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


@dataclass(frozen=True, slots=True)
class _Hit:
    """A class of requests that breaks the inclusion, as far as is known."""

    action: str
    resource: str
    context: dict[str, Value]
    by_action: int
    matching: int
    hints: tuple[Hint, ...]


class _Proof:
    """One question: what do all policies of the child permit that not all policies of the parent do."""

    def __init__(self, child: PermissionSet, parent: PermissionSet, meter: Meter) -> None:
        self.child, self.parent, self.meter = child, parent, meter
        self.platform: Platform = child.platform
        self.statements: list[Statement] = []
        self.child_sides, self.parent_sides = self._sides(child), self._sides(parent)
        self.allowing = [allow for allow, _ in self.child_sides]
        self.everything = (1 << len(self.statements)) - 1
        self.unconditional = 0
        self.keys: dict[str, list[Condition]] = {}
        self.on_key: dict[str, int] = {}
        self.under: dict[Condition, int] = {}
        self._measure()
        for number, statement in enumerate(self.statements):
            if not statement.conditions:
                self.unconditional |= 1 << number
            for condition in statement.conditions:
                if condition not in self.under:
                    self.keys.setdefault(condition.key, []).append(condition)
                self.under[condition] = self.under.get(condition, 0) | 1 << number
                self.on_key[condition.key] = self.on_key.get(condition.key, 0) | 1 << number
        self.action_globs = [
            tuple(action_glob(self.platform, pattern) for pattern in one.actions or one.not_actions)
            for one in self.statements
        ]
        self.resource_globs = [
            tuple(resource_glob(self.platform, pattern) for pattern in one.resources or one.not_resources)
            for one in self.statements
        ]
        self.action_sets = self.statement_sets = 0
        self.doubt = ""

    def _measure(self) -> None:
        """Refuse what is too large to be a policy, before anything is built from it."""
        size = 0
        for one in self.statements:
            texts = [*one.actions, *one.not_actions, *one.resources, *one.not_resources]
            texts += [value for condition in one.conditions for value in condition.values]
            size += sum(map(len, texts))
            if max(map(len, texts)) > GLOB_LIMIT:
                raise ElementUndecidedError(f"a pattern or value of more than {GLOB_LIMIT} characters is not decided")
        if size > _SIZE_LIMIT:
            raise ElementUndecidedError(f"the two sets hold more than {_SIZE_LIMIT} characters, which is not decided")

    def _sides(self, permissions: PermissionSet) -> list[tuple[int, int]]:
        sides: list[tuple[int, int]] = []
        for policy in permissions.policies:
            allow = deny = 0
            for whole in policy.statements:
                for statement in apart(self.platform, normal(self.platform, whole)):
                    bit = 1 << len(self.statements)
                    self.statements.append(statement)
                    if statement.effect == "allow":
                        allow |= bit
                    else:
                        deny |= bit
            sides.append((allow, deny))
        return sides

    def counters(self) -> Counters:
        meter = self.meter
        return Counters(self.action_sets, self.statement_sets, meter.states, meter.leaves, meter.steps)

    # --- cases of policy variables --------------------------------------------------------------------------------

    def verdict(self) -> Verdict:
        """Search. Raises what `subset` turns into `Undecided`."""
        tried: set[tuple[tuple[str, Given], ...]] = set()
        for values in self._cases():
            if not any(isinstance(given, AnyText) for given in values.values()):
                tried.add(tuple(values.items()))
                if (refuted := self._exactly(values)) is not None:
                    return refuted
                continue
            missed = 0
            for hit in self._hits(values):
                for guess in _guessed(values, hit.hints):
                    key = tuple(guess.items())
                    if key in tried:
                        continue
                    tried.add(key)
                    if len(tried) > _GUESS_LIMIT:
                        break
                    if (refuted := self._exactly(guess)) is not None:
                        return refuted
                self.doubt = self.doubt or "a policy variable: no value was found that shows a difference"
                missed += 1
                if missed > _GUESS_LIMIT:
                    break
        return Undecided(self.doubt, None, self.counters()) if self.doubt else Proved(self.counters())

    def _cases(self) -> Iterator[dict[str, Given]]:
        """Values of all policy variables, which together cover everything that they can be."""
        names = self._variables() if self.platform == "aws" else ()
        options = [(name, givens(self.keys.get(name, ()), self.meter)) for name in names]
        while len(options) > 1:
            count = 1
            for _, found in options:
                count *= len(found)
            if count <= _CASE_LIMIT:
                break
            longest = max(options, key=lambda option: len(option[1]))
            if len(longest[1]) <= 2:
                raise ElementUndecidedError("there are more policy variables than can be told apart")
            longest[1][:] = [None, AnyText()]
        for chosen in itertools.product(*(found for _, found in options)):
            yield dict(zip((name for name, _ in options), chosen, strict=True))

    def _variables(self) -> tuple[str, ...]:
        found: set[str] = set()
        for statement in self.statements:
            for pattern in (*statement.resources, *statement.not_resources):
                found |= keys(pattern)
            for condition in statement.conditions:
                for value in variable_keys(condition):
                    try:
                        found |= keys(value)
                    except ValueError:
                        continue  # the condition's own key says so
        for name in found:
            prefixed = any((one := operator(each.operator)) and one.prefix for each in self.keys.get(name, ()))
            if prefixed or several(name):
                raise ElementUndecidedError(f"the policy variable {name} may have several values")
        return tuple(sorted(found))

    def _exactly(self, values: Values) -> Verdict | None:
        """A refutation where the values of all variables are known."""
        for hit in self._hits(values):
            witness = self._witness(hit, values)
            inside, outside = _answers(self.child, self.parent, witness)
            if inside.outcome == "allowed" and outside.outcome == "denied":
                return Refuted(witness, None, self.counters())
            if "undecided" in (inside.outcome, outside.outcome):
                answer = inside if inside.outcome == "undecided" else outside
                self.doubt = self.doubt or f"one request is not documented: {answer.reason}"
                continue
            return Undecided(
                f"disagreement: the evaluator says {inside.outcome} and {outside.outcome} where the proof says "
                f"allowed and denied, for {witness.action!r} on {witness.resource!r}",
                None,
                self.counters(),
            )
        return None

    # --- the search under one case --------------------------------------------------------------------------------

    def breaks(self, matching: int) -> bool:
        """Whether requests that exactly these statements match are permitted by the child and not by the parent."""
        return all(matching & allow and not matching & deny for allow, deny in self.child_sides) and not (
            bool(self.parent_sides)
            and all(matching & allow and not matching & deny for allow, deny in self.parent_sides)
        )

    def may_break(self, matching: int) -> bool:
        """Whether conditions can leave a subset of these statements that breaks the inclusion."""
        if not self.may_still(matching):
            return False
        if any(matching & deny & self.unconditional for _, deny in self.child_sides):
            return False
        return not self.parent_sides or not all(
            matching & allow & self.unconditional and not matching & deny for allow, deny in self.parent_sides
        )

    def may_still(self, left: int) -> bool:
        """Whether every policy of the child still has an allow."""
        return all(left & allow for allow in self.allowing)

    def _actions(self) -> _Element:
        element = _Element()
        for number, globs in enumerate(self.action_globs):
            for glob in globs:
                element.add(1 << number, glob)
            if self.statements[number].not_actions:
                element.negated |= 1 << number
        return element

    def _resources(self, among: int, values: Values) -> _Element:
        element = _Element()
        for bit in _bits(among):
            number = bit.bit_length() - 1
            negated = bool(self.statements[number].not_resources)
            if negated:
                element.negated |= bit
            for glob in self.resource_globs[number]:
                reading = read(glob, values)
                if reading is not None:
                    element.add(bit, reading.glob, reading.open)
                elif negated:
                    # AWS says that such a pattern matches no resource, and that such a statement may be invalid.
                    element.free |= bit
        if self.platform == "kubernetes" and element.negated:
            element.shape(*KUBERNETES_SHAPES)
        return element

    def _hits(self, values: Values) -> Iterator[_Hit]:
        """Every class of requests that breaks the inclusion under these values of variables."""
        cut: dict[str, list[tuple[int, KeyClass]]] = {}
        actions = self._actions()
        walk = Walk(actions.globs, self.meter, actions.needed(self.allowing))
        seen_actions: set[int] = set()
        seen: set[int] = set()
        for state in walk:
            ((by_action, _),) = actions.matching(state)
            if by_action in seen_actions or not self.may_still(by_action):
                continue
            seen_actions.add(by_action)
            self.action_sets += 1
            resources = self._resources(by_action, values)
            inner = Walk(resources.globs, self.meter, resources.needed([allow & by_action for allow in self.allowing]))
            for place in inner:
                for by_resource, chosen in resources.matching(place):
                    matching = by_resource & by_action
                    if matching in seen:
                        continue
                    seen.add(matching)
                    self.statement_sets += 1
                    if not self.may_break(matching):
                        continue
                    found = self._context(matching, values, cut)
                    if found is None:
                        continue
                    text = resources.globs.readable(inner.text(place))
                    hints = tuple((resources.unknown.parts(one), text) for one in chosen)
                    yield _Hit(
                        actions.globs.readable(walk.text(state)), text, found[0], by_action, matching, hints + found[1]
                    )

    def _classes(
        self, key: str, values: Values, cut: dict[str, list[tuple[int, KeyClass]]]
    ) -> list[tuple[int, KeyClass]]:
        """Classes of a key, each with the statements that it keeps from matching."""
        if key not in cut:
            conditions = self.keys[key]
            owners = [self.under[condition] for condition in conditions]
            found: list[tuple[int, KeyClass]] = []
            for one in classes(self.platform, key, conditions, self.meter, values):
                falsified = 0
                for number, owner in enumerate(owners):
                    if self.platform == "gcp" and one.value is None and not one.doubt:
                        falsified |= self._lacking(conditions[number], owner, bool(one.holds >> number & 1))
                    elif not one.holds >> number & 1:
                        falsified |= owner
                found.append((falsified, one))
            cut[key] = found
        return cut[key]

    def _lacking(self, condition: Condition, owner: int, holds: bool) -> int:
        """The statements of Google Cloud that a condition on a key which the request lacks keeps from matching.

        Such a condition fails an allow and lets a deny hold (https://docs.cloud.google.com/iam/docs/deny-overview).
        """
        if condition.operator == "Null" or condition.operator.endswith("IfExists"):
            return 0 if holds else owner
        return sum(bit for bit in _bits(owner) if self.statements[bit.bit_length() - 1].effect == "allow")

    def _context(
        self, matching: int, values: Values, cut: dict[str, list[tuple[int, KeyClass]]]
    ) -> tuple[dict[str, Value], tuple[Hint, ...]] | None:
        """A context in which these statements break the inclusion, with what unknown texts must match in it."""
        options: list[tuple[str, list[tuple[int, KeyClass]]]] = []
        for key, owners in self.on_key.items():
            if not owners & matching:
                continue
            best: dict[int, KeyClass] = {}
            for falsified, one in self._classes(key, values, cut):
                known = best.get(falsified & matching)
                if known is None or _doubtful(one) < _doubtful(known):
                    best[falsified & matching] = one
            options.append((key, sorted(best.items(), key=lambda item: _doubtful(item[1]))))
        if len(options) > _KEY_LIMIT:
            raise ElementUndecidedError(f"more than {_KEY_LIMIT} condition keys stand in one question")
        options.sort(key=lambda option: len(option[1]))
        seen: set[tuple[int, int, bool]] = set()
        chosen: list[KeyClass] = []

        def look(at: int, left: int, doubt: str) -> bool:
            self.meter.spend(1)
            if (at, left, bool(doubt)) in seen or not self.may_still(left):
                return False
            seen.add((at, left, bool(doubt)))
            if at == len(options):
                self.meter.leaves += 1
                if not self.breaks(left):
                    return False
                if doubt:
                    self.doubt = self.doubt or doubt
                    return False
                return True
            for falsified, one in options[at][1]:
                chosen.append(one)
                if look(at + 1, left & ~falsified, doubt or one.doubt):
                    return True
                chosen.pop()
            return False

        if not look(0, matching, ""):
            return None
        context = {key: one.value for (key, _), one in zip(options, chosen, strict=True)}
        return context, tuple(hint for one in chosen for hint in one.hints)

    # --- witnesses ------------------------------------------------------------------------------------------------

    def _witness(self, hit: _Hit, values: Values) -> Witness:
        action, resource = hit.action, hit.resource
        if shapes := _SHAPES.get(self.platform):
            action = self._shaped(self._actions(), shapes[0], hit.by_action, self.everything) or action
            element = self._resources(hit.by_action, values)
            resource = self._shaped(element, shapes[1], hit.matching, hit.by_action) or resource
        known = {key: given for key, given in values.items() if not isinstance(given, AnyText)}
        return Witness(action, resource, {**hit.context, **known})

    def _shaped(self, element: _Element, shape: str, wanted: int, among: int) -> str | None:
        """A text of the wanted class that looks like one of the platform; None where there is none close by."""
        number = element.globs.add(tokens(shape))
        accepting = element.globs.accepting[number]
        walk = Walk(element.globs, Meter(_SHAPE_STEPS, 0.5))
        try:
            for state in walk:
                if state & accepting and any(mask & among == wanted for mask, _ in element.matching(state)):
                    return element.globs.readable(walk.text(state))
        except OutOfBudgetError:
            return None
        return None


def _doubtful(one: KeyClass) -> int:
    return 2 if one.doubt else 1 if one.hints else 0


def _guessed(values: Values, hints: Sequence[Hint]) -> Iterator[dict[str, Given]]:
    """Texts for variables of which only something is known: any that will do, then what makes the hints true."""
    samples: dict[str, Given] = {
        name: (given.sample or f"value{number}") if isinstance(given, AnyText) else given
        for number, (name, given) in enumerate(values.items())
    }
    yield samples
    together: dict[str, Given] = dict(samples)
    for glob, text in hints:
        for guess in guesses(glob, text, values):
            yield {**samples, **guess}
            together |= guess
    yield together
