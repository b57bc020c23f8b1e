"""YAML text to plain values, with the line and column of every value and key.

Owns how a file is read: size, encoding, the YAML subset that is accepted, and what a plain scalar is. Does not own what
the values mean (`spec.loader` and the models).

The subset is the one that reads the same in every tool: one document of maps, lists and scalars under the YAML 1.2 core
schema (https://yaml.org/spec/1.2.2/#103-core-schema). So `no` and `12:30` are text, `010` is ten, a timestamp is text.
Anchors, aliases, tags, merge keys and duplicate keys are refused: each lets a reviewer read something else than the
program, and aliases can blow a small file up without end.

The parser is PyYAML's binding to libyaml (events only, no construction), because its cost is a fifth of the pure one;
where the binding is missing, the pure parser gives the same events.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from nhi.permissions.model import Origin
from nhi.spec.nearest import describe_character
from nhi.spec.problems import Problem

Path = tuple[str | int, ...]
"""Keys and list indexes (from 0) from a document's root to a value."""

SIZE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 32
VALUE_LIMIT = 100_000
"""Values in one file; the files of a fleet hold a few dozen each."""
PROBLEM_LIMIT = 100
"""Problems of one file that are listed; a file with more has one cause, not a hundred."""


@dataclass(frozen=True)
class Positions:
    """Where each value of a document stands. Keys are paths from the document's root.

    A scalar, and a map or list in brackets, stands where it is written. A map or list that starts on a line of its own
    stands at its key, because that is where a reader looks for it. `keys` has the place of each key itself.
    """

    file: str
    by_path: Mapping[Path, Origin]
    keys: Mapping[Path, Origin] = field(default_factory=dict)

    def at(self, *path: str | int) -> Origin:
        """The place of the value at `path`, else of its nearest parent that is written, else the file."""
        for end in range(len(path), -1, -1):
            origin = self.by_path.get(path[:end])
            if origin is not None:
                return origin
        return Origin(self.file)

    def key_at(self, *path: str | int) -> Origin:
        """The place of the key that leads to `path`, else what `at` says."""
        return self.keys.get(path) or self.at(*path)


@dataclass(frozen=True)
class Source:
    """One YAML document as plain values. `value` is None where the file cannot be read, or is empty."""

    value: Any
    positions: Positions
    problems: tuple[Problem, ...] = ()


# --- plain scalars ------------------------------------------------------------------------------------------------

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_DIGIT_LIMIT = 40


