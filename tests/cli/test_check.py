"""`nhi check` as its users run it: exit codes, bad input at its line, the other files still judged, formats."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from nhi.cli.main import main


def change(project: Path, file: str, old: str, new: str) -> None:
    path = project / "stacks" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_the_example_fleet_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "stack dev" in out
    assert "stack prod" in out
    assert "0 failed, 0 unproven" in out


def test_a_finding_is_exit_code_1_with_agent_rule_line_and_fix(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(project, "agents/billing-agent.yaml", "rotation_days: 30", "rotation_days: 91")
    assert main(["check", "--stack", "dev"]) == 1
    out = capsys.readouterr().out
    assert "billing-agent\n" in out
    assert "NHI-CRD-003 stored-credential-rotation  stacks/agents/billing-agent.yaml:29:20" in out
    assert "Fix: set `credential.rotation_days` to at most 90." in out


BAD_INPUT = [
    pytest.param("agent_policy: [\n", 2, "not YAML", id="malformed"),
    pytest.param("", 0, "empty", id="empty"),
    pytest.param("agent_policy:\n  agent_id: x\n  risk_tier: high\n", 3, "risk_tier", id="wrong type"),
    pytest.param("agent_policy:\n  agent_id: x\n  sponser: a@example.com\n", 3, "`sponsor`", id="unknown key"),
    pytest.param("agent_policy:\n  agent_id: x\n  agent_id: y\n", 3, "agent_id", id="key twice"),
    pytest.param("agent_policy: &a\n  agent_id: x\n", 1, "anchor", id="anchor"),
    pytest.param("agent_policy:\n  agent_id: r\u0435search\n", 2, "U+0435", id="look-alike"),
    pytest.param("agent_policy:\n  agent_id: search-agent\n", 2, "declared in", id="two files with one id"),
    pytest.param("a: " + "[" * 40 + "]" * 40 + "\n", 1, "deep", id="deep nesting"),
]


@pytest.mark.parametrize(("text", "line", "said"), BAD_INPUT)
def test_bad_input_is_exit_code_2_at_its_line_and_the_others_are_still_judged(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, line: int, said: str
) -> None:
    (project / "stacks/agents/zz-bad.yaml").write_text(text, encoding="utf-8")
    change(project, "agents/billing-agent.yaml", "rotation_days: 30", "rotation_days: 91")
    assert main(["check", "--stack", "dev"]) == 2
    captured = capsys.readouterr()
    place = f"stacks/agents/zz-bad.yaml:{line}:" if line else "stacks/agents/zz-bad.yaml:"
    assert place in captured.err
    assert said in captured.err
    assert "NHI-CRD-003" in captured.out


def test_a_file_that_is_not_utf_8_is_named_at_its_byte(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "stacks/agents/zz-bad.yaml").write_bytes(b"agent_policy:\n  agent_id: caf\xe9\n")
    assert main(["check", "--stack", "dev"]) == 2
    assert "zz-bad.yaml:2:16: byte 0xE9 is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("agents/search-agent.yaml", "- web_search", "- web_serch", "web_search"),
        ("agents/search-agent.yaml", "scope: knowledge-base", "scope: knowledge-bass", "knowledge-base"),
        ("agents/search-agent.yaml", "tool: search-api", "tool: serch-api", "search-api"),
        ("agents/search-agent.yaml", "[research-agent-prod-01]", "[reserch-agent-prod-01]", "research-agent-prod-01"),
        ("agents/support-agent.yaml", "cluster: main", "cluster: mian", "mian"),
        ("environments/dev.yaml", "  calendar:\n", "  calender:\n", "calendar"),
    ],
)
def test_a_word_that_does_not_exist_names_its_line_and_what_was_meant(
    project: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    change(project, file, old, new)
    assert main(["check", "--stack", "dev"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "stacks/" in error


def test_a_policy_that_aws_would_refuse_for_its_size_is_bad_input(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scopes = "".join(
        f"  scope-{n}:\n    aws: [{{kind: s3, bucket: acme-{'x' * 40}-{n}, prefix: p/}}]\n" for n in range(400)
    )
    change(project, "environments/dev.yaml", "data_scopes:\n", f"data_scopes:\n{scopes}")
    wanted = "".join(f"    - {{scope: scope-{n}, access: write}}\n" for n in range(400))
    change(project, "agents/search-agent.yaml", "  data_access:\n", f"  data_access:\n{wanted}")
    assert main(["check", "--stack", "dev"]) == 2
    assert "managed policies" in capsys.readouterr().err


def test_only_what_is_said_about_the_named_file_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(project, "agents/billing-agent.yaml", "rotation_days: 30", "rotation_days: 91")
    assert main(["check", "--stack", "dev", "stacks/agents/search-agent.yaml"]) == 0
    assert "NHI-" not in capsys.readouterr().out
    assert main(["check", "--stack", "dev", "stacks/agents/billing-agent.yaml"]) == 1
    assert "NHI-CRD-003" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_each_format_says_the_same(project: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    change(project, "agents/billing-agent.yaml", "rotation_days: 30", "rotation_days: 91")
    assert main(["check", "--stack", "dev", "--format", form]) == 1
    out = capsys.readouterr().out
    if form == "json":
        (report,) = json.loads(out)["reports"]
        found = [(one["rule"], one["file"], one["line"]) for one in report["findings"] if one["level"] == "mandatory"]
        assert found == [("NHI-CRD-003", "stacks/agents/billing-agent.yaml", 29)]
    elif form == "sarif":
        log = json.loads(out)
        assert log["version"] == "2.1.0"
        (result,) = [one for run in log["runs"] for one in run["results"] if one["level"] == "error"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "stacks/agents/billing-agent.yaml"
        assert place["region"]["startLine"] == 29
    else:
        (failure,) = ET.fromstring(out).iter("failure")
        assert "NHI-CRD-003" in failure.attrib["message"]


def test_a_problem_of_one_file_is_said_once_for_all_stacks(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(project, "agents/search-agent.yaml", "  purpose:", "  porpose:")
    assert main(["check"]) == 2
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("porpose") == 1


def test_a_stack_that_the_gate_does_not_know_is_a_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(project / "stacks/Pulumi.dev.yaml", project / "stacks/Pulumi.test.yaml")
    assert main(["check"]) == 1
    assert "NHI-GAT-004" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_a_stack_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "--stack", "qa"]) == 2
    assert "use one of: dev, prod" in capsys.readouterr().err


def test_outside_a_project_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "no Pulumi.yaml here or above" in capsys.readouterr().err


def test_check_imports_no_pulumi(project: Path) -> None:
    code = (
        "import sys; from nhi.cli.main import main; code = main(['check', '--stack', 'dev']);"
        "print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"


def test_a_mistake_in_a_file_stands_before_what_follows_from_it_and_one_sentence_is_said_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "stacks" / "agents" / "concierge-agent.yaml"
    text = file.read_text()
    start, end = text.index("  sponsor:"), text.index("  allowed_actions:")
    file.write_text(text[:start] + text[end:])
    assert main(["check", "--stack", "dev"]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    about = lines[lines.index("concierge-agent") : lines.index("research-agent-prod-01")]
    assert "NHI-SPN-001" in about[1]
    rules = [rule for line in about for rule in re.findall(r"NHI-[A-Z]{3}-\d{3}", line)]
    assert sorted(set(rules)) == sorted(rules)
    (several,) = [line for line in about if "does not say sponsor" in line]
    assert re.match(r"concierge-agent-account, (?:concierge-agent-[\w-]+, )?[\w-]+ and \d more: ", several)
