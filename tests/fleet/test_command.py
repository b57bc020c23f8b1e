"""What a run says about itself, in which forms, and which runs are refused before anything is done."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from fleet_project import Project, missing_engine
from mistakes import FILE_MISTAKES
from nhi.sandbox.engine.state import Binding, read_binding, write_binding
from nhi.sandbox.home import environment, prepare

pytestmark = pytest.mark.engine


def test_the_first_line_says_engine_and_providers(pair: Project, engine: str) -> None:
    outcome = pair.nhi("preview", "--stack", "dev", "--engine", engine)
    assert outcome.code == 0, outcome.said
    name = "the local engine" if engine == "local" else "Pulumi 3."
    first, *rest = outcome.out.splitlines()
    assert first.startswith(f"nhi preview: stack dev, {name}")
    assert first.endswith(", sandbox providers (nothing real is touched)")
    assert rest[-2].startswith("Resources: ")
    assert rest[-1].startswith("Gate:      2 agents, ")
    assert outcome.err == "", "progress is for terminals"


def test_a_stack_belongs_to_its_engine_until_it_is_destroyed(pair: Project, engine: str) -> None:
    other = "pulumi" if engine == "local" else "local"
    folder = pair.root / ".nhi" / ("local" if engine == "local" else "pulumi-bindings")
    assert pair.run("preview", engine).code == 0
    assert read_binding(folder, "dev") is None, "a preview binds nothing"
    assert pair.run("up", engine).code == 0
    assert read_binding(folder, "dev") == Binding(engine, "sandbox")  # type: ignore[arg-type]
    for verb in ("preview", "up", "destroy"):
        refused = pair.nhi(verb, "--stack", "dev", "--engine", other)
        assert refused.code == 2
        assert refused.err.startswith(f"stack dev: is bound to the {engine} engine since its first `up`")
    assert pair.nhi("preview", "--stack", "dev").code == 0, "auto stays on the stack's engine"
    assert pair.run("destroy", engine).code == 0
    assert read_binding(folder, "dev") is None
    assert pair.run("preview", "local").code == 0


def test_a_destroy_that_fails_leaves_the_stack_bound(pair: Project) -> None:
    assert pair.run("up", "local").code == 0
    faults = json.dumps([{"package": "aws", "operation": "delete", "kind": "denied", "type": "aws:iam/role:Role"}])
    failed = pair.run("destroy", "local", more={"NHI_SANDBOX_FAULTS": str(pair.write("faults.json", faults))})
    assert failed.code == 1, failed.said
    assert read_binding(pair.root / ".nhi" / "local", "dev") == Binding("local", "sandbox")
    assert pair.run("destroy", "local").code == 0
    assert pair.world("local") == []


@pytest.mark.parametrize("providers", ["sandbox", "real"])
def test_a_stack_of_the_pulumi_cli_is_refused_where_there_is_none(providers: str, pair: Project) -> None:
    write_binding(pair.root / ".nhi" / "pulumi-bindings", "dev", Binding("pulumi", providers))  # type: ignore[arg-type]
    empty = pair.root / "bin"
    empty.mkdir()
    refused = pair.nhi("preview", "--stack", "dev", more={"PATH": str(empty)})
    assert refused.code == 2
    assert "there is no `pulumi` on PATH" in refused.err
    assert "Fix: install it" in refused.err


def test_a_stack_without_a_pinned_clock_is_not_run_on_the_sandbox_by_itself(pair: Project) -> None:
    text = (pair.root / "stacks" / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if "nhi:clock" not in line)
    pair.write("stacks/Pulumi.dev.yaml", kept)
    empty = pair.root / "bin"
    empty.mkdir()
    refused = pair.nhi("preview", "--stack", "dev", more={"PATH": str(empty)})
    assert refused.code == 2
    assert "The stack pins no clock, so it is meant for real providers." in refused.err


def test_a_pinned_clock_stops_a_program_whose_providers_may_be_real(pair: Project) -> None:
    if (reason := missing_engine("pulumi")) is not None:
        pytest.skip(reason)
    # Bound to real providers, the command takes the caller's environment as it is. In it a provider stands that knows
    # nothing of the sandbox's own function, which is all that tells a stand-in from a real one.
    write_binding(pair.root / ".nhi" / "pulumi-bindings", "dev", Binding("pulumi", "real"))
    home = prepare(pair.root / "caller")
    for main in home.glob("plugins/resource-aws-*/__main__.py"):
        text = main.read_text(encoding="utf-8")
        forgets = 'from nhi.sandbox.clouds.aws import functions\n\nfunctions.PROBE = ""\n'
        main.write_text(text.replace("\nsys.exit", f"{forgets}\nsys.exit"), encoding="utf-8")
    caller = environment(home, pair.root / "backend")
    assert pair.pulumi("stack", "init", "dev", more=caller).code == 0
    outcome = pair.nhi("preview", "--stack", "dev", more=caller)
    assert outcome.code == 1
    assert outcome.out.splitlines()[0].endswith(", real providers")
    assert "the clock is pinned to 2026-11-01T00:00:00Z, but the aws provider is real" in outcome.out, outcome.said


def test_a_project_without_a_pack_is_told_that_nothing_was_judged(pair: Project) -> None:
    (pair.root / "policies" / "PulumiPolicy.yaml").unlink()
    outcome = pair.nhi("preview", "--stack", "dev", "--engine", "local")
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1].startswith("Gate:      none. ")
    assert pair.run("preview", "local").report["judged"] is False


def test_an_unknown_stack_and_a_damaged_state_are_refused(pair: Project) -> None:
    unknown = pair.nhi("preview", "--stack", "qa", "--engine", "local")
    assert unknown.code == 2
    assert "use one of: dev, prod, staging" in unknown.err
    pair.write(".nhi/local/dev.json", "{")
    damaged = pair.nhi("up", "--stack", "dev", "--engine", "local")
    assert damaged.code == 2
    assert "this is no state file" in damaged.err
    assert "Traceback" not in damaged.err


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_every_form_of_a_run_carries_the_finding(form: str, project: Project) -> None:
    (mistake,) = [one for one in FILE_MISTAKES if one.rule == "NHI-CRD-003"]
    mistake.make(project)
    outcome = project.nhi("preview", "--stack", "dev", "--engine", "local", "--format", form)
    assert outcome.code == 1
    line = mistake.line(project)
    if form == "json":
        assert [(one["rule"], one["line"]) for one in outcome.findings] == [("NHI-CRD-003", line)]
    elif form == "sarif":
        (result,) = json.loads(outcome.out)["runs"][0]["results"]
        place = result["locations"][0]["physicalLocation"]
        assert (result["ruleId"], place["region"]["startLine"]) == ("NHI-CRD-003", line)
        assert place["artifactLocation"]["uri"] == mistake.file
    else:
        (failure,) = ET.fromstring(outcome.out).iter("failure")
        assert f"{mistake.file}:{line}:20" in (failure.get("message") or "")
