"""`nhi diff` as its users run it: what widened first, nothing for other words with one meaning, git never touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from example_project import ROOT, copied, rewrite
from nhi.cli.main import main

Diff = Callable[..., tuple[int, list[str]]]
SEARCH, SUPPORT, RESEARCH = (
    f"agents/{name}.yaml" for name in ("search-agent", "support-agent", "research-agent-prod-01")
)
FLEET = len(list((ROOT / "stacks/agents").glob("*.yaml")))


@pytest.fixture
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project as it was."""
    return copied(tmp_path_factory.mktemp("before"))


@pytest.fixture
def diff(project: Path, before: Path, capsys: pytest.CaptureFixture[str]) -> Diff:
    """Compares the untouched copy with the one that the test changes, in stack dev where none is named."""
    assert project.is_dir()

    def run(*words: str, stack: tuple[str, ...] = ("--stack", "dev")) -> tuple[int, list[str]]:
        code = main(["diff", str(before), *words, *stack])
        captured = capsys.readouterr()
        return code, (captured.out + captured.err).splitlines()

    return run


def swapped(project: Path, before: Path) -> None:
    """Before and after change places."""
    for name in ("stacks", "policies"):
        shutil.move(project / name, project / "moved")
        shutil.move(before / name, project / name)
        shutil.move(project / "moved", before / name)


def section(lines: list[str], name: str) -> list[str]:
    """The rows of one section, without the lines that say why."""
    if name not in lines:
        return []
    rest = lines[lines.index(name) + 1 :]
    end = rest.index("") if "" in rest else len(rest)
    return [line[4:] for line in rest[:end] if line[2:3] in "+-?~"]


# --- what is a difference ---------------------------------------------------------------------------------------------


def test_nothing_changed_is_one_line(before: Path, diff: Diff) -> None:
    assert diff() == (0, [f"{before} -> the work tree: no difference in what the {FLEET} agents may do (dev)"])
    code, lines = diff(stack=())
    assert code == 0
    assert lines == [f"{before} -> the work tree: no difference in what the {FLEET} agents may do (dev, staging, prod)"]


def test_the_same_in_other_words_is_no_difference(project: Path, diff: Diff) -> None:
    rewrite(
        project,
        SEARCH,
        ("    - web_search\n", ""),
        ("  denied_actions: [payment", "    - web_search\n  denied_actions: [payment"),
        ("      reason: ranks passages of the knowledge base\n", "      reason: another reason\n"),
        ("purpose: Answers", "purpose: Always answers"),
    )
    assert diff()[0] == 0
    assert "no difference" in diff()[1][0]


def test_new_write_access_is_told_with_its_line_and_reason(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("access: read\n", "access: write\n      reason: keeps the pages fresh\n"))
    code, lines = diff()
    assert code == 1
    assert "1 widened, 0 narrowed" in lines[0]
    assert section(lines, "widened") == [
        "search-agent on aws: gains write access: s3:PutObject, s3:DeleteObject and 1 more on "
        "arn:aws:s3:::acme-dev-knowledge/published/*"
    ]
    assert lines[-1].strip() == "keeps the pages fresh  stacks/agents/search-agent.yaml:19:7"


def test_the_other_way_round_it_narrowed_and_that_is_no_failure(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("access: read\n", "access: write\n"))
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert "0 widened, 1 narrowed" in lines[0]
    assert section(lines, "narrowed")[0].startswith("search-agent on aws: loses write access: s3:PutObject")


def test_only_the_new_actions_of_a_statement_are_told(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("  data_access:\n", "  data_access:\n    - {scope: knowledge-base, access: write}\n"))
    (row,) = section(diff()[1], "widened")
    assert "s3:PutObject" in row
    assert "s3:GetObject" not in row


def test_a_later_end_is_one_line_and_not_every_grant(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("2027-06-30", "2027-09-30"))
    code, lines = diff()
    assert code == 1
    assert section(lines, "widened") == [
        "search-agent: the lock date moves from 2027-06-30T00:00:00Z (credential.expires) to "
        "2027-09-30T00:00:00Z (credential.expires)"
    ]
    assert lines[-1].strip() == "stacks/agents/search-agent.yaml:34:14"
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert len(section(lines, "narrowed")) == 1


def test_a_grant_that_ends_later_than_before_is_told_by_itself(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, SUPPORT, ("2027-02-28", "2027-03-15"))
    code, lines = diff()
    assert code == 1
    (row,) = section(lines, "widened")
    assert row.startswith("support-agent on aws: for longer, until 2027-03-15T00:00:00Z: sqs:SendMessage")
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert section(lines, "narrowed")[0].startswith("support-agent on aws: for a shorter time")


