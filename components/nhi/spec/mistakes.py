"""From pydantic's errors to problems in our words: what is wrong, at which line and column, and how to mend it.

Owns wording and placing of every error that a model finds. Does not own the checks themselves (the models) nor reading
(`spec.source`). A value is repeated in a message only where it is short and cannot be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nhi.contract import AGENT_ID_PATTERN, INSTANCE_PATTERN
from nhi.permissions.model import Origin
from nhi.spec.model import Address, DnsLabel, ExactName, Team, Word
from nhi.spec.nearest import ascii_look_alike, describe_character, nearest
from nhi.spec.problems import Problem
from nhi.spec.source import PROBLEM_LIMIT, Path, Positions

ECHO_LIMIT = 40

_SECRET_KEY = re.compile(r"secret|passw|passphrase|token|(?:^|[_-])(?:api|access|private)?_?key(?:$|[_-])|^pwd$", re.I)
_SECRET_VALUE = re.compile(
    r"(?:AKIA|ASIA)[0-9A-Z]{12,}|gh[a-z]_\w{16,}|eyJ[\w-]{8,}\.|-----BEGIN|xox[a-z]-|sk-\w{8,}|pul-\w{8,}|[0-9A-Za-z+/_]{32,}"
)


def looks_secret(key: object, value: object = "") -> bool:
    """Whether the value under this key must not be repeated: the key says so, or the value has a credential's shape."""
    return bool(_SECRET_KEY.search(str(key))) or bool(_SECRET_VALUE.search(str(value)))


def echo(key: object, value: object) -> str:
    """A value for a message: quoted, at most 40 characters, or `a value that is not shown` where it could be secret."""
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    if looks_secret(key, value):
        return "a value that is not shown"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= ECHO_LIMIT else f"{text[: ECHO_LIMIT - 3]}..."


# --- walking the model beside the value -----------------------------------------------------------------------------


