"""Reads the catalog: the shipped file and the user's own, checked and compiled once.

Owns the form of a catalog file and the merge of several. Does not own what one agent's words come to
(`catalog.meaning`), nor whether a permission exists (`catalog.vocabulary`) or is too wide (the gate's rules): a
user's `s3:*` loads, so that a finding can name the agent that gets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from nhi.contract import PLATFORMS, Platform
from nhi.permissions.model import Access, Origin
from nhi.spec.mistakes import mistakes
from nhi.spec.model import Part, Text, Word
from nhi.spec.problems import InputError, Problem
from nhi.spec.source import Positions, read

SHIPPED = Path(__file__).with_name("catalog.yaml")

Level = Literal["read", "write", "admin", "call"]
LADDER: tuple[Level, ...] = ("read", "write", "admin")
LEVELS: tuple[Level, ...] = (*LADDER, "call")
LEVEL_ACCESS: dict[Level, Access] = {"read": "read", "write": "write", "admin": "manage", "call": "write"}
DenyMode = Literal["everywhere", "bound", "fallback"]

# --- the form of a file -------------------------------------------------------------------------------------------

Item = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Items = Annotated[tuple[Item, ...], Field(min_length=1)]


class EgressForm(Part):
    """A network destination of a Kubernetes kind."""

    cidr: Item | None = None
    namespace: Item | None = None
    pod_labels: Item | None = None
    port: Item


class StatementForm(Part):
    """One statement as it is written. Which of the fields may stand together depends on the platform."""

    actions: Items | None = None
    verbs: Items | None = None
    permissions: Items | None = None
    roles: Items | None = None
    scopes: Items | None = None
    resources: Items | None = None
    api_group: str | None = None
    resource: Item | None = None
    name: Item | None = None
    namespace: Item | None = None
    api: Item | None = None
    conditions: dict[Text, dict[Text, tuple[Item, ...]]] = Field(default_factory=dict)
    access: Access | None = None
    when: Text | None = None
    unless: Text | None = None
    select: Access | None = None


class KindStatement(StatementForm):
    """One statement of a kind's level."""

    egress: EgressForm | None = None


class ActionRow(StatementForm):
    """One row of an action: direct, or through a slot of the environment."""

    slot: Word | None = None
    level: Level | None = None
    egress: Word | None = None
    deny: DenyMode | None = None
    only: Literal["deny"] | None = None


class NotMapped(Part):
    """An action that has no counterpart on a platform, and why."""

    unmapped: Text


class ActionForm(Part):
    """One abstract action."""

    summary: Text
    access: Access
    override: bool = False
    aws: tuple[ActionRow, ...] | NotMapped | None = None
    entra: tuple[ActionRow, ...] | NotMapped | None = None
    gcp: tuple[ActionRow, ...] | NotMapped | None = None
    kubernetes: tuple[ActionRow, ...] | NotMapped | None = None


FieldForm = Annotated[
    str, StringConstraints(pattern=r"^(?:(?:text|list|labels|prefix|cidr|port)\??|(?:text|port)=.+)$")
]


class KindForm(Part):
    """What a binding's `kind` means on one platform."""

    summary: Text
    override: bool = False
    fields: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")], FieldForm] = Field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    cumulative: bool = True
    read: tuple[KindStatement, ...] = ()
    write: tuple[KindStatement, ...] = ()
    admin: tuple[KindStatement, ...] = ()
    call: tuple[KindStatement, ...] = ()


class CatalogFile(Part):
    """A whole catalog file."""

    version: Text | None = None
    actions: dict[Word, ActionForm] = Field(default_factory=dict)
    kinds: dict[Platform, dict[Word, KindForm]] = Field(default_factory=dict)


# --- the compiled form --------------------------------------------------------------------------------------------

