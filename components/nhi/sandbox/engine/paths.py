"""Property paths of resource options: `tags`, `policy.name`, `list[0].key`, `map["a.b"]`, `*` for anything.

Owns parsing them and what `ignoreChanges` and `replaceOnChanges` do with them. The grammar:
https://www.pulumi.com/docs/iac/concepts/resources/options/ignorechanges/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PART = re.compile(r'\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\["\]]+))')
_ABSENT: Any = object()


def parse(path: str) -> tuple[str | int, ...]:
    """The steps of a path; `*` stands for every step. Raises ValueError on a path outside the grammar."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _PART.match(path, at)
        if match is None:
            raise ValueError(f"{path!r} is no property path")
        quoted, index, name = match.groups()
        if quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        elif index is not None:
            steps.append(index if index == "*" else int(index))
        else:
            steps.append(name)
        at = match.end()
    if not steps:
        raise ValueError("an empty property path names nothing")
    return tuple(steps)


def ignore_changes(new: Mapping[str, Any], old: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The new inputs with what the paths name put back to what it was; what was not there is taken out."""
    result: dict[str, Any] = _copy(dict(new))
    for path in paths:
        _put_back(result, old, parse(path))
    return result


def _copy(value: Any) -> Any:
    """A copy of the containers; what is in them (UNKNOWN, secrets) stays the same object."""
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _keys(step: str | int, *values: Any) -> list[Any]:
    if step != "*":
        return [step]
    keys: dict[Any, None] = {}
    for value in values:
        if isinstance(value, Mapping):
            keys.update(dict.fromkeys(value))
        elif isinstance(value, list):
            keys.update(dict.fromkeys(range(len(value))))
    return list(keys)


def _get(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, _ABSENT)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return _ABSENT


def _put_back(new: Any, old: Any, path: tuple[str | int, ...]) -> None:
    head, rest = path[0], path[1:]
    for key in _keys(head, new, old):
        before = _get(old, key)
        if rest:
            now = _get(new, key)
            if isinstance(now, (dict, list)) and before is not _ABSENT:
                _put_back(now, before, rest)
        elif isinstance(new, dict):
            if before is _ABSENT:
                new.pop(key, None)
            else:
                new[key] = _copy(before)
        elif isinstance(new, list) and isinstance(key, int) and key < len(new) and before is not _ABSENT:
            new[key] = _copy(before)


def replaced_by(
    paths: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any], changes: Sequence[str]
) -> list[str]:
    """Those of the changed properties for which a `replaceOnChanges` path demands a replacement."""
    found = []
    for change in changes:
        for path in paths:
            steps = parse(path)
            if steps[0] in ("*", change) and _differs(old.get(change), new.get(change), steps[1:]):
                found.append(change)
                break
    return found


def _differs(old: Any, new: Any, path: tuple[str | int, ...]) -> bool:
    if not path:
        return old is _ABSENT or new is _ABSENT or old != new
    return any(_differs(_get(old, key), _get(new, key), path[1:]) for key in _keys(path[0], old, new))
