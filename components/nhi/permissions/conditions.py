"""The values that a condition key can have, cut into the few classes that the conditions on it tell apart.

Owns the operators of IAM and what each of them answers for a value, for several values and for an absent key
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
Every platform writes its conditions with these operators. Does not own which statement a condition belongs to, nor the
search over classes of several keys (`permissions.proof`).

The values of policy variables are given (`permissions.variables`). Where one is some text that is not known, the
conditions with it may hold or not, each combination that is possible being a class.

Where a key cannot be cut exactly (operators of two kinds, an unknown operator, a value that is not understood), nothing
is assumed about its conditions but that equal ones have equal answers: every combination is a class, and every such
class is marked as a doubt. What holds in all of them is proved; what fails only there is undecided.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal

from nhi.contract import Platform
from nhi.permissions.automaton import Globs, Meter, Token, signatures, tokens
from nhi.permissions.model import Condition
from nhi.permissions.variables import (
    AnyText,
    Given,
    OpenGlobs,
    Part,
    Reading,
    Values,
    VariableUndecidedError,
    parts,
    read,
)

Kind = Literal["text", "number", "date", "bool", "address", "null"]
Value = str | tuple[str, ...] | None

DOUBT_LIMIT: Final = 10
"""Conditions with unknown answers on one key; every combination of answers is tried."""

MULTI_VALUED: Final = frozenset(
    line
    for line in Path(__file__).with_name("multi_valued.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
"""Keys that AWS documents as holding several values; an operator without set prefix is not defined on several.

A key that ends in `/` stands for every key that begins with it.
"""

_ELSEWHERE: Final[Mapping[Platform, Mapping[str, Literal["Date", "String"]]]] = {
    "gcp": {"request.time": "Date", "resource.name": "String", "resource.type": "String", "resource.service": "String"},
    "kubernetes": {"request.time": "Date"},
    "entra": {"request.time": "Date", "user": "String"},
}
"""The keys that the other platforms have, and the family of operators on each."""

_SIGNS: Final = {
    "==": "Equals",
    "<": "LessThan",
    "<=": "LessThanEquals",
    ">": "GreaterThan",
    ">=": "GreaterThanEquals",
}


class ConditionUndecidedError(ValueError):
    """More than can be tried out. The caller must count that as undecided."""


class UnclearError(ValueError):
    """Why a key cannot be cut exactly."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator taken apart: `ForAllValues:StringNotEqualsIfExists`."""

    name: str
    kind: Kind
    negated: bool
    if_exists: bool
    prefix: Literal["", "ForAllValues", "ForAnyValue"]


@dataclass(frozen=True, slots=True)
class KeyClass:
    """One class of values: which conditions on the key hold (a mask), an example, and why it is in doubt.

    `hints` are globs with unknown texts that must match a text for the class to be real.
    """

    holds: int
    value: Value
    doubt: str = ""
    hints: tuple[Hint, ...] = ()


Hint = tuple[tuple[Part, ...], str]


_TEXT_NAMES = tuple(
    f"{head}{word}{tail}" for head in ("String", "Arn") for word in ("", "Not") for tail in ("Equals", "Like")
)
_BEGINS: Final = "startsWith"
_ORDER_NAMES = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys((*_TEXT_NAMES, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _BEGINS), "text"),
    **dict.fromkeys((f"Numeric{name}" for name in _ORDER_NAMES), "number"),
    **dict.fromkeys((f"Date{name}" for name in _ORDER_NAMES), "date"),
    "Bool": "bool",
    "IpAddress": "address",
    "NotIpAddress": "address",
    "Null": "null",
}