_FIELD = re.compile(r"\{([a-z][a-z_]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Text with `{field}` places. `names` are the fields in it."""

    text: str
    names: tuple[str, ...]

    def render(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The text with the fields put in as they are written; one text per item where its one field is a list."""
        if not self.names:
            return (self.text,)
        if len(self.names) == 1 and isinstance(values[self.names[0]], tuple):
            return tuple(self.text.replace(f"{{{self.names[0]}}}", item) for item in values[self.names[0]])
        return (_FIELD.sub(lambda match: str(values[match[1]]), self.text),)


def template(text: str) -> Template:
    """Finds the fields of a template text."""
    return Template(text, tuple(dict.fromkeys(_FIELD.findall(text))))


@dataclass(frozen=True, slots=True)
class EgressTemplate:
    """A network destination before its fields are known. Each value is a template of one whole field or plain text."""

    cidr: Template | None
    namespace: Template | None
    pod_labels: str | None
    """Name of the field that holds the labels."""
    port: Template


@dataclass(frozen=True, slots=True)
class Statement:
    """Permissions that belong together, before the fields are known."""

    actions: tuple[Template, ...]
    resources: tuple[Template, ...]
    access: Access
    conditions: tuple[tuple[str, str, tuple[Template, ...]], ...] = ()
    when: str | None = None
    unless: str | None = None
    select: Access | None = None
    egress: EgressTemplate | None = None


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a binding's field may hold: `text`, `list`, `labels`, `prefix`, `cidr` or `port`."""

    type: str
    optional: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a binding's `kind` means on one platform."""

    name: str
    platform: Platform
    fields: Mapping[str, FieldRule]
    one_of: tuple[str, ...]
    cumulative: bool
    levels: Mapping[Level, tuple[Statement, ...]]

    def own(self, level: Level) -> tuple[Statement, ...]:
        """The statements that this level adds."""
        return self.levels.get(level, ())

    def reach(self, level: Level) -> tuple[Statement, ...]:
        """The statements that this level gives: its own and, where levels build on each other, those below it."""
        if level == "call" or not self.cumulative:
            return self.own(level)
        return tuple(s for step in LADDER[: LADDER.index(level) + 1] for s in self.own(step))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all levels."""
        return tuple(statement for level in LEVELS for statement in self.own(level))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an action on one platform.

    With `slot`: the permissions `picks` of what is bound (or a whole `level`, or its destinations where `egress`).
    Without: the `statement` itself. `everywhere` is what a denial names where it does not follow a binding.
    """

    slot: str | None
    level: Level | None
    picks: tuple[str, ...]
    egress: bool
    conditions: tuple[tuple[str, str, tuple[Template, ...]], ...]
    deny: DenyMode
    only_deny: bool
    statement: Statement | None
    everywhere: Statement | None


@dataclass(frozen=True, slots=True)
class Action:
    """One abstract action: its rows per platform, or the reason why a platform has none."""

    name: str
    summary: str
    access: Access
    rows: Mapping[Platform, tuple[Row, ...] | str]


@dataclass(frozen=True)
class Catalog:
    """All words of one set of catalog files."""

    version: str
    actions: Mapping[str, Action]
    kinds: Mapping[Platform, Mapping[str, Kind]]
    origins: Mapping[tuple[str, ...], Origin] = field(default_factory=dict, compare=False, repr=False)
    """Where a word is defined: `("actions", word)` or `("kinds", platform, kind)`."""
    memo: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)
    """What words come to in an environment, kept by `catalog.meaning`."""


# --- compiling ----------------------------------------------------------------------------------------------------

_PERMISSION_KEYS: dict[Platform, tuple[str, ...]] = {
    "aws": ("actions",),
    "kubernetes": ("verbs",),
    "gcp": ("permissions",),
    "entra": ("roles", "scopes"),
}
_RESOURCE_KEYS: dict[Platform, tuple[str, ...]] = {
    "aws": ("resources",),
    "kubernetes": ("api_group", "resource", "name", "namespace"),
    "gcp": ("resources",),
    "entra": ("api",),
}
_NEEDED_KEYS: dict[Platform, tuple[str, ...]] = {
    "aws": ("resources",),
    "kubernetes": ("api_group", "resource"),
    "gcp": ("resources",),
    "entra": ("api",),
}
_EVERYWHERE: dict[Platform, tuple[str, ...]] = {"aws": ("*",), "gcp": ("projects/{project_id}",)}
CONTEXT: dict[Platform, tuple[str, ...]] = {
    "aws": ("account_id", "region", "partition"),
    "kubernetes": ("cluster", "namespace", "trust_domain"),
    "gcp": ("project_id", "project_number", "location"),
    "entra": ("tenant_id",),
}
"""Fields that the environment's section of a platform gives to every template."""


def _written(form: StatementForm, keys: Iterable[str]) -> list[str]:
    return [key for key in keys if getattr(form, key) is not None]


# An app role and a delegated scope of one API can share a name, and they are granted in different ways.
_PERMISSION_PREFIX = {"roles": "role:", "scopes": "scope:"}


def _permissions(form: StatementForm, platform: Platform) -> tuple[str, ...]:
    return tuple(
        _PERMISSION_PREFIX.get(key, "") + item
        for key in _PERMISSION_KEYS[platform]
        for item in getattr(form, key) or ()
    )


def _conditions(form: StatementForm) -> tuple[tuple[str, str, tuple[Template, ...]], ...]:
    return tuple(
        (operator, key, tuple(template(value) for value in values))
        for operator, by_key in form.conditions.items()
        for key, values in by_key.items()
    )


class _Compiler:
    """Turns checked forms into the compiled ones and notes what does not fit together."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self.problems: list[Problem] = []

    def note(self, message: str, fix: str, *path: str | int) -> None:
        self.problems.append(Problem(message, self.positions.at(*path), fix))

    def foreign(self, form: StatementForm, platform: Platform, path: tuple[str | int, ...]) -> None:
        own = {*_PERMISSION_KEYS[platform], *_RESOURCE_KEYS[platform]}
        every = dict.fromkeys(key for keys in (_PERMISSION_KEYS, _RESOURCE_KEYS) for p in PLATFORMS for key in keys[p])
        for key in _written(form, (key for key in every if key not in own)):
            self.note(
                f"`{key}` means nothing on {platform}; the row would grant something else than it says.",
                f"use {', '.join(sorted(own))}.",
                *path,
                key,
            )

    def statement(
        self, form: StatementForm, platform: Platform, access: Access, path: tuple[str | int, ...]
    ) -> Statement | None:
        self.foreign(form, platform, path)
        missing = [key for key in _NEEDED_KEYS[platform] if getattr(form, key) is None]
        if not _permissions(form, platform):
            missing.insert(0, " or ".join(_PERMISSION_KEYS[platform]))
        if missing:
            self.note(
                f"a {platform} statement without {' and '.join(missing)}; it would grant nothing.", "add it.", *path
            )
            return None
        if platform == "kubernetes":
            parts = [form.namespace or "{namespace}", form.api_group or "", form.resource or ""]
            if form.name is not None:
                parts.append(form.name)
            resources: tuple[str, ...] = ("/".join(parts),)
        elif platform == "entra":
            resources = (form.api or "",)
        else:
            resources = form.resources or ()
        return Statement(
            actions=tuple(template(item) for item in _permissions(form, platform)),
            resources=tuple(template(item) for item in resources),
            access=form.access or access,
            conditions=_conditions(form),
            when=form.when,
            unless=form.unless,
            select=form.select,
        )

    def known_fields(
        self, statement: Statement, known: Iterable[str], path: tuple[str | int, ...], fields: Iterable[str] = ()
    ) -> None:
        allowed = set(known)
        places = [
            *statement.actions,
            *statement.resources,
            *(t for _, _, values in statement.conditions for t in values),
        ]
        names = {name for place in places for name in place.names}
        if statement.egress is not None:
            egress = statement.egress
            names.update(name for t in (egress.cidr, egress.namespace, egress.port) if t for name in t.names)
            if egress.pod_labels is not None:
                names.add(egress.pod_labels)
        for name in sorted(names - allowed):
            self.note(
                f"the template field {{{name}}} is given by nothing; no binding could ever fill it.",
                f"use one of: {', '.join(sorted(allowed))}.",
                *path,
            )
        for name in (statement.when, statement.unless):
            if name is not None and name not in set(fields):
                self.note(
                    f"`when`/`unless` names {name!r}, which is no field of this kind; it would change nothing.",
                    "name one of the kind's fields.",
                    *path,
                )

    def kind(self, name: str, platform: Platform, form: KindForm) -> Kind:
        place = ("kinds", platform, name)
        rules = {}
        for field_name, text in form.fields.items():
            type_name, _, default = text.partition("=")
            rules[field_name] = FieldRule(
                type_name.rstrip("?"), type_name.endswith("?") or bool(default), default or None
            )
        if "kind" in rules or "level" in rules:
            self.note(
                "`kind` and `level` are words of every binding and cannot be fields.", "choose another name.", *place
            )
        for choice in form.one_of:
            if choice not in rules:
                self.note(
                    f"`one_of` names {choice!r}, which is no field; no binding could fit.",
                    "name a field.",
                    *place,
                    "one_of",
                )
        levels: dict[Level, tuple[Statement, ...]] = {}
        known = {*rules, *CONTEXT[platform]}
        for level in LEVELS:
            compiled = []
            for index, written in enumerate(getattr(form, level)):
                path = (*place, level, index)
                if written.egress is not None:
                    statement = self.egress(written, platform, LEVEL_ACCESS[level], path)
                else:
                    statement = self.statement(written, platform, LEVEL_ACCESS[level], path)
                if statement is not None:
                    self.known_fields(statement, known, path, rules)
                    compiled.append(statement)
            if compiled:
                levels[level] = tuple(compiled)
        if not any(getattr(form, level) for level in LEVELS):
            self.note(
                "a kind without any level; nothing could be bound to it.", "add read, write, admin or call.", *place
            )
        return Kind(name, platform, rules, form.one_of, form.cumulative, levels)

    def egress(
        self, form: KindStatement, platform: Platform, access: Access, path: tuple[str | int, ...]
    ) -> Statement | None:
        written = form.egress
        if written is None or platform != "kubernetes":
            self.note(f"`egress` means nothing on {platform}.", "remove it.", *path)
            return None
        if (written.cidr is None) == (written.namespace is None):
            self.note("an egress needs either `cidr` or `namespace`.", "give one of the two.", *path)
            return None
        if written.namespace is not None and written.pod_labels is None:
            self.note(
                "an egress to a namespace without `pod_labels` would open all of its pods.", "add pod_labels.", *path
            )
            return None
        labels = template(written.pod_labels).names if written.pod_labels else ()
        return Statement(
            actions=(),
            resources=(),
            access=access,
            when=form.when,
            unless=form.unless,
            egress=EgressTemplate(
                cidr=template(written.cidr) if written.cidr else None,
                namespace=template(written.namespace) if written.namespace else None,
                pod_labels=labels[0] if labels else None,
                port=template(written.port),
            ),
        )

    def row(self, form: ActionRow, platform: Platform, access: Access, path: tuple[str | int, ...]) -> Row | None:
        picks = _permissions(form, platform)
        if form.egress is not None:
            if platform != "kubernetes" or form.slot is not None or form.level is not None or picks:
                self.note("`egress: <slot>` stands alone in a row, and on kubernetes only.", "split the row.", *path)
                return None
            return Row(form.egress, None, (), True, (), "bound", False, None, None)
        if form.slot is None:
            if form.level is not None or form.deny is not None:
                self.note("`level` and `deny` need a `slot`; the row would mean something else.", "add a slot.", *path)
                return None
            statement = self.statement(form, platform, access, path)
            if statement is None:
                return None
            self.known_fields(statement, CONTEXT[platform], path)
            return Row(None, None, (), False, (), "everywhere", form.only == "deny", statement, statement)
        self.foreign(form, platform, path)
        extra = _written(form, _RESOURCE_KEYS[platform])
        if extra:
            self.note(
                f"`{extra[0]}` beside `slot`; the environment's binding says which resources.",
                "remove it.",
                *path,
                extra[0],
            )
        if bool(picks) == (form.level is not None):
            keys = " or ".join(_PERMISSION_KEYS[platform])
            self.note(f"a row with a slot needs either {keys}, or a level.", "give one of the two.", *path)
            return None
        default: DenyMode = "everywhere" if picks and platform in _EVERYWHERE else "bound"
        everywhere = None
        if picks and platform in _EVERYWHERE:
            resources = tuple(template(item) for item in _EVERYWHERE[platform])
            everywhere = Statement(tuple(template(item) for item in picks), resources, access)
        return Row(
            form.slot,
            form.level,
            picks,
            False,
            _conditions(form),
            form.deny or default,
            form.only == "deny",
            None,
            everywhere,
        )

    def action(self, name: str, form: ActionForm) -> Action:
        rows: dict[Platform, tuple[Row, ...] | str] = {}
        for platform in PLATFORMS:
            written: tuple[ActionRow, ...] | NotMapped | None = getattr(form, platform)
            if written is None:
                rows[platform] = "the catalog says nothing about this platform"
            elif isinstance(written, NotMapped):
                rows[platform] = written.unmapped
            else:
                compiled = (
                    self.row(row, platform, form.access, ("actions", name, platform, index))
                    for index, row in enumerate(written)
                )
                rows[platform] = tuple(row for row in compiled if row is not None)
        return Action(name, form.summary, form.access, rows)


@dataclass(frozen=True)
class _Read:
    file: CatalogFile
    actions: Mapping[str, Action]
    kinds: Mapping[Platform, Mapping[str, Kind]]
    positions: Positions


def _read(path: Path, root: Path | None) -> tuple[_Read | None, tuple[Problem, ...]]:
    source = read(path, root=root)
    if source.value is None or source.problems:
        return None, source.problems
    try:
        file = CatalogFile.model_validate(source.value)
    except ValidationError as error:
        return None, mistakes(error, source.value, CatalogFile, source.positions)
    compiler = _Compiler(source.positions)
    actions = {name: compiler.action(name, form) for name, form in file.actions.items()}
    kinds: dict[Platform, dict[str, Kind]] = {
        platform: {name: compiler.kind(name, platform, form) for name, form in by_name.items()}
        for platform, by_name in file.kinds.items()
    }
    if compiler.problems:
        return None, tuple(compiler.problems)
    return _Read(file, actions, kinds, source.positions), ()


@lru_cache(maxsize=1)
def _shipped() -> _Read:
    found, problems = _read(SHIPPED, SHIPPED.parent)
    if found is None:
        raise InputError(problems)
    return found


def _taken(name: str, first: Origin, here: Origin) -> Problem:
    return Problem(
        f"{name} is already defined in {first}; agents would silently get other permissions than its reviewers read.",
        here,
        "choose another name, or write `override: true` if it is meant to replace the other one.",
    )


def read_catalog(extra: Sequence[Path] = (), *, root: Path | None = None) -> tuple[Catalog, tuple[Problem, ...]]:
    """The shipped catalog with the user's files laid over it, and every problem of those files.

    A file with a problem adds nothing. Positions carry the path as given, or relative to `root`. Never raises for bad
    input.
    """
    shipped = _shipped()
    actions = dict(shipped.actions)
    kinds: dict[Platform, dict[str, Kind]] = {p: dict(shipped.kinds.get(p, {})) for p in PLATFORMS}
    origins: dict[tuple[str, ...], Origin] = {}
    _note_origins(shipped, origins)
    version = shipped.file.version or ""
    problems: list[Problem] = []
    for path in extra:
        found, wrong = _read(path, root)
        problems.extend(wrong)
        if found is None:
            continue
        for name, action in found.actions.items():
            place = ("actions", name)
            if name in actions and not found.file.actions[name].override:
                problems.append(_taken(f"the action {name!r}", origins[place], found.positions.at(*place)))
            else:
                actions[name] = action
                origins[place] = found.positions.at(*place)
        for platform, by_name in found.kinds.items():
            for name, kind in by_name.items():
                place = ("kinds", platform, name)
                if name in kinds[platform] and not found.file.kinds[platform][name].override:
                    problems.append(_taken(f"the {platform} kind {name!r}", origins[place], found.positions.at(*place)))
                else:
                    kinds[platform][name] = kind
                    origins[place] = found.positions.at(*place)
        if found.file.version:
            version = f"{version}+{found.file.version}"
    return Catalog(version, actions, kinds, origins), tuple(problems)


def _note_origins(found: _Read, origins: dict[tuple[str, ...], Origin]) -> None:
    for name in found.actions:
        origins[("actions", name)] = found.positions.at("actions", name)
    for platform, by_name in found.kinds.items():
        for name in by_name:
            origins[("kinds", platform, name)] = found.positions.at("kinds", platform, name)


@lru_cache(maxsize=1)
def _plain() -> Catalog:
    return read_catalog()[0]


def load_catalog(extra: Sequence[Path] = ()) -> Catalog:
    """The shipped catalog with the user's files laid over it.

    `extra`: catalog files, later ones over earlier ones. They may add actions and kinds; a word that exists already
    needs `override: true`. Raises `InputError` with every problem. Without `extra` the same object is returned each
    time.
    """
    if not extra:
        return _plain()
    catalog, problems = read_catalog(extra)
    if problems:
        raise InputError(problems)
    return catalog
