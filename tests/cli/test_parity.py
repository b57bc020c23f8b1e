"""`nhi parity` as its users run it: three formats with one content, exit codes, one agent, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nhi.cli.main import main
from nhi_policies.parity.model import ROWS, WORDS


@pytest.mark.usefixtures("project")
def test_the_example_fleet_owes_no_tier_anything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity"]) == 0
    out = capsys.readouterr().out
    assert "stack dev, environment dev, at 2026-11-01T00:00:00Z" in out
    assert "stack prod" in out
    assert out.count("; 0 short of what a tier wants") == 3


@pytest.mark.usefixtures("project")
def test_one_agent_is_shown_with_word_resource_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--stack", "dev", "--agent", "support-agent"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (scope, *_) = (line for line in lines if " 3.2 " in line)
    assert scope.split()[:4] == ["3.2", "Scope", "constraints", "enforced"]
    assert "Policy support-agent-guard: IAM denies" in scope
    assert any(line.lstrip().startswith("* 1.1 Unique identity") for line in lines)
    assert lines[-1].startswith("1 agent, 2 identities on aws, kubernetes: ")
    assert len([line for line in lines if "billing-agent" in line]) == 0


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "text",
            "    -   text_generation has no counterpart here: models on Azure are opened by Azure role assignments",
        ),
        ("markdown", "- `text_generation` on entra: models on Azure are opened by Azure role assignments"),
    ],
)
def test_a_word_that_a_platform_has_nothing_for_is_said_where_the_agent_lives_on_it(
    form: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", "--stack", "dev", "--agent", "concierge-agent", "--format", form]) == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if line.startswith(said)]) == 1
    assert main(["parity", "--stack", "dev", "--agent", "concierge-agent", "--format", "json"]) == 0
    (stack,) = json.loads(capsys.readouterr().out)["stacks"]
    words = {one["platform"]: [word["word"] for word in one["unmapped"]] for one in stack["identities"]}
    assert words["aws"] == []
    assert words["entra"] == ["text_generation", "payment_processing", "customer-data", "ticket-api"]


@pytest.mark.usefixtures("project")
def test_json_is_versioned_and_counts_what_it_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--stack", "dev", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    (stack,) = found["stacks"]
    words = [row["status"] for one in stack["identities"] for row in one["rows"]]
    assert stack["summary"] == {word: words.count(word) for word in WORDS}
    for one in stack["identities"]:
        assert [row["row"] for row in one["rows"]] == [row.number for row in ROWS]
        for row in one["rows"]:
            assert row["reason"]
            assert bool(row["resources"]) >= (row["status"] == "enforced")
            assert bool(row["rules"]) >= (row["status"] == "detected")


@pytest.mark.usefixtures("project")
def test_markdown_is_one_table_an_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--stack", "dev", "--agent", "billing-agent", "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(ROWS)
    assert {line.count("|") for line in table} == {8}
    (machine,) = (line for line in table if line.startswith("| 2.1 "))
    assert "| aws | detected | ECS can be pinned to the account only" in machine
    assert "`aws:iam/role:Role` billing-agent-role" in machine


def test_each_instance_is_a_group_of_its_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "stacks/agents/support-agent.yaml"
    path.write_text(path.read_text() + "  instances: {blue: active, green: suspended}\n", encoding="utf-8")
    assert main(["parity", "--stack", "dev", "--agent", "support-agent"]) == 0
    out = capsys.readouterr().out
    assert "support-agent--blue (tier 2)" in out
    assert "support-agent--green (tier 2, stopped)" in out


@pytest.mark.usefixtures("project")
def test_a_tier_that_wants_more_than_there_is_falls_short(capsys: pytest.CaptureFixture[str]) -> None:
    # On AWS the classification is a tag, which an administrator can change: detected, never enforced.
    from nhi.spec import profiles

    real = profiles.load_profile("requirements")
    wanting = {
        tier: type(own)(**{**{key: getattr(own, key) for key in own.__slots__}, "required_parity": ("1.2",)})
        for tier, own in real.tiers.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nhi.spec.loader.load_profile", lambda _: profiles.Profile("requirements", wanting))
        assert main(["parity", "--stack", "dev", "--agent", "support-agent"]) == 1
    out = capsys.readouterr().out
    assert "  ! 1.2 Classification" in out
    assert "2 short of what a tier wants" in out


@pytest.mark.usefixtures("project")
def test_an_agent_that_no_file_declares_is_bad_input_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--stack", "dev", "--agent", "suport-agent"]) == 2
    assert "did you mean support-agent?" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_bad_input_and_the_others_are_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "stacks/agents/zz-bad.yaml").write_text("agent_policy: [\n", encoding="utf-8")
    assert main(["parity", "--stack", "dev"]) == 2
    captured = capsys.readouterr()
    assert "zz-bad.yaml" in captured.err
    assert "support-agent (tier 2)" in captured.out


def test_parity_imports_no_pulumi(project: Path) -> None:
    code = (
        "import sys; from nhi.cli.main import main; code = main(['parity', '--stack', 'dev']);"
        "print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"