def plain_scalar(text: str) -> Any:
    """The value of an unquoted scalar under the YAML 1.2 core schema: None, bool, int, float or the text itself.

    Raises `ValueError` for a number that is not finite or longer than 40 digits: JSON and the digest cannot carry it.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > _DIGIT_LIMIT:
            raise ValueError("the number is too long")
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if number - number != 0:
            raise ValueError("the number is not finite")
        return number
    return text


# --- characters ---------------------------------------------------------------------------------------------------

# Control characters, lone surrogates and non-characters; line breaks that an editor does not show as such; marks that
# change the order of what is shown (Trojan Source, https://trojansource.codes) or show nothing at all.
_REFUSED = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def _place(file: str, text: str, index: int) -> Origin:
    breaks = [match.end() for match in _LINE_BREAK.finditer(text, 0, index)]
    return Origin(file, len(breaks) + 1, index - (breaks[-1] if breaks else 0) + 1)


def _refused_characters(text: str, file: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for match in _REFUSED.finditer(text):
        character = match.group()
        if character in seen:
            continue
        seen.add(character)
        if character == "\t":
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if line.lstrip().startswith("#"):
                seen.discard("\t")
                continue
            yield Problem(
                "a tab; YAML does not allow it as indentation, and elsewhere nobody can see it.",
                _place(file, text, match.start()),
                r'use spaces, or "\t" in double quotes where the value needs a tab.',
            )
        else:
            yield Problem(
                f"the character {describe_character(character)} is invisible or a control character; "
                "what a reviewer sees would not be what is read.",
                _place(file, text, match.start()),
                "delete it.",
            )


# --- syntax errors ------------------------------------------------------------------------------------------------

# What the parser says (libyaml and the pure parser differ in words), and what it means to the writer of the file.
_SYNTAX: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a `key: value` cannot stand here",
        "check this line's indentation; put a value that contains `: ` in quotes.",
    ),
    ("unexpected end of stream", "a quote is opened and never closed", "close the quote."),
    (
        "cannot start any token",
        "a plain value cannot start with this character",
        "put the value in quotes.",
    ),
    ("unknown escape character", "this backslash escape does not exist", "write `\\\\`, or use single quotes."),
    ("hexdecimal number", "this backslash escape needs hexadecimal digits", "write `\\\\`, or use single quotes."),
    ("hexadecimal numbers", "this backslash escape needs hexadecimal digits", "write `\\\\`, or use single quotes."),
    ("',' or ']'", "a list that `[` opens is not closed, or lacks a comma", "add the `,` or `]`."),
    ("',' or '}'", "a map that `{` opens is not closed, or lacks a comma", "add the `,` or `}`."),
    (
        "'-' indicator",
        "a list ends here without its indentation ending",
        "start the line with `- `, or indent it less.",
    ),
    (
        "did not find expected key",
        "a key is expected here",
        "check the indentation of this line and the one above, and that nothing follows a closed quote or bracket.",
    ),
    (
        "expected <block end>",
        "a key or a list item is expected here",
        "check the indentation of this line and the one above, and that nothing follows a closed quote or bracket.",
    ),
    ("undefined tag handle", "a tag (`!...`) is used", "remove the tag; types follow from the value."),
    ("could not find expected ':'", "a key without its `:`", "add `: ` and the value."),
    ("directive", "a `%` directive is used", "remove it."),
)


# A key whose colon no space follows; a no-break space looks like one and is none.
_UNSPACED = re.compile(r"^\s*(?:- )?[A-Za-z_][\w-]*:(?P<next>[^ \t\r\n])")


def _unspaced_colon(text: str, line: int, file: str) -> Problem | None:
    """The line above `line` (from 0) where its colon joins key and value to one word, which the parser sees late."""
    lines = _LINE_BREAK.split(text)[:line]
    while lines and not lines[-1].strip():
        lines.pop()
    found = _UNSPACED.match(lines[-1]) if lines else None
    if found is None:
        return None
    character = found["next"]
    what = f"{describe_character(character)}, not a space, follows" if character.isspace() else "no space follows"
    origin = Origin(file, len(lines), found.start("next") + 1)
    return Problem(f"this is not YAML: {what} the `:`, so key and value are one word.", origin, "write a space there.")


def _syntax_problem(error: yaml.YAMLError, file: str, long_quote: tuple[Origin, int] | None, text: str) -> Problem:
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    context = getattr(error, "context_mark", None)
    origin = Origin(file, mark.line + 1, mark.column + 1) if mark else Origin(file)
    if long_quote is not None and mark is not None and mark.line + 1 == long_quote[1]:
        # A quote that is not closed ends at the next one, lines further down; only there the text stops making sense.
        return Problem(
            f"this is not YAML: the quote that opens here closes only in line {long_quote[1]}.",
            long_quote[0],
            "close the quote where the value ends.",
        )
    unspaced = _unspaced_colon(text, mark.line, file) if mark is not None and "mapping values" in said else None
    if unspaced is not None:
        return unspaced
    for part, meaning, fix in _SYNTAX:
        if part in said:
            # An unclosed bracket or quote is noticed at the end of the file; where it opens is what helps.
            if context is not None and ("opens" in meaning or "opened" in meaning):
                origin = Origin(file, context.line + 1, context.column + 1)
            return Problem(f"this is not YAML: {meaning}.", origin, fix)
    return Problem("this is not YAML.", origin, "check quotes, brackets and indentation here and on the line above.")


# --- events to values ---------------------------------------------------------------------------------------------


class _UnreadableError(Exception):
    """Reading stops here; the problem is already noted."""


@cache
def _parser() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """One pass over the parser's events."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.events = yaml.parse(text, Loader=_parser())
        self.by_path: dict[Path, Origin] = {}
        self.keys: dict[Path, Origin] = {}
        self.problems: list[Problem] = []
        self.long_quote: tuple[Origin, int] | None = None

    def note(self, message: str, origin: Origin, fix: str) -> None:
        self.problems.append(Problem(message, origin, fix))
        if len(self.problems) >= PROBLEM_LIMIT:
            raise _UnreadableError

    def origin(self, event: Any) -> Origin:
        mark = event.start_mark
        return Origin(self.file, mark.line + 1, mark.column + 1)

    def document(self) -> Any:
        """The value of the only document, or None where there is none."""
        events = self.events
        value = None
        next(events)  # the start of the stream
        event = next(events)
        if isinstance(event, yaml.DocumentStartEvent):
            if event.tags:
                self.note("a `%TAG` directive is used; types follow from the value.", self.origin(event), "remove it.")
            value = self.value(next(events), (), None, 1)
            next(events)  # the end of the document
            event = next(events)
            if isinstance(event, yaml.DocumentStartEvent):
                self.note(
                    "a second YAML document starts here; only one of them would be read.",
                    self.origin(event),
                    "move it into a file of its own, or remove the `---`.",
                )
        return value

    def value(self, event: Any, path: Path, key: Origin | None, depth: int) -> Any:
        """The value that `event` starts. `key` is the place of the key before it, if there is one."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            mark = event.start_mark
            self.by_path[path] = Origin(self.file, mark.line + 1, mark.column + 1)
            if event.anchor is not None or event.tag is not None:
                self.refuse_properties(event)
            if len(self.by_path) > VALUE_LIMIT:
                self.note(
                    f"more than {VALUE_LIMIT} values; the rest is not read.",
                    self.by_path[path],
                    "split the file.",
                )
                raise _UnreadableError
            if event.style or not event.implicit[0]:
                if event.end_mark.line != mark.line and event.style in ("'", '"'):
                    self.long_quote = self.by_path[path], event.end_mark.line + 1
                return event.value
            text = event.value
            try:
                return plain_scalar(text)
            except ValueError as error:
                self.note(f"{error}; it could not be compared exactly.", self.by_path[path], "write a smaller number.")
                return None
        origin = self.origin(event)
        if kind is yaml.AliasEvent:
            self.by_path[path] = origin
            self.note(
                f"an alias (`*{event.anchor[:40]}`); a reviewer would have to look for its value elsewhere.",
                origin,
                "write the value out; what many agents share belongs into the environment's `defaults`.",
            )
            return None
        self.by_path[path] = key if key is not None and not event.flow_style else origin
        if event.anchor is not None or event.tag is not None:
            self.refuse_properties(event)
        if depth > DEPTH_LIMIT:
            self.note(
                f"nested deeper than {DEPTH_LIMIT} levels; no file of ours needs that.", origin, "flatten the value."
            )
            raise _UnreadableError
        if kind is yaml.MappingStartEvent:
            return self.mapping(path, depth)
        items: list[Any] = []
        for event in self.events:
            if type(event) is yaml.SequenceEndEvent:
                break
            items.append(self.value(event, (*path, len(items)), None, depth + 1))
        return items

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if type(event) is yaml.MappingEndEvent:
                break
            origin = self.origin(event)
            key = self.key(event, origin, depth)
            if key is None or key in found:
                if key is not None:
                    first = self.keys[(*path, key)]
                    self.note(
                        f"the key `{key[:40]}` is written twice (first in line {first.line}); "
                        "one of the two would silently win.",
                        origin,
                        "delete one of them.",
                    )
                self.skip(next(self.events), origin, depth + 1)
                continue
            place = (*path, key)
            self.keys[place] = origin
            found[key] = self.value(next(self.events), place, origin, depth + 1)
        return found

    def key(self, event: Any, origin: Origin, depth: int) -> str | None:
        """The key as text, or None (with its problem noted) where it is no text."""
        if not isinstance(event, yaml.ScalarEvent):
            self.note("a key that is not text; keys are names.", origin, "write a plain word before the `:`.")
            self.skip(event, origin, depth + 1)
            return None
        if event.anchor is not None or event.tag is not None:
            self.refuse_properties(event)
        text = event.value
        if not event.style:
            if text == "<<":
                self.note(
                    "a merge key (`<<`); a reviewer would have to look for its value elsewhere.",
                    origin,
                    "write the values out; what many agents share belongs into the environment's `defaults`.",
                )
                return None
            try:
                plain = plain_scalar(text)
            except ValueError:
                plain = None
            if not isinstance(plain, str):
                self.note("a key that is not text; keys are names.", origin, f'put it in quotes: "{text[:40]}".')
                return None
        return text

    def skip(self, event: Any, origin: Origin, depth: int) -> None:
        """Reads past one value, still noting what is wrong inside, and forgets its positions."""
        by_path, keys = self.by_path, self.keys
        self.by_path, self.keys = {}, {}
        try:
            self.value(event, (), origin, depth)
        finally:
            self.by_path, self.keys = by_path, keys

    def refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self.note(
                f"an anchor (`&{event.anchor[:40]}`); values that are shared inside a file hide what each part says.",
                self.origin(event),
                "remove it and write the values out.",
            )
        if event.tag is not None:
            self.note(
                "an explicit tag (`!...`); types follow from the value, and a tag could run code in other tools.",
                self.origin(event),
                "remove the tag.",
            )


def parse(text: str, file: str) -> Source:
    """Reads one YAML text. `file` is the label that positions carry.

    Never raises for bad input: what is wrong stands in `problems`. `value` is None where nothing could be read; where
    there are problems and a value, the value holds what could be read beside them.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > SIZE_LIMIT:
        return _unread(file, f"the file is larger than {SIZE_LIMIT // 1024} KiB; it will not be read.", "split it.")
    refused = tuple(_refused_characters(text, file))
    if refused:
        return Source(None, Positions(file, {}), refused[:PROBLEM_LIMIT])
    reader = _Reader(text, file)
    value = None
    try:
        value = reader.document()
    except _UnreadableError:
        value = None
    except yaml.YAMLError as error:
        reader.problems.append(_syntax_problem(error, file, reader.long_quote, text))
        value = None
    if value is None and not reader.problems:
        return _unread(
            file, "the file is empty; nothing would be declared.", "write the declaration, or delete the file."
        )
    return Source(value, Positions(file, reader.by_path, reader.keys), tuple(reader.problems))


