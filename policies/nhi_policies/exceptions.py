"""Exceptions: who lets which violation stand, why, and until when. A reviewed file, never part of an agent file.

Owns reading the file, and the one function that decides whether an exception applies (`ExceptionBook.settle`), so that
expiry can never be forgotten in a second place. Does not own signatures: until they are checked every exception is
unsigned, and an unsigned one is honoured for medium and low severity only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Lock
from typing import Annotated

from nhi.clock import timestamp
from nhi.permissions.model import Origin
from nhi.spec.mistakes import mistakes
from nhi.spec.model import Timestamp
from nhi.spec.nearest import nearest
from nhi.spec.problems import Problem
from nhi.spec.source import read
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from nhi_policies.rule import find_rule, registry
from nhi_policies.verdict import Excepted, Violation

LONGEST = timedelta(days=90)
HONOURED_UNSIGNED = frozenset({"medium", "low"})
"""Severities for which an exception without a checked signature counts (design principle 6)."""

_RULE_AND_PART = re.compile(r"(?P<rule>[A-Za-z0-9-]+)(?:\[(?P<part>.+)\])?")
_Sentence = Annotated[str, StringConstraints(min_length=10, max_length=500, strip_whitespace=True)]


class Entry(BaseModel):
    """One entry of the exceptions file.

    `rule` is an id, slug or alias, or one finding of it: `NHI-PRM-003[Action::s3:List*]`, whose brackets are compared
    literally. `target` is an agent id or a URN glob.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    target: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    reason: _Sentence
    approver: Annotated[str, StringConstraints(max_length=254)]
    expires: Timestamp

    @field_validator("rule")
    @classmethod
    def _names_a_rule(cls, value: str) -> str:
        found = _RULE_AND_PART.fullmatch(value)
        if found is None or find_rule(found["rule"]) is None:
            near = nearest(found["rule"] if found else value, registry())
            raise ValueError("this is no rule of the gate" + (f"; did you mean {near}" if near else ""))
        return value

    @field_validator("approver")
    @classmethod
    def _is_a_person(cls, value: str) -> str:
        if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is None:
            raise ValueError("this is no e-mail address, so nobody answers for the exception")
        return value

    @field_validator("target")
    @classmethod
    def _is_not_everything(cls, value: str) -> str:
        if not value.strip("*?:"):
            raise ValueError("would except every agent; name one agent or one resource")
        return value


@dataclass
class ExceptionInForce:
    """One entry with its place in the file, and how often it was used in this run."""

    entry: Entry
    origin: Origin
    used: int = 0

    @property
    def rule_id(self) -> str:
        """The id of the rule it names."""
        found = _RULE_AND_PART.fullmatch(self.entry.rule)
        rule = find_rule(found["rule"]) if found else None
        return rule.id if rule else ""

    @property
    def part(self) -> str | None:
        """The finding it names, None for the whole rule."""
        found = _RULE_AND_PART.fullmatch(self.entry.rule)
        return found["part"] if found else None

    def expired(self, clock: datetime) -> bool:
        """Whether it has run out."""
        return self.entry.expires <= clock

    def matches(self, violation: Violation) -> bool:
        """Whether it names this violation, whatever the date."""
        finding = violation.finding
        if violation.rule.id != self.rule_id or (self.part is not None and self.part != finding.part):
            return False
        if finding.agent is not None and self.entry.target == finding.agent:
            return True
        return finding.target is not None and fnmatchcase(finding.target, self.entry.target)


@dataclass
class ExceptionBook:
    """Every exception of one run. Counting uses is the only thing about it that changes."""

    exceptions: tuple[ExceptionInForce, ...] = ()
    problems: tuple[Problem, ...] = ()
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def settle(self, violations: Iterable[Violation], clock: datetime) -> tuple[Violation, ...]:
        """The violations, each with the exception that lets it stand where there is one.

        An exception that matches but has run out, or that is unsigned and the rule is critical or high, lets nothing
        stand: the finding's text says so. An error of a rule is never excepted.
        """
        return tuple(self._settle(violation, clock) for violation in violations)

    def _settle(self, violation: Violation, clock: datetime) -> Violation:
        if violation.ignored or violation.outcome == "error":
            return violation
        note = ""
        for one in self.exceptions:
            if not one.matches(violation):
                continue
            if one.expired(clock):
                note = f" (the exception of {one.origin} ran out on {timestamp(one.entry.expires)})"
                continue
            if violation.rule.severity not in HONOURED_UNSIGNED:
                with self._lock:
                    one.used += 1
                note = (
                    f" (the exception of {one.origin} is unsigned and lets no {violation.rule.severity} finding stand)"
                )
                continue
            with self._lock:
                one.used += 1
            excepted = Excepted(one.entry.reason, one.entry.approver, timestamp(one.entry.expires))
            return replace(violation, excepted=excepted)
        if note:
            return replace(violation, finding=replace(violation.finding, text=violation.finding.text + note))
        return violation

    def unused(self, clock: datetime) -> tuple[ExceptionInForce, ...]:
        """Those in force that matched nothing in this run."""
        return tuple(one for one in self.exceptions if not one.used and not one.expired(clock))

    def expired(self, clock: datetime) -> tuple[ExceptionInForce, ...]:
        """Those that have run out."""
        return tuple(one for one in self.exceptions if one.expired(clock))

    def counts(self, clock: datetime) -> Mapping[str, int]:
        """How many are used, unused and expired."""
        expired, unused = len(self.expired(clock)), len(self.unused(clock))
        return {"used": len(self.exceptions) - expired - unused, "unused": unused, "expired": expired}


def _holds_nothing(file: Path) -> bool:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):
        return False
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def load_exceptions(file: Path, clock: datetime, label: str | None = None) -> ExceptionBook:
    """Reads the exceptions file: a list of entries. A file that is not there, or holds only comments, has none.

    Positions carry `label`, else the file's name. Never raises for bad input: what is wrong stands in `problems`. An
    entry with a problem excepts nothing, and a file that is not plain YAML excepts nothing at all. An entry that ends
    more than 90 days after `clock` is a problem.
    """
    if _holds_nothing(file):
        return ExceptionBook()
    source = read(file, name=label or file.name)
    if source.problems or not isinstance(source.value, list):
        unlike = Problem(
            "the exceptions file is no list.", Origin(source.positions.file, 1, 1), "write a list of entries."
        )
        return ExceptionBook(problems=source.problems or (unlike,))
    found: list[ExceptionInForce] = []
    problems: list[Problem] = []
    for index, written in enumerate(source.value):
        try:
            entry = Entry.model_validate(written)
        except ValidationError as error:
            problems.extend(mistakes(error, written, Entry, source.positions, place=(index,)))
            continue
        if entry.expires - clock > LONGEST:
            problems.append(
                Problem(
                    f"the exception ends on {timestamp(entry.expires)}, more than {LONGEST.days} days from now.",
                    source.positions.at(index, "expires"),
                    f"choose an end before {timestamp(clock + LONGEST)} and renew it after a review.",
                )
            )
            continue
        found.append(ExceptionInForce(entry, source.positions.at(index)))
    return ExceptionBook(tuple(found), tuple(problems))
