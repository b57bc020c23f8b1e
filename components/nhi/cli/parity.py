"""`nhi parity`: how far each platform holds each row of the requirements, for every agent of a stack.

Owns the words on the screen, the Markdown table and the JSON. Does not own the answers: `nhi_policies.parity` computes
them from the records that `nhi check` judges.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, TextIO

from nhi_policies.dispatch import stack_of
from nhi_policies.parity.judge import Parity, counts, parity
from nhi_policies.parity.model import ROW, ROWS, Answer

from nhi.cli.check import Written, written
from nhi.cli.project import Project
from nhi.clock import timestamp
from nhi.permissions.model import Origin
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError, Problem

PARITY_VERSION = 1
Format = Literal["text", "markdown", "json"]


@dataclass(frozen=True)
class StackParity:
    """The answers of one stack, and every problem of files that could not be used."""

    stack: str
    environment: str
    clock: datetime
    found: tuple[Parity, ...]
    problems: tuple[Problem, ...]

    @property
    def falls_short(self) -> bool:
        """Whether some tier wants a row enforced that is not."""
        return any(one.short for one in self.found)


def parity_of(project: Project, stack: str, agents: Sequence[str] | None, now: datetime) -> StackParity:
    """The parity of one stack's agents, or of those named. `now` counts where the gate pins no clock.

    Raises `InputError` where the project has no gate, or no file of the stack declares a named agent.
    """
    made: Written = written(project, stack, now)
    context = made.context
    for agent in agents or ():
        if agent not in context.agents:
            close = nearest(agent, tuple(context.agents))
            fix = f"did you mean {close}?" if close else "name an agent by its `agent_id`."
            raise InputError([Problem(f"no file of stack {stack} declares agent {agent!r}", Origin("--agent"), fix)])
    resources = stack_of(made.resources, context)
    environment = context.environment.environment.environment if context.environment else ""
    return StackParity(stack, environment, context.clock, tuple(parity(resources, context, agents)), made.problems)


def show(form: Format, found: Sequence[StackParity], out: TextIO) -> None:
    """The parity of one or more stacks in one format."""
    if form == "json":
        print(json.dumps({"version": PARITY_VERSION, "stacks": [_json(one) for one in found]}, indent=2), file=out)
        return
    for one in found:
        (_text if form == "text" else _markdown)(one, out)


def summary(found: Iterable[Parity]) -> str:
    """One line with how many identities there are and how many rows have each word."""
    listed = tuple(found)
    words = ", ".join(f"{count} {word}" for word, count in counts(listed).items())
    platforms = ", ".join(sorted({one.platform for one in listed})) or "no platform"
    short = sum(len(one.short) for one in listed)
    agents = len({one.agent for one in listed})
    return (
        f"{agents} agent{'s' * (agents != 1)}, {len(listed)} identit{'y' if len(listed) == 1 else 'ies'} "
        f"on {platforms}: {words}; {short} short of what a tier wants"
    )


def _mark(one: Parity, row: str) -> str:
    return "!" if row in one.short else "*" if row in one.required else ""


def _by(answer: Answer) -> str:
    """The resources, or else the rules, that an answer rests on, the first one by name."""
    if answer.by:
        first, *more = answer.by
        return f"{first.type.rpartition(':')[2]} {first.name}" + (f" and {len(more)} more" if more else "")
    return ", ".join(answer.rules)


def _state(one: Parity) -> str:
    return f"tier {one.tier or '3 (none declared)'}{'' if one.live else ', stopped'}"


def _text(found: StackParity, out: TextIO) -> None:
    print(f"stack {found.stack}, environment {found.environment}, at {timestamp(found.clock)}", file=out)
    wide = max(len(row.name) for row in ROWS)
    for name, group in groupby(found.found, key=lambda one: one.name):
        listed = tuple(group)
        print(f"\n{name} ({_state(listed[0])})", file=out)
        for one in listed:
            print(f"  {one.platform}", file=out)
            for row, answer in one.answers.items():
                by = _by(answer)
                reason = f"{by}: {answer.reason}" if by else answer.reason
                print(f"  {_mark(one, row):1} {row} {ROW[row].name:<{wide}}  {answer.word:<10}  {reason}", file=out)
            for unmapped in one.unmapped:
                print(f"    -   {unmapped.word} has no counterpart here: {unmapped.reason}", file=out)
    print(f"\n{summary(found.found)}", file=out)


def _markdown(found: StackParity, out: TextIO) -> None:
    print(f"# Parity of stack {found.stack}\n", file=out)
    print(f"Environment {found.environment}, at {timestamp(found.clock)}. {summary(found.found)}.", file=out)
    for name, group in groupby(found.found, key=lambda one: one.name):
        listed = tuple(group)
        print(f"\n## {name}\n\n{_state(listed[0])[0].upper()}{_state(listed[0])[1:]}.\n", file=out)
        print(
            "| Row | Requirement | Platform | Status | Reason | By | Rules |\n|---|---|---|---|---|---|---|", file=out
        )
        for row in ROWS:
            for one in listed:
                answer = one.answers[row.number]
                by = ", ".join(f"`{made.type}` {made.name}" for made in answer.by)
                cells = (
                    f"{row.number}{_mark(one, row.number)}",
                    row.name,
                    one.platform,
                    answer.word,
                    answer.reason,
                    by,
                    ", ".join(answer.rules),
                )
                print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", file=out)
        without = [(one.platform, unmapped) for one in listed for unmapped in one.unmapped]
        if without:
            print("\nWords of the file without a counterpart:\n", file=out)
        for platform, unmapped in without:
            print(f"- `{unmapped.word}` on {platform}: {unmapped.reason}", file=out)


def _json(found: StackParity) -> Mapping[str, Any]:
    return {
        "stack": found.stack,
        "environment": found.environment,
        "clock": timestamp(found.clock),
        "summary": counts(found.found),
        "short": sum(len(one.short) for one in found.found),
        "identities": [
            {
                "agent": one.agent,
                "instance": one.instance,
                "platform": one.platform,
                "tier": one.tier,
                "live": one.live,
                "rows": [
                    {
                        "row": row,
                        "name": ROW[row].name,
                        "status": answer.word,
                        "reason": answer.reason,
                        "resources": [{"type": made.type, "name": made.name} for made in answer.by],
                        "rules": list(answer.rules),
                        "required": row in one.required,
                    }
                    for row, answer in one.answers.items()
                ],
                "unmapped": [
                    {"word": word.word, "reason": word.reason, "line": word.origin.line} for word in one.unmapped
                ],
            }
            for one in found.found
        ],
    }