_COMPARE: Final[dict[str, Callable[[Fraction, Fraction], bool]]] = {
    "Equals": lambda a, b: a == b,
    "NotEquals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}

_PREFIXES: Final[dict[str, Literal["ForAllValues", "ForAnyValue"]]] = {
    "ForAllValues": "ForAllValues",
    "ForAnyValue": "ForAnyValue",
}
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def operator(text: str) -> Operator | None:
    """An operator as written; None for one that is not known. Names are case-sensitive here."""
    prefix, colon, base = text.rpartition(":")
    if (prefix and prefix not in _PREFIXES) or (colon and not prefix):
        return None
    name = base.removesuffix("IfExists")
    kind = _KINDS.get(name)
    if kind is None or (kind == "null" and (name != base or prefix)):
        return None
    negated = "Not" in name
    return Operator(name, kind, negated, name != base, "" if not prefix else _PREFIXES[prefix])


def variable_keys(condition: Condition) -> Iterator[str]:
    """The values of an AWS condition in which variables are resolved: String and Arn operators."""
    one = operator(condition.operator)
    if one is not None and one.kind == "text":
        yield from (value for value in condition.values if "${" in value)


def several(key: str) -> bool:
    """Whether AWS documents the key as holding several values."""
    return key in MULTI_VALUED or (f"{key.rpartition('/')[0]}/") in MULTI_VALUED


def classes(
    platform: Platform, key: str, conditions: Sequence[Condition], meter: Meter, values: Values
) -> tuple[KeyClass, ...]:
    """The classes of one key's values, given those of variables. Bit *i* of `holds` answers `conditions[i]`.

    Raises `ConditionUndecidedError` where too many answers are unknown, and `OutOfBudgetError`.
    """
    try:
        found = _exact(platform, key, conditions, meter, values)
    except (UnclearError, VariableUndecidedError) as unclear:
        found = _opaque(conditions, f"condition key {key}: {unclear}", meter)
    if key in values:
        given = values[key]
        # Opaque classes have no value, but stand for present ones as well.
        return tuple(one for one in found if one.doubt or (one.value is None) == (given is None))
    return found


def givens(conditions: Sequence[Condition], meter: Meter) -> list[Given]:
    """The values of an AWS key that variables take, as cases that cover all: nothing, some texts, and any other text.

    The conditions on the key tell texts apart. Raises `OutOfBudgetError`.
    """
    hard = [one for one in conditions if not any("${" in value for value in one.values)]
    found: list[Given] = [None]
    kinds = {one.kind for one in map(operator, (each.operator for each in hard)) if one is not None}
    if kinds <= {"null"}:
        return [None, AnyText()]
    if kinds <= {"bool", "null"}:
        return [None, "true", "false"]
    if not kinds <= {"text", "null"}:
        return [None, AnyText()]
    try:
        globs, marks = _marked(hard)
    except (UnclearError, VariableUndecidedError):
        return [None, AnyText()]
    for mask, sample in signatures(globs, meter).items():
        matched = frozenset(mark for number, mark in enumerate(marks) if mask >> number & 1)
        literal = [glob for glob, how in matched if not how and all(kind == "text" for kind, _ in glob)]
        if literal:
            found.append(sample)
            continue
        wild = [glob for glob, how in matched if not how]
        glob = max(wild, key=len, default=AnyText().glob)
        found.append(AnyText(glob, matched, sample))
    return found


def _marked(conditions: Sequence[Condition]) -> tuple[Globs, list[tuple[tuple[Token, ...], str]]]:
    """The globs of conditions on texts without variables, and for each how it is told from others."""
    globs = Globs()
    marks: list[tuple[tuple[Token, ...], str]] = []
    for condition in conditions:
        one = operator(condition.operator)
        if one is None or one.kind == "null":
            continue
        for value in condition.values:
            reading = reading_of(one, value, {})
            if reading is not None:
                mark = (reading.glob, "folded" if one.name.endswith("IgnoreCase") else "")
                globs.add(mark[0], folded=bool(mark[1]))
                marks.append(mark)
    return globs, marks


def _opaque(conditions: Sequence[Condition], doubt: str, meter: Meter) -> tuple[KeyClass, ...]:
    if len(conditions) > DOUBT_LIMIT:
        raise ConditionUndecidedError(f"{doubt}, and more than {DOUBT_LIMIT} conditions stand on it")
    meter.spend(1 << len(conditions))
    return tuple(KeyClass(holds, None, doubt) for holds in range(1 << len(conditions)))


def parsed_operator(platform: Platform, key: str, condition: Condition) -> Operator:
    """The operator of a condition, in the words of IAM. Raises `UnclearError`."""
    name = condition.operator
    if platform != "aws":
        family = _ELSEWHERE[platform].get(key)
        if family is None:
            raise UnclearError(f"{platform} has no such key that is known")
        if name in _SIGNS and (family == "Date" or name == "=="):
            name = family + _SIGNS[name]
        if name not in ("Null", _BEGINS if family == "String" else "Null") and not name.startswith(family):
            raise UnclearError(f"operator {condition.operator!r} is not one that it takes")
    one = operator(name)
    if one is None or (one.name == _BEGINS and (platform == "aws" or name != _BEGINS)):
        raise UnclearError(f"operator {condition.operator!r} is not one that can be decided")
    if not condition.values:
        raise UnclearError(f"{condition.operator} has no value")
    if any("${" in value for value in condition.values) and (platform != "aws" or one.kind != "text"):
        raise UnclearError("a policy variable stands where none is resolved")
    return one


def _exact(
    platform: Platform, key: str, conditions: Sequence[Condition], meter: Meter, values: Values
) -> tuple[KeyClass, ...]:
    parsed = [parsed_operator(platform, key, condition) for condition in conditions]
    kinds: set[Kind] = {one.kind for one in parsed if one.kind != "null"}
    if len(kinds) > 1:
        raise UnclearError(f"operators of different kinds stand on it ({', '.join(sorted(kinds))})")
    kind: Kind = next(iter(kinds)) if kinds else "null"

    nulls = present = absent = 0
    elements: list[int] = []
    for number, (condition, one) in enumerate(zip(conditions, parsed, strict=True)):
        bit = 1 << number
        if one.kind == "null":
            nulls |= bit
            if not set(condition.values) <= {"true", "false"}:
                raise UnclearError("Null has a value other than true and false")
            present |= bit if "false" in condition.values else 0
            absent |= bit if "true" in condition.values else 0
            continue
        elements.append(number)
        if one.if_exists or one.prefix == "ForAllValues" or (one.negated and not one.prefix):
            absent |= bit
    atoms = [(number, parsed[number], conditions[number].values) for number in elements]
    found = _VALUES[kind](atoms, meter, values, values.get(key))

    prefixed = [number for number in elements if parsed[number].prefix]
    result = [KeyClass(absent, None)]
    many = bool(prefixed) or (platform == "aws" and several(key.lower()))
    for one in found:
        assert isinstance(one.value, str)
        result.append(replace(one, holds=one.holds | present, value=(one.value,) if many else one.value))
    if many and elements:
        every = any_of = 0
        for number in prefixed:
            if parsed[number].prefix == "ForAllValues":
                every |= 1 << number
            else:
                any_of |= 1 << number
        plain = [number for number in elements if number not in prefixed]
        result += _several(key, found, every, any_of, present, plain, meter)
    return tuple(result)


def _several(
    key: str, values: Sequence[KeyClass], every: int, any_of: int, present: int, plain: Sequence[int], meter: Meter
) -> list[KeyClass]:
    """Classes of two and more values at once: ForAllValues needs all of them, ForAnyValue one.

    An operator without prefix is not defined on several values, so its answer is free there.
    """
    if len(plain) > DOUBT_LIMIT:
        raise ConditionUndecidedError(f"condition key {key}: more than {DOUBT_LIMIT} operators without set prefix")
    free = [0]
    for number in plain:
        free += [chosen | 1 << number for chosen in free]
    doubt = f"condition key {key}: an operator without set prefix is not defined on several values" if plain else ""
    layer: list[tuple[int, tuple[KeyClass, ...]]] = [(one.holds & (every | any_of), (one,)) for one in values]
    # Several values of one class answer as one of them does, but for an operator without prefix.
    found = dict(layer) if plain else {}
    for _ in range(len(values)):
        following: list[tuple[int, tuple[KeyClass, ...]]] = []
        for holds, members in layer:
            for more in values:
                meter.spend(1)
                if more in members:
                    continue
                both = holds & more.holds & every | (holds | more.holds) & any_of
                if both not in found:
                    found[both] = (*members, more)
                    following.append((both, (*members, more)))
        layer = following
    meter.spend(len(found) * len(free))
    return [
        KeyClass(
            holds | chosen | present,
            tuple(one.value for one in members if isinstance(one.value, str)),
            doubt,
            tuple(hint for one in members for hint in one.hints),
        )
        for holds, members in found.items()
        for chosen in free
    ]


_Atoms = Sequence[tuple[int, Operator, tuple[str, ...]]]


def reading_of(one: Operator, value: str, values: Values) -> Reading | None:
    """What a value of an operator on texts matches; None where a variable in it has no value."""
    if one.name == _BEGINS:
        return Reading((*tokens(value, stars=False, questions=False), ("star", "")))
    arn = one.name.startswith("Arn")
    wild = arn or one.name.endswith("Like")
    pattern = parts(value, stars=wild, questions=wild)
    reading = read(pattern, values)
    if reading is None or not arn:
        return reading
    literal = reading.glob if reading.open is None else [part for part in pattern if isinstance(part, tuple)]
    if sum(part == ("text", ":") for part in literal) < 5:
        raise UnclearError(f"{one.name} compares the six parts of an ARN, and a value has fewer")
    # A text that is not known may hold a colon itself, so which part a wildcard after it stands in is not known.
    return reading if reading.open is not None else Reading(_part_wise(reading.glob))


def _part_wise(glob: Sequence[Token]) -> tuple[Token, ...]:
    """The glob of an ARN, whose wildcards do not cross a `:` before its sixth part."""
    colons = 0
    found: list[Token] = []
    for kind, character in glob:
        found.append((kind, ":") if kind != "text" and colons < 5 else (kind, character))
        colons += (kind, character) == ("text", ":")
    return tuple(found)


def _texts(atoms: _Atoms, meter: Meter, values: Values, given: Given) -> list[KeyClass]:
    globs = Globs()
    unknown = OpenGlobs()
    owners: list[int] = []
    numbers: list[int | None] = []
    open_owners: dict[int, int] = {}
    marks: list[tuple[tuple[Token, ...], str]] = []
    negated = 0
    for number, one, wanted in atoms:
        if one.negated:
            negated |= 1 << number
        folded = one.name.endswith("IgnoreCase")
        for value in wanted:
            if folded and not value.isascii():
                raise UnclearError(f"{one.name} has a value with letters outside ASCII")
            reading = reading_of(one, value, values)
            if reading is None:
                continue
            globs.add(reading.glob, folded=folded)
            owners.append(1 << number)
            marks.append((reading.glob, "folded" if folded else ""))
            if reading.open is None:
                numbers.append(None)
                continue
            how = "folded" if folded else "arn" if one.name.startswith("Arn") else ""
            known = unknown.number(reading.open, how)
            numbers.append(known)
            open_owners[known] = open_owners.get(known, 0) | 1 << number
    if isinstance(given, str):
        live = globs.read(given)
        mask = sum(1 << number for number, bit in enumerate(globs.accepting) if live & bit)
        signed = {mask: given}
    else:
        signed = signatures(globs, meter)
    found: dict[int, KeyClass] = {}
    for mask, text in signed.items():
        holds = 0
        maybe: list[int] = []
        matched: set[object] = set()
        while mask:
            low = mask & -mask
            mask ^= low
            place = low.bit_length() - 1
            known = numbers[place]
            if known is None:
                holds |= owners[place]
                matched.add(marks[place])
            elif known not in maybe:
                maybe.append(known)
        if isinstance(given, AnyText) and given.matched is not None and given.matched != matched:
            continue
        for chosen in unknown.sets(maybe) if maybe else ((),):
            meter.spend(1)
            answer = holds
            for one in chosen:
                answer |= open_owners[one]
            hints = tuple((unknown.parts(one), text) for one in chosen)
            found.setdefault(answer ^ negated, KeyClass(answer ^ negated, text, "", hints))
    return list(found.values())


def number_of(text: str) -> Fraction:
    """A plain decimal. Raises `UnclearError`."""
    if not _DECIMAL.fullmatch(text):
        raise UnclearError("a number is not a plain decimal")
    return Fraction(text)


_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def moment_of(text: str) -> Fraction:
    """Seconds since 1970 of a moment in ISO 8601, or of such seconds. Raises `UnclearError`."""
    # Four digits alone could be a year.
    if _DECIMAL.fullmatch(text) and not re.fullmatch(r"-.*|[0-9]{4}", text):
        return Fraction(text)
    match = _ISO.fullmatch(text)
    if match is None:
        raise UnclearError("a date is neither ISO 8601 nor seconds since 1970")
    if not match[1]:
        raise UnclearError("a date has no time zone")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnclearError("a date is neither ISO 8601 nor seconds since 1970") from None
    return Fraction((moment - _EPOCH) // timedelta(microseconds=1), 1_000_000)


def decimal_text(value: Fraction) -> str:
    """A number whose denominator has only the factors 2 and 5, in full."""
    if value.denominator == 1:
        return str(value.numerator)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = abs(value * 10**digits).numerator
    head, tail = divmod(whole, 10**digits)
    return f"{'-' if value < 0 else ''}{head}.{tail:0{digits}d}"


def iso_text(value: Fraction) -> str:
    """A moment in ISO 8601; in seconds since 1970 where there is no such year."""
    micros = value * 1_000_000
    try:
        if micros.denominator == 1:
            return (_EPOCH + timedelta(microseconds=micros.numerator)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        pass
    return decimal_text(value)


_Read = Callable[[str], Fraction]
_Write = Callable[[Fraction], str]


def _line(read_one: _Read, write: _Write, atoms: _Atoms, margin: int, given: Given, meter: Meter) -> list[KeyClass]:
    """Classes of a line of numbers: below, at, between and above the numbers that the conditions name."""
    count = sum(len(wanted) for _, _, wanted in atoms)
    meter.spend(count * (1 if isinstance(given, str) else count) // 8)
    limits = [(number, one, [read_one(value) for value in wanted]) for number, one, wanted in atoms]
    cuts = sorted({limit for _, _, numbers in limits for limit in numbers})
    points = [cuts[0] - margin, *cuts, *((a + b) / 2 for a, b in itertools.pairwise(cuts)), cuts[-1] + margin]
    texts = [(point, write(point)) for point in points]
    if isinstance(given, str):
        texts = [(read_one(given), given)]
    found: dict[int, KeyClass] = {}
    for point, text in texts:
        holds = 0
        for number, one, numbers in limits:
            compare = _COMPARE[one.name.removeprefix("Numeric").removeprefix("Date")]
            if any(compare(point, limit) for limit in numbers) != one.negated:
                holds |= 1 << number
        found.setdefault(holds, KeyClass(holds, text))
    return list(found.values())


def _numbers(atoms: _Atoms, meter: Meter, _values: Values, given: Given) -> list[KeyClass]:
    return _line(number_of, decimal_text, atoms, 1, given, meter)


def _dates(atoms: _Atoms, meter: Meter, _values: Values, given: Given) -> list[KeyClass]:
    # A key whose values are all seconds is a clock in seconds (aws:EpochTime), so its example is one as well.
    seconds = all(_DECIMAL.fullmatch(value) for _, _, wanted in atoms for value in wanted)
    return _line(moment_of, decimal_text if seconds else iso_text, atoms, 86_400, given, meter)


def _bools(atoms: _Atoms, _meter: Meter, _values: Values, given: Given) -> list[KeyClass]:
    if any(value not in ("true", "false") for _, _, wanted in atoms for value in wanted):
        raise UnclearError("Bool has a value other than true and false")
    if isinstance(given, str) and given not in ("true", "false"):
        raise UnclearError("Bool is asked of a text")
    found: dict[int, KeyClass] = {}
    for text in (given,) if isinstance(given, str) else ("true", "false"):
        holds = sum(1 << number for number, _, wanted in atoms if text in wanted)
        found.setdefault(holds, KeyClass(holds, text))
    return list(found.values())


def networks_of(values: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """IP networks. Raises `UnclearError`."""
    try:
        return [ip_network(value) for value in values]
    except ValueError:
        raise UnclearError("a value is no IP network, or has bits beside its mask") from None


def _addresses(atoms: _Atoms, meter: Meter, _values: Values, given: Given) -> list[KeyClass]:
    networks = [(number, one, networks_of(wanted)) for number, one, wanted in atoms]
    found: dict[int, KeyClass] = {}
    for version, make, bits in ((4, IPv4Address, 32), (6, IPv6Address, 128)):
        ranges = [
            (number, one.negated, [(int(net[0]), int(net[-1])) for net in nets if net.version == version])
            for number, one, nets in networks
        ]
        cuts = {0} | {edge for _, _, pairs in ranges for first, last in pairs for edge in (first, last + 1)}
        if isinstance(given, str):
            cuts = {int(net[0]) for net in networks_of([given]) if net.version == version}
        cost = 1 + sum(len(pairs) for _, _, pairs in ranges) // 16
        for cut in sorted(cuts):
            meter.spend(cost)
            if cut >> bits:
                continue
            holds = sum(
                1 << number
                for number, negated, pairs in ranges
                if any(first <= cut <= last for first, last in pairs) != negated
            )
            found.setdefault(holds, KeyClass(holds, str(make(cut))))
    return list(found.values())


def _presence(_atoms: _Atoms, _meter: Meter, _values: Values, given: Given) -> list[KeyClass]:
    return [KeyClass(0, given if isinstance(given, str) else "x")]


_VALUES: Final[dict[Kind, Callable[[_Atoms, Meter, Values, Given], list[KeyClass]]]] = {
    "text": _texts,
    "number": _numbers,
    "date": _dates,
    "bool": _bools,
    "address": _addresses,
    "null": _presence,
}
