"""The values that a condition key can have, cut into the few classes that the conditions on it tell apart.

Owns the operators of IAM and what each of them answers for a value, for several values and for an absent key
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
Every platform writes its conditions with these operators. Does not own which statement a condition belongs to, nor the
search over classes of several keys (`permissions.proof`).

Where a key cannot be cut exactly (operators of two kinds, an unknown operator, a value that is not understood, a policy
variable), nothing is assumed about its conditions but that equal ones have equal answers: every combination is a class,
and every such class is marked as a doubt. What holds in all of them is proved; what fails only there is undecided.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, Literal

from nhi.contract import Platform
from nhi.permissions.automaton import Globs, Meter, signatures, tokens
from nhi.permissions.model import Condition

Kind = Literal["text", "number", "date", "bool", "address", "null"]
Value = str | tuple[str, ...] | None

DOUBT_LIMIT: Final = 10
"""Conditions with unknown answers on one key; every combination of answers is tried."""

MULTI_VALUED: Final = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
        "dynamodb:attributes",
        "dynamodb:leadingkeys",
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "sts:identitytokenaudience",
        "sts:transitivetagkeys",
    }
)
"""Keys that AWS documents as holding several values; an operator without set prefix is not defined on several."""


class ConditionUndecidedError(ValueError):
    """More than can be tried out. The caller must count that as undecided."""


class _UnclearError(ValueError):
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
    """One class of values: which conditions on the key hold (a mask), an example, and why it is in doubt."""

    holds: int
    value: Value
    doubt: str = ""


_TEXT_NAMES = tuple(
    f"{head}{word}{tail}" for head in ("String", "Arn") for word in ("", "Not") for tail in ("Equals", "Like")
)
_ORDER_NAMES = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys((*_TEXT_NAMES, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), "text"),
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


def classes(platform: Platform, key: str, conditions: Sequence[Condition], meter: Meter) -> tuple[KeyClass, ...]:
    """The classes of one key's values. Bit *i* of `holds` answers `conditions[i]`.

    Raises `ConditionUndecidedError` where too many answers are unknown, and `OutOfBudgetError`.
    """
    try:
        return _exact(platform, key, conditions, meter)
    except _UnclearError as unclear:
        return _opaque(conditions, f"condition key {key}: {unclear}", meter)


def _opaque(conditions: Sequence[Condition], doubt: str, meter: Meter) -> tuple[KeyClass, ...]:
    if len(conditions) > DOUBT_LIMIT:
        raise ConditionUndecidedError(f"{doubt}, and more than {DOUBT_LIMIT} conditions stand on it")
    meter.spend(1 << len(conditions))
    return tuple(KeyClass(holds, None, doubt) for holds in range(1 << len(conditions)))


def _exact(platform: Platform, key: str, conditions: Sequence[Condition], meter: Meter) -> tuple[KeyClass, ...]:
    parsed: list[Operator] = []
    for condition in conditions:
        one = operator(condition.operator)
        if one is None:
            raise _UnclearError(f"operator {condition.operator!r} is not one that can be decided")
        if not condition.values:
            raise _UnclearError(f"{condition.operator} has no value")
        if platform == "aws" and any("${" in value for value in condition.values):
            raise _UnclearError("a policy variable in a condition value is not decided")
        parsed.append(one)
    kinds: set[Kind] = {one.kind for one in parsed if one.kind != "null"}
    if len(kinds) > 1:
        raise _UnclearError(f"operators of different kinds stand on it ({', '.join(sorted(kinds))})")
    kind: Kind = next(iter(kinds)) if kinds else "null"

    nulls = present = absent = 0
    elements: list[int] = []
    for number, (condition, one) in enumerate(zip(conditions, parsed, strict=True)):
        bit = 1 << number
        if one.kind == "null":
            nulls |= bit
            if not set(condition.values) <= {"true", "false"}:
                raise _UnclearError("Null has a value other than true and false")
            present |= bit if "false" in condition.values else 0
            absent |= bit if "true" in condition.values else 0
            continue
        elements.append(number)
        if one.if_exists or one.prefix == "ForAllValues" or (one.negated and not one.prefix):
            absent |= bit
    values = _VALUES[kind]([(number, parsed[number], conditions[number].values) for number in elements], meter)

    prefixed = [number for number in elements if parsed[number].prefix]
    result = [KeyClass(absent, None)]
    several = bool(prefixed) or (platform == "aws" and key.lower() in MULTI_VALUED)
    result += [KeyClass(holds | present, (text,) if several else text) for holds, text in values.items()]
    if several and elements:
        every = any_of = 0
        for number in prefixed:
            if parsed[number].prefix == "ForAllValues":
                every |= 1 << number
            else:
                any_of |= 1 << number
        plain = [number for number in elements if number not in prefixed]
        result += _several(key, values, every, any_of, present, plain, meter)
    return tuple(result)


def _several(
    key: str, values: dict[int, str], every: int, any_of: int, present: int, plain: Sequence[int], meter: Meter
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
    layer = [(holds & (every | any_of), (text,)) for holds, text in values.items()]
    # Several values of one class answer as one of them does, but for an operator without prefix.
    found: dict[int, tuple[str, ...]] = dict(layer) if plain else {}
    for _ in range(len(values)):
        following: list[tuple[int, tuple[str, ...]]] = []
        for holds, texts in layer:
            for more, text in values.items():
                meter.spend(1)
                if text in texts:
                    continue
                both = holds & more & every | (holds | more) & any_of
                if both not in found:
                    found[both] = (*texts, text)
                    following.append((both, (*texts, text)))
        layer = following
    meter.spend(len(found) * len(free))
    return [KeyClass(holds | chosen | present, texts, doubt) for holds, texts in found.items() for chosen in free]


_Atoms = Sequence[tuple[int, Operator, tuple[str, ...]]]


def _texts(atoms: _Atoms, meter: Meter) -> dict[int, str]:
    globs = Globs()
    owners: list[int] = []
    negated = 0
    for number, one, values in atoms:
        if one.negated:
            negated |= 1 << number
        arn = one.name.startswith("Arn")
        folded = one.name.endswith("IgnoreCase")
        wild = arn or one.name.endswith("Like")
        for value in values:
            if arn and value.count(":") < 5:
                raise _UnclearError(f"{one.name} compares the six parts of an ARN, and a value has fewer")
            if folded and not value.isascii():
                raise _UnclearError(f"{one.name} has a value with letters outside ASCII")
            globs.add(tokens(value, stars=wild, questions=wild), folded=folded, parts=arn)
            owners.append(1 << number)
    found: dict[int, str] = {}
    for mask, text in signatures(globs, meter).items():
        holds = 0
        while mask:
            low = mask & -mask
            mask ^= low
            holds |= owners[low.bit_length() - 1]
        found.setdefault(holds ^ negated, text)
    return found


def _number(text: str) -> Fraction:
    if not _DECIMAL.fullmatch(text):
        raise _UnclearError("a number is not a plain decimal")
    return Fraction(text)


def _moment(text: str) -> Fraction:
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _UnclearError("a date is neither ISO 8601 nor seconds since 1970") from None
    if moment.tzinfo is None:
        raise _UnclearError("a date has no time zone")
    return Fraction((moment - _EPOCH) // timedelta(microseconds=1), 1_000_000)


def _decimal(value: Fraction) -> str:
    """A number whose denominator has only the factors 2 and 5, in full."""
    if value.denominator == 1:
        return str(value.numerator)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = abs(value * 10**digits).numerator
    head, tail = divmod(whole, 10**digits)
    return f"{'-' if value < 0 else ''}{head}.{tail:0{digits}d}"


def _iso(value: Fraction) -> str:
    micros = value * 1_000_000
    try:
        if micros.denominator == 1:
            return (_EPOCH + timedelta(microseconds=micros.numerator)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        pass
    return _decimal(value)


_Read = Callable[[str], Fraction]
_Write = Callable[[Fraction], str]


def _line(read: _Read, write: _Write, atoms: _Atoms, margin: int) -> dict[int, str]:
    """Classes of a line of numbers: below, at, between and above the numbers that the conditions name."""
    limits = [(number, one, [read(value) for value in values]) for number, one, values in atoms]
    cuts = sorted({limit for _, _, numbers in limits for limit in numbers})
    points = [cuts[0] - margin, *cuts, *((a + b) / 2 for a, b in itertools.pairwise(cuts)), cuts[-1] + margin]
    found: dict[int, str] = {}
    for point in points:
        holds = 0
        for number, one, numbers in limits:
            compare = _COMPARE[one.name.removeprefix("Numeric").removeprefix("Date")]
            if any(compare(point, limit) for limit in numbers) != one.negated:
                holds |= 1 << number
        found.setdefault(holds, write(point))
    return found


def _numbers(atoms: _Atoms, meter: Meter) -> dict[int, str]:
    meter.spend(sum(len(values) for _, _, values in atoms))
    return _line(_number, _decimal, atoms, 1)


def _dates(atoms: _Atoms, meter: Meter) -> dict[int, str]:
    meter.spend(sum(len(values) for _, _, values in atoms))
    # A key whose values are all seconds is a clock in seconds (aws:EpochTime), so its example is one as well.
    seconds = all(_DECIMAL.fullmatch(value) for _, _, values in atoms for value in values)
    return _line(_moment, _decimal if seconds else _iso, atoms, 86_400)


def _bools(atoms: _Atoms, _meter: Meter) -> dict[int, str]:
    if any(value not in ("true", "false") for _, _, values in atoms for value in values):
        raise _UnclearError("Bool has a value other than true and false")
    found: dict[int, str] = {}
    for text in ("true", "false"):
        found.setdefault(sum(1 << number for number, _, values in atoms if text in values), text)
    return found


def _networks(values: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(value) for value in values]
    except ValueError:
        raise _UnclearError("a value is no IP network, or has bits beside its mask") from None


def _addresses(atoms: _Atoms, meter: Meter) -> dict[int, str]:
    networks = [(number, one, _networks(values)) for number, one, values in atoms]
    found: dict[int, str] = {}
    for version, make, bits in ((4, IPv4Address, 32), (6, IPv6Address, 128)):
        ranges = [
            (number, one.negated, [(int(net[0]), int(net[-1])) for net in nets if net.version == version])
            for number, one, nets in networks
        ]
        cuts = {0} | {edge for _, _, pairs in ranges for first, last in pairs for edge in (first, last + 1)}
        for cut in sorted(cuts):
            meter.spend(1)
            if cut >> bits:
                continue
            holds = sum(
                1 << number
                for number, negated, pairs in ranges
                if any(first <= cut <= last for first, last in pairs) != negated
            )
            found.setdefault(holds, str(make(cut)))
    return found


def _presence(_atoms: _Atoms, _meter: Meter) -> dict[int, str]:
    return {0: "x"}


_VALUES: Final[dict[Kind, Callable[[_Atoms, Meter], dict[int, str]]]] = {
    "text": _texts,
    "number": _numbers,
    "date": _dates,
    "bool": _bools,
    "address": _addresses,
    "null": _presence,
}
