"""Many globs as one automaton: which of them match, for every kind of text there is, with a shortest text of each kind.

Owns the bit-parallel automaton whose state is one integer, and the walk over its states. Does not own single globs
(`permissions.globs`), nor what a match means (`permissions.conditions`, `permissions.proof`).

A policy looks at a text only through its globs, so texts that the same globs match are one. Every glob owns a run of
bits, one for each character and one that accepts; `*` owns none, it marks the bit where it stands as staying. The
state without any bit ("nothing can match any more") is a state like any other and is visited.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

STAR: Final = "*"
ANY_ONE: Final = "?"
Token = tuple[Literal["text", "star", "one"], str]
"""A character, or a wildcard with the characters that it does not read."""

_PRIVATE = range(0xFFFFD, 0xF0000, -1)
"""Code points that no name of a cloud holds; one that no glob holds either stands for all other characters."""

_READABLE = "xyzwvutsrqponmlkjihgfedcba0123456789"


class OutOfBudgetError(Exception):
    """The steps or the seconds of a proof are used up. The caller must count that as undecided."""


@dataclass(slots=True)
class Meter:
    """What one proof has spent, against what it may spend."""

    steps_allowed: int
    seconds_allowed: float
    steps: int = 0
    states: int = 0
    leaves: int = 0
    _end: float = field(default=0.0)
    _look: int = field(default=0)

    def __post_init__(self) -> None:
        self._end = time.process_time() + self.seconds_allowed

    def spend(self, steps: int) -> None:
        """Count steps. Raises `OutOfBudgetError`."""
        self.steps += steps
        if self.steps > self.steps_allowed:
            raise OutOfBudgetError(f"step budget: more than {self.steps_allowed} steps")
        # The clock is a second fence only: a verdict should not depend on the machine.
        if self.steps >= self._look:
            self._look = self.steps + 64
            if time.process_time() > self._end:
                raise OutOfBudgetError(f"time budget: more than {self.seconds_allowed} seconds")


def tokens(pattern: str, *, stars: bool = True, questions: bool = True) -> tuple[Token, ...]:
    """A glob taken apart. Without `stars` or `questions` that sign is an ordinary character."""
    return tuple(
        ("star", "") if sign == STAR and stars else ("one", "") if sign == ANY_ONE and questions else ("text", sign)
        for sign in pattern
    )


class Globs:
    """Globs under numbers, read together. Add all of them, then walk."""

    __slots__ = (
        "_any",
        "_below",
        "_kept",
        "_literal",
        "_loop",
        "_other",
        "_wild",
        "accepting",
        "runs",
        "start",
        "width",
    )

    def __init__(self) -> None:
        self.width = 0
        self.start = 0
        self.accepting: list[int] = []
        """For each glob the bit that accepts."""
        self.runs: list[int] = []
        """For each glob all of its bits."""
        self._literal: dict[str, int] = {}
        self._any = self._loop = 0
        self._kept: dict[str, tuple[int, int]] = {}
        self._wild = 0
        self._below: dict[int, int] = {}
        self._other = ""

    def add(self, glob: Sequence[Token], *, folded: bool = False) -> int:
        """Add a glob and return its number. `folded` lets an ASCII letter match in either case."""
        first = 1 << self.width
        bit, run = first, 0
        before = 0
        for kind, character in glob:
            if kind == "star":
                self._loop |= bit
                if not character:
                    self._below[bit] = before
                for sign in character:
                    any_one, loop = self._kept.get(sign, (0, 0))
                    self._kept[sign] = (any_one, loop | bit)
                    self._wild |= bit
                continue
            if kind == "one":
                self._any |= bit
                for sign in character:
                    any_one, loop = self._kept.get(sign, (0, 0))
                    self._kept[sign] = (any_one | bit, loop)
                    self._wild |= bit
            else:
                for sign in {character.lower(), character.upper()} if folded and character.isascii() else {character}:
                    self._literal[sign] = self._literal.get(sign, 0) | bit
            run |= bit
            before |= bit
            bit <<= 1
        run |= bit
        self.start |= first
        self.width += run.bit_count()
        self.accepting.append(bit)
        self.runs.append(run)
        return len(self.accepting) - 1

    @property
    def other(self) -> str:
        """A character that no glob names; it stands for all of them."""
        if not self._other:
            self._other = next(
                chr(code) for code in _PRIVATE if chr(code) not in self._literal and chr(code) not in self._kept
            )
        return self._other

    def readable(self, text: str) -> str:
        """The same text with a letter or digit for `other`, where there is one that no glob names."""
        plain = next((sign for sign in _READABLE if sign not in self._literal), self.other)
        return text.replace(self.other, plain)

    def step(self, live: int, character: str) -> int:
        """The state after one more character."""
        moves, loop = self._any, self._loop
        if character in self._kept:
            any_one, kept = self._kept[character]
            moves &= ~any_one
            loop &= ~kept
        following = (live & (self._literal.get(character, 0) | moves)) << 1 | live & loop
        # A star that is reached can still match whatever the places before it could, so those are dropped.
        reached = following & self._loop & ~live
        while reached:
            bit = reached & -reached
            reached ^= bit
            following &= ~self._below.get(bit, 0)
        return following

    def read(self, text: str) -> int:
        """The state after a whole text."""
        live = self.start
        for character in text:
            live = self.step(live, character)
        return live

    def characters(self, live: int) -> Iterator[str]:
        """The characters that make a difference in a state, and one for all the rest."""
        held = live & self._wild
        for character, waiting in self._literal.items():
            if live & waiting or (held and character in self._kept):
                yield character
        if held:
            for character in self._kept:
                if character not in self._literal:
                    yield character
        yield self.other


class Walk:
    """One breadth-first walk over the states of an automaton."""

    __slots__ = ("_before", "_globs", "_meter", "_needed")

    def __init__(self, globs: Globs, meter: Meter, needed: Sequence[int] = ()) -> None:
        """A state in which one of the masks `needed` has no bit left is not followed: nothing after it matters."""
        self._globs, self._meter, self._needed = globs, meter, needed
        self._before: dict[int, tuple[int, str]] = {}

    def __iter__(self) -> Iterator[int]:
        """Every state once, nearest first. Raises `OutOfBudgetError`."""
        globs, meter, needed, before = self._globs, self._meter, self._needed, self._before
        first = globs.start
        if not all(first & mask for mask in needed):
            return
        cost = 1 + globs.width // 1000
        before[first] = (-1, "")
        layer = [first]
        while layer:
            following: list[int] = []
            for live in layer:
                meter.states += 1
                meter.spend(cost)
                yield live
                for character in globs.characters(live):
                    after = globs.step(live, character)
                    if after not in before and all(after & mask for mask in needed):
                        before[after] = (live, character)
                        following.append(after)
            layer = following

    def text(self, state: int) -> str:
        """A shortest text that leads to a state which the walk has given."""
        letters: list[str] = []
        while (step := self._before[state])[0] >= 0:
            state, letter = step
            letters.append(letter)
        return "".join(reversed(letters))


def signatures(globs: Globs, meter: Meter) -> dict[int, str]:
    """For every set of globs (a mask of their numbers) that some text is matched by: a shortest such text."""
    found: dict[int, str] = {}
    accepting = 0
    for bit in globs.accepting:
        accepting |= bit
    numbers = {bit: 1 << number for number, bit in enumerate(globs.accepting)}
    known: set[int] = set()
    walk = Walk(globs, meter)
    for state in walk:
        hits = state & accepting
        if hits in known:
            continue
        known.add(hits)
        mask = 0
        while hits:
            bit = hits & -hits
            hits ^= bit
            mask |= numbers[bit]
        found[mask] = globs.readable(walk.text(state))
    return found
