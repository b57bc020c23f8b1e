"""How findings are said: one text form that can be read back, and the reports made from it.

Owns the text form, the grouped text report, JSON, SARIF 2.1.0 and JUnit XML. One form for both engines: what a policy
event carries is the text form, and `parse` turns it back into the violation. Never prints a property's value; texts
come from rules, which are bound to the same law.

The text form is one line:

    NHI-SPN-001[part] slug (unproven) [agent support-agent] agents/x.yaml:4:3 <urn>: text Fix: how. Excepted until ...

where everything but id, slug, agent and text may be missing.
"""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nhi.clock import timestamp
from nhi.permissions.model import Origin

from nhi_policies.rule import find_rule, registry
from nhi_policies.verdict import Excepted, Finding, Violation

REPORT_VERSION = 1
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
DOCS = "docs/rules.md"

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# GitHub sorts by this number: https://docs.github.com/en/code-security/code-scanning (security-severity)
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}

_FORM = re.compile(
    r"(?P<id>NHI-[A-Z]{3}-\d{3})(?:\[(?P<part>.*?)\])? (?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"
    r"(?: \((?P<mark>unproven|unproven, ignored|error)\))?"
    r" \[(?:agent (?P<agent>[^\]\s]+)|no agent)\]"
    r"(?: (?P<file>[^<>\n]+?)(?::(?P<line>\d+):(?P<column>\d+))?)?"
    r"(?: <(?P<target>[^>\n]+)>)?"
    r": (?P<text>[^\n]*?)(?: Fix: (?P<fix>[^\n]*?))?"
    r"(?: Excepted until (?P<until>\S+) by (?P<approver>\S+): (?P<reason>[^\n]*))?\s*$",
    re.MULTILINE,
)


def _line(text: str) -> str:
    return " ".join(text.split())


def format_violation(violation: Violation) -> str:
    """The one text form of a violation: a single line that `parse` reads back."""
    finding = violation.finding
    words = [violation.rule.id + (f"[{_line(finding.part)}]" if finding.part else ""), violation.rule.slug]
    if violation.outcome != "fail":
        words.append("(unproven, ignored)" if violation.ignored else f"({violation.outcome})")
    words.append(f"[agent {finding.agent}]" if finding.agent else "[no agent]")
    if finding.origin is not None:
        words.append(str(finding.origin))
    if finding.target is not None:
        words.append(f"<{finding.target}>")
    text = f"{' '.join(words)}: {_line(finding.text)}"
    if finding.fix:
        text += f" Fix: {_line(finding.fix)}"
    if violation.excepted is not None:
        excepted = violation.excepted
        text += f" Excepted until {excepted.expires} by {excepted.approver}: {_line(excepted.reason)}"
    return text


def parse(text: str) -> Violation | None:
    """The violation that a message carries, or None where it carries none.

    The message may have other lines around it: a policy event starts with the policy's description.
    """
    found = _FORM.search(text)
    rule = find_rule(found["id"]) if found else None
    if found is None or rule is None:
        return None
    origin = Origin(found["file"], int(found["line"] or 0), int(found["column"] or 0)) if found["file"] else None
    mark = found["mark"] or ""
    finding = Finding(found["text"], found["fix"] or "", found["part"] or "", origin, found["agent"], found["target"])
    excepted = Excepted(found["reason"], found["approver"], found["until"]) if found["until"] else None
    outcome = "unproven" if mark.startswith("unproven") else "error" if mark == "error" else "fail"
    return Violation(rule, outcome, finding, excepted, mark == "unproven, ignored")