def test_an_end_that_is_taken_away_is_a_widening_also_beside_a_later_lock_date(project: Path, diff: Diff) -> None:
    rewrite(project, SUPPORT, ('      expires: "2027-02-28T00:00:00Z"\n', ""))
    (row,) = section(diff()[1], "widened")
    assert row.startswith("support-agent on aws: for longer, until 2027-03-31T00:00:00Z: sqs:SendMessage")
    rewrite(project, SUPPORT, ("2027-03-31", "2027-04-15"))
    rows = section(diff()[1], "widened")
    assert [row.split(":")[0] for row in rows] == ["support-agent", "support-agent on aws"]
    assert rows[1].startswith("support-agent on aws: for longer, until 2027-04-15T00:00:00Z: sqs:SendMessage")


def test_a_dropped_deny_is_told_although_nothing_else_grants_it(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, SUPPORT, ("mail_send", "credential_management"), ("credential_management, ", ""))
    code, lines = diff()
    assert code == 1
    rows = section(lines, "widened")
    assert [row for row in rows if row.startswith("support-agent on aws: no longer denied: ses:Send")]
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert [row for row in section(lines, "narrowed") if row.startswith("support-agent on aws: now denied: ses:Send")]


def test_a_deny_that_is_dropped_opens_what_is_allowed_beside_it(project: Path, before: Path, diff: Diff) -> None:
    denied = ("    - scope: customer-data\n      access: none\n", "    - {scope: knowledge-base, access: none}\n")
    rewrite(before, SEARCH, denied)
    rewrite(project, SEARCH, denied, (denied[1], ""))
    code, lines = diff()
    assert code == 1
    rows = section(lines, "widened")
    assert any(row.startswith("search-agent on aws: gains read access: s3:GetObject") for row in rows)
    assert any(row.startswith("search-agent on aws: no longer denied: s3:GetObject") for row in rows)


def test_a_wider_condition_is_no_new_access_and_the_environment_is_named(project: Path, diff: Diff) -> None:
    rewrite(project, "environments/dev.yaml", ("prefix: published/}", "prefix: pub/}"))
    (project / "stacks/agents/concierge-agent.yaml").unlink()
    code, lines = diff()
    assert code == 1
    rows = section(lines, "widened")
    assert "indexing-agent on aws: under wider conditions: s3:ListBucket on arn:aws:s3:::acme-dev-knowledge" in rows
    assert not [row for row in rows if "gains" in row and "ListBucket" in row]
    assert any("its file is the same: the environment or the catalog changed" in line for line in lines)


def test_a_new_agent_and_its_access_are_told_and_a_gone_one_in_one_line(project: Path, diff: Diff) -> None:
    text = (project / "stacks/agents/courier-agent.yaml").read_text()
    (project / "stacks/agents/runner.yaml").write_text(text.replace("agent_id: courier-agent", "agent_id: runner"))
    (project / "stacks/agents/billing-agent.yaml").unlink()
    code, lines = diff()
    assert code == 1
    rows = section(lines, "widened")
    assert "runner: a new agent on aws, kubernetes, tier 2" in rows
    assert any(row.startswith("runner on aws: gains write access") for row in rows)
    assert section(lines, "narrowed") == ["billing-agent: the agent is gone, with all that it had on aws"]


def test_what_matters_most_comes_first(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("access: read\n", "access: write\n"), ("2027-06-30", "2027-09-30"))
    archive = "  data_access:\n    - {scope: ticket-archive, access: read}\n"
    denied = ("user_data_modification, ", "")
    rewrite(project, "agents/concierge-agent.yaml", ("  data_access:\n", archive), denied)
    rows = section(diff()[1], "widened")
    order = ["gains write", "gains read", "the lock date moves", "no longer denied"]
    found = [next(word for word in order if word in row) for row in rows]
    assert found == sorted(found, key=order.index)
    assert set(found) == set(order)


def test_a_state_and_its_reason_are_told(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("  purpose:", "  state: suspended\n  purpose:"))
    code, lines = diff()
    assert code == 0
    rows = section(lines, "narrowed")
    assert "search-agent: the state of search-agent goes from active to suspended: state is suspended" in rows
    swapped(project, before)
    code, lines = diff()
    assert code == 1
    assert any("goes from suspended to active" in row for row in section(lines, "widened"))


def test_a_date_that_passes_between_two_runs_is_no_difference(project: Path, before: Path, diff: Diff) -> None:
    for folder, clock in ((before, "2026-11-01"), (project, "2027-07-15")):
        path = folder / "policies/gate.yaml"
        path.write_text(path.read_text().replace("2026-11-01", clock))
    code, lines = diff()
    assert code == 0
    assert "no difference" in lines[0]


