"""The `nhi` command: which verb, which stack, which engine.

Owns arguments and exit codes: 0 fine, 1 findings or a failed operation (`explain`: not allowed; `diff`: something
widened), 2 bad input, a refused run or one that broke off, 130 interrupted. Every verb's own
module is imported when the verb is used, so that `nhi --help` and `nhi check` never wait for Pulumi.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nhi.cli.collection import no_collection
from nhi.clock import clock
from nhi.contract import PLATFORMS

if TYPE_CHECKING:
    from nhi.cli.project import Project

EXIT_FINE, EXIT_FINDINGS, EXIT_REFUSED, EXIT_INTERRUPTED = 0, 1, 2, 130
_FORMATS = ("text", "json", "sarif", "junit")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nhi", description="Non-human identities for AI agents: check, preview and deploy them."
    )
    parser.add_argument("--project", type=Path, default=Path(), metavar="DIR", help="a folder in the Pulumi project")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    check = verbs.add_parser("check", help="judge the agent files, without an engine")
    check.add_argument("files", nargs="*", metavar="FILE", help="show only what is said about these files")
    check.add_argument("--stack", action="append", help="a stack; may be repeated (default: all)")
    check.add_argument("--format", choices=_FORMATS, default="text", dest="form")
    check.add_argument(
        "--processes", type=_count, metavar="N", help="judge a large fleet with so many processes (default: the CPUs)"
    )

    parity = verbs.add_parser("parity", help="say how far each platform holds each requirement")
    parity.add_argument("--stack", action="append", help="a stack; may be repeated (default: all)")
    parity.add_argument("--agent", action="append", help="show only this agent; may be repeated")
    parity.add_argument("--format", choices=("text", "markdown", "json"), default="text", dest="form")

    explain = verbs.add_parser("explain", help="say whether an agent may do something, and which line says so")
    explain.add_argument("agent", metavar="AGENT", help="an agent_id, or agent--instance")
    explain.add_argument("action", metavar="ACTION", help="s3:GetObject, storage.objects.get, get, role:..., scope:...")
    explain.add_argument("resource", metavar="RESOURCE", help="as the platform writes it; * asks about many at once")
    explain.add_argument("--stack", action="append", help="a stack; may be repeated (default: all)")
    explain.add_argument("--platform", choices=PLATFORMS, help="where the action does not tell it")
    explain.add_argument(
        "--as", type=Path, dest="user", metavar="FILE", help="a user's grants: agent and user together"
    )
    explain.add_argument("--via", metavar="AGENT,AGENT", help="the delegators on the path, first one first")
    explain.add_argument(
        "--context", action="append", default=[], metavar="KEY=VALUE", help="a context key; again for another value"
    )
    explain.add_argument("--at", metavar="TIME", help="the time of the request (default: the stack's clock)")
    explain.add_argument("--format", choices=("text", "json"), default="text", dest="form")

    diff = verbs.add_parser("diff", help="say what access a change of the agent files adds and takes away")
    diff.add_argument("before", metavar="A", help="a git revision, or a folder with a project")
    diff.add_argument("after", metavar="B", nargs="?", help="the same (default: the work tree)")
    diff.add_argument("--stack", action="append", help="a stack; may be repeated (default: all of both sides)")
    diff.add_argument("--format", choices=("text", "markdown", "json"), default="text", dest="form")

    for verb, text in (
        ("preview", "show what would change, and judge it"),
        ("up", "deploy a stack"),
        ("destroy", "remove everything a stack deployed"),
    ):
        run = verbs.add_parser(verb, help=text)
        run.add_argument("--stack", required=True)
        run.add_argument("--engine", choices=("auto", "pulumi", "local"), default="auto")
        run.add_argument("--format", choices=_FORMATS, default="text", dest="form")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _stacks(options: argparse.Namespace, project: Project) -> list[str]:
    """The stacks that were asked for, else all of them."""
    if options.stack:
        return options.stack
    from nhi_policies.declared import load_settings

    from nhi.cli import show

    settings, problems = load_settings(project.pack) if project.pack else (None, ())
    show.problems(problems, sys.stderr)
    # A stack that the gate does not list is judged as well: the gate then says that it knows nothing of it.
    return list(dict.fromkeys((*(settings.stacks if settings else ()), *project.stacks)))


def _check(options: argparse.Namespace) -> int:
    with no_collection():
        return _checked(options)


def _checked(options: argparse.Namespace) -> int:
    from nhi.cli import show
    from nhi.cli.check import check_stack, only
    from nhi.cli.project import find_project
    from nhi.spec.problems import Problem

    project = find_project(options.project)
    stacks = _stacks(options, project)
    now = clock()
    failed = bad = False
    reports = []
    said: set[Problem] = set()
    for stack in stacks:
        checked = only(check_stack(project, stack, now, processes=options.processes), options.files)
        bad |= bool(checked.problems)
        failed |= checked.report.failed
        show.problems([problem for problem in checked.problems if problem not in said], sys.stderr)
        said.update(checked.problems)
        reports.append(checked.report)
    show.reports(options.form, reports, sys.stdout)
    return EXIT_REFUSED if bad else EXIT_FINDINGS if failed else EXIT_FINE


def _parity(options: argparse.Namespace) -> int:
    from nhi.cli import show
    from nhi.cli.parity import parity_of
    from nhi.cli.parity import show as show_parity
    from nhi.cli.project import find_project

    project = find_project(options.project)
    now = clock()
    found = [parity_of(project, stack, options.agent, now) for stack in _stacks(options, project)]
    for one in found:
        show.problems(one.problems, sys.stderr)
    show_parity(options.form, found, sys.stdout)
    if any(one.problems for one in found):
        return EXIT_REFUSED
    return EXIT_FINDINGS if any(one.falls_short for one in found) else EXIT_FINE


def _explain(options: argparse.Namespace) -> int:
    with no_collection():
        from nhi.cli import show
        from nhi.cli.explain import explain, question
        from nhi.cli.explain import show as show_answers
        from nhi.cli.project import find_project

        project = find_project(options.project)
        asked = question(
            options.agent,
            options.action,
            options.resource,
            platform=options.platform,
            user=options.user,
            via=options.via,
            context=options.context,
            at=options.at,
        )
        found, problems = explain(project, _stacks(options, project), asked, clock())
        show.problems(problems, sys.stderr)
        show_answers(options.form, found, sys.stdout)
        if problems:
            return EXIT_REFUSED
        return EXIT_FINE if all(one.outcome == "allowed" for one in found) else EXIT_FINDINGS


def _diff(options: argparse.Namespace) -> int:
    with no_collection():
        from nhi.cli.diff import diff
        from nhi.cli.diff import show as show_difference
        from nhi.cli.project import find_project

        project = find_project(options.project)
        found = diff(project, options.before, options.after, options.stack or (), clock())
        show_difference(options.form, found, sys.stdout)
        return EXIT_FINDINGS if found.widened else EXIT_FINE


def _run(options: argparse.Namespace) -> int:
    from nhi.cli.project import find_project
    from nhi.cli.runs import perform

    return perform(find_project(options.project), options.stack, options.verb, options.engine, form=options.form)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit code."""
    options = _parser().parse_args(arguments)
    from nhi.spec.problems import InputError

    try:
        return {"check": _check, "parity": _parity, "explain": _explain, "diff": _diff}.get(options.verb, _run)(options)
    except InputError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return EXIT_REFUSED
    except KeyboardInterrupt:
        print("interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_FINDINGS


if __name__ == "__main__":
    sys.exit(main())
