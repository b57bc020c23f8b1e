"""Policy variables of AWS: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`, read under values.

Owns taking a pattern with variables apart, putting values in, and what is known of globs whose variable stands for a
text that is not known. Does not own which values are tried (`permissions.proof`), nor which a condition on the
variable's own key leaves (`permissions.conditions`).

A key without a value leaves a pattern that matches nothing, in Resource and under every operator, negated ones too
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value); with a
default the default stands there as plain text. A value is plain text: a `*` in it is a character. IAM's own tags and
names hold no `*` or `?` (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html).

A text that is not known is read as any text, and then a glob with it only *may* match. Two things are certain of such
globs whatever the text is: the same glob answers the same, and one that covers another matches where that one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nhi.permissions.automaton import Token, tokens
from nhi.permissions.globs import GlobUndecidedError, covers

_VARIABLE = re.compile(r"\$\{\s*([^{},'\s][^{},']*?)\s*(?:,\s*'([^']*)'\s*)?\}")
ESCAPES: Final = frozenset({"*", "?", "$"})
OPEN_LIMIT: Final = 8
"""Globs with an unknown text that may match one text; every combination of answers is tried."""

_STAR: Final[tuple[Token, ...]] = (("star", ""),)


class VariableUndecidedError(ValueError):
    """A variable that means nothing certain, or too many at once. The caller must count that as undecided."""


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of a context key (in lower case), or the default where it has none."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class AnyText:
    """A text that is not known but for the glob that it matches.

    `matched` are the globs of the key's own conditions that match it, None where nothing is known; `sample` is one such
    text.
    """

    glob: tuple[Token, ...] = _STAR
    matched: frozenset[object] | None = None
    sample: str = ""


Part = Token | Variable
Given = str | None | AnyText
Values = Mapping[str, Given]
"""What the keys of variables hold: a text, nothing, or some text."""


def parts(pattern: str, *, stars: bool = True, questions: bool = True) -> tuple[Part, ...]:
    """A pattern taken apart. Raises `VariableUndecidedError` for a variable that is malformed."""
    if "${" not in pattern:
        return tokens(pattern, stars=stars, questions=questions)
    found: list[Part] = []
    end = 0
    for match in _VARIABLE.finditer(pattern):
        between = pattern[end : match.start()]
        if "${" in between:
            raise VariableUndecidedError("a policy variable is malformed")
        found += tokens(between, stars=stars, questions=questions)
        end = match.end()
        key, default = match[1], match[2]
        if key in ESCAPES and default is None:
            found.append(("text", key))
            continue
        if default is not None and ("*" in default or "?" in default):
            raise VariableUndecidedError("the default of a policy variable has a wildcard in it")
        found.append(Variable(key.lower(), default))
    if "${" in pattern[end:]:
        raise VariableUndecidedError("a policy variable is malformed")
    found += tokens(pattern[end:], stars=stars, questions=questions)
    return tuple(found)


def keys(pattern: str) -> set[str]:
    """The keys of a pattern's variables. Raises as `parts`."""
    return {part.key for part in parts(pattern) if isinstance(part, Variable)} if "${" in pattern else set()


@dataclass(frozen=True, slots=True)
class Reading:
    """A glob with values put in. `open` is the glob with its unknown texts named, None where every text is known."""

    glob: tuple[Token, ...]
    open: tuple[Part, ...] | None = None


def read(pattern: Sequence[Part], values: Values) -> Reading | None:
    """The pattern under values; None where a variable has no value, so that it matches nothing."""
    glob: list[Token] = []
    named: list[Part] = []
    unknown = False
    for part in pattern:
        if not isinstance(part, Variable):
            glob.append(part)
            named.append(part)
            continue
        given = values[part.key]
        if isinstance(given, AnyText):
            unknown = True
            glob += given.glob
            named.append(Variable(part.key))
            continue
        text = part.default if given is None else given
        if text is None:
            return None
        plain = tokens(text, stars=False, questions=False)
        glob += plain
        named += plain
    return Reading(tuple(glob), tuple(named) if unknown else None)