@dataclass(frozen=True)
class Report:
    """What one run of the gate found.

    `agents` are the ids of every agent judged, also those without a finding; `resources` counts what was judged.
    `exceptions` has the counts `used`, `unused` and `expired`. `notes` are sentences about the run itself, for
    example that the declarations came from the program and not from reviewed files.
    """

    violations: tuple[Violation, ...]
    clock: datetime
    stack: str | None = None
    agents: tuple[str, ...] = ()
    resources: int = 0
    exceptions: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything blocks."""
        return any(one.blocks for one in self.violations)

    def counts(self) -> dict[str, int]:
        """How many violations of each sort; unproven ones are counted apart from failed ones."""
        active = [one for one in self.violations if one.excepted is None and not one.ignored]
        return {
            "failed": sum(one.outcome == "fail" and one.blocks for one in active),
            "advisory": sum(one.outcome == "fail" and not one.blocks for one in active),
            "unproven": sum(one.outcome == "unproven" for one in active),
            "errors": sum(one.outcome == "error" for one in active),
            "ignoredUnknowns": sum(one.ignored for one in self.violations),
            "excepted": sum(one.excepted is not None for one in self.violations),
        }


def ordered(violations: Iterable[Violation]) -> list[Violation]:
    """Violations by agent (those of no agent last), then blocking ones first, then by rule and place."""

    def key(one: Violation) -> tuple[Any, ...]:
        finding = one.finding
        origin = finding.origin or Origin("")
        return (
            finding.agent is None,
            finding.agent or "",
            not one.blocks,
            one.rule.id,
            origin,
            finding.target or "",
            finding.part,
        )

    return sorted(violations, key=key)


def grouped(violations: Iterable[Violation]) -> dict[str | None, list[Violation]]:
    """Violations by agent, in the order of `ordered`; None stands for no agent."""
    groups: dict[str | None, list[Violation]] = {}
    for one in ordered(violations):
        groups.setdefault(one.finding.agent, []).append(one)
    return groups


def counts_line(report: Report) -> str:
    """One sentence with every count, exceptions always among them."""
    counts, exceptions = report.counts(), report.exceptions
    return (
        f"{len(report.agents)} agents, {report.resources} resources: "
        f"{counts['failed']} failed, {counts['unproven']} unproven, {counts['errors']} rule errors, "
        f"{counts['advisory']} advisory; exceptions: {exceptions.get('used', 0)} used, "
        f"{exceptions.get('unused', 0)} unused, {exceptions.get('expired', 0)} expired."
    )


def to_text(report: Report) -> str:
    """The report for people: findings grouped by agent, then notes and counts."""
    lines: list[str] = []
    for agent, violations in grouped(report.violations).items():
        lines.append(f"agent {agent}" if agent else "no agent")
        for one in violations:
            sign = "x" if one.blocks else "-" if one.excepted is None else "~"
            lines.append(f"  {sign} {one.rule.severity:<8} {format_violation(one)}")
        lines.append("")
    lines.extend(report.notes)
    lines.append(counts_line(report))
    return "\n".join(lines)


def _fingerprint(one: Violation) -> str:
    target = re.sub(r"^urn:pulumi:[^:]+::", "urn:pulumi:*::", one.finding.target or "")
    whole = json.dumps([one.rule.id, one.finding.part, one.finding.agent, target])
    return hashlib.sha256(whole.encode()).hexdigest()


def to_json(report: Report) -> dict[str, Any]:
    """The report as JSON-ready data, version `REPORT_VERSION`."""
    return {
        "version": REPORT_VERSION,
        "stack": report.stack,
        "clock": timestamp(report.clock),
        "failed": report.failed,
        "agents": list(report.agents),
        "resources": report.resources,
        "counts": report.counts(),
        "exceptions": {"used": 0, "unused": 0, "expired": 0, **report.exceptions},
        "notes": list(report.notes),
        "findings": [_json_finding(one) for one in ordered(report.violations)],
    }


def _json_finding(one: Violation) -> dict[str, Any]:
    finding = one.finding
    origin = finding.origin
    return {
        "rule": one.rule.id,
        "slug": one.rule.slug,
        "severity": one.rule.severity,
        "level": one.level,
        "outcome": one.outcome,
        "ignored": one.ignored,
        "agent": finding.agent,
        "part": finding.part,
        "file": origin.file if origin else None,
        "line": origin.line or None if origin else None,
        "column": origin.column or None if origin else None,
        "target": finding.target,
        "text": finding.text,
        "fix": finding.fix,
        "controls": list(one.rule.controls),
        "row": one.rule.row,
        "fingerprint": _fingerprint(one),
        "excepted": None
        if one.excepted is None
        else {
            "reason": one.excepted.reason,
            "approver": one.excepted.approver,
            "expires": one.excepted.expires,
            "signed": one.excepted.signed,
        },
    }


def to_sarif(report: Report) -> dict[str, Any]:
    """The report as a SARIF 2.1.0 log: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""
    rules = list(registry().values())
    index = {rule.id: position for position, rule in enumerate(rules)}
    descriptors = []
    for rule in rules:
        page = rule.documentation
        descriptors.append(
            {
                "id": rule.id,
                "name": rule.slug,
                "shortDescription": {"text": page.condition},
                "fullDescription": {"text": page.why},
                "helpUri": f"{DOCS}#{rule.id.lower()}",
                "help": {
                    "text": page.fix,
                    "markdown": f"**Why** {page.why}\n\n**Bad** {page.bad}\n\n**Fix** {page.fix}",
                },
                "defaultConfiguration": {"level": _LEVELS[rule.severity]},
                "properties": {
                    "security-severity": _SCORES[rule.severity],
                    "tags": ["security", *rule.controls],
                },
            }
        )
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "nhi", "rules": descriptors}},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(one, index[one.rule.id]) for one in ordered(report.violations)],
            }
        ],
    }


