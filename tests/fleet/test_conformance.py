"""Both engines do the same with the same fleet: resources, steps, findings, exit codes, state.

Known differences, and no others: times and the manifest; ids of providers, which an engine chooses; source positions
and stack traces, which the local engine does not keep; a null among a component's outputs, which the local engine
leaves out; and what the cloud numbers by the order of creation (uid, resourceVersion), because steps run side by side.
Without the Pulumi CLI nothing here is proven, and every test says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fleet_project import ENGINES, Outcome, Project, pulumi_on_path, require
from mistakes import FILE_MISTAKES, PROGRAM_MISTAKES
from nhi.cli.events import Record

pytestmark = pytest.mark.engine


@pytest.fixture
def both(tmp_path: Path) -> dict[str, Project]:
    """One copy of the project for each engine."""
    require("pulumi")
    return {engine: Project(tmp_path / engine) for engine in ENGINES}


def on_both(both: dict[str, Project], verb: str, stack: str = "dev") -> dict[str, Outcome]:
    return {engine: project.run(verb, engine, stack) for engine, project in both.items()}


def comparable(outcome: Outcome) -> dict[str, Any]:
    """What must be the same: exit code, findings, counts, steps. Errors only by their number."""
    report = outcome.report
    return {
        "code": outcome.code,
        "findings": sorted(json.dumps(one, sort_keys=True) for one in report["findings"]),
        "counts": report["counts"],
        "agents": report["agents"],
        "resources": report["resources"],
        "changes": {name: count for name, count in report["changes"].items() if count},
        "foreign": report["foreign"],
        "errors": bool(report["errors"]),
    }


def assert_alike(outcomes: dict[str, Outcome]) -> None:
    local, pulumi = (comparable(outcomes[engine]) for engine in ENGINES)
    assert local == pulumi


def rows(project: Project, engine: str) -> dict[str, dict[str, Any]]:
    """The state's resources, without what is known to differ."""
    found: dict[str, dict[str, Any]] = {}
    for urn, row in project.resources(engine).items():
        kept = {key: value for key, value in row.items() if key in SAME_KEYS}
        kept["outputs"] = without_numbers(row.get("outputs") or {})
        kept["provider"] = row.get("provider", "").rpartition("::")[0]
        if row["type"].startswith("pulumi:providers:"):
            kept["outputs"] = None
        kept["propertyDependencies"] = {
            name: sorted(urns) for name, urns in (row.get("propertyDependencies") or {}).items() if urns
        }
        kept["dependencies"] = sorted(row.get("dependencies") or [])
        found[urn] = kept
    return found


def without_numbers(value: Any) -> Any:
    """A value without nulls and without what a cluster numbers as it makes things."""
    if isinstance(value, dict):
        return {
            key: without_numbers(item)
            for key, item in value.items()
            if item is not None and key not in ("uid", "resourceVersion")
        }
    return [without_numbers(item) for item in value] if isinstance(value, list) else value


SAME_KEYS = frozenset(
    {"urn", "type", "custom", "inputs", "outputs", "parent", "protect", "external", "delete", "aliases",
     "additionalSecretOutputs"}
)  # fmt: skip
MORE_KEYS = frozenset(
    {"id", "provider", "dependencies", "propertyDependencies", "created", "modified", "sourcePosition", "stackTrace"}
)


def test_a_preview_of_the_whole_fleet_is_the_same(both: dict[str, Project]) -> None:
    """What an `up` comes to, and every change after it, is compared in `test_life`."""
    outcomes = on_both(both, "preview", "prod")
    assert outcomes["local"].code == 0, outcomes["local"].said
    assert_alike(outcomes)


def test_the_text_of_a_preview_differs_in_its_first_line_only(both: dict[str, Project]) -> None:
    said = {
        engine: project.keep().nhi("preview", "--stack", "dev", "--engine", engine).out.splitlines()
        for engine, project in both.items()
    }
    assert said["local"][0] == "nhi preview: stack dev, the local engine, sandbox providers (nothing real is touched)"
    assert said["pulumi"][0].startswith("nhi preview: stack dev, Pulumi 3.")
    assert said["local"][1:] == said["pulumi"][1:]