@dataclass(slots=True)
class OpenGlobs:
    """Globs with unknown texts, each under a number: which sets of them can match together."""

    _numbers: dict[tuple[tuple[Part, ...], str], int] = field(default_factory=dict)
    _globs: list[tuple[tuple[Part, ...], str]] = field(default_factory=list)
    _implied: dict[int, dict[int, bool]] = field(default_factory=dict)

    def number(self, glob: tuple[Part, ...], how: str = "") -> int:
        """The number of a glob; `how` tells apart the ways in which equal globs are compared."""
        known = self._numbers.setdefault((glob, how), len(self._globs))
        if known == len(self._globs):
            self._globs.append((glob, how))
        return known

    def parts(self, number: int) -> tuple[Part, ...]:
        """The glob under a number."""
        return self._globs[number][0]

    def sets(self, numbers: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Every set of these globs that some text may be matched by, where each of them alone may match it.

        Raises `VariableUndecidedError` where there are too many.
        """
        if len(numbers) > OPEN_LIMIT:
            raise VariableUndecidedError(f"more than {OPEN_LIMIT} patterns with a policy variable may match one text")
        for mask in range(1 << len(numbers)):
            chosen = tuple(one for place, one in enumerate(numbers) if mask >> place & 1)
            if all(other in chosen or not self._implies(one, other) for one in chosen for other in numbers):
                yield chosen

    def _implies(self, narrow: int, wide: int) -> bool:
        known = self._implied.setdefault(narrow, {})
        if wide not in known:
            known[wide] = self._covers(self._globs[wide], self._globs[narrow])
        return known[wide]

    def _covers(self, wide: tuple[tuple[Part, ...], str], narrow: tuple[tuple[Part, ...], str]) -> bool:
        if wide == narrow:
            return True
        # A `?` may not read the one sign that stands for an unknown text, which single globs cannot tell.
        if wide[1] or narrow[1] or ("one", "") in wide[0]:
            return False
        signs: dict[object, str] = {}
        try:
            return covers(_signs(wide[0], signs), _signs(narrow[0], signs))
        except GlobUndecidedError:
            return False


_PRIVATE: Final = range(0xE000, 0xF8FF)


def _signs(glob: Sequence[Part], signs: dict[object, str]) -> str:
    """A glob with one private sign for each variable and each escaped wildcard."""
    letters: list[str] = []
    for part in glob:
        if not isinstance(part, Variable):
            kind, character = part
            if kind == "star":
                letters.append("*")
                continue
            if kind == "one":
                letters.append("?")
                continue
            if ord(character) in _PRIVATE:
                raise GlobUndecidedError("a pattern holds a private sign")
            if character not in "*?":
                letters.append(character)
                continue
        letters.append(signs.setdefault(part, chr(_PRIVATE[len(signs)])))
    return "".join(letters)


def guesses(glob: Sequence[Part], text: str, values: Values) -> Iterator[dict[str, str]]:
    """Texts for the unknown variables of a glob with which it matches a text."""
    names = list(dict.fromkeys(part.key for part in glob if isinstance(part, Variable)))
    for unknown in (".+?", ".*?", ".*"):
        seen: set[str] = set()
        pattern: list[str] = []
        for part in glob:
            if isinstance(part, Variable):
                group = f"v{names.index(part.key)}"
                pattern.append(f"(?P={group})" if group in seen else f"(?P<{group}>{unknown})")
                seen.add(group)
            else:
                kind, character = part
                pattern.append(re.escape(character) if kind == "text" else ".*?" if kind == "star" else ".")
        # Words of a proof are short, and so are the globs that may match them; a long one is not worth the search.
        if len(text) > 300 or len(pattern) > 300 or pattern.count(".*?") > 6:
            return
        match = re.fullmatch("".join(pattern), text, re.DOTALL)
        if match is not None:
            found = {name: match[f"v{number}"] for number, name in enumerate(names)}
            if not any("*" in one or "?" in one for one in found.values()):
                yield {name: one for name, one in found.items() if isinstance(values.get(name), AnyText)}
