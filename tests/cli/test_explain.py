"""`nhi explain` as its users run it: who says yes or no, which line it is, for a user, along a path, about many."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from example_project import rewrite
from nhi.cli.main import main

READ = ("s3:GetObject", "arn:aws:s3:::acme-dev-knowledge/published/guide.md")
USER = """\
user_grants:
  user: ana.reyes@example.com
  ids: {entra: 0de00000-0000-4000-8000-000000000101}
  aws:
    - effect: allow
      actions: ["s3:*"]
      resources: [arn:aws:s3:::acme-dev-knowledge/*]
      reason: reader of the knowledge base
    - effect: deny
      actions: [s3:GetObject]
      resources: [arn:aws:s3:::acme-dev-knowledge/published/staff/*]
  entra:
    - {effect: allow, actions: ["scope:Mail.Read"], resources: [microsoft.graph]}
"""

Ask = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def ask(project: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks in stack dev, and answers the exit code and the lines of both streams."""
    assert project.is_dir()

    def run(*words: str, stack: str = "dev") -> tuple[int, list[str]]:
        code = main(["explain", *words, "--stack", stack])
        captured = capsys.readouterr()
        return code, (captured.out + captured.err).splitlines()

    return run


def delegating(project: Path) -> None:
    """research-agent-prod-01 -> search-agent -> summarisation-agent, all active, one hop each."""
    rewrite(project, "agents/research-agent-prod-01.yaml", ("2026-08-11", "2027-08-11"))
    rewrite(
        project,
        "agents/search-agent.yaml",
        ("    allowed: false\n", "    allowed: true\n    max_depth: 1\n    allowed_targets: [summarisation-agent]\n"),
        ("risk_tier: 1", "risk_tier: 2"),
    )
    rewrite(project, "agents/summarisation-agent.yaml", ("accepts_from: [", "accepts_from: [search-agent, "))


# --- one request ------------------------------------------------------------------------------------------------------


def test_an_allowed_request_names_statement_line_and_end(ask: Ask) -> None:
    code, lines = ask("search-agent", *READ)
    assert code == 0
    assert lines == [
        f"allowed: search-agent, s3:GetObject on {READ[1]} (aws, stack dev, at 2026-11-01T00:00:00Z)",
        "  agent search-agent: allowed by data_access: knowledge-base (read)  stacks/agents/search-agent.yaml:19:7",
        "    until 2027-06-30T00:00:00Z (lock date: credential.expires, stacks/agents/search-agent.yaml:34:14)",
    ]


def test_a_deny_is_named_before_any_allow(project: Path, ask: Ask) -> None:
    rewrite(project, "agents/search-agent.yaml", ("tool: search-api", "tool: ticket-api"))
    where = "arn:aws:lambda:eu-central-1:111122223333:function:dev-ticket-api"
    assert ask("search-agent", "lambda:InvokeFunction", where)[0] == 0
    rewrite(
        project,
        "agents/search-agent.yaml",
        ("    - tool: ticket-api\n", "    - {tool: ticket-api, allowed: false}\n    - tool: ticket-api\n"),
    )
    code, lines = ask("search-agent", "lambda:InvokeFunction", where)
    assert code == 1
    assert lines[0].startswith("denied: search-agent, lambda:InvokeFunction")
    assert lines[1] == (
        "  agent search-agent: denied by tool_access: ticket-api (denied)  stacks/agents/search-agent.yaml:25:7"
    )


def test_what_nothing_allows_is_shown_beside_what_comes_near(ask: Ask) -> None:
    code, lines = ask("search-agent", "s3:GetObject", "arn:aws:s3:::acme-dev-knowledge/drafts/guide.md")
    assert code == 1
    assert lines[1] == "  agent search-agent: denied: no statement allows it"
    assert lines[2].strip() == (
        "`data_access: knowledge-base (read)` (stacks/agents/search-agent.yaml:19:7) allows it on "
        "arn:aws:s3:::acme-dev-knowledge/published/* only."
    )


def test_a_condition_that_fails_is_named_and_a_context_meets_it(ask: Ask) -> None:
    bucket = ("s3:ListBucket", "arn:aws:s3:::acme-dev-knowledge")
    code, lines = ask("search-agent", *bucket)
    assert code == 1
    assert "asks for s3:prefix StringLike published/* (the request gives no s3:prefix)" in lines[2]
    code, lines = ask("search-agent", *bucket, "--context", "s3:prefix=drafts/")
    assert code == 1
    assert "(the request gives drafts/)" in lines[2]
    code, lines = ask("search-agent", *bucket, "--context", "s3:prefix=published/a")
    assert code == 0
    assert lines[3].strip() == "its condition holds: s3:prefix StringLike published/* (the request gives published/a)"


def test_a_value_of_a_context_may_hold_an_equals_sign_and_a_key_may_have_several(ask: Ask) -> None:
    bucket = ("s3:ListBucket", "arn:aws:s3:::acme-dev-knowledge")
    assert ask("search-agent", *bucket, "--context", "s3:prefix=published/a=b")[0] == 0
    code, lines = ask(
        "search-agent", *bucket, "--context", "s3:prefix=published/a", "--context", "s3:prefix=published/b"
    )
    assert code == 1
    assert lines[0].startswith("undecided: ")
    assert "several values" in lines[1]


@pytest.mark.parametrize(
    ("agent", "action", "resource", "another", "platform"),
    [
        ("concierge-agent", *READ, "arn:aws:s3:::acme-dev-tickets/guide.md", "aws"),
        (
            "concierge-agent",
            "storage.objects.get",
            "//storage.googleapis.com/projects/_/buckets/acme-dev-knowledge/objects/published/a",
            "//storage.googleapis.com/projects/_/buckets/acme-dev-knowledge/objects/drafts/a",
            "gcp",
        ),
        ("concierge-agent", "get", "agents//configmaps/knowledge-sources", "agents//configmaps/other", "kubernetes"),
        ("directory-agent", "role:User.Read.All", "microsoft.graph", "hr-portal", "entra"),
    ],
)
def test_the_platform_follows_from_the_action(
    ask: Ask, agent: str, action: str, resource: str, another: str, platform: str
) -> None:
    code, lines = ask(agent, action, resource)
    assert code == 0
    assert f"({platform}, stack dev" in lines[0]
    code, lines = ask(agent, action, another)
    assert code == 1
    assert f"({platform}, stack dev" in lines[0]


def test_a_project_of_google_is_the_same_by_number(ask: Ask) -> None:
    model = "//aiplatform.googleapis.com/projects/{}/locations/europe-west3/publishers/google/models/gemini-2.5-flash"
    for project in ("acme-agents-dev", "210987654321"):
        assert ask("concierge-agent", "aiplatform.endpoints.predict", model.format(project))[0] == 0
    assert ask("concierge-agent", "aiplatform.endpoints.predict", model.format("210987654322"))[0] == 1


def test_an_agent_that_does_not_live_on_the_platform_is_denied_there(ask: Ask) -> None:
    code, lines = ask("directory-agent", *READ)
    assert code == 1
    assert "it has no identity on aws; it lives on entra" in lines[1]
    assert "stacks/agents/directory-agent.yaml:8:14" in lines[1]


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:GetObjct", "arn:aws:s3:::acme-dev-knowledge/published/a", "did you mean s3:GetObject?"),
        ("s3:GetObject", "arn:aws:s3:::acme-dev-knowledge", "s3:GetObject is never on such a resource"),
        ("get", "agents//configmap/knowledge-sources", "did you mean configmaps?"),
        ("get", "agents/apps/configmaps/knowledge-sources", "API group (core, written empty), not in apps"),
        ("storage.objects.gett", "//storage.googleapis.com/projects/_/buckets/b/objects/o", "storage.objects.get?"),
    ],
)
def test_a_slip_of_the_pen_is_pointed_out(ask: Ask, action: str, resource: str, said: str) -> None:
    code, lines = ask("concierge-agent", action, resource)
    assert code == 1
    assert said in lines[-1]


# --- time and state ---------------------------------------------------------------------------------------------------


def test_the_stacks_clock_counts_and_another_time_can_be_asked_about(ask: Ask) -> None:
    assert ask("search-agent", *READ)[0] == 0
    assert ask("search-agent", *READ, "--at", "2027-06-29T23:59:59Z")[0] == 0
    code, lines = ask("search-agent", *READ, "--at", "2027-06-30T02:00:00+02:00")
    assert code == 1
    assert "past its lock date 2027-06-30T00:00:00Z (credential.expires)" in lines[1]
    assert "stacks/agents/search-agent.yaml:34:14" in lines[1]


def test_a_grant_that_ended_by_itself_says_when(ask: Ask) -> None:
    queue = ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:dev-back-office")
    code, lines = ask("support-agent", *queue)
    assert code == 0
    assert "until 2027-02-28T00:00:00Z (its own end)" in lines[2]
    code, lines = ask("support-agent", *queue, "--at", "2027-03-01T00:00:00Z")
    assert code == 1
    assert "would allow it, but it ended at 2027-02-28T00:00:00Z" in lines[2]


@pytest.mark.parametrize("state", ["suspended", "proposed", "retired"])
def test_an_agent_that_is_not_active_may_do_nothing(project: Path, ask: Ask, state: str) -> None:
    rewrite(project, "agents/search-agent.yaml", ("  purpose:", f"  state: {state}\n  purpose:"))
    code, lines = ask("search-agent", *READ)
    assert code == 1
    assert f"it may do nothing: state is {state}  stacks/agents/search-agent.yaml:5:10" in lines[1]


def test_each_instance_has_an_answer_of_its_own(project: Path, ask: Ask) -> None:
    rewrite(
        project,
        "agents/support-agent.yaml",
        ("  purpose:", "  instances: {blue: active, green: suspended}\n  purpose:"),
    )
    code, lines = ask("support-agent", *READ)
    assert code == 1
    assert [line.split(",")[0] for line in lines if not line.startswith(" ")] == [
        "allowed: support-agent--blue",
        "denied: support-agent--green",
    ]
    assert ask("support-agent--blue", *READ)[0] == 0
    assert ask("support-agent--green", *READ)[0] == 1


# --- many requests ----------------------------------------------------------------------------------------------------


def test_a_question_about_many_is_allowed_only_where_all_of_it_is(ask: Ask) -> None:
    code, lines = ask("search-agent", "s3:GetObject", "arn:aws:s3:::acme-dev-knowledge/published/*")
    assert code == 0
    assert lines[0].startswith("allowed: ")
    code, lines = ask("search-agent", "s3:Get*", "arn:aws:s3:::acme-dev-knowledge/*")
    assert code == 1
    assert lines[0].startswith("partly allowed: ")
    assert lines[1].strip() == "allowed for example: s3:GetObject on arn:aws:s3:::acme-dev-knowledge/published/"
    assert lines[2].startswith("  denied for example: s3:Get")
    code, lines = ask("search-agent", "s3:Put*", "arn:aws:s3:::acme-dev-knowledge/*")
    assert code == 1
    assert lines[0].startswith("denied: ")
    assert lines[1] == "  agent search-agent: denied: no statement allows any of it"


def test_examples_of_both_parts_are_what_the_question_about_one_says(ask: Ask) -> None:
    _, lines = ask("search-agent", "s3:Get*", "arn:aws:s3:::acme-dev-knowledge/*")
    for line, code in ((lines[1], 0), (lines[2], 1)):
        action, _, resource = line.partition("example: ")[2].partition(" on ")
        assert ask("search-agent", action, resource)[0] == code


def test_a_question_about_many_sees_dates_and_conditions(ask: Ask) -> None:
    prefix = ("s3:ListBucket", "arn:aws:s3:::acme-dev-knowledg?")
    assert ask("search-agent", *prefix)[1][0].startswith("denied: ")
    assert ask("search-agent", *prefix, "--context", "s3:prefix=published/a")[1][0].startswith("partly allowed: ")
    queue = ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:*-office")
    assert ask("support-agent", *queue)[1][0].startswith("partly allowed: ")
    assert ask("support-agent", *queue, "--at", "2027-03-01T00:00:00Z")[1][0].startswith("denied: ")


# --- for a user -------------------------------------------------------------------------------------------------------


def test_agent_and_user_must_both_be_allowed(project: Path, ask: Ask) -> None:
    (project / "ana.yaml").write_text(USER)
    code, lines = ask("search-agent", *READ, "--as", "ana.yaml")
    assert code == 0
    assert lines[1] == "  user ana.reyes@example.com: allowed by reader of the knowledge base  ana.yaml:5:7"
    code, lines = ask("search-agent", "s3:PutObject", READ[1], "--as", "ana.yaml")
    assert code == 1
    assert [line.split(":")[1] for line in lines[1:3]] == [
        " allowed by reader of the knowledge base  ana.yaml",
        " denied",
    ]
    code, lines = ask("search-agent", READ[0], READ[1].replace("guide", "staff/guide"), "--as", "ana.yaml")
    assert code == 1
    assert lines[1] == "  user ana.reyes@example.com: denied by statement 2 for aws  ana.yaml:9:7"
    assert "agent search-agent: allowed" in lines[2]


def test_a_question_about_many_for_a_user_is_about_what_both_have(project: Path, ask: Ask) -> None:
    (project / "ana.yaml").write_text(USER)
    everything = ("s3:GetObject", "arn:aws:s3:::acme-dev-knowledge/published/*")
    assert ask("search-agent", *everything)[0] == 0
    code, lines = ask("search-agent", *everything, "--as", "ana.yaml")
    assert code == 1
    assert lines[0].startswith("partly allowed: ")
    assert "published/staff/" in lines[2]


def test_a_deny_that_holds_only_sometimes_counts_when_it_holds(project: Path, ask: Ask) -> None:
    where = "      resources: [arn:aws:s3:::acme-dev-knowledge/published/staff/*]\n"
    condition = '      conditions: [{operator: IpAddress, key: "aws:SourceIp", values: [203.0.113.0/24]}]\n'
    assert where in USER
    (project / "ana.yaml").write_text(USER.replace(where, where + condition))
    everything = ("s3:GetObject", "arn:aws:s3:::acme-dev-knowledge/published/*", "--as", "ana.yaml")
    assert ask("search-agent", *everything)[0] == 0
    assert ask("search-agent", *everything, "--context", "aws:SourceIp=198.51.100.1")[0] == 0
    code, lines = ask("search-agent", *everything, "--context", "aws:SourceIp=203.0.113.9")
    assert code == 1
    assert lines[0].startswith("partly allowed: ")


def test_a_delegated_scope_is_used_in_the_name_of_the_user(project: Path, ask: Ask) -> None:
    (project / "ana.yaml").write_text(USER)
    code, lines = ask("mail-agent", "scope:Mail.Read", "microsoft.graph")
    assert code == 1
    assert "acts only on behalf of a user" in lines[1]
    assert ask("mail-agent", "scope:Mail.Read", "microsoft.graph", "--as", "ana.yaml")[0] == 0
    code, lines = ask("mail-agent", "scope:Mail.ReadWrite", "microsoft.graph", "--as", "ana.yaml")
    assert code == 1
    assert "user ana.reyes@example.com: denied" in lines[1]
    (project / "ana.yaml").write_text(USER.replace("4000-8000-000000000101", "4000-8000-000000000199"))
    code, lines = ask("mail-agent", "scope:Mail.Read", "microsoft.graph", "--as", "ana.yaml")
    assert code == 1
    assert any("would allow it, but it asks for user StringEquals" in line for line in lines)


def test_an_agent_that_never_acts_for_users_is_denied_for_one(project: Path, ask: Ask) -> None:
    (project / "ana.yaml").write_text(USER)
    assert ask("directory-agent", "role:User.Read.All", "microsoft.graph")[0] == 0
    code, lines = ask("directory-agent", "role:User.Read.All", "microsoft.graph", "--as", "ana.yaml")
    assert code == 1
    assert any("it never acts on behalf of a user" in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "effect: allow",
            "efect: allow",
            "ana.yaml:5:7: the key `efect` is not known here; nothing would read it. Fix: did you mean `effect`?",
        ),
        ("effect: allow", "effect: alow", "write one of: allow, deny"),
        ('["s3:*"]', "[Read]", "ana.yaml:6:17: 'Read' is no action on aws."),
        ('["s3:*"]', "[]", "is an empty list"),
        ("[microsoft.graph]", '["*"]', "ana.yaml:13:65: '*' is no resource on entra."),
        ("  user: ana.reyes@example.com\n", "", "`user_grants.user` is missing"),
        ("user_grants:", "user_grants: &a", "an anchor"),
    ],
)
def test_a_mistake_in_the_users_file_is_bad_input_at_its_line(
    project: Path, ask: Ask, old: str, new: str, said: str
) -> None:
    assert old in USER
    (project / "ana.yaml").write_text(USER.replace(old, new, 1))
    code, lines = ask("search-agent", *READ, "--as", "ana.yaml")
    assert code == 2
    assert any(said in line for line in lines), lines


def test_a_users_file_that_is_not_there_is_bad_input(ask: Ask) -> None:
    code, lines = ask("search-agent", *READ, "--as", "nobody.yaml")
    assert code == 2
    assert "nobody.yaml: the file cannot be read" in lines[0]


# --- along a path -----------------------------------------------------------------------------------------------------

SEARCH = ("bedrock-agentcore:InvokeWebSearch", "arn:aws:bedrock-agentcore:eu-central-1:111122223333:tool/web-search.v1")


def test_every_delegator_on_the_path_must_be_allowed_as_well(project: Path, ask: Ask) -> None:
    delegating(project)
    code, lines = ask("search-agent", *SEARCH, "--via", "research-agent-prod-01")
    assert code == 0, lines
    assert "by way of research-agent-prod-01 -> search-agent" in lines[0]
    assert [line.split(":")[0].strip() for line in lines if " by " in line and line.startswith("  ")] == [
        "delegator research-agent-prod-01",
        "agent search-agent",
    ]
    rewrite(project, "agents/research-agent-prod-01.yaml", ("    - web_search\n", ""))
    code, lines = ask("search-agent", *SEARCH, "--via", "research-agent-prod-01")
    assert code == 1
    assert lines[1] == "  delegator research-agent-prod-01: denied: no statement allows it"
    assert "agent search-agent: allowed" in lines[2]


def test_a_delegators_scope_narrows_what_it_hands_on(project: Path, ask: Ask) -> None:
    delegating(project)
    rewrite(
        project,
        "agents/research-agent-prod-01.yaml",
        ("    max_depth: 2\n", "    max_depth: 2\n    scope: {data_access: [{scope: knowledge-base, access: read}]}\n"),
    )
    assert ask("search-agent", *READ, "--via", "research-agent-prod-01")[0] == 0
    code, lines = ask("search-agent", *SEARCH, "--via", "research-agent-prod-01")
    assert code == 1
    assert "delegator research-agent-prod-01: allowed" in lines[1]
    assert "  scope of research-agent-prod-01: denied: no statement allows it" in lines


def test_a_path_that_one_side_does_not_declare_is_said_and_denied(project: Path, ask: Ask) -> None:
    delegating(project)
    code, lines = ask("summarisation-agent", *READ, "--via", "mail-agent")
    assert code == 1
    assert "mail-agent may not delegate at all, so this path is not declared" in lines[1]
    code, lines = ask("concierge-agent", *READ, "--via", "search-agent")
    assert code == 1
    assert "search-agent does not list concierge-agent in `delegation.allowed_targets`" in lines[1]
    rewrite(project, "agents/search-agent.yaml", ("[research-agent-prod-01]", "[summarisation-agent]"))
    code, lines = ask("search-agent", *READ, "--via", "research-agent-prod-01")
    assert code == 1
    assert "search-agent does not list research-agent-prod-01 in `delegation.accepts_from`" in lines[1]
    assert "stacks/agents/search-agent.yaml:" in lines[1]


def test_a_path_with_more_hops_than_a_delegator_may_make_is_denied(project: Path, ask: Ask) -> None:
    delegating(project)
    path = ("--via", "research-agent-prod-01,search-agent")
    _, lines = ask("summarisation-agent", *READ, *path)
    assert "hops" not in lines[1]
    rewrite(project, "agents/research-agent-prod-01.yaml", ("max_depth: 2", "max_depth: 1"))
    code, lines = ask("summarisation-agent", *READ, *path)
    assert code == 1
    assert "may hand work on for 1 hop, and this path has 2 from it" in lines[1]
    assert "stacks/agents/research-agent-prod-01.yaml:32:16" in lines[1]


def test_a_delegator_that_is_stopped_hands_nothing_on(ask: Ask) -> None:
    code, lines = ask("search-agent", *READ, "--via", "research-agent-prod-01")
    assert code == 1
    assert "delegator research-agent-prod-01: denied: it may do nothing: past its lock date" in lines[1]


# --- what is refused, and how it is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serch-agent", *READ), "AGENT: no file declares agent 'serch-agent'. Fix: did you mean search-agent?"),
        (("search-agent", "*", "*"), "ACTION: '*' could be of several platforms."),
        (("search-agent", "storage.objects.*", "projects/p"), "ACTION: 'storage.objects.*' is no action on gcp."),
        (("search-agent", "s3:GetObject", "bucket"), "RESOURCE: 'bucket' is no resource on aws."),
        (("search-agent", "s3:GetObject", "arn:aws:s3:::b/${aws:username}"), "has a policy variable in it"),
        (("search-agent", "get", "agents//configmaps"), "names no object, and a request to get names one"),
        (("search-agent", *READ, "--at", "2027-01-01"), "has no zone"),
        (("search-agent", *READ, "--context", "prefix"), "'prefix' is no KEY=VALUE."),
        (("search-agent", *READ, "--context", "AWS:CurrentTime=x"), "give it with --at"),
        (("search-agent", *READ, "--via", "reserch-agent-prod-01"), "did you mean research-agent-prod-01?"),
    ],
)
def test_a_question_that_is_none_is_bad_input(ask: Ask, words: tuple[str, ...], said: str) -> None:
    code, lines = ask(*words)
    assert code == 2
    assert said in lines[0]


def test_a_file_that_cannot_be_used_is_told_and_the_answer_is_no_success(project: Path, ask: Ask) -> None:
    (project / "stacks/agents/zz-bad.yaml").write_text("agent_policy: [\n")
    code, lines = ask("search-agent", *READ)
    assert code == 2
    assert lines[0].startswith("allowed: ")
    assert any("zz-bad.yaml:2" in line for line in lines)


def test_without_a_stack_every_stack_answers_and_all_must_allow(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.is_dir()
    assert main(["explain", "search-agent", *READ]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if not line.startswith(" ")] == ["allowed", "denied", "denied"]
    assert main(["explain", "directory-agent", "role:User.Read.All", "microsoft.graph"]) == 0


def test_an_agent_of_one_stack_only_is_asked_about_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(project, "agents/search-agent.yaml", ("  purpose:", "  environment: dev\n  purpose:"))
    rewrite(project, "agents/research-agent-prod-01.yaml", ('["search-agent", "summ', '["summ'))
    assert main(["explain", "search-agent", *READ]) == 0
    assert capsys.readouterr().out.count("stack ") == 1


def test_no_answer_is_longer_than_a_dozen_lines(project: Path, ask: Ask) -> None:
    delegating(project)
    (project / "ana.yaml").write_text(USER)
    path = ("--via", "research-agent-prod-01,search-agent")
    _, lines = ask("summarisation-agent", "s3:*", "arn:aws:s3:::*", *path, "--as", "ana.yaml")
    assert 1 < len(lines) <= 13
    _, lines = ask("summarisation-agent", *READ, *path, "--as", "ana.yaml")
    assert 1 < len(lines) <= 13


def test_json_is_versioned_and_has_every_party(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "ana.yaml").write_text(USER)
    assert main(["explain", "search-agent", *READ, "--stack", "dev", "--as", "ana.yaml", "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    (answer,) = found["answers"]
    assert {key: answer[key] for key in ("stack", "agent", "platform", "outcome", "clock")} == {
        "stack": "dev",
        "agent": "search-agent",
        "platform": "aws",
        "outcome": "allowed",
        "clock": "2026-11-01T00:00:00Z",
    }
    assert [(one["kind"], one["outcome"], one["file"], one["line"]) for one in answer["parties"]] == [
        ("user", "allowed", "ana.yaml", 5),
        ("agent", "allowed", "stacks/agents/search-agent.yaml", 19),
    ]
    assert answer["parties"][1]["statement"]["actions"] == ["s3:GetObject"]


def test_explain_imports_no_pulumi(project: Path) -> None:
    words = ["explain", "search-agent", *READ, "--stack", "dev"]
    code = (
        f"import sys; from nhi.cli.main import main; code = main({words!r});"
        "print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"