def test_who_may_become_an_agent_is_a_widening(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("runtime: search_agent", "runtime: another_agent"))
    code, lines = diff()
    assert code == 1
    assert section(lines, "widened") == [
        "search-agent: who may become it goes from agentcore runtime=search_agent to agentcore runtime=another_agent"
    ]


def test_acting_without_a_user_is_a_widening(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, "agents/mail-agent.yaml", ("acts_on_behalf: required", "acts_on_behalf: optional"))
    code, lines = diff()
    assert code == 1
    assert section(lines, "widened") == [
        "mail-agent: `acts_on_behalf` goes from required to optional: it may act without a user"
    ]
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert section(lines, "narrowed") == ["mail-agent: `acts_on_behalf` goes from optional to required"]


def test_a_network_destination_is_told_and_a_narrower_one_is_no_new_one(
    project: Path, before: Path, diff: Diff
) -> None:
    rewrite(project, RESEARCH, ("2026-08-11", "2027-08-11"))
    rewrite(before, RESEARCH, ("2026-08-11", "2027-08-11"))
    rewrite(project, "environments/dev.yaml", ("198.51.100.0/28", "198.51.100.0/29"))
    code, lines = diff()
    assert code == 0
    assert section(lines, "narrowed") == [
        "research-agent-prod-01 on kubernetes: may no longer reach 198.51.100.0/28, port 443"
    ]
    swapped(project, before)
    code, lines = diff()
    assert code == 1
    assert section(lines, "widened") == ["research-agent-prod-01 on kubernetes: may reach 198.51.100.0/28, port 443"]


# --- delegation -------------------------------------------------------------------------------------------------------


def test_a_new_edge_is_told_once_both_sides_declare_it(project: Path, before: Path, diff: Diff) -> None:
    rewrite(project, RESEARCH, ('"summarisation-agent"]', '"summarisation-agent", "translation-agent"]'))
    assert section(diff()[1], "widened") == []
    rewrite(
        project,
        "agents/translation-agent.yaml",
        ("  credential:", "  delegation: {allowed: false, accepts_from: [research-agent-prod-01]}\n  credential:"),
    )
    code, lines = diff()
    assert code == 1
    (row,) = section(lines, "widened")
    assert row.startswith("research-agent-prod-01: may hand work to translation-agent, which takes it (stacks/agents/")
    assert lines[-1].strip() == "stacks/agents/research-agent-prod-01.yaml:33:62"
    swapped(project, before)
    code, lines = diff()
    assert code == 0
    assert section(lines, "narrowed") == ["research-agent-prod-01: may no longer hand work to translation-agent"]


def test_a_path_that_becomes_longer_is_told_whole(project: Path, diff: Diff) -> None:
    rewrite(
        project,
        SEARCH,
        ("    allowed: false\n", "    allowed: true\n    max_depth: 1\n    allowed_targets: [telemetry-agent]\n"),
        ("risk_tier: 1", "risk_tier: 2"),
    )
    rewrite(
        project,
        "agents/telemetry-agent.yaml",
        ("  credential:", "  delegation: {allowed: false, accepts_from: [search-agent]}\n  credential:"),
    )
    rows = section(diff()[1], "widened")
    assert any(row.startswith("search-agent: may hand work to telemetry-agent") for row in rows)
    assert (
        "research-agent-prod-01: its work can reach telemetry-agent: "
        "research-agent-prod-01 -> search-agent -> telemetry-agent"
    ) in rows


def test_what_may_be_handed_on_is_compared_by_meaning(project: Path, before: Path, diff: Diff) -> None:
    scope = "    max_depth: 2\n    scope: {data_access: [{scope: knowledge-base, access: read}]}\n"
    rewrite(before, RESEARCH, ("    max_depth: 2\n", scope))
    rewrite(project, RESEARCH, ("    max_depth: 2\n", scope.replace("}]}", "}], allowed_actions: [web_search]}")))
    code, lines = diff()
    assert code == 1
    rows = section(lines, "widened")
    assert any(row.startswith("research-agent-prod-01 on aws: may hand on: bedrock-agentcore:Invoke") for row in rows)
    shutil.copy(before / "stacks" / RESEARCH, project / "stacks" / RESEARCH)
    rewrite(project, RESEARCH, (scope, "    max_depth: 2\n"))
    assert section(diff()[1], "widened") == [
        "research-agent-prod-01: hands on all that it may do: its `delegation.scope` is gone"
    ]


# --- stacks and bad input ---------------------------------------------------------------------------------------------


