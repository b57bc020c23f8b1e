"""`nhi check`: the whole gate over the agent files themselves, with no engine and no Pulumi.

Owns the run: load, plan, write the documents, judge the records; and cutting a large fleet into parts that are judged
one after the other or side by side, with one answer wherever it is cut. Does not own any of these steps. It judges the
very records that a program would register, so a preview finds the same.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nhi_policies.declared import Context, load_context
from nhi_policies.dispatch import concluded, judge_all, judge_resource
from nhi_policies.parts import Part, claimed_together, cut, joined, judge_part, judge_together
from nhi_policies.report import Report
from nhi_policies.verdict import Violation
from nhi_policies.view.resource import Resource, from_record

from nhi.cli.collection import no_collection
from nhi.cli.project import Project
from nhi.cli.workers import MOST_PIECES, each, most_processes
from nhi.permissions.model import Origin
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi.spec.declared import DeclaredAgent
from nhi.spec.problems import InputError, Problem

_FILES_HAVE_PROBLEMS = "NHI-GAT-003"
PART = 100
"""Agents judged at a time. More cost more memory, fewer more often what is asked once of each part."""


@dataclass(frozen=True)
class Checked:
    """What one stack's files gave: a report, and every problem of files that could not be used."""

    report: Report
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Written:
    """What the builder writes for one stack's files: what the gate is told, and every record as it sees it.

    `planned` are the agents that could be planned, `problems` say why others could not.
    """

    context: Context
    resources: tuple[Resource, ...]
    planned: frozenset[str]
    problems: tuple[Problem, ...]


def written(project: Project, stack: str, now: datetime) -> Written:
    """Loads, plans and writes one stack. `now` counts where the gate's settings pin no clock for the stack.

    Raises `InputError` where the project has no pack, which says where the files are.
    """
    context = _told(project, stack, now)
    made = _written(context.agents.values(), context)
    resources = (*made.resources, *_beside(context))
    return replace(made, resources=resources, problems=_in_order((*context.problems, *made.problems)))


def _told(project: Project, stack: str, now: datetime) -> Context:
    if project.pack is None:
        raise InputError(
            [
                Problem(
                    "the project has no gate, so nothing says where its agent files are.",
                    Origin(str(project.root)),
                    "add a policies/ folder with PulumiPolicy.yaml and gate.yaml.",
                )
            ]
        )
    return load_context(project.pack, stack, now=now)


def _written(agents: Iterable[DeclaredAgent], context: Context) -> Written:
    """Plans and writes some agents, without what belongs to no agent."""
    plans, problems = make_all(agents, context.catalog, context.clock, context.delegation)
    resources: list[Resource] = []
    planned: set[str] = set()
    found = [*problems]
    for plan in plans:
        agent = plan.agent.agent_id
        planned.add(agent)
        try:
            resources.extend(from_record(record, agent, plan.instance) for record in records(plan))
        except InputError as error:
            found.extend(error.problems)
    return Written(context, tuple(resources), frozenset(planned), tuple(found))


def _beside(context: Context) -> tuple[Resource, ...]:
    """What an environment registers beside its agents."""
    if context.environment is None:
        return ()
    return tuple(from_record(record) for record in environment_records(context.environment))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.origin))


def check_stack(
    project: Project, stack: str, now: datetime, *, processes: int | None = None, part: int = PART
) -> Checked:
    """Judges the agents of one stack. Takes and raises what `written` does.

    A fleet of more than `part` agents is judged in parts, by as many processes as there are CPUs where `processes` does
    not say. Raises `WorkerError` where one of them breaks off.
    """
    with no_collection():
        context = _told(project, stack, now)
        if len(context.agents) <= part:
            return _in_one_piece(context, stack)
        return _in_parts(context, stack, processes or most_processes(), part)


def _in_one_piece(context: Context, stack: str) -> Checked:
    made = _written(context.agents.values(), context)
    resources = (*made.resources, *_beside(context))
    planned = (declared for declared in context.agents.values() if declared.agent.agent_id in made.planned)
    violations = judge_all(resources, planned, context)
    return _checked(context, stack, violations, len(resources), made.problems)


@dataclass(frozen=True)
class _Judged:
    """One part: what was said, how many resources it has, and why agents of it could not be written."""

    part: Part
    resources: int
    problems: tuple[Problem, ...]


def _in_parts(context: Context, stack: str, processes: int, size: int) -> Checked:
    agents = tuple(context.agents.values())
    runs = cut(len(agents), max(size, -(-len(agents) // MOST_PIECES)))
    beside = _beside(context)

    def judge(number: int) -> _Judged:
        own = [agents[at] for at in runs[number]]
        made = _written(own, context)
        part = judge_part(own, made.planned, made.resources, beside, context)
        return _Judged(part, len(made.resources), made.problems)

    # The first part is judged here: what it works out about all agents is there for the forks.
    first = judge(0)
    gc.freeze()
    judged = [first, *each(lambda number: judge(number + 1), len(runs) - 1, processes)]
    parts = [one.part for one in judged]
    if any(part.whole for part in parts):
        return _in_one_piece(context, stack)
    stacks = dict(enumerate(parts))
    for numbers in claimed_together(parts):
        own = [agents[at] for number in numbers for at in runs[number]]
        made = _written(own, context)
        together = judge_together(own, made.resources, beside, context)
        if together.whole:
            return _in_one_piece(context, stack)
        for number in numbers:
            del stacks[number]
        stacks[numbers[0]] = together
    verdicts = (verdict for resource in beside for verdict in judge_resource(resource, context))
    about_nobody = [one for verdict in verdicts for one in verdict.violations]
    said = joined(parts, [stacks[number] for number in sorted(stacks)], about_nobody)
    problems = [problem for one in judged for problem in one.problems]
    count = sum(one.resources for one in judged) + len(beside)
    return _checked(context, stack, concluded(said, context), count, problems)


def _checked(
    context: Context, stack: str, violations: Iterable[Violation], resources: int, problems: Iterable[Problem]
) -> Checked:
    # Problems of files are told as such, with their own exit code; the rule that says them too is for the pack.
    report = Report(
        tuple(one for one in violations if one.rule.id != _FILES_HAVE_PROBLEMS),
        context.clock,
        stack,
        agents=tuple(context.agents),
        resources=resources,
        exceptions=context.exceptions.counts(context.clock),
    )
    return Checked(report, _in_order((*context.problems, *problems)))


def only(checked: Checked, files: Sequence[str]) -> Checked:
    """The findings and problems of these files alone; all of them where none is named."""
    if not files:
        return checked
    wanted = tuple(Path(file).as_posix().removeprefix("./") for file in files)

    def named(file: str) -> bool:
        return any(file == one or file.endswith(f"/{one}") or one.endswith(f"/{file}") for one in wanted)

    report = checked.report
    kept = tuple(one for one in report.violations if one.finding.origin and named(one.finding.origin.file))
    return Checked(
        replace(report, violations=kept),
        tuple(problem for problem in checked.problems if named(problem.origin.file)),
    )
