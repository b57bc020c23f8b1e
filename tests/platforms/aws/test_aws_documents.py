"""What one agent is on AWS. What no test here proves: that AWS accepts it; the sandbox and a real account do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.contract import Record, Ref, canonical_json
from nhi.permissions.model import Condition, Grant, Origin
from nhi.plan.model import AgentPlan
from nhi.platforms.aws import documents as d
from nhi.platforms.aws.policies import POLICIES_PER_ROLE, POLICY_LIMIT
from nhi.platforms.aws.trust import TRUST_LIMIT
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.world import World
from nhi.spec.problems import InputError
from plans import ASK, AWS, CLOCK, KUBERNETES, LIST, LOCK, READ, WORKLOADS, environment, grant, plan, without

GOLDEN = Path(__file__).parent / "golden"
KINDS = [kind for kind in WORKLOADS if kind not in ("cloud-run", "agent-engine")]
STORED = {"type": "oauth2_client_credentials", "rotation_days": 30}
ENDS = "2027-03-31T00:00:00Z"

IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
VOUCHED = environment(aws={**AWS, "context_providers": [IDENTITY_CENTER]})
"""The environment with somebody who may put a user into a session."""
CASES: dict[str, AgentPlan] = {
    **{f"{kind}-active": plan(WORKLOADS[kind]) for kind in KINDS},
    "proposed": plan(state="proposed"),
    "suspended": plan(state="suspended"),
    "agentcore-suspended": plan(WORKLOADS["agentcore"], state="suspended"),
    "no-workload": plan(None),
    "instance": plan(WORKLOADS["kubernetes"], instance="blue"),
    "stored-credential": plan(WORKLOADS["lambda"], credential=STORED),
    "stored-credential-suspended": plan(WORKLOADS["lambda"], credential=STORED, state="suspended"),
    "no-end": plan(allows=(READ,), lock_date=None),
    **{f"on-behalf-{word}": plan(where=VOUCHED, on_behalf=word) for word in ("required", "optional", "never")},
}


def readable(records: tuple[Record, ...]) -> list[dict[str, Any]]:
    """Records as plain JSON, with policy documents as objects, so that a difference can be read."""
    found = []
    for record in records:
        inputs: dict[str, Any] = {}
        for name, value in record.inputs.items():
            if name in ("policy", "assumeRolePolicy"):
                assert value == canonical_json(json.loads(value))
                value = json.loads(value)
            inputs[name] = {"ref": asdict(value)} if isinstance(value, Ref) else value
        found.append({"type": record.type, "name": record.name, "inputs": inputs, "dependsOn": list(record.depends_on)})
    return found


def of_type(records: tuple[Record, ...], token: str) -> list[dict[str, Any]]:
    return [dict(record.inputs) for record in records if record.type == token]


def one(records: tuple[Record, ...], token: str) -> dict[str, Any]:
    (only,) = of_type(records, token)
    return only


def policies(records: tuple[Record, ...]) -> Iterator[dict[str, Any]]:
    """Every policy document of an agent, trust included."""
    for record in records:
        for name in ("policy", "assumeRolePolicy"):
            if name in record.inputs:
                yield json.loads(record.inputs[name])


def statements(records: tuple[Record, ...], effect: str) -> list[dict[str, Any]]:
    return [one for document in policies(records) for one in document["Statement"] if one["Effect"] == effect]


def refusal(broken: AgentPlan) -> str:
    with pytest.raises(InputError) as caught:
        d.records(broken)
    return str(caught.value)


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
        known = {name: "x" if isinstance(value, Ref) else value for name, value in record.inputs.items()}
        assert schema.check(record.type, known) == ()


@pytest.mark.parametrize("case", CASES)
def test_the_stand_in_for_aws_takes_every_record_in_order(case: str) -> None:
    cloud, world = AwsCloud(account="111122223333"), World()
    made: dict[str, Any] = {}
    for record in d.records(CASES[case]):
        known = {
            name: made[value.record][value.output] if isinstance(value, Ref) else value
            for name, value in record.inputs.items()
        }
        checked = cloud.check(record.type, record.name, known)
        assert checked.failures == ()
        created = cloud.create(record.type, f"urn:pulumi:t::nhi::{record.type}::{record.name}", checked.inputs, world)
        made[record.name] = created.outputs


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


def test_nothing_but_the_secrets_arn_comes_from_another_resource() -> None:
    found = [
        (record.type, name)
        for case in CASES.values()
        for record in d.records(case)
        for name, value in record.inputs.items()
        if isinstance(value, Ref)
    ]
    assert set(found) == {(d.SECRET_ROTATION, "secretId")}


# --- order: guard before grants, everything before the way in ---------------------------------------------------


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


def test_no_grant_exists_before_the_guard_is_attached() -> None:
    records = d.records(plan())
    assert "research-agent-guard-attachment" in ancestors(records, "research-agent-grants-1")


@pytest.mark.parametrize(
    ("case", "entrance"),
    [
        ("eks-active", "pod-identity"),
        ("spiffe-active", "profile"),
        ("agentcore-active", "workload-identity"),
        ("stored-credential", "secret"),
    ],
)
def test_nothing_lets_a_workload_in_before_every_lock_stands(case: str, entrance: str) -> None:
    records = d.records(CASES[case])
    locks = {
        record.name
        for record in records
        if record.type in (d.ROLE, d.POLICY, d.ATTACHMENT, d.POLICIES_EXCLUSIVE, d.ATTACHMENTS_EXCLUSIVE)
    }
    assert ancestors(records, f"research-agent-{entrance}") == locks


def test_the_exclusive_list_names_exactly_what_is_attached() -> None:
    records = d.records(plan())
    attached = [inputs["policyArn"] for inputs in of_type(records, d.ATTACHMENT)]
    assert one(records, d.ATTACHMENTS_EXCLUSIVE)["policyArns"] == attached
    assert one(records, d.POLICIES_EXCLUSIVE)["policyNames"] == []


def test_an_attached_arn_is_the_arn_that_its_policy_will_have() -> None:
    records = d.records(plan())
    built = [f"arn:aws:iam::111122223333:policy{p['path']}{p['name']}" for p in of_type(records, d.POLICY)]
    assert [inputs["policyArn"] for inputs in of_type(records, d.ATTACHMENT)] == built


# --- trust ------------------------------------------------------------------------------------------------------


def trust(of: AgentPlan) -> dict[str, Any]:
    (statement,) = d.trust_policy(of)["Statement"]
    return statement


@pytest.mark.parametrize("kind", ["eks", "ecs", "lambda", "agentcore", "spiffe"])
def test_a_service_is_trusted_only_on_behalf_of_this_account(kind: str) -> None:
    assert trust(plan(WORKLOADS[kind]))["Condition"]["StringEquals"]["aws:SourceAccount"] == "111122223333"


@pytest.mark.parametrize("kind", ["oidc", "kubernetes", "gke"])
def test_a_federated_trust_has_one_exact_subject_and_audience(kind: str) -> None:
    statement = trust(plan(WORKLOADS[kind]))
    provider = statement["Principal"]["Federated"].split("oidc-provider/", 1)[1]
    pins = statement["Condition"]["StringEquals"]
    assert set(pins) == {f"{provider}:sub", f"{provider}:aud"}
    assert all(isinstance(value, str) for value in pins.values())
    assert set(statement["Condition"]) == {"StringEquals", "DateLessThan"}


def test_the_audience_is_sts_where_the_file_names_none() -> None:
    workload = without(WORKLOADS["oidc"], "audience")
    pins = trust(plan(workload))["Condition"]["StringEquals"]
    assert pins["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_an_instance_without_a_declared_account_is_trusted_under_its_agent_name() -> None:
    pins = trust(plan({"kind": "kubernetes"}, instance="blue"))["Condition"]["StringEquals"]
    assert pins["oidc.prod.example.org/cluster/main:sub"] == "system:serviceaccount:agents:research-agent--blue"


@pytest.mark.parametrize(
    "workload",
    [
        {"kind": "lambda", "function": "agent-*"},
        {"kind": "agentcore", "runtime": "*"},
        {"kind": "agentcore", "runtime": "r?"},
        {"kind": "oidc", "issuer": "https://id.example.org", "subject": "repo:example/*", "audience": "x"},
        {"kind": "oidc", "issuer": "https://id.example.org", "subject": "${aws:username}", "audience": "${aws:userid}"},
    ],
    ids=lambda workload: str(list(workload.values())[1:]),
)
def test_a_wildcard_in_a_workload_is_taken_letter_by_letter(workload: dict[str, str]) -> None:
    condition = trust(plan(workload))["Condition"]
    for name in condition.get("ArnLike", {}).values():
        assert name.removesuffix("-*").replace("${*}", "").replace("${?}", "").count("*") == 0
        assert "?" not in name.replace("${?}", "")
    assert "${aws" not in json.dumps(condition)
    assert "StringLike" not in condition


def own_session(of: AgentPlan) -> list[dict[str, Any]]:
    """What the trust policy says beside the workload."""
    return [one for one in d.trust_policy(of)["Statement"] if one["Sid"].startswith("OwnSession")]


@pytest.mark.parametrize("word", ["required", "optional"])
def test_an_agent_that_acts_for_users_lets_its_own_role_in_again_and_nobody_else(word: str) -> None:
    again, with_user = own_session(plan(where=VOUCHED, on_behalf=word, instance="blue"))
    role = "arn:aws:iam::111122223333:role/agents/acme-research-agent--blue"
    for statement, actions in ((again, ["sts:AssumeRole", "sts:TagSession"]), (with_user, ["sts:SetContext"])):
        assert statement["Action"] == actions
        assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
        assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": role}
        assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": ENDS}


def test_a_new_session_carries_the_first_ones_tags_on_and_no_others() -> None:
    tags = own_session(plan(where=VOUCHED, on_behalf="required"))[0]["Condition"]["ForAllValues:StringLike"]
    assert tags == {"aws:TagKeys": ["eks-cluster-*", "kubernetes-*", "x509*"]}
    plain = own_session(plan(WORKLOADS["lambda"], where=VOUCHED, on_behalf="required"))[0]
    assert plain["Action"] == ["sts:AssumeRole"]
    assert "aws:TagKeys" not in json.dumps(plain)


def test_only_the_environments_providers_put_a_user_into_a_session() -> None:
    condition = own_session(plan(where=VOUCHED, on_behalf="required"))[1]["Condition"]
    assert condition["ForAllValues:ArnEquals"] == {"sts:RequestContextProviders": [IDENTITY_CENTER]}
    assert condition["Null"] == {"sts:RequestContextProviders": "false"}


@pytest.mark.parametrize(
    "of",
    [
        plan(on_behalf="required"),
        plan(where=VOUCHED),
        plan(where=VOUCHED, on_behalf="never"),
        plan(None, where=VOUCHED, on_behalf="required"),
        plan(where=VOUCHED, on_behalf="required", state="suspended"),
    ],
    ids=["nobody vouches", "says nothing", "never", "no workload", "suspended"],
)
def test_no_user_is_put_into_the_session_of(of: AgentPlan) -> None:
    assert own_session(of) == []
    assert "sts:SetContext" not in json.dumps([one for one in statements(d.records(of), "Allow")])


@pytest.mark.parametrize("state", ["proposed", "suspended"])
def test_nobody_becomes_an_agent_that_is_not_active(state: Any) -> None:
    assert trust(plan(state=state)) == {
        "Sid": "NobodyBecomesThisAgent",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:AssumeRole",
    }


def test_nobody_becomes_an_agent_that_runs_nowhere() -> None:
    assert trust(plan(None))["Effect"] == "Deny"


@pytest.mark.parametrize("kind", ["cloud-run", "agent-engine"])
def test_a_workload_with_no_way_into_aws_is_refused_with_line_and_fix(kind: str) -> None:
    told = refusal(plan(WORKLOADS[kind]))
    assert told.startswith("agents/research-agent.yaml:13:")
    assert f"agent research-agent runs on {kind}, which has no way into AWS" in told
    assert "Fix: use the workload kind oidc" in told


@pytest.mark.parametrize(
    ("kind", "where", "told"),
    [
        ("eks", environment({**AWS, "clusters": {}}), "no EKS cluster 'main' (it has: none)"),
        ("spiffe", environment(without(AWS, "trust_anchor")), "no IAM Roles Anywhere trust anchor"),
        ("kubernetes", environment(kubernetes=without(KUBERNETES, "oidc_issuer")), "no OIDC issuer for its cluster"),
        ("gke", environment(kubernetes={**KUBERNETES, "cluster": "other"}), "no OIDC issuer for the cluster 'main'"),
        ("kubernetes", environment(kubernetes=None), "no OIDC issuer for its cluster"),
    ],
)
def test_a_missing_binding_is_a_problem_at_the_workload(kind: str, where: Any, told: str) -> None:
    said = refusal(plan(WORKLOADS[kind], where=where))
    assert told in said
    assert said.startswith("agents/research-agent.yaml:1")
    assert "Fix: " in said


def test_a_missing_binding_does_not_stop_a_suspended_agent() -> None:
    assert d.records(plan(where=environment({**AWS, "clusters": {}}), state="suspended"))


def test_an_environment_without_an_account_is_a_problem() -> None:
    assert "the environment prod has no AWS account" in refusal(plan(where=environment(aws=None)))


def test_an_issuer_that_no_arn_can_carry_is_a_problem() -> None:
    workload = {"kind": "oidc", "issuer": "https://*.example.org", "subject": "a", "audience": "b"}
    assert "cannot stand in the ARN of an OIDC provider" in refusal(plan(workload))


def test_a_trust_policy_over_the_limit_is_a_problem() -> None:
    workload = {"kind": "spiffe", "id": "spiffe://prod.example.org/" + "a" * 1900}
    assert f"AWS takes {TRUST_LIMIT}" in refusal(plan(workload))


# --- grants -----------------------------------------------------------------------------------------------------


def many(count: int, length: int = 60) -> tuple[Grant, ...]:
    """Grants that cannot be merged: each has an action and a resource of its own."""
    return tuple(
        grant([f"s3:Action{number}"], f"arn:aws:s3:::bucket-{number}/{'x' * length}", reason=f"scope {number}")
        for number in range(count)
    )


def test_a_grant_ends_at_its_own_date_where_that_comes_first() -> None:
    dates = {s["Sid"]: s["Condition"]["DateLessThan"]["aws:CurrentTime"] for s in d.grant_statements(plan())}
    assert dates == {
        "AllowKnowledgeBaseList": ENDS,
        "AllowKnowledgeBaseRead": ENDS,
        "AllowTextGeneration": "2026-12-24T00:00:00Z",
    }


def test_a_grant_whose_end_has_passed_is_left_out() -> None:
    over = replace(ASK, expires=CLOCK)
    assert [s["Sid"] for s in d.grant_statements(plan(allows=(READ, over)))] == ["AllowKnowledgeBaseRead"]


def test_grants_of_equal_actions_and_dates_become_one_statement() -> None:
    other = replace(READ, resources=("arn:aws:s3:::kb-prod/faq/*",))
    (statement,) = d.grant_statements(plan(allows=(READ, other)))
    assert statement["Resource"] == ["arn:aws:s3:::kb-prod/docs/*", "arn:aws:s3:::kb-prod/faq/*"]


def test_grants_that_differ_in_action_and_resource_stay_apart() -> None:
    assert len(d.grant_statements(plan(allows=(READ, LIST)))) == 2


def test_grants_of_other_dates_stay_apart() -> None:
    later = replace(READ, resources=("arn:aws:s3:::b/*",), expires=datetime(2026, 12, 1, tzinfo=UTC))
    assert len(d.grant_statements(plan(allows=(READ, later)))) == 2


def test_grants_of_other_conditions_stay_apart() -> None:
    only = replace(
        READ, resources=("arn:aws:s3:::b/*",), conditions=(Condition("Bool", "aws:SecureTransport", ("true",)),)
    )
    assert len(d.grant_statements(plan(allows=(READ, only)))) == 2


def test_the_order_in_the_file_does_not_change_the_policies() -> None:
    assert d.grant_policies(plan(allows=(READ, LIST, ASK))) == d.grant_policies(plan(allows=(ASK, LIST, READ)))


def test_policies_are_split_under_the_limit_and_hold_every_statement_once() -> None:
    crowded = plan(allows=many(60))
    split = d.grant_policies(crowded)
    assert len(split) > 1
    assert all(len(canonical_json(document).encode()) <= POLICY_LIMIT for document in split)
    # A first policy that still had room for the last one's first statement would be a bad fit.
    for document, following in pairwise(split):
        joined = {**document, "Statement": [*document["Statement"], following["Statement"][0]]}
        assert len(canonical_json(joined).encode()) > POLICY_LIMIT
    held = [statement for document in split for statement in document["Statement"]]
    assert sorted(held, key=canonical_json) == sorted(d.grant_statements(crowded), key=canonical_json)


@pytest.mark.parametrize("spare", [0, 1])
def test_the_limit_counts_bytes_to_the_last_one(spare: int) -> None:
    def sized(length: int) -> AgentPlan:
        return plan(allows=(grant(["s3:GetObject"], f"arn:aws:s3:::b/{'x' * length}"),))

    (document,) = d.grant_policies(sized(1))
    room = POLICY_LIMIT - len(canonical_json(document).encode())
    if spare:
        (full,) = d.grant_policies(sized(room))
        assert len(canonical_json(full).encode()) == POLICY_LIMIT - 1
    else:
        assert "takes" in refusal(sized(room + 2))


def test_bytes_are_counted_and_not_characters() -> None:
    assert "a policy holds 6144" in refusal(plan(allows=(grant(["s3:GetObject"], f"arn:aws:s3:::b/{'ü' * 3100}"),)))


def test_a_statement_over_the_limit_is_a_problem_at_its_grant() -> None:
    big = replace(
        READ, resources=tuple(f"arn:aws:s3:::bucket-{n:04}/*" for n in range(300)), origin=Origin("a.yaml", 7, 3)
    )
    assert refusal(plan(allows=(big,))).startswith("a.yaml:7:3: one grant of agent research-agent takes")


def test_merging_never_makes_a_statement_that_is_too_long() -> None:
    parts = tuple(replace(READ, resources=(f"arn:aws:s3:::bucket-{n:04}/*",)) for n in range(400))
    split = d.grant_policies(plan(allows=parts))
    held = [resource for document in split for s in document["Statement"] for resource in s["Resource"]]
    assert sorted(held) == sorted(resource for part in parts for resource in part.resources)


def test_more_policies_than_a_role_takes_is_a_problem() -> None:
    assert f"a role takes {POLICIES_PER_ROLE}" in refusal(plan(allows=many(60, 1000)))


def test_ten_policies_with_the_guard_are_taken() -> None:
    per_policy = plan(allows=many(9, 5000))
    assert len(of_type(d.records(per_policy), d.POLICY)) == POLICIES_PER_ROLE
    assert f"a role takes {POLICIES_PER_ROLE}" in refusal(plan(allows=many(10, 5000)))


@pytest.mark.parametrize("action", ["*", "*:*"])
def test_every_action_of_aws_is_never_written(action: str) -> None:
    assert "would be allowed every action of AWS" in refusal(plan(allows=(grant([action], "arn:aws:s3:::b"),)))


def test_two_conditions_on_one_key_are_a_problem() -> None:
    both = (
        Condition("StringEquals", "aws:RequestedRegion", ("a",)),
        Condition("StringEquals", "aws:requestedregion", ("b",)),
    )
    assert "two conditions look at one key" in refusal(plan(allows=(replace(READ, conditions=both),)))


def test_every_problem_of_an_agent_is_told_once() -> None:
    told = refusal(plan(WORKLOADS["cloud-run"], allows=(grant(["*"], "*"),)))
    assert told.count("no way into AWS") == 1
    assert told.count("every action of AWS") == 1


# --- guard ------------------------------------------------------------------------------------------------------


def test_the_guard_denies_everything_from_the_lock_date_on() -> None:
    guard = d.guard_policy(plan(denies=()))
    assert guard is not None
    assert guard["Statement"] == [
        {
            "Sid": "DenyAfterLockDate",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": ENDS}},
        }
    ]


def test_a_deny_never_ends() -> None:
    ending = grant(["iam:*"], "*", effect="deny", expires=datetime(2026, 12, 1, tzinfo=UTC), reason="iam")
    guard = d.guard_policy(plan(denies=(ending,)))
    assert guard is not None
    assert guard["Statement"][1] == {"Sid": "DenyIam", "Effect": "Deny", "Action": ["iam:*"], "Resource": ["*"]}


@pytest.mark.parametrize("state", ["proposed", "suspended"])
def test_an_agent_that_is_not_active_is_denied_everything_and_granted_nothing(state: Any) -> None:
    records = d.records(plan(WORKLOADS["eks"], state=state, credential=STORED))
    assert statements(records, "Allow") == []
    assert {record.type for record in records} == {
        d.ROLE,
        d.POLICY,
        d.ATTACHMENT,
        d.POLICIES_EXCLUSIVE,
        d.ATTACHMENTS_EXCLUSIVE,
    }
    assert json.loads(one(records, d.POLICY)["policy"])["Statement"] == [
        {"Sid": "DenyEverything", "Effect": "Deny", "Action": "*", "Resource": "*"}
    ]


def test_a_guard_over_the_limit_is_a_problem() -> None:
    denied = tuple(replace(one, effect="deny") for one in many(100))
    told = refusal(plan(denies=denied))
    assert told.count("so the guard could not be written") == 1


def test_there_is_no_guard_where_there_is_nothing_to_deny() -> None:
    endless = plan(allows=(READ,), denies=(), lock_date=None)
    assert d.guard_policy(endless) is None
    assert len(of_type(d.records(endless), d.POLICY)) == 1


# --- sessions, credentials, tags --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "role", "profile"),
    [
        (timedelta(minutes=5), 3600, 900),
        (timedelta(minutes=30), 3600, 1800),
        (timedelta(hours=4), 14400, 14400),
        (timedelta(days=2), 43200, 43200),
    ],
)
def test_session_lengths_stay_within_what_aws_takes(asked: timedelta, role: int, profile: int) -> None:
    records = d.records(plan(WORKLOADS["spiffe"], max_session=asked))
    assert one(records, d.ROLE)["maxSessionDuration"] == role
    assert one(records, d.PROFILE)["durationSeconds"] == profile


@pytest.mark.parametrize(("declared", "written"), [(7, 7), (30, 30), (365, 90)])
def test_rotation_is_as_declared_and_never_over_the_ceiling(declared: int, written: int) -> None:
    records = d.records(plan(credential={"type": "api_key", "rotation_days": declared}))
    assert one(records, d.SECRET_ROTATION)["rotationRules"] == {"automaticallyAfterDays": written}


def test_only_the_agent_may_read_its_secret_and_only_until_its_end() -> None:
    (statement,) = d.grant_statements(plan(allows=(), credential=STORED))
    assert statement == {
        "Sid": "AllowOwnCredential",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-research-agent-credential-??????"],
        "Condition": {"DateLessThan": {"aws:CurrentTime": ENDS}},
    }


def test_the_program_never_holds_a_secrets_value() -> None:
    records = d.records(plan(credential=STORED))
    assert not [record.type for record in records if "Version" in record.type]
    assert not [name for record in records for name in record.inputs if name.lower().startswith("secretstring")]


def test_a_credential_that_is_not_stored_makes_no_secret() -> None:
    assert of_type(d.records(plan()), d.SECRET) == []


def test_a_stored_credential_without_a_place_for_it_is_a_problem_at_its_type() -> None:
    told = refusal(plan(credential=STORED, where=environment(without(AWS, "secrets"))))
    assert told.startswith("agents/research-agent.yaml:11:11: agent research-agent's credential has to be stored")
    assert told.count("has to be stored") == 1


def test_every_resource_that_can_carry_tags_carries_every_fact() -> None:
    for case in CASES.values():
        for record in d.records(case):
            if "tags" in schema.properties(record.type):
                assert record.inputs["tags"] == d.tags(case), record.name


def test_a_fact_that_nobody_declared_has_no_tag() -> None:
    assert "nhi:sponsor" not in d.tags(plan(facts={"sponsor": None}))


def test_tags_carry_only_what_aws_takes() -> None:
    assert d.tags(plan(facts={"purpose": "search; read <docs>"}))["nhi:purpose"] == "search_ read _docs_"


def test_names_do_not_change_with_tier_or_facts() -> None:
    def names(of: AgentPlan) -> list[Any]:
        return [record.inputs.get("name") for record in d.records(of)]

    assert names(plan(risk_tier=1, facts={"owner-team": "Other"})) == names(plan(risk_tier=3))


# --- laws -------------------------------------------------------------------------------------------------------

words = st.text(alphabet="abcdefghij", min_size=1, max_size=8)
grants = st.builds(
    lambda service, action, bucket, reason, days: grant(
        [f"{service}:{action.title()}"],
        f"arn:aws:s3:::{bucket}/*",
        reason=reason,
        expires=None if days is None else CLOCK + timedelta(days=days),
    ),
    words,
    words,
    words,
    st.text(max_size=20),
    st.one_of(st.none(), st.integers(min_value=-10, max_value=400)),
)
plans = st.builds(
    lambda kind, allows, state, stored: plan(
        WORKLOADS[kind], allows=allows, state=state, credential=STORED if stored else None
    ),
    st.sampled_from(KINDS),
    st.lists(grants, max_size=12),
    st.sampled_from(["active", "proposed", "suspended"]),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(plans)
def test_every_allow_ends_no_later_than_the_lock_date_and_says_what_it_allows(any_plan: AgentPlan) -> None:
    for statement in statements(d.records(any_plan), "Allow"):
        ends = datetime.fromisoformat(statement["Condition"]["DateLessThan"]["aws:CurrentTime"])
        assert CLOCK < ends <= LOCK
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement)
        assert "*" not in statement["Action"]


@settings(max_examples=60, deadline=None)
@given(plans)
def test_sids_are_alphanumeric_and_differ_within_an_agent(any_plan: AgentPlan) -> None:
    sids = [statement["Sid"] for document in policies(d.records(any_plan)) for statement in document["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isascii() and sid.isalnum() for sid in sids)


@settings(max_examples=60, deadline=None)
@given(st.lists(grants, max_size=12))
def test_merging_and_splitting_lose_nothing_and_add_nothing(allows: list[Grant]) -> None:
    def triples(held: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
        return {
            (action, resource, canonical_json(s["Condition"]))
            for s in held
            for action in s["Action"]
            for resource in s["Resource"]
        }

    alone = [s for allow in allows for s in d.grant_statements(plan(allows=(allow,)))]
    together = [s for document in d.grant_policies(plan(allows=allows)) for s in document["Statement"]]
    assert triples(together) == triples(alone)


# --- users --------------------------------------------------------------------------------------------------------

USER = "identitystore:UserId"


def user_asked(statement: dict[str, Any]) -> str | None:
    return statement.get("Condition", {}).get("Null", {}).get(USER)


def test_an_agent_that_acts_for_users_only_reads_nothing_without_one() -> None:
    found = {
        one["Sid"]: one for one in d.grant_statements(plan(where=VOUCHED, on_behalf="required", credential=STORED))
    }
    without_user = {sid for sid, one in found.items() if user_asked(one) is None}
    assert without_user == {"AllowOwnCredential", "AllowOwnSession", "AllowOwnSessionWithAUser", "AllowTextGeneration"}
    assert {user_asked(one) for sid, one in found.items() if sid not in without_user} == {"false"}


def test_the_guard_of_an_agent_that_acts_for_users_only_denies_the_rest_without_one() -> None:
    guard = d.guard_policy(plan(where=VOUCHED, on_behalf="required"))
    assert guard is not None
    (rest,) = [one for one in guard["Statement"] if "NotAction" in one]
    assert (rest["Effect"], rest["Resource"], user_asked(rest)) == ("Deny", ["*"], "true")
    assert "Action" not in rest
    allowed = {
        action
        for one in d.grant_statements(plan(where=VOUCHED, on_behalf="required", credential=STORED))
        if user_asked(one) is None
        for action in one["Action"]
    }
    assert allowed <= set(rest["NotAction"])


@pytest.mark.parametrize(
    ("word", "denied"),
    [
        ("required", {"GetWorkloadAccessTokenForUserId", "GetWorkloadAccessToken"}),
        ("optional", {"GetWorkloadAccessTokenForUserId"}),
        ("never", {"GetWorkloadAccessTokenForUserId", "GetWorkloadAccessTokenForJWT"}),
    ],
)
def test_no_agent_that_says_for_whom_it_acts_takes_a_users_name_from_its_caller(word: str, denied: set[str]) -> None:
    found = statements(d.records(plan(where=VOUCHED, on_behalf=word)), "Deny")
    tokens = {
        action.partition(":")[2]
        for one in found
        if "Condition" not in one
        for action in one.get("Action", [])
        if action.startswith("bedrock-agentcore:")
    }
    assert tokens == denied


def test_an_agent_that_acts_for_nobody_does_nothing_in_a_session_with_a_user() -> None:
    found = statements(d.records(plan(where=VOUCHED, on_behalf="never")), "Deny")
    (everything,) = [one for one in found if user_asked(one) == "false"]
    assert (everything["Action"], everything["Resource"]) == (["*"], ["*"])
    assert any("sts:SetContext" in one.get("Action", []) for one in found)


def test_an_agent_that_may_act_for_users_holds_what_it_is_granted_without_one_as_well() -> None:
    found = d.grant_statements(plan(where=VOUCHED, on_behalf="optional"))
    assert {user_asked(one) for one in found} == {None}
