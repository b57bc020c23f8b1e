"""`nhi check`: the whole gate over the agent files themselves, with no engine and no Pulumi.

Owns the run: load, plan, write the documents, judge the records. Does not own any of these steps. It judges the
very records that a program would register, so a preview finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nhi_policies.declared import Context, load_context
from nhi_policies.dispatch import judge_all
from nhi_policies.report import Report
from nhi_policies.view.resource import Resource, from_record

from nhi.cli.project import Project
from nhi.permissions.model import Origin
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi.spec.problems import InputError, Problem

_FILES_HAVE_PROBLEMS = "NHI-GAT-003"


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
    pack = project.pack
    if pack is None:
        raise InputError(
            [
                Problem(
                    "the project has no gate, so nothing says where its agent files are.",
                    Origin(str(project.root)),
                    "add a policies/ folder with PulumiPolicy.yaml and gate.yaml.",
                )
            ]
        )
    context = load_context(pack, stack, now=now)
    plans, problems = make_all(context.agents.values(), context.catalog, context.clock)
    resources: list[Resource] = []
    planned: set[str] = set()
    found = [*context.problems, *problems]
    for plan in plans:
        agent = plan.agent.agent_id
        planned.add(agent)
        try:
            resources.extend(from_record(record, agent, plan.instance) for record in records(plan))
        except InputError as error:
            found.extend(error.problems)
    if context.environment is not None:
        resources.extend(from_record(record) for record in environment_records(context.environment))
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.origin))
    return Written(context, tuple(resources), frozenset(planned), ordered)


def check_stack(project: Project, stack: str, now: datetime) -> Checked:
    """Judges the agents of one stack. Takes and raises what `written` does."""
    made = written(project, stack, now)
    context = made.context
    agents = [declared for agent, declared in context.agents.items() if agent in made.planned]
    # Problems of files are told as such, with their own exit code; the rule that says them too is for the pack.
    violations = judge_all(made.resources, agents, context)
    report = Report(
        tuple(one for one in violations if one.rule.id != _FILES_HAVE_PROBLEMS),
        context.clock,
        stack,
        agents=tuple(context.agents),
        resources=len(made.resources),
        exceptions=context.exceptions.counts(context.clock),
    )
    return Checked(report, made.problems)


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
