"""What one agent is on Google Cloud. What no test here proves: that Google Cloud accepts it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gcp_plans import BUCKET, GCP, KINDS, KUBERNETES, LIST, NO_KEYS, PUBLISH, READ, environment, grant, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.catalog.load import load_catalog
from nhi.clock import timestamp
from nhi.contract import (
    DESCRIPTION_LIMIT,
    FACT_TABLE,
    REQUIRED_FACTS,
    Record,
    described_facts,
    identity_name,
)
from nhi.permissions.model import Condition, Grant
from nhi.plan.make import make_plans
from nhi.plan.model import AgentPlan
from nhi.platforms.gcp import documents as d
from nhi.platforms.gcp import grants, names, trust
from nhi.sandbox.clouds import schema
from nhi.spec.loader import load_agent_text, load_environment
from nhi.spec.problems import InputError
from plans import CLOCK, LOCK, WORKLOADS, without

GOLDEN = Path(__file__).parent / "golden"
STORED = {"type": "oauth2_client_credentials", "rotation_days": 30}
ENDS = "2027-03-31T00:00:00Z"
POOL = "projects/123456789012/locations/global/workloadIdentityPools/agents"
EMAIL = "acme-research-agent@acme-agents.iam.gserviceaccount.com"
BOUNDED = environment({**GCP, "boundary": True})

CASES: dict[str, AgentPlan] = {
    **{f"{kind}-active": plan(kind) for kind in KINDS},
    "eks-without-issuer": plan({"kind": "eks", "cluster": "edge"}),
    "proposed": plan(state="proposed"),
    "suspended": plan("kubernetes", state="suspended"),
    "agent-engine-suspended": plan("agent-engine", state="suspended"),
    "no-workload": plan(None),
    "instance": plan("kubernetes", instance="blue"),
    "boundary": plan(where=BOUNDED),
    "stored-credential": plan("cloud-run", credential=STORED),
    "stored-credential-suspended": plan("cloud-run", credential=STORED, state="suspended"),
    "no-end": plan("oidc", allows=(READ, LIST), lock_date=None),
}
AUTHORITATIVE = re.compile(r"(?i)iam(binding|policy)|:Key$|apiKey|SecretVersion$")


def readable(records: tuple[Record, ...]) -> list[dict[str, Any]]:
    return [
        {"type": one.type, "name": one.name, "inputs": dict(one.inputs), "dependsOn": list(one.depends_on)}
        for one in records
    ]


def of_type(records: tuple[Record, ...], token: str) -> list[dict[str, Any]]:
    return [dict(record.inputs) for record in records if record.type == token]


def one(records: tuple[Record, ...], token: str) -> dict[str, Any]:
    (only,) = of_type(records, token)
    return only


def members(records: tuple[Record, ...]) -> list[Record]:
    return [record for record in records if "member" in record.inputs]


def granted(records: tuple[Record, ...]) -> list[tuple[str, ...]]:
    """The permissions behind each member that grants the agent something."""
    roles = {
        f"projects/{role['project']}/roles/{role['roleId']}": tuple(role["permissions"])
        for role in of_type(records, d.CUSTOM_ROLE)
    }
    return [roles[record.inputs["role"]] for record in members(records) if record.type != d.ACCOUNT_MEMBER]


def refusal(broken: AgentPlan) -> str:
    with pytest.raises(InputError) as caught:
        d.records(broken)
    return str(caught.value)


def ancestors(records: tuple[Record, ...], name: str) -> set[str]:
    by_name = {record.name: record for record in records}
    found: set[str] = set()
    waiting = list(by_name[name].depends_on)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(by_name[current].depends_on)
    return found


# --- whole documents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    path = GOLDEN / f"{case}.json"
    written = json.dumps(readable(d.records(CASES[case])), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_input_is_one_that_the_sdk_knows(case: str) -> None:
    for record in d.records(CASES[case]):
        assert schema.check(record.type, dict(record.inputs)) == ()


@pytest.mark.parametrize("token", [token for token, _ in grants.PLACES])
def test_every_place_takes_its_inputs_a_role_a_member_and_a_condition(token: str) -> None:
    pattern = dict(grants.PLACES)[token]
    inputs = dict.fromkeys(pattern.groupindex, "x")
    held = {"role": "projects/p/roles/r", "member": "serviceAccount:a", "condition": trust.condition(ENDS)}
    assert schema.check(token, {**inputs, **held}) == ()


@pytest.mark.parametrize("case", CASES)
def test_each_record_depends_only_on_earlier_ones(case: str) -> None:
    seen: set[str] = set()
    for record in d.records(CASES[case]):
        assert set(record.depends_on) <= seen
        assert record.name not in seen
        seen.add(record.name)


def test_base_starts_every_logical_name_and_no_cloud_name() -> None:
    mine, other = d.records(plan()), d.records(plan(), base="elsewhere")
    assert [record.name.replace("elsewhere-", "research-agent-", 1) for record in other] == [r.name for r in mine]
    assert [dict(record.inputs) for record in other] == [dict(record.inputs) for record in mine]


# --- laws -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_member_ends_where_the_agent_does(case: str) -> None:
    end = CASES[case].lock_date
    for record in members(d.records(CASES[case])):
        ends = re.findall(
            r'request\.time < timestamp\("([^"]+)"\)', record.inputs.get("condition", {}).get("expression", "")
        )
        assert len(ends) == (end is not None)
        assert all(found <= timestamp(end) for found in ends if end)


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_authoritative_basic_or_a_key(case: str) -> None:
    for record in d.records(CASES[case]):
        assert not AUTHORITATIVE.search(record.type)
        role = record.inputs.get("role", "")
        assert role == trust.BECOME_ROLE or not role.startswith("roles/")


@pytest.mark.parametrize("case", CASES)
def test_no_wildcard_is_left_in_a_role_a_deny_or_a_principal(case: str) -> None:
    for record in d.records(CASES[case]):
        texts = [
            *record.inputs.get("permissions", ()),
            record.inputs.get("member", ""),
            record.inputs.get("attributeCondition", ""),
            *(p for rule in record.inputs.get("rules", ()) for p in rule["denyRule"]["deniedPermissions"]),
        ]
        assert not [text for text in texts if "*" in text or "allUsers" in text or text.startswith("principalSet:")]


@pytest.mark.parametrize("case", CASES)
def test_every_condition_is_cel(case: str) -> None:
    celpy = pytest.importorskip("celpy")
    environment = celpy.Environment()
    for record in d.records(CASES[case]):
        for expression in (
            record.inputs.get("condition", {}).get("expression"),
            record.inputs.get("attributeCondition"),
            *record.inputs.get("attributeMapping", {}).values(),
        ):
            if expression is not None:
                environment.compile(expression)


@pytest.mark.parametrize(
    ("minutes", "name", "holds"), [(-1, "published/a", True), (0, "published/a", False), (-1, "drafts/a", False)]
)
def test_a_condition_holds_before_the_end_and_for_its_object_only(minutes: int, name: str, holds: bool) -> None:
    celpy = pytest.importorskip("celpy")
    (record,) = [r for r in d.records(plan(allows=(READ,))) if r.type == grants.PROJECT_MEMBER]
    environment = celpy.Environment()
    program = environment.program(environment.compile(record.inputs["condition"]["expression"]))
    when = celpy.celtypes.TimestampType(timestamp(LOCK + timedelta(minutes=minutes)))
    resource = celpy.celtypes.StringType(f"projects/_/buckets/acme-knowledge/objects/{name}")
    activation = {
        "request": celpy.celtypes.MapType({"time": when}),
        "resource": celpy.celtypes.MapType({"name": resource}),
    }
    assert bool(program.evaluate(activation)) is holds


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
@settings(max_examples=60)
def test_any_printable_text_stays_one_cel_literal(text: str) -> None:
    celpy = pytest.importorskip("celpy")
    environment = celpy.Environment()
    assert environment.program(environment.compile(trust.cel(text))).evaluate({}) == text


OBJECTS = st.sampled_from(
    [
        BUCKET,
        f"{BUCKET}/objects/*",
        f"{BUCKET}/objects/published/*",
        "//secretmanager.googleapis.com/projects/123456789012/secrets/partner",
        "//firestore.googleapis.com/projects/acme-agents/databases/customers",
        "projects/acme-agents",
    ]
)
ACTIONS = st.lists(
    st.sampled_from(["storage.objects.get", "storage.objects.list", "secretmanager.versions.access"]), min_size=1
)


@given(st.lists(st.tuples(ACTIONS, OBJECTS), max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_object_gets_a_permission_that_was_granted_on_another(pairs: list[tuple[list[str], str]]) -> None:
    declared: dict[str, set[str]] = {}
    for actions, resource in pairs:
        # A bucket with all of its objects is the bucket: both stand on the bucket's own policy.
        declared.setdefault(resource.removesuffix("/objects/*"), set()).update(actions)
    allows = tuple(grant(actions, resource) for actions, resource in pairs)
    held = granted(d.records(plan(allows=allows)))
    assert sorted(map(sorted, held)) == sorted(map(sorted, declared.values()))


# --- order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["kubernetes-active", "gke-active", "boundary"])
def test_nothing_lets_a_workload_in_before_every_lock_stands(case: str) -> None:
    records = d.records(CASES[case])
    others = {record.name for record in records} - {"research-agent-become"}
    assert ancestors(records, "research-agent-become") == others


def test_no_member_stands_before_denies_and_boundary() -> None:
    records = d.records(CASES["boundary"])
    for record in members(records):
        assert {"research-agent-deny-policy", "research-agent-boundary-binding"} <= ancestors(records, record.name)


def test_the_agent_reads_its_secret_only_once_it_exists() -> None:
    records = d.records(CASES["stored-credential"])
    (member,) = [record for record in records if record.type == grants.SECRET_MEMBER]
    assert "research-agent-secret" in member.depends_on
    assert member.inputs["secretId"] == one(records, d.SECRET)["secretId"]


# --- who may become it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workload", "member"),
    [
        ("gke", "serviceAccount:acme-agents.svc.id.goog[agents/research-agent]"),
        ("kubernetes", f"principal://iam.googleapis.com/{POOL}/subject/system:serviceaccount:agents:research-agent"),
        ("eks", f"principal://iam.googleapis.com/{POOL}/subject/system:serviceaccount:research:reader"),
        ("oidc", f"principal://iam.googleapis.com/{POOL}/subject/repo:example/research-agent:environment:prod"),
        (
            "spiffe",
            f"principal://iam.googleapis.com/{POOL}/subject/spiffe://prod.example.org/env/prod/agent/research-agent",
        ),
        (
            "lambda",
            f"principal://iam.googleapis.com/{POOL}/subject/arn:aws:sts::111122223333:assumed-role/acme-research-agent",
        ),
    ],
)
def test_exactly_one_principal_may_become_the_account(workload: str, member: str) -> None:
    records = d.records(plan(workload))
    become = one(records, d.ACCOUNT_MEMBER)
    assert become["member"] == member
    assert become["role"] == "roles/iam.workloadIdentityUser"
    assert become["serviceAccountId"] == f"projects/acme-agents/serviceAccounts/{EMAIL}"
    assert become["condition"]["expression"] == f'request.time < timestamp("{ENDS}")'


@pytest.mark.parametrize("workload", ["cloud-run", "agent-engine"])
def test_what_google_attaches_itself_needs_no_way_in(workload: str) -> None:
    records = d.records(plan(workload))
    assert of_type(records, d.ACCOUNT_MEMBER) == of_type(records, d.PROVIDER) == []


def test_a_gke_cluster_may_use_the_pool_of_another_project() -> None:
    where = environment({**GCP, "clusters": {"main": {"name": "prod-main", "project_id": "acme-clusters"}}})
    become = one(d.records(plan(where=where)), d.ACCOUNT_MEMBER)
    assert become["member"].startswith("serviceAccount:acme-clusters.svc.id.goog[")


def test_a_provider_pins_issuer_audience_and_subject() -> None:
    provider = one(d.records(plan("oidc")), d.PROVIDER)
    assert provider["oidc"] == {
        "issuerUri": "https://token.actions.githubusercontent.com",
        "allowedAudiences": ["sts.amazonaws.com"],
    }
    assert provider["attributeMapping"] == {"google.subject": "assertion.sub"}
    assert provider["attributeCondition"] == 'assertion.sub == "repo:example/research-agent:environment:prod"'


def test_a_provider_without_a_declared_audience_takes_its_own_name_only() -> None:
    provider = one(d.records(plan("kubernetes")), d.PROVIDER)
    assert provider["oidc"]["allowedAudiences"] == [f"https://iam.googleapis.com/{POOL}/providers/acme-research-agent"]


def test_an_aws_provider_lets_only_the_agents_own_role_in() -> None:
    provider = one(d.records(plan("lambda")), d.PROVIDER)
    assert provider["aws"] == {"accountId": "111122223333"}
    assert provider["attributeCondition"] == (
        'assertion.account == "111122223333" && '
        'assertion.arn.startsWith("arn:aws:sts::111122223333:assumed-role/acme-research-agent/")'
    )


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (plan("gke", where=environment(without(GCP, "clusters"))), "no GKE cluster 'main'"),
        (plan("oidc", where=environment(without(GCP, "workload_identity_pool"))), "no workload identity pool"),
        (plan("oidc", where=environment({**GCP, "workload_identity_pool": "gcp-agents"})), "no workload identity pool"),
        (plan("kubernetes", where=environment(kubernetes=without(KUBERNETES, "oidc_issuer"))), "no OIDC issuer"),
        (
            plan("spiffe", where=environment(kubernetes=without(KUBERNETES, "spiffe_issuer"))),
            "no OIDC issuer of its trust",
        ),
        (plan("lambda", platforms=("gcp",)), "would come to Google Cloud as its AWS role"),
        (plan("agent-engine", where=environment(without(GCP, "organization_id"))), "without the organization"),
        (plan("agent-engine", where=environment(without(GCP, "location"))), "location is global"),
        (plan({"kind": "agent-engine", "engine": "a/b"}), "no id of an Agent Engine"),
        (plan({**WORKLOADS["oidc"], "subject": "x" * 128}), "has 128 characters"),
        (plan(where=environment({**without(GCP, "organization_id"), "boundary": True})), "names no organization"),
        (plan(agent_id="a", where=environment(prefix="x")), "no id under 6 characters"),
        (plan(facts={"sponsor": "s" * 250}), "does not fit the 256 bytes"),
        (
            plan(credential=STORED, where=environment(without(GCP, "secrets"))),
            "nothing on Google Cloud that rotates it",
        ),
    ],
)
def test_what_is_missing_is_said(broken: AgentPlan, words: str) -> None:
    assert words in refusal(broken)


def test_an_environment_without_a_project_is_said() -> None:
    broken = plan(where=environment())
    bare = broken.environment.model_copy(update={"gcp": None})
    where = replace(broken.declared.environment, environment=bare)
    assert "no Google Cloud project" in refusal(replace(broken, declared=replace(broken.declared, environment=where)))


# --- grants -----------------------------------------------------------------------------------------------------


def test_an_object_with_a_policy_of_its_own_carries_the_member() -> None:
    (record,) = [r for r in d.records(plan(allows=(LIST,))) if "bucket" in r.inputs]
    assert record.inputs["bucket"] == "acme-knowledge"
    assert record.inputs["condition"] == {
        "title": f"until {ENDS}",
        "expression": f'request.time < timestamp("{ENDS}")',
    }


def test_a_prefix_stands_on_the_project_and_names_its_objects() -> None:
    record = next(r for r in d.records(plan(allows=(READ,))) if r.type == grants.PROJECT_MEMBER)
    assert record.inputs["condition"]["expression"] == (
        f'request.time < timestamp("{ENDS}") && '
        'resource.name.startsWith("projects/_/buckets/acme-knowledge/objects/published/")'
    )


def test_a_grant_ends_at_its_own_date_where_that_is_earlier() -> None:
    (record,) = [r for r in d.records(plan(allows=(PUBLISH,))) if "topic" in r.inputs]
    assert record.inputs["condition"]["expression"] == 'request.time < timestamp("2026-12-24T00:00:00Z")'


def test_a_grant_whose_end_has_passed_has_no_member_and_keeps_its_role() -> None:
    ended = replace(PUBLISH, expires=CLOCK)
    before, after = d.records(plan(allows=(PUBLISH,))), d.records(plan(allows=(ended,)))
    assert [r for r in after if "topic" in r.inputs] == []
    assert of_type(after, d.CUSTOM_ROLE) == of_type(before, d.CUSTOM_ROLE)


def test_a_new_grant_changes_no_role_and_no_member_that_stands() -> None:
    before = {record.name: dict(record.inputs) for record in d.records(plan(allows=(READ, LIST)))}
    after = {record.name: dict(record.inputs) for record in d.records(plan(allows=(READ, LIST, PUBLISH)))}
    assert {name: after.get(name) for name in before} == before


def test_moving_the_lock_date_replaces_members_under_their_names() -> None:
    later = plan(lock_date=LOCK + timedelta(days=30))
    assert [r.name for r in d.records(later)] == [r.name for r in d.records(plan())]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (grant(["storage.objects.*"], BUCKET), "no permission that a custom role can hold"),
        (grant(["*"], BUCKET), "no permission that a custom role can hold"),
        (grant(["roles/owner"], BUCKET), "no permission that a custom role can hold"),
        (grant(["storage.objects.get"], "*"), "no object that a condition can name"),
        (grant(["storage.objects.get"], "//storage.googleapis.com/projects/_/buckets/*/objects/*"), "no object that"),
        (grant(["pubsub.topics.publish"], "//pubsub.googleapis.com/projects/other-one/topics/t"), "not of project"),
        (grant(["storage.objects.get"], "projects/other-one"), "no object that a condition can name"),
        (
            grant(["storage.objects.get"], BUCKET, conditions=(Condition("x", "request.host", ("a",)),)),
            "a condition on request.host",
        ),
    ],
)
def test_what_no_role_or_condition_can_say_is_refused_at_its_line(wrong: Grant, words: str) -> None:
    message = refusal(plan(allows=(READ, wrong)))
    assert words in message
    assert "agents/research-agent.yaml:12:5" in message


def test_more_conditions_than_one_policy_takes_for_a_role_are_refused() -> None:
    resources = [f"{BUCKET}/objects/part-{number}/*" for number in range(grants.CONDITIONS_PER_ROLE + 1)]
    assert d.records(plan(allows=(grant(["storage.objects.get"], *resources[:-1]),)))
    assert "takes 20" in refusal(plan(allows=(grant(["storage.objects.get"], *resources),)))


# --- denies -----------------------------------------------------------------------------------------------------


def test_denies_name_the_agent_and_permissions_in_googles_form() -> None:
    policy = one(d.records(plan()), d.DENY_POLICY)
    assert policy["parent"] == "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-agents"
    (rule,) = policy["rules"]
    assert rule["denyRule"] == {
        "deniedPrincipals": [f"principal://iam.googleapis.com/projects/-/serviceAccounts/{EMAIL}"],
        "deniedPermissions": [
            "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
            "iam.googleapis.com/serviceAccountKeys.create",
        ],
    }


def test_a_permission_that_is_allowed_elsewhere_is_not_denied_but_reported() -> None:
    denied = grant(["storage.objects.get"], "//storage.googleapis.com/projects/_/buckets/hr/objects/*", effect="deny")
    of = plan(denies=(NO_KEYS, denied))
    (rule,) = one(d.records(of), d.DENY_POLICY)["rules"]
    assert "storage.googleapis.com/objects.get" not in rule["denyRule"]["deniedPermissions"]
    assert (
        "it is allowed on another object"
        in {entry.word: entry.reason for entry in d.reported(of)}["storage.objects.get"]
    )


def test_a_permission_of_a_service_without_denies_is_reported_and_leaves_no_policy() -> None:
    of = plan(denies=(grant(["consumerprocurement.orders.place"], "projects/acme-agents", effect="deny"),))
    assert of_type(d.records(of), d.DENY_POLICY) == []
    assert [entry.word for entry in d.reported(of)] == ["consumerprocurement.orders.place"]


def test_denying_secrets_leaves_the_agent_its_own_credential() -> None:
    denied = grant(["secretmanager.versions.access"], "projects/acme-agents", effect="deny")
    assert one(d.records(plan(denies=(denied,))), d.DENY_POLICY)
    assert of_type(d.records(plan(denies=(denied,), credential=STORED)), d.DENY_POLICY) == []


def test_a_grant_that_a_condition_cannot_narrow_is_reported_and_still_narrowed() -> None:
    model = "//aiplatform.googleapis.com/projects/acme-agents/locations/europe-west3/publishers/google/models/gemini"
    of = plan(allows=(grant(["aiplatform.endpoints.predict"], model),))
    (record,) = [r for r in d.records(of) if r.type == grants.PROJECT_MEMBER]
    assert f'resource.name == "{model.split(".com/", 1)[1]}"' in record.inputs["condition"]["expression"]
    assert [entry.word for entry in d.reported(of)] == [model]


# --- boundary ---------------------------------------------------------------------------------------------------


def test_a_boundary_holds_this_account_inside_its_project() -> None:
    records = d.records(CASES["boundary"])
    policy, binding = one(records, d.BOUNDARY), one(records, d.BOUNDARY_BINDING)
    project = "//cloudresourcemanager.googleapis.com/projects/acme-agents"
    assert [rule["resources"] for rule in policy["details"]["rules"]] == [[project]]
    assert binding["policy"].endswith(policy["principalAccessBoundaryPolicyId"])
    assert f'principal.subject == "{EMAIL}"' in binding["condition"]["expression"]


def test_an_agent_identity_has_no_boundary_and_that_is_reported() -> None:
    of = plan("agent-engine", where=BOUNDED)
    assert of_type(d.records(of), d.BOUNDARY) == []
    assert "boundary" in [entry.word for entry in d.reported(of)]


# --- states -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["proposed", "suspended"])
@pytest.mark.parametrize("workload", KINDS)
def test_a_stopped_agent_holds_nothing_and_nobody_becomes_it(state: Any, workload: str) -> None:
    records = d.records(plan(workload, state=state, where=BOUNDED, credential=STORED))
    assert members(records) == of_type(records, d.SECRET) == []
    assert all(account["disabled"] is True for account in of_type(records, d.ACCOUNT))
    assert all(provider["disabled"] is True for provider in of_type(records, d.PROVIDER))
    assert {role["stage"] for role in of_type(records, d.CUSTOM_ROLE)} <= {"DISABLED"}


def test_stopping_and_starting_again_replaces_no_identity_role_or_provider() -> None:
    kept = (d.ACCOUNT, d.CUSTOM_ROLE, d.PROVIDER)
    ids = ("accountId", "roleId", "permissions", "workloadIdentityPoolProviderId")
    active, stopped = d.records(plan("oidc")), d.records(plan("oidc", state="suspended"))
    for token in kept:
        before = [{key: one_.get(key) for key in ids} for one_ in of_type(active, token)]
        assert [{key: one_.get(key) for key in ids} for one_ in of_type(stopped, token)] == before


@pytest.mark.parametrize(
    "broken",
    [
        plan("gke", where=environment(without(GCP, "clusters")), state="suspended"),
        plan(allows=(grant(["*"], "*"),), state="suspended"),
    ],
)
def test_a_mistake_never_keeps_access_alive(broken: AgentPlan) -> None:
    records = d.records(broken)
    assert one(records, d.ACCOUNT)["disabled"] is True
    assert members(records) == []


def test_a_stopped_engine_that_cannot_be_named_is_nothing_at_all() -> None:
    assert d.records(plan("agent-engine", where=environment(without(GCP, "organization_id")), state="suspended")) == ()


# --- facts ------------------------------------------------------------------------------------------------------


def test_the_description_carries_every_required_fact() -> None:
    account = one(d.records(plan()), d.ACCOUNT)
    assert len(account["description"].encode()) <= DESCRIPTION_LIMIT
    found = described_facts(account["description"])
    expected = {fact: value for fact, value in plan().facts.items() if fact in (*REQUIRED_FACTS, "expires")}
    assert found == expected


def test_the_secrets_labels_carry_the_facts_in_googles_alphabet() -> None:
    labels = one(d.records(CASES["stored-credential"]), d.SECRET)["labels"]
    assert labels[FACT_TABLE["gcp"]["sponsor"].key] == "jgill_example_com"
    assert all(re.fullmatch(r"[a-z0-9_-]{0,63}", value) for value in labels.values())


# --- secrets ----------------------------------------------------------------------------------------------------


def test_a_secret_is_empty_rotated_and_ends_with_the_agent() -> None:
    records = d.records(CASES["stored-credential"])
    secret = one(records, d.SECRET)
    assert secret["rotation"]["rotationPeriod"] == "2592000s"
    assert secret["expireTime"] == ENDS
    assert secret["topics"] == [{"name": GCP["secrets"]["topic"]}]
    assert secret["replication"] == {"userManaged": {"replicas": [{"location": "europe-west3"}]}}


@given(st.integers(0, 400 * 24 * 60), st.integers(1, 90))
def test_the_next_rotation_lies_ahead_and_is_stable_within_its_window(minutes: int, days: int) -> None:
    clock, period = CLOCK + timedelta(minutes=minutes), timedelta(days=days)
    due = d.next_rotation(clock, period)
    assert d.NOTICE <= due - clock <= period + d.NOTICE
    if due - clock > d.NOTICE + timedelta(minutes=1) and due - clock <= period - timedelta(minutes=1):
        assert d.next_rotation(clock + timedelta(minutes=1), period) == due


# --- names ------------------------------------------------------------------------------------------------------

LONG = "a" * 20 + "-" + "b" * 20 + "-" + "c" * 20


def test_long_names_keep_within_googles_limits_and_apart() -> None:
    one_, other = plan(agent_id=LONG), plan(agent_id=LONG[:-1] + "d")
    assert re.fullmatch(r"[a-z](?:[a-z0-9-]{4,28}[a-z0-9])", names.account_id(one_))
    assert names.account_id(one_) != names.account_id(other)
    assert re.fullmatch(r"[a-zA-Z0-9_.]{3,64}", names.custom_role_id(one_, ["storage.objects.get"]))
    assert names.custom_role_id(one_, ["a.b.c"]) != names.custom_role_id(other, ["a.b.c"])
    assert re.fullmatch(r"[a-z0-9-]{4,32}", names.provider_id(one_))


def test_an_instance_is_another_principal() -> None:
    assert names.email(plan(instance="blue")) != names.email(plan(instance="green"))
    role = names.custom_role_id(plan(instance="blue"), ["storage.objects.get"])
    assert re.fullmatch(r"acme_research_agent__blue_grants_[0-9a-f]{8}", role)


def test_names_are_the_contracts() -> None:
    assert names.account_id(plan()) == identity_name("gcp:service-account", "acme", "research-agent")


# --- the shipped catalog ----------------------------------------------------------------------------------------


def test_every_gcp_word_of_the_shipped_catalog_can_be_written() -> None:
    """Every slot, scope and tool that the catalog's own test environment binds on gcp."""
    where, problems = load_environment(Path(__file__).parents[2] / "catalog" / "environment.yaml")
    assert where is not None, problems
    catalog = load_catalog(())
    bound = where.environment
    actions = [
        name
        for name, action in catalog.actions.items()
        if not isinstance(action.rows["gcp"], str)
        and all(not row.slot or "gcp" in bound.resources.get(row.slot, {}) for row in action.rows["gcp"])
        and not all(row.only_deny for row in action.rows["gcp"])
    ]
    text = json.dumps(
        {
            "agent_policy": {
                "agent_id": "everything",
                "purpose": "tries every word",
                "owner_team": "qa",
                "risk_tier": 1,
                "platforms": ["gcp"],
                "sponsor": "jgill@example.com",
                "allowed_actions": actions,
                "denied_actions": ["credential_management", "payment_processing", "identity_administration"],
                "data_access": [
                    {"scope": scope, "access": "read"} for scope, on in bound.data_scopes.items() if "gcp" in on
                ],
                "credential": {
                    "type": "workload_identity",
                    "expires": ENDS,
                    "workload": {"kind": "cloud-run", "service": "everything"},
                },
            }
        }
    )
    declared, problems = load_agent_text(text, "agents/everything.yaml", where)
    assert declared is not None, problems
    (made,) = make_plans(declared, catalog, datetime(2026, 11, 1, tzinfo=UTC))
    records = d.records(made)
    assert len(actions) > 10
    assert {record.type for record in members(records)} > {grants.PROJECT_MEMBER, grants.SECRET_MEMBER}
    for record in records:
        assert schema.check(record.type, dict(record.inputs)) == ()
