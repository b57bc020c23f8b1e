"""The question of the proof put to the solver cvc5, where it is installed (extra `prove`).

Owns the writing of the question as a formula over strings, numbers and truth values, and reading a model back as a
request. Asked when the proof's own budget is used up, and by the differential tests. Does not own what to do with the
answer: `permissions.proof` re-checks a request with the evaluator, and whatever the solver leaves open stays undecided.

The reading of patterns and operators is shared with the proof (`elements`, `conditions`, `variables`); the decision is
not: no classes, no automaton, no cases of variables. What AWS leaves open (a NotResource whose variable has no value)
is open to the solver too, so its request may be one that the evaluator does not confirm. What has no formula here
raises `NotEncodedError`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from nhi.contract import Platform
from nhi.permissions.algebra import normal
from nhi.permissions.automaton import Token
from nhi.permissions.conditions import (
    UnclearError,
    decimal_text,
    iso_text,
    moment_of,
    networks_of,
    number_of,
    parsed_operator,
    reading_of,
    several,
    variable_keys,
)
from nhi.permissions.elements import KUBERNETES_SHAPES, action_glob, apart, resource_glob
from nhi.permissions.model import Condition, PermissionSet, Statement, Witness
from nhi.permissions.variables import AnyText, Part, Variable, keys, parts

SECONDS: Final = 5.0
_LAST_CHARACTER: Final = 0x2FFFF
"""The last one that strings of the solver hold."""
_SET_LIMIT: Final = 8
"""Conditions with a set prefix on one key; as many values are asked for."""


class NotEncodedError(ValueError):
    """The question has no formula here, so the solver is not asked."""


def available() -> bool:
    """Whether cvc5 is installed."""
    return importlib.util.find_spec("cvc5") is not None


def ask(child: PermissionSet, parent: PermissionSet, seconds: float = SECONDS) -> bool | Witness | None:
    """True where the child lies inside the parent, a request where it does not, None where the solver does not say.

    Raises `NotEncodedError`, and ValueError for statements without a meaning.
    """
    question = _Question(child.platform, seconds)
    formula = question.violation(child, parent)
    return question.answer(formula)


@dataclass(slots=True)
class _Key:
    """The terms of one context key."""

    kind: str
    present: Any
    values: list[Any] = field(default_factory=list)
    inside: list[Any] = field(default_factory=list)
    wide: Any = None
    seconds: bool = False


class _Question:
    def __init__(self, platform: Platform, seconds: float) -> None:
        cvc5: Any = importlib.import_module("cvc5")  # of the extra `prove`; it has no types
        self.kind = cvc5.Kind
        self.terms = cvc5.TermManager()
        self.solver = cvc5.Solver(self.terms)
        self.solver.setLogic("ALL")
        self.solver.setOption("strings-exp", "true")
        self.solver.setOption("produce-models", "true")
        self.solver.setOption("tlimit-per", str(int(seconds * 1000)))
        self.platform: Platform = platform
        self.true, self.false = self.terms.mkTrue(), self.terms.mkFalse()
        self.action = self.terms.mkConst(self.terms.getStringSort(), "action")
        self.resource = self.terms.mkConst(self.terms.getStringSort(), "resource")
        self.speaks_without = self.terms.mkConst(self.terms.getBooleanSort(), "NotResource speaks without a value")
        self.keys: dict[str, _Key] = {}
        self.sides: list[Any] = []
        """What must hold of every request."""

    # --- small words ----------------------------------------------------------------------------------------------

    def _all(self, terms: Sequence[Any]) -> Any:
        return self._join(self.kind.AND, terms, self.true)

    def _any(self, terms: Sequence[Any]) -> Any:
        return self._join(self.kind.OR, terms, self.false)

    def _join(self, kind: Any, terms: Sequence[Any], without: Any) -> Any:
        return without if not terms else terms[0] if len(terms) == 1 else self.terms.mkTerm(kind, *terms)

    def _not(self, term: Any) -> Any:
        return self.terms.mkTerm(self.kind.NOT, term)

    def _text(self, text: str) -> Any:
        return self.terms.mkString(text)

    def _real(self, value: Fraction) -> Any:
        return self.terms.mkReal(value.numerator, value.denominator)

    def _int(self, value: int) -> Any:
        return self.terms.mkInteger(str(value))

    # --- globs ----------------------------------------------------------------------------------------------------

    def _regex(self, glob: Sequence[Token], folded: bool) -> Any:
        make, kind = self.terms.mkTerm, self.kind
        pieces: list[Any] = []
        for what, character in glob:
            if what == "text":
                signs = {character.lower(), character.upper()} if folded and character.isascii() else {character}
                one = [make(kind.STRING_TO_REGEXP, self._text(sign)) for sign in sorted(signs)]
                pieces.append(one[0] if len(one) == 1 else make(kind.REGEXP_UNION, *one))
                continue
            any_one = self._any_but(character)
            pieces.append(make(kind.REGEXP_STAR, any_one) if what == "star" else any_one)
        if not pieces:
            return make(kind.STRING_TO_REGEXP, self._text(""))
        return pieces[0] if len(pieces) == 1 else make(kind.REGEXP_CONCAT, *pieces)

    def _any_but(self, kept: str) -> Any:
        """Any one character but these; ranges are decided, where a difference is not."""
        make, kind = self.terms.mkTerm, self.kind
        if not kept:
            return self.terms.mkRegexpAllchar()
        ranges: list[Any] = []
        first = 0
        for sign in (*sorted(map(ord, kept)), _LAST_CHARACTER + 1):
            if first < sign:
                ends = (self.terms.mkString(f"\\u{{{code:x}}}", True) for code in (first, sign - 1))
                ranges.append(make(kind.REGEXP_RANGE, *ends))
            first = sign + 1
        return ranges[0] if len(ranges) == 1 else make(kind.REGEXP_UNION, *ranges)

    def _in(self, text: Any, glob: Sequence[Token], folded: bool = False) -> Any:
        if all(what == "text" for what, _ in glob) and not folded:
            return self.terms.mkTerm(self.kind.EQUAL, text, self._text("".join(sign for _, sign in glob)))
        return self.terms.mkTerm(self.kind.STRING_IN_REGEXP, text, self._regex(glob, folded))

    def _has_value(self, pattern: Sequence[Part]) -> Any:
        return self._all(
            [self.keys[one.key].present for one in pattern if isinstance(one, Variable) and one.default is None]
        )

    def _matches(self, text: Any, pattern: Sequence[Part], folded: bool = False) -> Any:
        """Whether a text matches a pattern; one with a variable is searched from the left, which finds it if any."""
        known = [part for part in pattern if not isinstance(part, Variable)]
        if len(known) == len(pattern):
            return self._in(text, known, folded)
        make, kind = self.terms.mkTerm, self.kind
        segments: list[list[Any]] = [[]]
        for part in pattern:
            if isinstance(part, Variable):
                value = self.keys[part.key].values[0]
                if part.default is not None:
                    value = make(kind.ITE, self.keys[part.key].present, value, self._text(part.default))
                segments[-1].append(value)
            elif part[0] == "text":
                segments[-1].append(self._text(part[1]))
            elif part == ("star", ""):
                segments.append([])
            else:
                raise NotEncodedError("a wildcard for one character beside a variable")
        whole = [self._join(kind.STRING_CONCAT, one, self._text("")) for one in segments]
        if folded:
            text = make(kind.STRING_TO_LOWER, text)
            whole = [make(kind.STRING_TO_LOWER, one) for one in whole]
        if len(whole) == 1:
            return self._all([self._has_value(pattern), make(kind.EQUAL, text, whole[0])])
        length = lambda one: make(kind.STRING_LENGTH, one)  # noqa: E731
        demands = [self._has_value(pattern), make(kind.STRING_PREFIX, whole[0], text)]
        at = length(whole[0])
        for segment in whole[1:-1]:
            found = make(kind.STRING_INDEXOF, text, segment, at)
            demands.append(make(kind.GEQ, found, self._int(0)))
            at = make(kind.ADD, found, length(segment))
        demands.append(make(kind.STRING_SUFFIX, whole[-1], text))
        demands.append(make(kind.GEQ, make(kind.SUB, length(text), length(whole[-1])), at))
        return self._all(demands)

    # --- keys -----------------------------------------------------------------------------------------------------

    def _declare(self, statements: Sequence[Statement]) -> None:
        on_key: dict[str, list[Condition]] = {}
        variables: set[str] = set()
        for statement in statements:
            if self.platform == "aws":
                for pattern in (*statement.resources, *statement.not_resources):
                    variables |= keys(pattern)
            for condition in statement.conditions:
                on_key.setdefault(condition.key, []).append(condition)
                if self.platform == "aws":
                    for value in variable_keys(condition):
                        variables |= keys(value)
        for key in sorted({*on_key, *variables}):
            self.keys[key] = self._key(key, tuple(dict.fromkeys(on_key.get(key, ()))), key in variables)

    def _key(self, key: str, conditions: Sequence[Condition], variable: bool) -> _Key:
        try:
            operators = [parsed_operator(self.platform, key, one) for one in conditions]
        except UnclearError as unclear:
            raise NotEncodedError(str(unclear)) from None
        kinds = {one.kind for one in operators} - {"null"}
        prefixed = sum(bool(one.prefix) for one in operators)
        plain = any(not one.prefix and one.kind != "null" for one in operators)
        many = bool(prefixed) or (self.platform == "aws" and several(key))
        if len(kinds) > 1 or (many and (plain or variable)) or prefixed > _SET_LIMIT:
            raise NotEncodedError(f"condition key {key} is of several kinds, or of several values")
        kind = next(iter(kinds), "text" if variable else "null")
        if variable and kind != "text":
            raise NotEncodedError(f"condition key {key} is a variable and no text")
        make = self.terms.mkConst
        found = _Key(kind, make(self.terms.getBooleanSort(), f"has {key}"))
        sort = {
            "text": self.terms.getStringSort(),
            "number": self.terms.getRealSort(),
            "date": self.terms.getRealSort(),
            "bool": self.terms.getBooleanSort(),
            "address": self.terms.getIntegerSort(),
        }.get(kind)
        if sort is None:
            return found
        found.seconds = all(value.isdecimal() for one in conditions for value in one.values)
        count = max(1, prefixed) if many else 1
        found.values = [make(sort, f"{key} {number}") for number in range(count)]
        if many:
            found.inside = [make(self.terms.getBooleanSort(), f"{key} has {number}") for number in range(count)]
            self.sides.append(self.terms.mkTerm(self.kind.EQUAL, found.present, self._any(found.inside)))
        if kind == "address":
            found.wide = make(self.terms.getBooleanSort(), f"{key} is v6")
            limit = self.terms.mkTerm(self.kind.ITE, found.wide, self._int(1 << 128), self._int(1 << 32))
            for value in found.values:
                self.sides.append(self.terms.mkTerm(self.kind.GEQ, value, self._int(0)))
                self.sides.append(self.terms.mkTerm(self.kind.LT, value, limit))
        if variable:
            # A value with a wildcard is one that AWS does not document, and no tag or name of IAM has it.
            for sign in "*?":
                self.sides.append(
                    self._not(self.terms.mkTerm(self.kind.STRING_CONTAINS, found.values[0], self._text(sign)))
                )
        return found

    def _holds(self, condition: Condition, effect: str) -> Any:
        key = self.keys[condition.key]
        one = parsed_operator(self.platform, condition.key, condition)
        if one.kind == "null":
            if not set(condition.values) <= {"true", "false"}:
                raise NotEncodedError("Null has a value other than true and false")
            wanted = [key.present] if "false" in condition.values else []
            return self._any([*wanted, *([self._not(key.present)] if "true" in condition.values else [])])
        absent = one.if_exists or one.prefix == "ForAllValues" or (one.negated and not one.prefix)
        if self.platform == "gcp" and not condition.operator.endswith("IfExists"):
            absent = effect == "deny"
        try:
            found = [self._one(key, value, one, condition.values) for value in key.values]
        except UnclearError as unclear:
            raise NotEncodedError(str(unclear)) from None
        if one.negated:
            found = [self._not(each) for each in found]
        make, kind = self.terms.mkTerm, self.kind
        if one.prefix == "ForAllValues":
            met = self._all([make(kind.IMPLIES, has, each) for has, each in zip(key.inside, found, strict=True)])
        elif one.prefix:
            met = self._any([make(kind.AND, has, each) for has, each in zip(key.inside, found, strict=True)])
        else:
            met = found[0]
        return make(kind.ITE, key.present, met, self.terms.mkBoolean(absent))

    def _one(self, key: _Key, value: Any, one: Any, wanted: Sequence[str]) -> Any:
        """Whether one value of a key is among the wanted ones."""
        make, kind = self.terms.mkTerm, self.kind
        if one.kind == "text":
            return self._any([self._like(value, one, text) for text in wanted])
        if one.kind == "bool":
            if not set(wanted) <= {"true", "false"}:
                raise UnclearError("Bool has a value other than true and false")
            return self._any([value if text == "true" else self._not(value) for text in wanted])
        if one.kind == "address":
            return self._any([self._within(key, value, network) for network in networks_of(wanted)])
        read = number_of if one.kind == "number" else moment_of
        compare = {
            "Equals": kind.EQUAL,
            "NotEquals": kind.EQUAL,
            "LessThan": kind.LT,
            "LessThanEquals": kind.LEQ,
            "GreaterThan": kind.GT,
            "GreaterThanEquals": kind.GEQ,
        }[one.name.removeprefix("Numeric").removeprefix("Date")]
        return self._any([make(compare, value, self._real(read(text))) for text in wanted])

    def _like(self, value: Any, one: Any, text: str) -> Any:
        folded = one.name.endswith("IgnoreCase")
        if folded and not text.isascii():
            raise UnclearError("a folded value has letters outside ASCII")
        if "${" not in text or self.platform != "aws":
            reading = reading_of(one, text, {})
            assert reading is not None  # no variable is in it
            return self._in(value, reading.glob, folded)
        if one.name.startswith("Arn"):
            reading_of(one, text, dict.fromkeys(keys(text), AnyText()))  # says where parts are missing
            raise NotEncodedError("a variable in the ARN of a condition")
        wild = one.name.endswith("Like")
        return self._matches(value, parts(text, stars=wild, questions=wild), folded)

    def _within(self, key: _Key, value: Any, network: Any) -> Any:
        make, kind = self.terms.mkTerm, self.kind
        return self._all(
            [
                key.wide if network.version == 6 else self._not(key.wide),
                make(kind.GEQ, value, self._int(int(network[0]))),
                make(kind.LEQ, value, self._int(int(network[-1]))),
            ]
        )

    # --- statements -----------------------------------------------------------------------------------------------

    def violation(self, child: PermissionSet, parent: PermissionSet) -> Any:
        """That a request is permitted by the child and not by the parent."""
        sides = [
            [
                [part for one in policy.statements for part in apart(self.platform, normal(self.platform, one))]
                for policy in permissions.policies
            ]
            for permissions in (child, parent)
        ]
        self._declare([one for side in sides for policy in side for one in policy])
        if self.platform == "kubernetes":
            self.sides.append(self._any([self._in(self.resource, shape) for shape in KUBERNETES_SHAPES]))
        inside, outside = ([([(self._speaks(one), one.effect) for one in policy]) for policy in side] for side in sides)
        permitted = self._all([self._permits(policy) for policy in inside]) if inside else self.false
        refused = self._not(self._all([self._permits(policy) for policy in outside])) if outside else self.true
        return self._all([permitted, refused, *self.sides])

    def _permits(self, policy: Sequence[tuple[Any, str]]) -> Any:
        allows = [speaks for speaks, effect in policy if effect == "allow"]
        denies = [speaks for speaks, effect in policy if effect == "deny"]
        return self._all([self._any(allows), self._not(self._any(denies))])

    def _speaks(self, statement: Statement) -> Any:
        actions = [
            self._in(self.action, action_glob(self.platform, pattern))
            for pattern in statement.actions or statement.not_actions
        ]
        patterns = [resource_glob(self.platform, pattern) for pattern in statement.resources or statement.not_resources]
        action = self._any(actions)
        resource = self._any([self._matches(self.resource, pattern) for pattern in patterns])
        if statement.not_actions:
            action = self._not(action)
        if statement.not_resources:
            known = self._all([self._has_value(pattern) for pattern in patterns])
            resource = self._all([self._not(resource), self._any([known, self.speaks_without])])
        return self._all([action, resource, *(self._holds(one, statement.effect) for one in statement.conditions)])

    # --- the answer -----------------------------------------------------------------------------------------------

    def answer(self, formula: Any) -> bool | Witness | None:
        """What the solver says of a formula."""
        self.solver.assertFormula(formula)
        result = self.solver.checkSat()
        if result.isUnsat():
            return True
        if not result.isSat():
            return None
        value = self.solver.getValue
        context: dict[str, str | tuple[str, ...] | None] = {}
        for name, key in self.keys.items():
            if not value(key.present).getBooleanValue():
                context[name] = None
            elif key.inside:
                chosen = (
                    self._read(key, one)
                    for one, has in zip(key.values, key.inside, strict=True)
                    if value(has).getBooleanValue()
                )
                context[name] = tuple(dict.fromkeys(chosen))
            else:
                context[name] = self._read(key, key.values[0]) if key.values else "x"
        return Witness(value(self.action).getStringValue(), value(self.resource).getStringValue(), context)

    def _read(self, key: _Key, term: Any) -> str:
        value = self.solver.getValue(term)
        if key.kind == "text":
            return value.getStringValue()
        if key.kind == "bool":
            return "true" if value.getBooleanValue() else "false"
        if key.kind == "address":
            return _address(int(value.getIntegerValue()), self.solver.getValue(key.wide).getBooleanValue())
        number = Fraction(value.getRealValue())
        return iso_text(number) if key.kind == "date" and not key.seconds else decimal_text(number)


def _address(number: int, wide: bool) -> str:
    from ipaddress import IPv4Address, IPv6Address

    return str(IPv6Address(number) if wide else IPv4Address(number))
