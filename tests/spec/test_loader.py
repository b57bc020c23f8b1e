"""Loading agents and environments: layers, agreement of the two files, and errors in our words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.permissions.model import Origin
from nhi.spec.loader import (
    declared_environment_name,
    layer_lines,
    load_agent,
    load_environment,
    load_environments,
)
from nhi.spec.model import EksWorkload, KubernetesWorkload, OidcWorkload

from .files import (
    CORPUS,
    ENVIRONMENT,
    EXAMPLE,
    accepted,
    changed,
    changed_environment,
    environment,
    only,
    refused,
)

# --- the requirements document's example ----------------------------------------------------------------------------


def test_the_requirements_documents_example_loads_unchanged() -> None:
    declared, problems = load_agent(EXAMPLE, environment())
    assert problems == ()
    assert declared is not None
    agent = declared.agent
    assert agent.agent_id == "research-agent-prod-01"
    assert agent.sponsor is not None
    assert agent.sponsor.id == "jgill@example.com"
    assert agent.risk_tier == 2
    assert [grant.action for grant in agent.allowed_actions] == ["web_search", "document_retrieval", "text_generation"]
    assert [(access.scope, access.access) for access in agent.data_access] == [
        ("knowledge-base", "read"),
        ("customer-data", "none"),
    ]
    assert [(tool.tool, tool.allowed) for tool in agent.tool_access] == [
        ("search-api", True),
        ("database-write", False),
    ]
    assert agent.delegation is not None
    assert (agent.delegation.max_depth, agent.delegation.allowed_targets) == (
        2,
        ("search-agent", "summarisation-agent"),
    )
    assert agent.credential is not None
    assert agent.credential.rotation_days == 30
    assert agent.credential.expires == datetime(2026, 8, 11, tzinfo=UTC)


@pytest.mark.parametrize("file", sorted((CORPUS / "agent_good").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_good_agent_file_loads(file: Path) -> None:
    declared, problems = load_agent(file, environment())
    assert problems == ()
    assert declared is not None
    assert declared.file == str(file)


@pytest.mark.parametrize("file", sorted((CORPUS / "agent_bad").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_bad_agent_file_is_refused_with_a_line_and_a_fix(file: Path) -> None:
    declared, problems = load_agent(file, environment())
    assert declared is None
    problem = only(problems)
    assert problem.origin.file == str(file)
    assert problem.origin.line > 0
    assert problem.fix


@pytest.mark.parametrize("file", sorted((CORPUS / "environment_bad").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_bad_environment_file_is_refused_with_a_line_and_a_fix(file: Path) -> None:
    declared, problems = load_environment(file)
    assert declared is None
    assert problems
    for problem in problems:
        assert problem.origin.line > 0
        assert problem.fix


# --- layers ---------------------------------------------------------------------------------------------------------


def test_layers_win_in_order() -> None:
    declared = accepted(EXAMPLE.read_text(encoding="utf-8"))
    agent = declared.agent
    assert agent.environment == "prod"
    assert agent.platforms == ("aws", "kubernetes")
    assert agent.owner_team == "research"
    assert agent.purpose == "Finds and sums up documents"
    assert agent.credential is not None
    assert agent.credential.workload == EksWorkload(kind="eks", cluster="main")
    assert agent.credential.max_session == timedelta(hours=1)
    assert agent.credential.type == "oauth2_client_credentials"
    assert agent.denied_actions == (
        "payment_processing",
        "user_data_modification",
        "credential_management",
        "deployment",
    )
    assert {path: layer for path, layer, _ in layer_lines(declared)} == {
        "environment": "environment",
        "platforms": "environment",
        "owner_team": "defaults",
        "purpose": "agents",
        "credential.max_session": "defaults",
        "credential.workload": "agents",
        "denied_actions.3": "merges",
        "review": "overrides",
    }


def test_a_value_of_a_layer_stands_in_the_environment_file() -> None:
    declared = accepted(EXAMPLE.read_text(encoding="utf-8"))
    places = {
        ("owner_team",): (26, 15),
        ("purpose",): (22, 14),
        ("platforms", 1): (3, 18),
        ("denied_actions", 3): (33, 43),
        ("review", "cadence"): (35, 21),
        ("credential", "workload", "cluster"): (24, 38),
    }
    assert {path: declared.positions.at(*path) for path in places} == {
        path: Origin(str(ENVIRONMENT), *place) for path, place in places.items()
    }
    assert declared.positions.at("credential") == Origin("a.yaml", 33, 3)
    assert declared.positions.at("sponsor") == Origin("a.yaml", 3, 12)
    assert declared.layer_at("sponsor") == "file"
    assert declared.layer_at("credential", "workload", "kind") == "agents"
    assert declared.layer_at("retention") is None


def test_the_file_wins_over_defaults_and_overrides_win_over_the_file() -> None:
    text = changed("risk_tier: 2", "risk_tier: 2\n  owner_team: mine\n  review: {cadence: monthly, attestation: x}")
    declared = accepted(text)
    assert declared.agent.owner_team == "mine"
    assert declared.agent.review is not None
    assert (declared.agent.review.cadence, declared.agent.review.attestation) == ("quarterly", "x")
    assert declared.layer_at("review", "cadence") == "overrides"
    assert declared.layer_at("review", "attestation") == "file"


def test_another_kind_of_workload_replaces_the_default_whole() -> None:
    oidc = "workload: {kind: oidc, issuer: 'https://token.example.com', subject: s}"
    agent = accepted(changed("rotation_days: 30", f"rotation_days: 30\n    {oidc}")).agent
    assert agent.credential is not None
    assert agent.credential.workload == OidcWorkload(kind="oidc", issuer="https://token.example.com", subject="s")


def test_the_same_kind_of_workload_is_filled_up() -> None:
    text = changed("research-agent-prod-01", "other-agent").replace(
        "rotation_days: 30", "rotation_days: 30\n    workload: {kind: kubernetes, service_account: sa}"
    )
    agent = accepted(text).agent
    assert agent.credential is not None
    assert agent.credential.workload == KubernetesWorkload(kind="kubernetes", namespace="agents", service_account="sa")


def test_an_empty_value_does_not_remove_a_default() -> None:
    assert accepted(changed("risk_tier: 2", "risk_tier: 2\n  owner_team:")).agent.owner_team == "research"


def test_an_environment_never_changes_while_agents_load() -> None:
    declared = environment()
    before = declared.environment.model_dump_json()
    accepted(changed("risk_tier: 2", "risk_tier: 2\n  platforms: [aws]"), declared)
    accepted(EXAMPLE.read_text(encoding="utf-8"), declared)
    assert declared.environment.model_dump_json() == before


def test_a_layer_fills_up_a_sponsor_in_short_form(tmp_path: Path) -> None:
    declared = environment(
        tmp_path, "  owner_team: research", "  owner_team: research\n  sponsor: {backup: b@example.com}"
    )
    agent = accepted(EXAMPLE.read_text(encoding="utf-8"), declared)
    assert agent.agent.sponsor is not None
    assert (agent.agent.sponsor.id, agent.agent.sponsor.backup) == ("jgill@example.com", "b@example.com")
    assert agent.positions.at("sponsor", "id") == Origin("a.yaml", 3, 12)
    assert agent.positions.at("sponsor", "backup").file == str(tmp_path / "env.yaml")


def test_merging_knows_an_action_in_its_short_form(tmp_path: Path) -> None:
    merges = "  denied_actions: [credential_management, deployment]"
    declared = environment(tmp_path, merges, "  allowed_actions: [{action: web_search}, embedding]")
    agent = accepted(EXAMPLE.read_text(encoding="utf-8"), declared).agent
    assert [grant.action for grant in agent.allowed_actions][3:] == ["embedding"]


def test_merges_never_replace_a_value(tmp_path: Path) -> None:
    merges = "  denied_actions: [credential_management, deployment]"
    declared = environment(tmp_path, merges, "  risk_tier: 1\n  retention: {years: 7}")
    agent = accepted(EXAMPLE.read_text(encoding="utf-8"), declared).agent
    assert agent.risk_tier == 2
    assert agent.retention is not None
    assert agent.retention.years == 7


def test_one_agents_bindings_do_not_reach_another() -> None:
    agent = accepted(changed("research-agent-prod-01", "research-agent-prod-02")).agent
    assert agent.purpose == "An agent of this environment"


_words = st.lists(st.sampled_from(["one", "two", "three", "four"]), unique=True)


@settings(deadline=None)
@given(_words, _words)
def test_merging_a_list_is_a_union_in_order(written: list[str], merged: list[str]) -> None:
    base = environment()
    declared = type(base)(
        base.environment.model_copy(update={"merges": {"denied_actions": merged}}), base.positions, base.profile
    )
    agent = accepted(f"agent_policy: {{agent_id: a, denied_actions: [{', '.join(written)}]}}", declared).agent
    assert list(agent.denied_actions) == written + [word for word in merged if word not in written]


# --- what the two files must agree on -------------------------------------------------------------------------------


def test_an_agent_of_another_environment_is_refused() -> None:
    problem = only(refused(changed("risk_tier: 2", "risk_tier: 2\n  environment: dev")))
    assert problem.origin == Origin("a.yaml", 5, 16)
    assert "'dev'" in problem.message


def test_a_platform_that_the_environment_lacks_is_refused() -> None:
    problem = only(refused(changed("risk_tier: 2", "risk_tier: 2\n  platforms: [aws, gcp]")))
    assert problem.origin == Origin("a.yaml", 5, 20)
    assert "aws, kubernetes" in problem.fix


def test_a_platform_without_its_section_is_refused(tmp_path: Path) -> None:
    declared, problems = load_environment(changed_environment(tmp_path, "[aws, kubernetes]", "[aws, kubernetes, gcp]"))
    assert declared is None
    problem = only(problems)
    assert problem.origin == Origin(str(tmp_path / "env.yaml"), 3, 30)
    assert "`gcp:`" in problem.message


def test_a_platform_of_one_agent_may_be_fewer() -> None:
    assert accepted(changed("risk_tier: 2", "risk_tier: 2\n  platforms: [aws]")).agent.platforms == ("aws",)


# --- errors in our words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "fix"),
    [
        ("sponsor:", "sponsr:", (3, 3), "`sponsr` is not known", "`sponsor`"),
        ("denied_actions:", "deniedActions:", (11, 3), "`deniedActions`", "`denied_actions`"),
        ("rotation_days:", "rotation-days:", (35, 5), "`rotation-days`", "`rotation_days`"),
        ("agent_id:", "\u0430gent_id:", (2, 3), "U+0430 CYRILLIC SMALL LETTER A", "`agent_id`"),
        ("research-agent", "rese\u0430rch-agent", (2, 13), "U+0430 CYRILLIC SMALL LETTER A (looks like 'a')", "ASCII"),
        ("jgill@", "jg\u0456ll@", (3, 12), "(looks like 'i')", "ASCII"),
        ("web_search", "web\u2011search", (7, 7), "NON-BREAKING HYPHEN (looks like '-')", "ASCII"),
        ('"read"', "re\u0430d", (18, 15), "U+0430", "one of: read"),
        ('"read"', "raed", (18, 15), "'raed'", "one of: read, none, write, admin"),
        ('"oauth2_client_credentials"', "oauth2", (34, 11), "'oauth2'", "one of: oauth2_client_credentials"),
        ("risk_tier: 2", "risk_tier: 4", (4, 14), "is 4", "1, 2, 3"),
        ("risk_tier: 2", "risk_tier: true", (4, 14), "not true or false", "1, 2 or 3"),
        ("allowed: true", "allowed: yes", (24, 16), "true or false, not 'yes'", "YAML 1.2"),
        ("allowed: true", "allowed: 1", (24, 16), "true or false, not 1", "true or false"),
        ("max_depth: 2", "max_depth: true", (30, 16), "whole number", "number"),
        ("max_depth: 2", "max_depth: 2.5", (30, 16), "whole number", "number"),
        ("max_depth: 2", "max_depth: -1", (30, 16), "at least 0", "at least 0"),
        ("rotation_days: 30", 'rotation_days: "30"', (35, 20), "not '30'", "without quotes"),
        ('"2026-08-11T00:00:00Z"', "2026-08-11", (36, 14), "a date, a time and a zone", "2027-01-31T00:00:00Z"),
        ('"2026-08-11T00:00:00Z"', "2026-08-11T00:00:00", (36, 14), "without a zone", "2027-01-31T00:00:00Z"),
        ('"2026-08-11T00:00:00Z"', "1786406400", (36, 14), "not a number", "2027-01-31T00:00:00Z"),
        ('"2026-08-11T00:00:00Z"', '"1786406400"', (36, 14), "no time", "2027-01-31T00:00:00Z"),
        ('"2026-08-11T00:00:00Z"', '"2026-02-30T00:00:00Z"', (36, 14), "no moment", "2027-01-31T00:00:00Z"),
        ('"jgill@example.com"', "[a]", (3, 12), "text, or a map, not a list", "text"),
        ('"jgill@example.com"', '""', (3, 12), "is empty", "e-mail"),
        ('"jgill@example.com"', "42", (3, 12), "not 42", "text"),
        ("agent_id:", "called:", (1, 1), "`agent_policy.agent_id` is missing", "agent_id"),
        ("risk_tier: 2", 'risk_tier: "2"', (4, 14), "is the text '2'", "without quotes"),
        ("rotation_days: 30", "max_session: 3600", (35, 18), "a bare number", "4h"),
        ('"2026-08-11T00:00:00Z"', "\u201c2026-08-11T00:00:00Z\u201d", (36, 14), "DOUBLE QUOTATION MARK", "ASCII"),
    ],
)
def test_an_error_names_its_place_and_its_fix(
    old: str, new: str, place: tuple[int, int], message: str, fix: str
) -> None:
    problems = refused(changed(old, new))
    problem = next(one for one in problems if (one.origin.line, one.origin.column) == place)
    assert message in problem.message
    assert fix in problem.fix


def test_a_misspelt_key_is_one_problem_and_not_a_missing_key_as_well() -> None:
    problem = only(refused(changed("agent_policy:", "agent-policy:")))
    assert problem.origin == Origin("a.yaml", 1, 1)
    assert "agent_policy" in problem.fix


def test_a_list_whose_items_are_wrong_is_not_called_empty() -> None:
    problem = only(refused(changed("risk_tier: 2", "risk_tier: 2\n  platforms: [azure]")))
    assert problem.origin == Origin("a.yaml", 5, 15)


def test_all_errors_of_a_file_are_told_at_once() -> None:
    text = changed("risk_tier: 2", "risk_tier: 9\n  risk_tier: 1\n  instances: {A: activ}").replace('"none"', "nothing")
    problems = refused(text)
    assert [(problem.origin.line, problem.origin.column) for problem in problems] == [
        (4, 14),
        (5, 3),
        (6, 15),
        (6, 18),
        (22, 15),
    ]


def test_the_errors_of_a_union_are_told_once() -> None:
    assert only(refused(changed("risk_tier: 2", "risk_tier: 2\n  instances: 3"))).origin == Origin("a.yaml", 5, 14)
    assert only(refused(changed("risk_tier: 2", "risk_tier: 2\n  instances: [A]"))).origin == Origin("a.yaml", 5, 15)


def test_a_refused_construct_causes_no_second_error() -> None:
    assert "alias" in only(refused(changed("risk_tier: 2", "risk_tier: *x"))).message


def test_what_a_layer_leaves_out_is_missing_in_the_agent_file(tmp_path: Path) -> None:
    declared = environment(tmp_path, "    type: workload_identity\n", "")
    problem = only(refused("agent_policy:\n  agent_id: a\n", declared))
    assert "`agent_policy.credential.type` is missing" in problem.message
    assert problem.origin == Origin("a.yaml", 1, 1)


def test_a_key_of_a_workload_is_judged_by_its_kind() -> None:
    workload = "rotation_days: 30\n    workload: {kind: eks, clutser: main}"
    problems = refused(changed("research-agent-prod-01", "other").replace("rotation_days: 30", workload))
    assert any("`cluster`" in problem.fix for problem in problems)


@pytest.mark.parametrize(
    "secret",
    [
        "password: hunter2hunter2",
        "api_token: hunter2hunter2",
        "type: AKIAHUNTER2HUNTER2AB",
        "rotation_days: ghp_hunter2hunter2hunter2hunter2",
        "AKIAHUNTER2HUNTER2AB: x",
    ],
)
def test_no_message_repeats_what_may_be_a_secret(secret: str) -> None:
    for problem in refused(f"agent_policy:\n  agent_id: a\n  credential:\n    {secret}\n"):
        assert "hunter2" not in str(problem).lower()


def test_a_long_value_is_cut() -> None:
    problem = only(refused(changed("research-agent-prod-01", "X-" * 30)))
    assert "X-" * 30 not in problem.message
    assert len(problem.message) < 160


def test_an_error_in_a_layer_is_told_once_in_the_environment_file(tmp_path: Path) -> None:
    file = changed_environment(tmp_path, "  owner_team: research", "  owner_taem: research")
    declared, problems = load_environment(file)
    assert declared is None
    assert only(problems).origin == Origin(str(file), 26, 3)
    assert "`owner_team`" in only(problems).fix


def test_an_account_id_without_quotes_is_refused(tmp_path: Path) -> None:
    file = changed_environment(tmp_path, '"123456789012"', "012345678901")
    assert "quotes" in only(load_environment(file)[1]).fix


def test_no_input_makes_the_loader_raise() -> None:
    for text in ("[]", "x", "1", "agent_policy:", "agent_policy: {}", "agent_policy: {agent_id: [a]}", '""', "a: {b}"):
        assert refused(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_loader_raise(text: str) -> None:
    refused(f"agent_policy:\n  agent_idd: {text}")


# --- many files -----------------------------------------------------------------------------------------------------


def test_environments_of_a_folder_are_loaded_together() -> None:
    declared, problems = load_environments(CORPUS / "environment_good")
    assert problems == ()
    profiles = {one.environment.environment: one.profile.name for one in declared}
    assert len(declared) == len(list((CORPUS / "environment_good").glob("*.yaml")))
    assert (profiles["prod"], profiles["dev"]) == ("requirements", "airs-strict")


def test_two_files_with_one_environment_name_are_a_problem(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(ENVIRONMENT.read_text(encoding="utf-8"), encoding="utf-8")
    declared, problems = load_environments(tmp_path)
    assert len(declared) == 1
    assert only(problems).origin == Origin(str(tmp_path / "b.yaml"), 1, 14)


def test_one_broken_environment_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_text(ENVIRONMENT.read_text(encoding="utf-8"), encoding="utf-8")
    declared, problems = load_environments(tmp_path)
    assert [one.environment.environment for one in declared] == ["prod"]
    assert only(problems).origin.file == str(tmp_path / "a.yaml")


def test_the_environment_that_a_file_names_is_found_without_loading_it(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for text, named in (
        ("agent_policy:\n  agent_id: a\n  environment: dev\n", ("a", "dev")),
        ("agent_policy:\n  agent_id: a\n", None),
        ("# environment: dev\nagent_policy:\n  agent_id: a\n", None),
        ("agent_policy: [environment\n", None),
    ):
        file.write_text(text)
        assert declared_environment_name(file) == named
    assert declared_environment_name(tmp_path / "none.yaml") is None


def test_labels_are_relative_to_the_root() -> None:
    root = CORPUS.parent
    declared, _ = load_environment(ENVIRONMENT, root=root)
    assert declared is not None
    agent, _ = load_agent(EXAMPLE, declared, root=root)
    assert agent is not None
    assert agent.file == "corpus/agent_good/requirements-example.yaml"
    assert agent.positions.at("owner_team").file == "corpus/environment_good/prod.yaml"


def test_the_digest_follows_the_layers(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    other = environment(tmp_path, "owner_team: research", "owner_team: search")
    assert accepted(text).digest != accepted(text, other).digest
    assert accepted(text).digest == accepted(text + "# a comment\n").digest