def test_one_change_in_every_stack_is_one_row(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("access: read\n", "access: write\n"))
    code, lines = diff(stack=())
    assert code == 1
    (row,) = section(lines, "widened")
    assert row.endswith("and 1 more")
    assert "only in" not in "".join(lines)
    rewrite(project, SEARCH, ("access: write\n", "access: read\n"))
    rewrite(project, "environments/prod.yaml", ("function: prod-search-api", "function: prod-other-api"))
    code, lines = diff(stack=())
    assert any("only in prod" in line for line in lines)


def test_a_stack_that_is_new_has_new_agents_only(project: Path, diff: Diff) -> None:
    gate = project / "policies/gate.yaml"
    gate.write_text(gate.read_text() + "  extra:\n    environment: dev\n    clock: '2026-11-01T00:00:00Z'\n")
    code, lines = diff(stack=("--stack", "extra"))
    assert code == 1
    assert sum("a new agent on" in row for row in section(lines, "widened")) > 0
    assert section(lines, "narrowed") == []


@pytest.mark.parametrize("side", ["before", "project"])
def test_a_file_that_cannot_be_read_is_bad_input_and_no_agent_that_is_gone(
    side: str, before: Path, project: Path, diff: Diff
) -> None:
    folder = {"before": before, "project": project}[side]
    (folder / "stacks" / SEARCH).write_text("agent_policy: [\n")
    code, lines = diff()
    assert code == 2
    (line,) = [line for line in lines if line.startswith("stacks/agents/search-agent.yaml:2:")]
    assert f"({before if side == 'before' else 'the work tree'}) this is not YAML" in line
    assert not any("is gone" in line for line in lines)


def test_a_word_that_means_nothing_is_bad_input(project: Path, diff: Diff) -> None:
    rewrite(project, SEARCH, ("- web_search", "- web_serch"))
    code, lines = diff()
    assert code == 2
    assert "did you mean 'web_search'?" in lines[0]


def test_an_unknown_stack_or_side_is_bad_input(diff: Diff) -> None:
    code, lines = diff(stack=("--stack", "deb"))
    assert code == 2
    assert "did you mean dev?" in lines[0]
    code, lines = diff("no-such-thing")
    assert code == 2
    assert lines[0].startswith(
        "no-such-thing: is no folder with a Pulumi.yaml, and the project is in no git repository"
    )


# --- forms ------------------------------------------------------------------------------------------------------------


def test_json_is_versioned_and_exact(project: Path, capsys: pytest.CaptureFixture[str], before: Path) -> None:
    rewrite(project, SEARCH, ("access: read\n", "access: write\n"))
    assert main(["diff", str(before), "--stack", "dev", "--format", "json"]) == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    assert found["summary"] == {"widened": 1, "undecided": 0, "narrowed": 0, "changed": 0}
    assert found["stacks"] == {"dev": {"clock": "2026-11-01T00:00:00Z"}}
    (change,) = found["changes"]
    assert change == {
        "direction": "widened",
        "kind": "access",
        "stack": "dev",
        "agent": "search-agent",
        "platform": "aws",
        "access": "write",
        "text": "gains write access",
        "actions": ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        "not_actions": [],
        "resources": ["arn:aws:s3:::acme-dev-knowledge/published/*"],
        "reason": "data_access: knowledge-base (write)",
        "file": "stacks/agents/search-agent.yaml",
        "line": 19,
        "column": 7,
        "agent_file_changed": True,
        "example": change["example"],
    }
    assert change["example"]["action"].lower() in [action.lower() for action in change["actions"]]