def _sarif_result(one: Violation, rule_index: int) -> dict[str, Any]:
    finding = one.finding
    location: dict[str, Any] = {}
    if finding.origin is not None:
        place: dict[str, Any] = {"artifactLocation": {"uri": finding.origin.file.replace("\\", "/")}}
        if finding.origin.line:
            place["region"] = {"startLine": finding.origin.line, "startColumn": finding.origin.column or 1}
        location["physicalLocation"] = place
    if finding.target is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.target, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": one.rule.id,
        "ruleIndex": rule_index,
        "level": "note" if one.ignored else _LEVELS[one.rule.severity],
        "message": {"text": finding.text + (f" Fix: {finding.fix}" if finding.fix else "")},
        "partialFingerprints": {"nhi/v1": _fingerprint(one)},
        "properties": {"agent": finding.agent, "outcome": one.outcome, "part": finding.part},
    }
    if location:
        result["locations"] = [location]
    if one.excepted is not None:
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted" if one.excepted.signed else "underReview",
                "justification": f"{one.excepted.reason} (until {one.excepted.expires}, {one.excepted.approver})",
            }
        ]
    return result


# XML 1.0 has no form for most control characters, not even escaped.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def to_junit(report: Report) -> str:
    """The report as JUnit XML: one suite per agent, one case per finding, one passing case where there is none."""
    groups = grouped(report.violations)
    names: Sequence[str | None] = [*sorted({*report.agents, *(name for name in groups if name)}), None]
    root = ET.Element("testsuites", name="nhi")
    for name in names:
        violations = groups.get(name, [])
        if name is None and not violations:
            continue
        suite = ET.SubElement(
            root,
            "testsuite",
            name=name or "no agent",
            tests=str(max(1, len(violations))),
            failures=str(sum(one.blocks for one in violations)),
            skipped=str(sum(one.excepted is not None for one in violations)),
        )
        if not violations:
            ET.SubElement(suite, "testcase", classname=name or "", name="every rule")
        for one in violations:
            case = ET.SubElement(suite, "testcase", classname=name or "no agent", name=f"{one.rule.id} {one.rule.slug}")
            text = _NOT_XML.sub("?", format_violation(one))
            if one.blocks:
                ET.SubElement(case, "failure", type=one.outcome, message=text)
            elif one.excepted is not None:
                ET.SubElement(case, "skipped", message=text)
            else:
                ET.SubElement(case, "system-out").text = text
    return ET.tostring(root, encoding="unicode", xml_declaration=True)
