"""The rule reference, made from the rules themselves: `python -m nhi_policies.reference --write | --check`.

Owns `docs/rules.md`. A test fails where the file and the rules differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nhi.contract import RULE_AREAS

from nhi_policies.controls import catalogue
from nhi_policies.rule import Rule, registry

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"

_KINDS = {
    "resource": "each resource of a type it targets",
    "agent": "each declared agent",
    "stack": "the whole stack",
    "exceptions": "the exceptions file",
}

_HEAD = """# Rules of the gate

Made from the rules' own docstrings by `python -m nhi_policies.reference --write`; do not edit.

Critical, high and medium findings block; low ones advise. What cannot be proven (a value that is not known at preview,
a document that cannot be read) counts as a finding of the rule that needed it. An exception names a rule, or one
finding of it, in `policies/exceptions.yaml`.
"""


def _page(rule: Rule) -> str:
    page = rule.documentation
    controls = "; ".join(f"{control} ({catalogue(control)})" for control in rule.controls)
    row = "the gate itself" if rule.row == "-" else f"row {rule.row}"
    lines = [
        f"### {rule.id}",
        "",
        f"**{rule.slug}** · {rule.severity} · judges {_KINDS[rule.kind]} · {row} · since {rule.since}",
        "",
        page.condition,
        "",
        f"- Why: {page.why}",
        f"- Bad: {page.bad}",
        f"- Fix: {page.fix}",
        f"- Unknown values: {'a finding' if rule.on_unknown == 'deny' else 'counted, not a finding'}",
    ]
    if rule.targets:
        lines.append("- Targets: " + ", ".join(f"`{target}`" for target in rule.targets))
    if rule.aliases:
        lines.append("- Earlier names: " + ", ".join(f"`{alias}`" for alias in rule.aliases))
    lines.append(f"- Controls: {controls}")
    return "\n".join(lines)


def reference() -> str:
    """The whole reference in Markdown: a table of all rules, then a page for each, by area."""
    rules = list(registry().values())
    parts = [_HEAD, "| Rule | Severity | Demands |", "|---|---|---|"]
    parts += [f"| [{one.id}](#{one.id.lower()}) | {one.severity} | {one.documentation.condition} |" for one in rules]
    for area, name in RULE_AREAS.items():
        of_area = [one for one in rules if one.area == area]
        if of_area:
            parts.append(f"\n## {name[0].upper()}{name[1:]} ({area})\n")
            parts.append("\n\n".join(_page(one) for one in of_area))
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks `docs/rules.md`. Returns 0, or 1 where `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m nhi_policies.reference", description="Writes the rule reference.")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write docs/rules.md")
    choice.add_argument("--check", action="store_true", help="exit 1 where docs/rules.md differs from the rules")
    given = parser.parse_args(arguments)
    text = reference()
    if given.write:
        REFERENCE.parent.mkdir(parents=True, exist_ok=True)
        REFERENCE.write_text(text, encoding="utf-8")
        return 0
    if not REFERENCE.is_file() or REFERENCE.read_text(encoding="utf-8") != text:
        print("docs/rules.md differs from the rules. Run: python -m nhi_policies.reference --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