def test_a_state_has_the_form_that_the_pulumi_cli_writes(both: dict[str, Project]) -> None:
    for engine, project in both.items():
        assert project.keep(["concierge-agent"]).run("up", engine).code == 0
        state = project.state(engine)
        assert set(state) <= {"manifest", "resources", "secrets_providers", "metadata"}
        assert {key for row in state["resources"] for key in row} <= SAME_KEYS | MORE_KEYS
    exported = both["local"].write("state.json", json.dumps({"version": 3, "deployment": both["local"].state("local")}))
    assert both["local"].pulumi("stack", "init", "dev").code == 0
    taken = both["local"].pulumi("stack", "import", "--stack", "dev", "--file", str(exported))
    assert taken.code == 0, taken.said
    assert rows(both["local"], "pulumi") == rows(both["pulumi"], "pulumi")


@pytest.mark.parametrize("rule", ["NHI-SPN-001", "NHI-IDN-001"])
def test_a_broken_fleet_gets_the_same_findings(rule: str, both: dict[str, Project]) -> None:
    (mistake,) = [one for one in FILE_MISTAKES if one.rule == rule]
    for project in both.values():
        mistake.make(project)
    outcomes = on_both(both, "preview")
    assert outcomes["local"].code == 1
    assert_alike(outcomes)


@pytest.mark.parametrize("outcome", ["fail", "unproven"])
def test_a_program_beside_the_files_gets_the_same_findings(outcome: str, both: dict[str, Project]) -> None:
    mistake = next(one for one in PROGRAM_MISTAKES if one.outcome == outcome)
    for project in both.values():
        project.keep().program(mistake.lines)
    outcomes = on_both(both, "preview")
    assert outcomes["local"].code == 1
    assert_alike(outcomes)


def test_a_file_that_cannot_be_used_is_told_alike(both: dict[str, Project]) -> None:
    for project in both.values():
        project.keep().edit("stacks/agents/support-agent.yaml", "  risk_tier: 2\n", "  risk_teir: 2\n")
    outcomes = on_both(both, "preview")
    for outcome in outcomes.values():
        assert outcome.code == 1
        told = [error for error in outcome.report["errors"] if "agents/support-agent.yaml:8:3" in error]
        assert told, outcome.said
        assert "risk_tier" in told[0]


def test_the_pulumi_cli_alone_finds_what_nhi_preview_finds(pair: Project) -> None:
    require("pulumi")
    (mistake,) = [one for one in FILE_MISTAKES if one.rule == "NHI-CRD-004"]
    mistake.make(pair)
    events = pair.root / "events.json"
    assert pair.pulumi("stack", "init", "dev").code == 0
    plain = pair.pulumi("preview", "--stack", "dev", "--non-interactive", "--policy-pack", "policies")
    assert plain.code != 0
    assert "NHI-CRD-004" in plain.out + plain.err
    logged = pair.pulumi(
        "preview", "--stack", "dev", "--non-interactive", "--policy-pack", "policies", "--event-log", str(events),
        debug_commands=True,
    )  # fmt: skip
    assert logged.code != 0
    record = Record()
    for line in events.read_text(encoding="utf-8").splitlines():
        record.take(json.loads(line))
    wrapped = pair.run("preview", "pulumi").report
    assert sorted((one.rule.id, one.finding.text) for one in record.violations) == sorted(
        (one["rule"], one["text"]) for one in wrapped["findings"]
    )
    assert dict(record.changes) == wrapped["changes"]


def test_the_cli_is_the_one_on_the_path(both: dict[str, Project]) -> None:
    found = pulumi_on_path()
    assert found is not None
    outcome = both["pulumi"].keep().nhi("preview", "--stack", "dev")
    assert outcome.out.splitlines()[0] == (
        f"nhi preview: stack dev, Pulumi {found[1]}, sandbox providers (nothing real is touched)"
    )
