"""`nhi diff`: what access a change of the reviewed files adds and takes away, on one screen.

Owns the two sides' contexts, putting equal changes of several stacks together, and the words on the screen, in Markdown
for a pull request, and in JSON. Does not own what counts as a change (`cli.changes`) nor reading a revision
(`cli.revisions`).

What widened comes first and makes the exit code 1, so that a pipeline can ask for a second pair of eyes; what is
undecided counts as widened. The short forms are capped and count what they leave out; JSON has everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TextIO

from nhi_policies.declared import Context, load_context, load_settings

from nhi.catalog.meaning import meanings
from nhi.cli.changes import Change, Direction, changes, rank
from nhi.cli.explain import witness_json
from nhi.cli.project import Project
from nhi.cli.revisions import side
from nhi.cli.why import listed
from nhi.clock import timestamp
from nhi.permissions.model import Origin
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError, Problem

DIFF_VERSION = 1
Format = Literal["text", "markdown", "json"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("widened", "undecided", "narrowed", "changed")
_OF_ONE_KIND: Final = 4
"""Rows of one kind that the screen has room for."""
_ROWS: Final = 30
"""Rows of one Markdown table; a comment on a pull request has to be read."""


@dataclass(frozen=True)
class Different:
    """Everything that differs between two sides. `agents` counts them before and after, over all stacks."""

    before: str
    after: str
    clocks: Mapping[str, datetime]
    agents: tuple[int, int]
    changes: tuple[Change, ...]

    @property
    def widened(self) -> bool:
        """Whether anything widened, or may have."""
        return any(one.direction in ("widened", "undecided") for one in self.changes)


@dataclass(frozen=True)
class _Row:
    """What one line brings: the change that matters most, and the stacks, actions and resources of all of them."""

    change: Change
    stacks: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]


WORK_TREE: Final = "the work tree"


def diff(project: Project, before: str, after: str | None, stacks: Sequence[str], now: datetime) -> Different:
    """What differs between two sides, each a folder with a project or a revision of the repository of `project`.

    Without `after` the second side is the project's folder as it is. `now` counts where the second side pins no clock.
    Raises `InputError` with every problem of the files of both sides: with a file that cannot be read, an agent would
    seem to be gone.
    """
    with side(before, project) as first, side(after, project) if after else nullcontext(project) as second:
        after = after or WORK_TREE
        names = _stacks(first, second, before, after, stacks)
        found: list[Change] = []
        clocks: dict[str, datetime] = {}
        counted: list[set[str]] = [set(), set()]
        problems: list[Problem] = []
        for stack in names:
            new = _context(second, after, stack, now, problems)
            old = _context(first, before, stack, now, problems)
            if problems:
                continue
            # One clock for both: a date that passes between two runs is no difference of the files.
            old = replace(old, clock=new.clock)
            clocks[stack] = new.clock
            counted[0].update(old.agents)
            counted[1].update(new.agents)
            found.extend(changes(stack, old, new))
        if problems:
            raise InputError(dict.fromkeys(problems))
        ordered = sorted(found, key=lambda one: (DIRECTIONS.index(one.direction), rank(one), one.agent))
        return Different(before, after, clocks, (len(counted[0]), len(counted[1])), tuple(ordered))


def _stacks(first: Project, second: Project, before: str, after: str, wanted: Sequence[str]) -> tuple[str, ...]:
    known: dict[str, None] = {}
    for one, name in ((second, after), (first, before)):
        if one.pack is None:
            message = "the project has no gate, so nothing says where its agent files are."
            raise InputError([Problem(message, Origin(name), "add a policies/ folder with gate.yaml.")])
        settings, problems = load_settings(one.pack)
        if problems:
            raise InputError([_said_by(name, problem) for problem in problems])
        known.update(dict.fromkeys(settings.stacks))
    for stack in wanted:
        if stack not in known:
            close = nearest(stack, known)
            fix = f"did you mean {close}?" if close else f"use one of: {', '.join(known)}."
            raise InputError([Problem(f"neither side has a stack {stack!r}.", Origin("--stack"), fix)])
    return tuple(wanted) or tuple(known)


def _context(project: Project, name: str, stack: str, now: datetime, problems: list[Problem]) -> Context:
    assert project.pack is not None
    context = load_context(project.pack, stack, now=now)
    problems.extend(_said_by(name, problem) for problem in context.problems)
    for declared in context.agents.values():
        for meant in meanings(declared, context.catalog).values():
            problems.extend(_said_by(name, problem) for problem in meant.problems)
    return context


def _said_by(name: str, problem: Problem) -> Problem:
    return replace(problem, message=f"({name}) {problem.message}")


def _rows(found: Iterable[Change]) -> tuple[_Row, ...]:
    """Changes that one line of a file brings, as one row, whatever stack and however deep.

    The first of them, which reaches deepest, gives the words; JSON keeps each by itself.
    """
    groups: dict[Change, list[Change]] = {}
    for one in found:
        said = one.text if not one.resources or one.direction == "undecided" else one.kind
        key = replace(one, stack="", access=None, actions=(), resources=(), witness=None, text=said)
        groups.setdefault(key, []).append(one)
    return tuple(
        _Row(
            alike[0],
            tuple(dict.fromkeys(one.stack for one in alike)),
            tuple(dict.fromkeys(action for one in alike for action in one.actions)),
            tuple(dict.fromkeys(resource for one in alike for resource in one.resources)),
        )
        for alike in groups.values()
    )


# --- text -------------------------------------------------------------------------------------------------------------


def show(form: Format, found: Different, out: TextIO) -> None:
    """What differs in one format."""
    if form == "json":
        print(json.dumps(_json(found), indent=2), file=out)
    elif form == "markdown":
        _markdown(found, out)
    else:
        _text(found, out)


def _counts(rows: Mapping[Direction, Sequence[_Row]]) -> str:
    return ", ".join(f"{len(rows[one])} {one}" for one in DIRECTIONS if rows[one] or one in ("widened", "narrowed"))


def _by_direction(found: Different) -> dict[Direction, tuple[_Row, ...]]:
    return {direction: _rows([one for one in found.changes if one.direction == direction]) for direction in DIRECTIONS}


def _agents(found: Different) -> str:
    """How many agents there were and are, where that differs."""
    before, after = found.agents
    return "" if before == after else f"{before} agents before, {after} after; "


def _text(found: Different, out: TextIO) -> None:
    stacks = ", ".join(found.clocks)
    if not found.changes:
        print(
            f"{found.before} -> {found.after}: no difference in what the {found.agents[1]} agents may do ({stacks})",
            file=out,
        )
        return
    rows = _by_direction(found)
    print(f"{found.before} -> {found.after}: {_counts(rows)} ({_agents(found)}{stacks})", file=out)
    for direction in DIRECTIONS:
        if not rows[direction]:
            continue
        print(f"\n{direction}", file=out)
        shown = _capped(rows[direction])
        for row in shown:
            print(f"  {_SIGNS[direction]} {_who(row.change)}: {_what(row)}", file=out)
            because = _because(row, tuple(found.clocks))
            if because:
                print(f"      {because}", file=out)
        rest = len(rows[direction]) - len(shown)
        if rest > 0:
            print(f"  and {rest} more; --format json lists all", file=out)


def _capped(rows: Sequence[_Row]) -> list[_Row]:
    """The first rows of each kind, so that many of one kind do not hide another one."""
    shown: dict[int, list[_Row]] = {}
    for row in rows:
        kind = shown.setdefault(rank(row.change), [])
        if len(kind) < _OF_ONE_KIND:
            kind.append(row)
    return [row for kind in shown.values() for row in kind]


_SIGNS: Final[Mapping[Direction, str]] = {"widened": "+", "undecided": "?", "narrowed": "-", "changed": "~"}


def _who(change: Change) -> str:
    return f"{change.agent} on {change.platform}" if change.platform else change.agent


def _what(row: _Row) -> str:
    if not row.resources:
        return row.change.text
    actions = listed(row.actions) if row.actions else f"everything but {listed(row.change.not_actions)}"
    return f"{row.change.text}: {actions} on {listed(row.resources)}"


def _because(row: _Row, every: Sequence[str]) -> str:
    change = row.change
    parts = [change.reason] if change.reason else []
    if change.origin is not None:
        parts.append(str(change.origin))
    if change.around:
        parts.append("its file is the same: the environment or the catalog changed")
    if len(row.stacks) < len(every):
        parts.append(f"only in {', '.join(row.stacks)}")
    return "  ".join(parts)


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _markdown(found: Different, out: TextIO) -> None:
    rows = _by_direction(found)
    title = f"{_code(found.before)} to {_code(found.after)}"
    if not found.changes:
        print(f"**Access of agents, {title}:** no difference in what the {found.agents[1]} agents may do.", file=out)
        return
    print(f"### Access of agents, {title}: {_counts(rows)}\n", file=out)
    clocks = ", ".join(f"{stack} at {timestamp(clock)}" for stack, clock in found.clocks.items())
    print(f"{_agents(found)}{clocks}.", file=out)
    for direction in DIRECTIONS:
        listed_rows = rows[direction]
        if not listed_rows:
            continue
        folded = direction not in ("widened", "undecided")
        name = f"{direction[0].upper()}{direction[1:]} ({len(listed_rows)})"
        print(f"\n<details><summary>{name}</summary>\n" if folded else f"\n**{name}**\n", file=out)
        print("| Agent | Platform | What | Why | Where | Stacks |\n|---|---|---|---|---|---|", file=out)
        for row in listed_rows[:_ROWS]:
            change = row.change
            why = " ".join(
                (
                    *([_code(change.reason)] if change.reason else []),
                    *(["(through the environment or the catalog)"] if change.around else []),
                )
            )
            what = _code(_what(row))
            where = _code(str(change.origin)) if change.origin else ""
            cells = (_code(change.agent), change.platform or "", what, why, where, ", ".join(row.stacks))
            print(f"| {' | '.join(cells)} |", file=out)
        rest = len(listed_rows) - _ROWS
        if rest > 0:
            print(f"\nand {rest} more; `nhi diff --format json` lists all.", file=out)
        if folded:
            print("\n</details>", file=out)


def _code(text: str) -> str:
    """A text of a file as code, so that nothing in it becomes a mention, a link, HTML or a table's border."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`" if flat else ""


# --- JSON -------------------------------------------------------------------------------------------------------------


def _json(found: Different) -> Mapping[str, Any]:
    return {
        "version": DIFF_VERSION,
        "before": found.before,
        "after": found.after,
        "stacks": {stack: {"clock": timestamp(clock)} for stack, clock in found.clocks.items()},
        "agents": {"before": found.agents[0], "after": found.agents[1]},
        "summary": {one: sum(change.direction == one for change in found.changes) for one in DIRECTIONS},
        "changes": [
            {
                "direction": one.direction,
                "kind": one.kind,
                "stack": one.stack,
                "agent": one.agent,
                "platform": one.platform,
                "access": one.access,
                "text": one.text,
                "actions": list(one.actions),
                "not_actions": list(one.not_actions),
                "resources": list(one.resources),
                "reason": one.reason,
                "file": one.origin.file if one.origin else None,
                "line": one.origin.line if one.origin else None,
                "column": one.origin.column if one.origin else None,
                "agent_file_changed": not one.around,
                "example": witness_json(one.witness),
            }
            for one in found.changes
        ],
    }