def _unwrapped(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation without `Annotated` and unions."""
    if get_origin(annotation) is Annotated:
        yield from _unwrapped(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _unwrapped(part)
    else:
        yield annotation


def _below(annotations: list[Any], key: str | int) -> list[Any]:
    """The annotations one step further down, for a key or an index."""
    found: list[Any] = []
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(key))
            if field is not None:
                found.extend(_unwrapped(field.annotation))
        elif get_origin(annotation) is dict:
            found.extend(_unwrapped(get_args(annotation)[1]))
        elif get_origin(annotation) is tuple:
            found.extend(_unwrapped(get_args(annotation)[0]))
    return found


def _kind_of(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind is not None and get_origin(kind.annotation) is Literal else ()


def known_keys(model: type[BaseModel], value: Any, path: Path) -> tuple[str, ...]:
    """The keys that a map at `path` may have; empty where any key may stand."""
    annotations: list[Any] = [model]
    for step in path:
        annotations = _below(annotations, step)
        value = _step(value, step)
    models = [a for a in annotations if isinstance(a, type) and issubclass(a, BaseModel)]
    kind = value.get("kind") if isinstance(value, dict) else None
    tagged = [m for m in models if kind in _kind_of(m)]
    return tuple(dict.fromkeys(key for m in tagged or models for key in m.model_fields))


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None


def _written_path(loc: tuple[str | int, ...], value: Any) -> tuple[Path, bool]:
    """pydantic's `loc` as a path in the file, and whether the error is about the key itself.

    `loc` also names the chosen member of a union, which no file spells.
    """
    path: list[str | int] = []
    about_key = False
    for index, step in enumerate(loc):
        if step == "[key]":
            about_key = True
        elif (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            path.append(step)
            value = _step(value, step)
        elif index == len(loc) - 1 and not (isinstance(step, str) and "[" in step):
            path.append(step)
    return tuple(path), about_key


# --- wording ----------------------------------------------------------------------------------------------------------


def _pattern_of(annotation: Any) -> str:
    return next(part.pattern for part in get_args(annotation)[1:] if getattr(part, "pattern", None))


_GRAMMAR: dict[str, str] = {
    AGENT_ID_PATTERN: "lower-case letters and digits with single dashes between, starting with a letter",
    INSTANCE_PATTERN: "lower-case letters and digits with single dashes between",
    _pattern_of(Word): "lower-case letters and digits with single `_` or `-` between, starting with a letter",
    _pattern_of(Team): "letters, digits, `_`, `.` and `-`, with a letter or digit at both ends",
    _pattern_of(DnsLabel): "a DNS label: lower-case letters, digits and dashes, at most 63",
    _pattern_of(Address): "an e-mail address in plain ASCII",
    _pattern_of(ExactName): "the exact name in plain ASCII without spaces",
    r"^https://[^\s?#]+$": "an address that starts with https:// and has no `?`, `#` or space",
    r"^spiffe://": "a SPIFFE id, for example spiffe://example.org/agents/research",
    r"^\d{12}$": "12 digits in quotes, so that a leading zero stays",
}


def foreign_characters(text: str) -> str:
    """Names the characters of `text` that are not ASCII, each with its look-alike; empty where there are none."""
    said = []
    for character in dict.fromkeys(c for c in text if not c.isascii()):
        alike = ascii_look_alike(character)
        said.append(describe_character(character) + (f" (looks like {alike!r})" if alike else ""))
    return ", ".join(said[:3])


def _listed(words: tuple[str, ...] | list[str], near: str | None) -> str:
    ordered = ([near] if near else []) + [word for word in words if word != near]
    return ", ".join(ordered)


def _allowed(said: str) -> list[str]:
    # pydantic writes the members as `'a', 'b' or 'c'` and numbers bare.
    return [text or number for text, number in re.findall(r"'([^']*)'|(\d+)", said)]


def _one(item: Any, path: Path, about_key: bool, keys: tuple[str, ...]) -> tuple[str, str]:
    """Message and fix of one error. `keys` are the keys that the surrounding map may have."""
    kind, context = item["type"], item.get("ctx", {})
    name = path[-1] if path else "the file"
    here = f"`{_dotted(path)}`" if path else "the file"
    value = name if about_key else item["input"]
    said = echo("" if about_key else _nearest_key(path), value)

    if kind == "missing":
        return f"{here} is missing; without it this part cannot be used.", f"add `{name}: ...`."
    if kind == "extra_forbidden":
        key = "..." if _SECRET_VALUE.search(str(name)) else str(name)[:ECHO_LIMIT]
        near = nearest(str(name), keys)
        foreign = foreign_characters(str(name))
        message = f"the key `{key}` is not known here; nothing would read it."
        if foreign:
            message = f"the key `{key}` is not known here: it contains {foreign}."
        if near:
            return message, f"did you mean `{near}`?"
        if looks_secret(name, name):
            return message, "remove it; a file like this never holds a secret."
        return message, f"remove it; keys that may stand here: {', '.join(keys)}." if keys else "remove it."
    if kind in ("literal_error", "union_tag_invalid"):
        words = _allowed(context.get("expected") or context.get("expected_tags") or "")
        if kind == "union_tag_invalid":
            value = context["tag"]
            said, here = echo("kind", value), f"`{_dotted((*path, 'kind'))}`"
        near = nearest(str(value), words)
        foreign = foreign_characters(str(value)) if isinstance(value, str) else ""
        message = f"{here} is {said}" + (f", with {foreign}" if foreign else "") + "; that is not a known value."
        if isinstance(value, str) and value in words and value.isdigit():
            return f"{here} is the text {said}, not a number.", f"write {value} without quotes."
        return message, f"write one of: {_listed(words, near)}."
    if kind == "union_tag_not_found":
        return f"`{_dotted((*path, 'kind'))}` is missing; it says what the rest means.", "add `kind: ...`."
    if kind == "string_type":
        if value is None:
            return f"{here} is empty; text is needed.", "write the text, or remove the key."
        hint = "put it in quotes, with every digit." if isinstance(value, int | float) else "write it as text."
        return f"{here} must be text, not {said}.", hint
    if kind == "string_pattern_mismatch":
        grammar = _GRAMMAR.get(context["pattern"], f"text that matches {context['pattern']}")
        if value == "":
            return f"{here} is empty.", f"write {grammar}."
        foreign = foreign_characters(value) if isinstance(value, str) else ""
        if foreign:
            return (
                f"{here} contains {foreign}; two names that look the same would not be the same.",
                "type it in ASCII.",
            )
        subject = f"the name {said}" if about_key else f"{here} is {said}, which"
        return f"{subject} does not have the right form.", f"write {grammar}."
    if kind in ("string_too_long", "too_long"):
        return f"{here} is longer than {context['max_length']}.", "shorten it."
    if kind == "string_too_short":
        if value and context["min_length"] > 1:
            return f"{here} is shorter than {context['min_length']} characters; it says too little.", "write more."
        return f"{here} is empty.", "write a value, or remove the key."
    if kind == "too_short":
        return f"{here} is an empty list; at least {context['min_length']} is needed.", "add an item."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return f"{here} is {said}; it must be {bound}.", f"write a number that is {bound}."
    if kind.startswith("int_"):
        return f"{here} must be a whole number, not {said}.", "write the number without quotes."
    if kind.startswith("bool_"):
        return (
            f"{here} must be true or false, not {said}.",
            "write true or false (in YAML 1.2 `yes` and `no` are text).",
        )
    if kind in ("tuple_type", "list_type"):
        return f"{here} must be a list, not {said}.", "write each item on a line that starts with `- `."
    if kind == "model_type" and context.get("class_name") in _SHORT_FORMS:
        return f"{here} must be text, or a map, not {said}.", "write the text, or `key: value` lines indented under it."
    if kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        return f"{here} must be a map, not {said}.", "write `key: value` lines, indented under it."
    if kind == "value_error":
        foreign = foreign_characters(value) if isinstance(value, str) else ""
        if foreign:
            return f"{here}: {context['error']}: it contains {foreign}.", "type it in ASCII."
        return f"{here}: {context['error']}.", _VALUE_FIX.get(_field_kind(str(context["error"])), "correct the value.")
    if kind.startswith("datetime_") or kind.startswith("timezone"):
        return f"{here} is {said}, which is no moment in time.", _VALUE_FIX["time"]
    if kind.startswith("time_delta"):
        return f"{here} is {said}, which is no duration.", _VALUE_FIX["duration"]
    return f"{here} is not valid: {kind.replace('_', ' ')}.", "correct the value."


_VALUE_FIX = {
    "time": 'write it as text with a zone, for example "2027-01-31T00:00:00Z".',
    "duration": "write for example 30m, 4h or 7d.",
    "platform": "name each platform once.",
    "tier": "write 1, 2 or 3.",
}


# Parts that a bare string may stand for.
_SHORT_FORMS = frozenset({"Sponsor", "ActionGrant"})


def _field_kind(said: str) -> str:
    return next(
        (kind for kind in ("duration", "platform", "time") if kind in said), "tier" if "1, 2 or 3" in said else ""
    )


def _dotted(path: Path) -> str:
    return re.sub(
        r"\.\[", "[", ".".join(f"[{step}]" if isinstance(step, int) else str(step)[:ECHO_LIMIT] for step in path)
    )


def _nearest_key(path: Path) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "")


def _misspelt(items: Iterable[Any], value: Any, model: type[BaseModel]) -> set[Path]:
    """The keys that unknown keys were meant to be: one slip of the pen is one problem, not a missing key as well."""
    meant: set[Path] = set()
    for item in items:
        if item["type"] == "extra_forbidden":
            path, _ = _written_path(item["loc"], value)
            near = nearest(str(path[-1]), known_keys(model, value, path[:-1])) if path else None
            if near:
                meant.add((*path[:-1], near))
    return meant


def mistakes(
    error: ValidationError,
    value: Any,
    model: type[BaseModel],
    positions: Positions,
    *,
    place: Path = (),
    ignore: frozenset[str] = frozenset(),
    only: frozenset[str] | None = None,
) -> tuple[Problem, ...]:
    """Every error of one validation as a problem at its line and column, at most `PROBLEM_LIMIT` of them.

    `value` is what was validated; it stands at `place` of the document that `positions` are of. `model` tells which
    keys may stand where. Error types in `ignore`, and where `only` is given all others than it, are left out.
    """
    problems: dict[tuple[Origin, str], Problem] = {}
    items = error.errors(include_url=False)
    meant = _misspelt(items, value, model)
    for item in items:
        kind = item["type"]
        if kind in ignore or (only is not None and kind not in only):
            continue
        loc = item["loc"]
        if kind == "too_short" and item["input"]:
            continue  # The items are there, each with its own error.
        if kind == "missing" and _written_path(loc, value)[0] in meant:
            continue
        path, about_key = _written_path(loc, value)
        last = loc[-1] if loc else ""
        variant = next((str(step) for step in loc if isinstance(step, str) and "[" in step and step != "[key]"), "")
        if variant:
            # Every member of a union complains; only the member that the writer meant should.
            written = value
            for step in loc[: loc.index(variant)]:
                written = _step(written, step)
            if isinstance(written, list) and not variant.startswith("tuple["):
                continue
            if isinstance(written, dict) and not variant.startswith("dict["):
                continue
        keys = known_keys(model, value, path[:-1]) if kind == "extra_forbidden" else ()
        path = (*place, *path)
        message, fix = _one(item, path, about_key, keys)
        if kind == "union_tag_invalid":
            origin = positions.at(*path, "kind")
        elif about_key or kind == "extra_forbidden":
            origin = positions.key_at(*path)
        else:
            origin = positions.at(*path)
        if variant and last == variant and not isinstance(item["input"], dict | list):
            message, fix = (
                f"`{_dotted(path)}` must be a list of names, or a map.",
                "write `- name` lines, or `name: value`.",
            )
        problems.setdefault((origin, message), Problem(message, origin, fix))
        if len(problems) >= PROBLEM_LIMIT:
            break
    return tuple(problems.values())
