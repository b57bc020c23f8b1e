"""What one agent's words come to: grants, denials, destinations, what has no counterpart, and every problem's place."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import agent_platforms, meaning, meanings
from nhi.catalog.model import Meaning
from nhi.contract import PLATFORMS, Platform
from nhi.permissions.model import Condition, Grant
from nhi.spec.loader import load_agent_text
from words import agent, environment, meant

GOLDEN = Path(__file__).parent / "golden"

REQUIREMENTS = """\
agent_policy:
  agent_id: "research-agent-prod-01"
  sponsor: "jgill@example.com"
  risk_tier: 2

  allowed_actions:
    - web_search
    - document_retrieval
    - text_generation

  denied_actions:
    - payment_processing
    - user_data_modification
    - credential_management

  data_access:
    - scope: "knowledge-base"
      access: "read"
    - scope: "customer-data"
      access: "none"

  tool_access:
    - tool: "search-api"
      allowed: true
    - tool: "database-write"
      allowed: false

  delegation:
    allowed: true
    max_depth: 2
    allowed_targets: ["search-agent", "summarisation-agent"]

  credential:
    type: "oauth2_client_credentials"
    rotation_days: 30
    expires: "2026-08-11T00:00:00Z"
"""


def plain(found: Meaning) -> dict[str, Any]:
    """A meaning as JSON values."""

    def default(value: Any) -> Any:
        return dict(value) if isinstance(value, dict) else str(value)

    result: dict[str, Any] = json.loads(json.dumps(asdict(found), default=default, sort_keys=True))
    return result


def pairs(grants: tuple[Grant, ...]) -> set[tuple[str, str]]:
    """Every action with every resource."""
    return {(action, resource) for grant in grants for action in grant.actions for resource in grant.resources}


def example() -> dict[Platform, Meaning]:
    declared, problems = load_agent_text(REQUIREMENTS, "agents/research-agent-prod-01.yaml", environment())
    assert problems == ()
    assert declared is not None
    return meanings(declared, load_catalog())


# --- the requirements document's example --------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_requirements_example_means_what_was_reviewed(platform: Platform) -> None:
    found = plain(example()[platform])
    golden = GOLDEN / f"requirements-example-{platform}.json"
    if os.environ.get("NHI_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))


def test_the_requirements_example_reads_its_knowledge_and_denies_what_it_must_not() -> None:
    found = example()["aws"]
    assert found.problems == ()
    assert ("s3:GetObject", "arn:aws:s3:::acme-knowledge/published/*") in pairs(found.allows)
    assert {grant.access for grant in found.allows if "knowledge-base" in grant.reason} == {"read"}
    denied = pairs(found.denies)
    assert ("payments:MakePayment", "*") in denied
    assert ("iam:CreateAccessKey", "*") in denied
    assert ("cognito-idp:AdminUpdateUserAttributes", "*") in denied
    assert ("dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:111122223333:table/customers") in denied
    assert ("dynamodb:PutItem", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders") in denied
    assert not pairs(found.allows) & denied


def test_an_agent_without_platforms_of_its_own_lives_on_those_of_its_environment() -> None:
    assert set(example()) == set(PLATFORMS)


# --- grants -------------------------------------------------------------------------------------------------------


def test_a_grant_carries_line_reason_and_end_of_its_entry() -> None:
    found = meant(
        "allowed_actions:\n"
        "  - web_search\n"
        "  - {action: queue_consume, reason: takes orders, expires: '2027-01-01T00:00:00Z'}"
    )
    first, second = found.allows
    assert (str(first.origin), first.reason, first.expires) == ("agent.yaml:9:7", "allowed_actions: web_search", None)
    assert (second.origin.line, second.reason) == (10, "takes orders")
    assert second.expires is not None
    assert second.expires.isoformat() == "2027-01-01T00:00:00+00:00"


def test_grants_stand_in_the_order_of_the_file() -> None:
    found = meant(
        "tool_access: [{tool: search-api, allowed: true}]\n"
        "data_access: [{scope: vectors, access: read}]\n"
        "allowed_actions: [text_generation, web_search]"
    )
    assert [grant.reason.split(":")[0] for grant in found.allows] == [
        "allowed_actions",
        "allowed_actions",
        "allowed_actions",
        "data_access",
        "tool_access",
    ]


@pytest.mark.parametrize(
    ("access", "gained", "withheld"),
    [
        ("read", {"s3:GetObject", "s3:ListBucket"}, {"s3:PutObject", "s3:DeleteObjectVersion"}),
        ("write", {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, {"s3:DeleteObjectVersion"}),
        ("admin", {"s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion"}, {"s3:PutBucketPolicy"}),
    ],
)
def test_levels_of_data_access_build_on_each_other(access: str, gained: set[str], withheld: set[str]) -> None:
    actions = {a for a, _ in pairs(meant(f"data_access: [{{scope: knowledge-base, access: {access}}}]").allows)}
    assert gained <= actions
    assert not withheld & actions


def test_writing_stays_inside_the_prefix_and_listing_is_bound_to_it() -> None:
    found = meant("data_access: [{scope: knowledge-base, access: write}]")
    for grant in found.allows:
        if "s3:ListBucket" in grant.actions:
            assert grant.resources == ("arn:aws:s3:::acme-knowledge",)
            assert grant.conditions == (Condition("StringLike", "s3:prefix", ("published/*",)),)
        else:
            assert grant.resources == ("arn:aws:s3:::acme-knowledge/published/*",)


def test_a_kubernetes_grant_names_the_object_in_the_environments_namespace() -> None:
    found = meant("data_access: [{scope: knowledge-base, access: read}]", "kubernetes")
    assert pairs(found.allows) == {("get", "agents//configmaps/knowledge-sources")}


def test_a_custom_resource_keeps_its_group() -> None:
    found = meant("data_access: [{scope: vectors, access: write}]", "kubernetes")
    assert {resource for _, resource in pairs(found.allows)} == {"agents/search.example.com/indexes/passages"}


def test_a_tool_in_the_cluster_opens_one_destination() -> None:
    (egress,) = meant("tool_access: [{tool: search-api, allowed: true}]", "kubernetes").egress
    assert (egress.namespace, dict(egress.pod_labels), egress.port, egress.cidr) == (
        "search",
        {"app": "search-api"},
        443,
        None,
    )
    assert str(egress.origin) == "agent.yaml:8:17"


def test_graph_roles_of_a_scope_are_kept_apart_by_level() -> None:
    read = meant("data_access: [{scope: customer-data, access: read}]", "entra")
    write = meant("data_access: [{scope: customer-data, access: write}]", "entra")
    assert pairs(read.allows) == {("role:User.Read.All", "microsoft.graph")}
    assert ("role:User-Mail.ReadWrite.All", "microsoft.graph") in pairs(write.allows)


def test_a_delegated_scope_is_told_from_an_app_role_of_the_same_name(tmp_path: Path) -> None:
    line = "entra: [{kind: graph, roles: [Sites.Read.All]}]"
    lines = "data_access: [{scope: knowledge-base, access: read}]"
    where = environment(tmp_path, line, line.replace("roles", "scopes"))
    assert pairs(meant(lines, "entra").allows) == {("role:Sites.Read.All", "microsoft.graph")}
    assert pairs(meant(lines, "entra", where=where).allows) == {("scope:Sites.Read.All", "microsoft.graph")}


def test_each_role_of_a_binding_is_an_action_of_its_own(tmp_path: Path) -> None:
    roles = "entra: [{kind: app, name: orders-api, roles: [Orders.Write"
    where = environment(tmp_path, roles, f"{roles}, Orders.Read")
    (grant,) = meant("tool_access: [{tool: database-write, allowed: true}]", "entra", where=where).allows
    assert grant.actions == ("role:Orders.Write", "role:Orders.Read")
    assert grant.resources == ("orders-api",)


def test_every_selection_of_names_by_level_is_entras() -> None:
    for platform, kinds in load_catalog().kinds.items():
        selects = [s for kind in kinds.values() for level in kind.levels.values() for s in level if s.select]
        assert bool(selects) == (platform == "entra")


def test_a_field_is_inserted_as_it_is_written(tmp_path: Path) -> None:
    where = environment(
        tmp_path, "bucket: acme-knowledge, prefix: published/}]\n    kubernetes", "bucket: '*'}]\n    kubernetes"
    )
    found = meant("data_access: [{scope: knowledge-base, access: write}]", where=where)
    assert found.problems == ()
    assert ("s3:PutObject", "arn:aws:s3:::*/*") in pairs(found.allows)


# --- denials ------------------------------------------------------------------------------------------------------


def test_denying_works_where_the_environment_binds_nothing(tmp_path: Path) -> None:
    where = environment(tmp_path, "  payments:\n", "  payments-elsewhere:\n")
    found = meant("denied_actions: [payment_processing]", where=where)
    assert found.problems == ()
    assert {("bedrock-agentcore:ProcessPayment", "*"), ("payments:MakePayment", "*")} <= pairs(found.denies)


def test_no_access_denies_every_level_of_the_scope() -> None:
    found = meant("data_access: [{scope: customer-data, access: none}]")
    denied = {action for action, _ in pairs(found.denies)}
    assert {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateTable"} <= denied
    assert {resource for _, resource in pairs(found.denies)} == {
        "arn:aws:dynamodb:eu-central-1:111122223333:table/customers"
    }
    assert found.allows == ()


def test_denying_a_tool_that_writes_leaves_reading_to_other_grants() -> None:
    denied = {action for action, _ in pairs(meant("tool_access: [{tool: database-write, allowed: false}]").denies)}
    assert "dynamodb:PutItem" in denied
    assert "dynamodb:GetItem" not in denied


def test_denying_embeddings_does_not_deny_text_that_another_model_writes() -> None:
    found = meant("allowed_actions: [text_generation]\ndenied_actions: [embedding]")
    assert not pairs(found.allows) & pairs(found.denies)
    assert found.denies
    assert "*" not in {resource for _, resource in pairs(found.denies)}


def test_a_denial_has_no_end() -> None:
    found = meant("data_access: [{scope: customer-data, access: none, expires: '2027-01-01T00:00:00Z'}]")
    assert {grant.expires for grant in found.denies} == {None}


def test_an_action_both_allowed_and_denied_is_left_to_the_gate() -> None:
    found = meant("allowed_actions: [web_search]\ndenied_actions: [web_search]")
    assert found.problems == ()
    assert found.allows
    assert found.denies


def test_a_contradiction_does_not_hide_behind_a_missing_binding(tmp_path: Path) -> None:
    where = environment(tmp_path, "  payments:\n", "  payments-elsewhere:\n")
    lines = "allowed_actions: [payment_processing]\ndenied_actions: [payment_processing]"
    assert meant(lines, where=where).problems == ()


# --- what has no counterpart --------------------------------------------------------------------------------------


def test_an_action_without_counterpart_is_reported_with_its_reason_and_line() -> None:
    found = meant("allowed_actions: [calendar_read]", "gcp")
    (entry,) = found.unmapped
    assert "not by IAM" in entry.reason
    assert (entry.word, entry.origin.line) == ("calendar_read", 8)


def test_a_scope_that_lives_on_another_platform_of_the_agent_is_reported_not_refused() -> None:
    found = meant("data_access: [{scope: settings, access: read}]", "kubernetes", also=("aws",))
    assert found.problems == ()
    assert [entry.reason for entry in found.unmapped] == ["environment whole binds it on aws only"]


def test_an_empty_list_says_that_a_platform_has_nothing(tmp_path: Path) -> None:
    where = environment(tmp_path, "aws: [{kind: parameter, name: agents/settings}]", "aws: []")
    found = meant("data_access: [{scope: settings, access: read}]", where=where)
    assert found.problems == ()
    assert [entry.reason for entry in found.unmapped] == ["the environment binds an empty list here"]


def test_an_action_that_can_only_be_denied_grants_nothing_when_allowed() -> None:
    found = meant("allowed_actions: [credential_management]")
    assert found.allows == ()
    assert "only lets it be denied" in found.unmapped[0].reason


# --- problems -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "place", "said"),
    [
        ("allowed_actions: [web_serch]", "agent.yaml:8:21", "'web_search'"),
        ("denied_actions: [payment_procesing]", "agent.yaml:8:20", "'payment_processing'"),
        ("data_access: [{scope: knowledgebase, access: read}]", "agent.yaml:8:25", "'knowledge-base'"),
        ("data_access: [{scope: costumer-data, access: none}]", "agent.yaml:8:25", "'customer-data'"),
        ("tool_access: [{tool: serch-api, allowed: true}]", "agent.yaml:8:24", "'search-api'"),
    ],
)
def test_an_unknown_word_is_a_problem_with_the_nearest_right_one(lines: str, place: str, said: str) -> None:
    (problem,) = meant(lines).problems
    assert str(problem.origin) == place
    assert said in problem.fix


@pytest.mark.parametrize(
    ("lines", "slot", "said"),
    [
        ("allowed_actions: [text_generation]", "  model:\n", "resources.model"),
        (
            "data_access: [{scope: settings, access: read}]",
            "    aws: [{kind: parameter, name: agents/settings}]\n",
            "data_scopes",
        ),
    ],
)
def test_a_word_bound_on_none_of_the_agents_platforms_is_a_problem(
    tmp_path: Path, lines: str, slot: str, said: str
) -> None:
    other = (
        slot.replace("model:", "other:")
        if "model" in slot
        else slot.replace("aws: [{kind: parameter", "gcp: [{kind: secret")
    )
    where = environment(tmp_path, slot, other)
    (problem,) = meant(lines, where=where).problems
    assert "missing environment binding" in problem.message
    assert said in problem.message
    assert problem.origin.line == 8
    assert "env.yaml" in problem.fix


def test_one_missing_binding_is_one_problem_on_every_platform(tmp_path: Path) -> None:
    where = environment(tmp_path, "  model:\n", "  other:\n")
    declared = agent("allowed_actions: [text_generation]", "aws", "kubernetes", where=where)
    found = meanings(declared, load_catalog())
    assert len({problem for each in found.values() for problem in each.problems}) == 1


@pytest.mark.parametrize(
    ("new", "said", "fix"),
    [
        ("{kind: s3-vector, bucket: b}", "does not have", "'s3-vectors'"),
        ("{kind: s3}", "has no `bucket`", "add `bucket`"),
        ("{kind: s3, bucket: b, prefx: a/}", "no field `prefx`", "`prefix`"),
        ("{kind: s3, bucket: 7}", "must be text", ""),
        ("{kind: s3, bucket: 'a b'}", "spaces", ""),
        ("{kind: s3, bucket: 'a${aws:username}'}", "`${`", ""),
        ("{kind: s3, bucket: b, prefix: docs}", "end in `/`", ""),
        ("{kind: s3, bucket: b, level: read}", "no field `level`", ""),
        ("{kind: model, id: a, arn: b}", "exactly one of id, arn", ""),
        ("{kind: model}", "exactly one of id, arn", ""),
        ("{kind: lambda, function: f}", "has no `read`", ""),
    ],
)
def test_a_wrong_binding_is_a_problem_at_its_line_in_the_environment_file(
    tmp_path: Path, new: str, said: str, fix: str
) -> None:
    where = environment(tmp_path, "{kind: parameter, name: agents/settings}", new)
    found = meant("data_access: [{scope: settings, access: read}]", where=where)
    (problem,) = found.problems
    assert said in problem.message
    assert fix in problem.fix
    assert problem.fix
    assert problem.origin.file == "env.yaml"
    line = (tmp_path / "env.yaml").read_text(encoding="utf-8").splitlines()[problem.origin.line - 1]
    assert new in line
    assert found.allows == ()


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("{kind: cidr, cidr: 198.51.100.7/28}", "no bits set"),
        ("{kind: cidr, cidr: 198.51.100.0/28, port: 70000}", "port from 1 to 65535"),
        ("{kind: cidr, cidr: 198.51.100.0/28, port: true}", "port from 1 to 65535"),
        ("{kind: service, namespace: a, pod_labels: {}}", "map of label names"),
    ],
)
def test_a_wrong_destination_is_a_problem(tmp_path: Path, new: str, said: str) -> None:
    where = environment(tmp_path, "{kind: cidr, cidr: 198.51.100.0/28}", new)
    found = meant("allowed_actions: [web_search]", "kubernetes", where=where)
    (problem,) = found.problems
    assert said in problem.message
    assert found.egress == ()


def test_a_kind_that_cannot_serve_an_action_is_a_problem_that_names_kinds_that_can(tmp_path: Path) -> None:
    where = environment(tmp_path, "{kind: step-function, name: onboarding}", "{kind: sns, topic: onboarding}")
    (problem,) = meant("allowed_actions: [workflow_start]", where=where).problems
    assert "can do nothing for workflow_start" in problem.message
    assert "step-function" in problem.fix


def test_a_tool_on_a_data_kind_must_say_its_level(tmp_path: Path) -> None:
    where = environment(tmp_path, "{kind: dynamodb, table: orders, level: write}", "{kind: dynamodb, table: orders}")
    (problem,) = meant("tool_access: [{tool: database-write, allowed: true}]", where=where).problems
    assert "say which `level`" in problem.message


def test_a_platform_without_section_in_the_environment_is_a_problem() -> None:
    declared = agent("allowed_actions: [web_search]", "aws")
    without = type(declared)(
        declared.agent,
        declared.positions,
        type(declared.environment)(
            declared.environment.environment.model_copy(update={"aws": None}),
            declared.environment.positions,
            declared.environment.profile,
        ),
    )
    (problem,) = meaning(without, load_catalog(), "aws").problems
    assert "has no section" in problem.message


# --- laws ---------------------------------------------------------------------------------------------------------

_WORDS = st.lists(st.sampled_from(sorted(load_catalog().actions)), unique=True, max_size=6)


@given(allowed=_WORDS, denied=_WORDS, platform=st.sampled_from(PLATFORMS))
def test_every_word_is_granted_denied_or_reported_and_never_dropped(
    allowed: list[str], denied: list[str], platform: Platform
) -> None:
    found = meant(f"allowed_actions: [{', '.join(allowed)}]\ndenied_actions: [{', '.join(denied)}]", platform)
    heard = {
        *(grant.origin for grant in (*found.allows, *found.denies)),
        *(egress.origin for egress in found.egress),
        *(entry.origin for entry in found.unmapped),
        *(problem.origin for problem in found.problems),
    }
    assert len(heard) == len(allowed) + len(denied)
    assert {grant.effect for grant in found.allows} <= {"allow"}
    assert {grant.effect for grant in found.denies} <= {"deny"}


@given(allowed=_WORDS, platform=st.sampled_from(PLATFORMS))
def test_the_same_question_has_the_same_answer_with_and_without_what_is_kept(
    allowed: list[str], platform: Platform
) -> None:
    where = environment()
    catalog = load_catalog()
    declared = agent(f"allowed_actions: [{', '.join(allowed)}]", platform, where=where)
    first = meaning(declared, catalog, platform)
    assert meaning(declared, catalog, platform) == first
    catalog.memo.clear()
    assert meaning(declared, catalog, platform) == first


def test_what_is_kept_goes_with_its_environment() -> None:
    catalog = load_catalog()
    where = environment()
    meaning(agent("allowed_actions: [web_search]", "aws", where=where), catalog, "aws")
    key = id(where)
    assert key in catalog.memo
    del where
    assert key not in catalog.memo


def test_the_platforms_of_an_agent_are_its_own_where_it_names_some() -> None:
    assert agent_platforms(agent("state: active", "gcp")) == ("gcp",)