def test_markdown_is_a_table_and_folds_what_narrowed(
    project: Path, capsys: pytest.CaptureFixture[str], before: Path
) -> None:
    written = "access: write\n      reason: '@everyone <b>|`x`'\n"
    rewrite(project, SEARCH, ("access: read\n", written), ("2027-06-30", "2027-05-30"))
    assert main(["diff", str(before), "--stack", "dev", "--format", "markdown"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1 widened, 1 narrowed")
    (row,) = [line for line in lines if "s3:PutObject" in line]
    assert "`@everyone <b>\\|'x'`" in row
    assert lines.index("**Widened (1)**") < lines.index("<details><summary>Narrowed (1)</summary>")
    assert lines[-1] == "</details>"
    tables = [line for line in lines if line.startswith("|") and not line.startswith("|-")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {7}


@pytest.mark.usefixtures("before")
def test_however_much_changed_it_fits_a_screen_and_counts_the_rest(
    project: Path, before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(before / "stacks/agents")
    (before / "stacks/agents").mkdir()
    assert project.is_dir()
    assert main(["diff", str(before)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 70
    assert any(line.strip().startswith("and ") and line.endswith("more; --format json lists all") for line in lines)
    assert main(["diff", str(before), "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert len(out.splitlines()) < 70
    assert len(out) < 65_000
    assert main(["diff", str(before), "--format", "markdown"]) == 1


# --- git --------------------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    # Whoever runs the tests inside a hook has variables of git's set; a test repository is none of that.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def repository(project: Path) -> Path:
    """The example project as a git repository with one commit, tagged `first`."""
    if shutil.which("git") is None:
        pytest.skip("NOT PROVEN without git: revisions are read")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "first")
    git(project, "tag", "first")
    return project


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = main(["diff", *words, "--stack", "dev"])
    captured = capsys.readouterr()
    return code, (captured.out + captured.err).splitlines()


def test_two_revisions_are_compared_without_touching_the_work_tree(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(repository, SEARCH, ("access: read\n", "access: write\n"))
    git(repository, "commit", "-q", "-a", "-m", "second")
    (repository / "stacks" / SEARCH).write_text("agent_policy: [\n")  # what is not committed plays no part
    status = git(repository, "status", "--porcelain=v2", "--branch")
    index = (repository / ".git/index").read_bytes()
    code, lines = run(capsys, "first", "main")
    assert code == 1
    assert lines[0].startswith("first -> main: 1 widened, 0 narrowed")
    assert "stacks/agents/search-agent.yaml:19:7" in lines[-1]
    assert run(capsys, "main", "first~0")[0] == 0
    assert (repository / ".git/index").read_bytes() == index
    assert git(repository, "status", "--porcelain=v2", "--branch") == status


def test_without_a_second_side_the_work_tree_counts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "HEAD") == (0, [f"HEAD -> the work tree: no difference in what the {FLEET} agents may do (dev)"])
    rewrite(repository, SEARCH, ("access: read\n", "access: write\n"))
    assert run(capsys, "HEAD")[0] == 1


def test_a_project_in_a_folder_of_its_repository_is_found_there(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "-q")
    shutil.copytree(project, root / "infra" / "agents")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    rewrite(root / "infra/agents", SEARCH, ("access: read\n", "access: write\n"))
    assert main(["--project", str(root / "infra/agents"), "diff", "HEAD", "--stack", "dev"]) == 1
    assert "stacks/agents/search-agent.yaml:19:7" in capsys.readouterr().out


@pytest.mark.parametrize("revision", ["no-such-branch", "--help", "-1", "HEAD:stacks", "first^"])
def test_a_revision_that_is_none_is_bad_input(
    repository: Path, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    assert repository.is_dir()
    assert main(["diff", "--stack", "dev", "--", revision]) == 2
    assert f"{revision}: is neither a folder with a Pulumi.yaml nor a revision" in capsys.readouterr().err


def test_a_revision_without_a_project_is_bad_input(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "checkout", "-q", "--orphan", "empty")
    git(repository, "rm", "-q", "-r", "--cached", ".")
    git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")
    code, lines = run(capsys, "empty", "first")
    assert code == 2
    assert "the revision has no Pulumi.yaml" in lines[0]


def test_without_git_a_revision_is_refused_and_folders_are_compared(
    repository: Path, before: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository / "nowhere"))
    code, lines = run(capsys, "HEAD")
    assert code == 2
    assert "there is no `git` on PATH" in lines[0]
    assert run(capsys, str(before))[0] == 0


def test_attributes_and_links_of_a_repository_hide_nothing_and_lead_nowhere(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(repository, SEARCH, ("access: read\n", "access: write\n"))
    (repository / ".gitattributes").write_text("*.yaml export-ignore\n")
    outside = tmp_path_factory.mktemp("outside") / "foreign.yaml"
    shutil.copy(repository / "stacks" / SEARCH, outside)
    agents = repository / "stacks/agents"
    (agents / "search-agent.yaml").rename(repository / "stacks/moved.yaml")
    os.symlink("../moved.yaml", agents / "search-agent.yaml")
    os.symlink(outside, agents / "zz-foreign.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "second")
    code, lines = run(capsys, "first", "HEAD")
    assert code == 1
    assert lines[0].startswith("first -> HEAD: 1 widened, 0 narrowed (dev)")


def test_the_variables_of_a_hook_lead_to_no_other_repository(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / "elsewhere/index"))
    assert run(capsys, "HEAD")[0] == 0


def test_diff_imports_no_pulumi(project: Path, before: Path) -> None:
    code = (
        f"import sys; from nhi.cli.main import main; code = main(['diff', {str(before)!r}, '--stack', 'dev']);"
        "print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"
