"""What limits of properties are made of: lengths, patterns, ranges, choices, lists, and how inputs are judged by them.

Owns the makers and the walk through inputs; a limit's message names the cloud that sets it and never quotes a value,
which may be a secret. Does not own any limit (each cloud's own `limits`), nor types (`schema`). A value that is not
known yet passes every limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import Failure, Inputs

Limit = Callable[[Any], str | None]
"""Takes a known value of the right type; answers what is wrong with it, or None."""
Rule = Callable[[Inputs], Iterator[Failure]]
"""Takes inputs whose types are right; yields what is wrong with several properties together, or inside one."""

ANY = r"(?s:.*)"


class Limits:
    """Makes limits that speak for one cloud: `Limits("AWS").text(1, 64)` says what AWS takes."""

    def __init__(self, cloud: str) -> None:
        self.cloud = cloud

    def text(self, low: int, high: int, pattern: str = ANY, says: str = "text") -> Limit:
        """A text of `low` to `high` characters that matches a pattern, which `says` puts in words."""
        compiled = re.compile(pattern)

        def limit(value: Any) -> str | None:
            if not low <= len(value) <= high:
                return f"has {len(value)} characters; {self.cloud} takes {low} to {high}"
            return None if compiled.fullmatch(value) else f"must be {says}"

        return limit

    def size(self, high: int) -> Limit:
        """A text of at most `high` bytes in UTF-8."""

        def limit(value: Any) -> str | None:
            size = len(value.encode())
            return None if size <= high else f"has {size} bytes; {self.cloud} takes {high}"

        return limit

    def range(self, low: float, high: float, unit: str = "") -> Limit:
        """A number within two bounds, both of them good."""
        suffix = f" {unit}" if unit else ""
        says = f"is out of range; {self.cloud} takes {low} to {high}{suffix}"
        return lambda value: None if low <= value <= high else says

    def each(self, limit: Limit | None, low: int = 0, high: int | None = None, *, once: bool = False) -> Limit:
        """A list of `low` to `high` entries (None: any number) that keep a limit (None: any), with `once` all
        different, whatever their case."""

        def judge(values: Any) -> str | None:
            if len(values) < low or (high is not None and len(values) > high):
                top = "any number" if high is None else high
                return f"has {len(values)} entries; {self.cloud} takes {low} to {top}"
            for position, value in enumerate(values):
                if limit is not None and known(value) and (problem := limit(value)) is not None:
                    return f"entry {position} {problem}"
            seen = [str(value).lower() for value in values if value is not UNKNOWN]
            return "holds one entry twice" if once and len(set(seen)) < len(seen) else None

        return judge


def choice(*values: Any) -> Limit:
    """One of these values."""
    return lambda value: None if value in values else f"must be one of {', '.join(str(v) for v in values)}"


def known(value: Any) -> TypeGuard[Any]:
    """Whether a value is there and known."""
    return value is not None and value is not UNKNOWN


def judged(path: str, value: Any, limit: Limit) -> Iterator[Failure]:
    """One failure where a value that is there and known breaks its limit."""
    if known(value) and (problem := limit(value)) is not None:
        yield Failure(path, problem)


def listed(path: str, values: Any, limit: Limit) -> Iterator[Failure]:
    """A failure for each entry of a list that is known and breaks its limit, with the entry's own path."""
    for position, value in enumerate(values if isinstance(values, list | tuple) else ()):
        yield from judged(f"{path}[{position}]", value, limit)


def failures(inputs: Inputs, table: Mapping[str, Limit], rules: tuple[Rule, ...] = ()) -> Iterator[Failure]:
    """What a table of limits by property, and then rules, find wrong in inputs whose types are right."""
    for name, limit in table.items():
        yield from judged(name, inputs.get(name), limit)
    for rule in rules:
        yield from rule(inputs)


def part(value: Any, *names: str) -> Any:
    """What stands inside objects under these names; None where there is no such place, or no way to it is known."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def rows(value: Any) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects in a list, each with its position; nothing for what is no list."""
    entries = value if isinstance(value, list | tuple) else ()
    return [(position, row) for position, row in enumerate(entries) if isinstance(row, Mapping)]


def top(failure: Failure) -> str:
    """The top-level property that a failure is about."""
    return re.split(r"[.\[]", failure.property, maxsplit=1)[0]