def _unread(file: str, message: str, fix: str = "") -> Source:
    return Source(None, Positions(file, {}), (Problem(message, Origin(file), fix),))


def read(path: FilePath | str, *, root: FilePath | None = None, name: str | None = None) -> Source:
    """Reads one YAML file. Positions carry `name`, else the path as given or relative to `root` where it lies below it.

    Never raises for bad input, also not for a file that is missing, unreadable, too large or not UTF-8.
    """
    path = FilePath(path)
    file = name or label(path, root)
    try:
        with open(path, "rb", opener=_open_without_waiting) as stream:
            if not stat.S_ISREG(_mode(stream.fileno())):
                return _unread(file, "this is not a regular file; it will not be read.", "name a YAML file.")
            content = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        return _unread(
            file, f"the file cannot be read: {error.strerror or error}.", "check the path and its permissions."
        )
    if len(content) > SIZE_LIMIT:
        return _unread(file, f"the file is larger than {SIZE_LIMIT // 1024} KiB; it will not be read.", "split it.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        problem = Problem(
            f"byte 0x{content[error.start]:02X} is not UTF-8; the file would read differently in each tool.",
            _place(file, before, len(before)),
            "save the file as UTF-8.",
        )
        return Source(None, Positions(file, {}), (problem,))
    return parse(text, file)


def label(path: FilePath | str, root: FilePath | None = None) -> str:
    """How a file is named in positions: relative to `root` where it lies below it, else as given."""
    path = FilePath(path)
    if root is not None and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return path.as_posix()


def _open_without_waiting(name: str, flags: int) -> int:
    # A named pipe would wait for a writer for ever.
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _mode(descriptor: int) -> int:
    return os.fstat(descriptor).st_mode
