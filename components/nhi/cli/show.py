"""How a run is shown: findings first, by agent, then what changes, then the counts.

Owns the words on the screen, the same for both engines. Does not read events (`events`) and decides nothing.
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, TextIO

from nhi_policies.report import REPORT_VERSION, Report, counts_line, grouped, to_json, to_junit, to_sarif
from nhi_policies.verdict import Violation

from nhi.cli.events import Record
from nhi.spec.problems import Problem

Format = Literal["text", "json", "sarif", "junit"]

_SIGNS = {"create": "+", "update": "~", "replace": "±", "create-replacement": "±", "delete": "-", "same": "="}
_VERBS = {
    "preview": {"create": "to create", "update": "to update", "replace": "to replace", "delete": "to delete"},
    "done": {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"},
}


_NAMED = 3
"""How many resources are named that one sentence is true of; the machine-readable forms name all."""


def findings(report: Report, out: TextIO) -> None:
    """Every finding, grouped by agent: what is wrong, where, and the fix.

    What is wrong in a file comes before what is wrong with the resources, which often follows from it, and what is
    said of several resources alike is said once.
    """
    for agent, violations in grouped(report.violations).items():
        print(f"\n{agent or 'no agent'}", file=out)
        alike: dict[object, list[Violation]] = {}
        for one in sorted(violations, key=lambda one: one.finding.target is not None):
            said = (one.rule.id, one.outcome, one.excepted, replace(one.finding, target=None))
            alike.setdefault(said, []).append(one)
        for one, *more in alike.values():
            finding = one.finding
            word = "note" if not one.blocks else one.rule.severity
            mark = "" if one.outcome == "fail" else f" ({one.outcome})"
            if one.excepted:
                word = "excepted"
            where = f"  {finding.origin}" if finding.origin else ""
            print(f"  {word:<9}{one.rule.id} {one.rule.slug}{mark}{where}", file=out)
            print(f"           {_targets((one, *more))}{finding.text}", file=out)
            if finding.fix:
                print(f"           Fix: {finding.fix}", file=out)
            if one.excepted:
                print(f"           Excepted until {one.excepted.expires} by {one.excepted.approver}.", file=out)


def _targets(found: Sequence[Violation]) -> str:
    names = [one.finding.target.rpartition("::")[2] for one in found if one.finding.target]
    rest = len(names) - _NAMED
    return f"{', '.join(names[:_NAMED])}{f' and {rest} more' if rest > 0 else ''}: " if names else ""


def problems(found: Iterable[Problem], out: TextIO) -> None:
    """Input errors, one a line."""
    for problem in found:
        print(problem, file=out)


def reports(form: Format, found: Sequence[Report], out: TextIO) -> None:
    """The reports of one or more stacks in one format."""
    if form == "text":
        for one in found:
            print(f"stack {one.stack}", file=out)
            findings(one, out)
            print(f"\n{counts_line(one)}", file=out)
    elif form == "json":
        print(json.dumps({"version": REPORT_VERSION, "reports": [to_json(one) for one in found]}, indent=2), file=out)
    elif form == "sarif":
        logs = [to_sarif(one) for one in found]
        print(json.dumps({**logs[0], "runs": [run for log in logs for run in log["runs"]]}, indent=2), file=out)
    else:
        suites = [suite for one in found for suite in ET.fromstring(to_junit(one))]
        root = ET.Element("testsuites")
        root.extend(suites)
        print(ET.tostring(root, encoding="unicode"), file=out)


def run(record: Record, found: Report, verb: str, out: TextIO, *, judged: bool) -> None:
    """A run for people: errors, findings, what changes by type, counts. `judged` tells whether there is a gate."""
    findings(found, out)
    for message in record.foreign:
        print(f"\n  blocked   {message}", file=out)
    for message in dict.fromkeys(record.errors):
        print(f"\nerror: {message}", file=out)
    for line in record.stderr:
        print(line, file=out)
    by_type = Counter(
        (step.operation, step.type)
        for step in record.steps
        if step.operation in _SIGNS and step.operation != "same" and not step.type.startswith("pulumi:")
    )
    if by_type:
        print(file=out)
    for (operation, type_token), count in sorted(by_type.items(), key=lambda row: (row[0][0], row[0][1])):
        print(f"  {_SIGNS[operation]} {count:>4}  {type_token}", file=out)
    words = _VERBS["preview" if verb == "preview" else "done"]
    changes = [f"{record.changes[name]} {word}" for name, word in words.items() if record.changes.get(name)]
    same = record.changes.get("same", 0)
    if same:
        changes.append(f"{same} unchanged")
    print(f"\nResources: {', '.join(changes) or 'nothing to do'}", file=out)
    if verb == "destroy":
        return
    if judged:
        print(f"Gate:      {counts_line(found)}", file=out)
    else:
        print(
            "Gate:      none. There is no policies/PulumiPolicy.yaml in the project, so nothing was judged.", file=out
        )


class Progress:
    """One line that is written over, on a terminal; silence elsewhere."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out if out.isatty() else None

    def say(self, text: str) -> None:
        """Shows `text` in place of what was there."""
        if self._out:
            self._out.write(f"\r\033[K{text[:100]}")
            self._out.flush()

    def clear(self) -> None:
        """Removes the line."""
        if self._out:
            self._out.write("\r\033[K")
            self._out.flush()
