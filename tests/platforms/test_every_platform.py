"""One agent on every platform at once: its documents, its classes, its instances, its way from cloud to cloud.

What no test here proves: that a cloud exchanges the token of another; real accounts do.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from nhi.contract import CLASS_ATTRIBUTE, ENTRA_AUDIENCE, PLATFORMS, Platform, Record, Ref
from nhi.plan.model import AgentPlan
from nhi.platforms import environment_records, records
from nhi.platforms.entra.classes import GROUP, class_records
from nhi.platforms.entra.documents import (
    APP_ROLE_ASSIGNMENT,
    APPLICATION,
    FEDERATED_CREDENTIAL,
    GROUP_MEMBER,
    SERVICE_PRINCIPAL,
)
from nhi.platforms.gcp.documents import ACCOUNT, ACCOUNT_MEMBER, CUSTOM_ROLE, PROVIDER
from nhi.platforms.register import sdk_class
from nhi.sandbox.clouds import schema
from whole_fleet import ENVIRONMENT, HERE, INTAKE, RESEARCH, SUPPORT, agent, fleet, plans, readable

GOLDEN = HERE / "golden"
PLANS = plans()
PACKAGE: dict[Platform, str] = {"aws": "aws", "entra": "azuread", "gcp": "gcp", "kubernetes": "kubernetes"}


def of(plan: AgentPlan, *types: str) -> list[Record]:
    return [record for record in records(plan) if record.type in types]


def one(plan: AgentPlan, token: str) -> dict[str, Any]:
    (only,) = of(plan, token)
    return dict(only.inputs)


def texts(value: Any) -> Iterator[str]:
    """Every string below a value, the names of what a `Ref` names among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Ref):
        yield value.record
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


# --- whole documents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PLANS, "environment"])
def test_golden(name: str) -> None:
    written = records(PLANS[name]) if name in PLANS else class_records(fleet().require())
    path = GOLDEN / f"{name}.json"
    text = json.dumps([readable(record) for record in written], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_one_file_is_an_identity_on_all_four_platforms() -> None:
    packages = {record.package for record in records(PLANS["research-agent"])}
    assert packages == set(PACKAGE.values())


@pytest.mark.parametrize("name", PLANS)
def test_every_input_is_one_that_the_sdk_knows(name: str) -> None:
    for record in (*environment_records(fleet().require()), *records(PLANS[name])):
        if record.package != "kubernetes":
            known = {key: "x" if isinstance(value, Ref) else value for key, value in record.inputs.items()}
            assert schema.check(record.type, known) == ()


# --- classes ----------------------------------------------------------------------------------------------------


def test_every_aws_resource_that_takes_tags_carries_the_class() -> None:
    seen = 0
    for name in PLANS:
        for record in records(PLANS[name]):
            if (
                record.package == "aws"
                and "tags" in inspect.signature(sdk_class(record.type)._internal_init).parameters
            ):
                assert record.inputs["tags"]["nhi:agent-class"] == PLANS[name].agent.agent_class
                seen += 1
    assert seen > len(PLANS)


def test_every_kubernetes_object_carries_the_class_as_a_label() -> None:
    objects = [one for one in records(PLANS["research-agent"]) if one.package == "kubernetes"]
    assert objects
    assert {one.inputs["metadata"]["labels"]["nhi/agent-class"] for one in objects} == {"research"}


def test_a_class_is_one_security_group_that_could_not_grant_much() -> None:
    groups = {record.name: record.inputs for record in environment_records(fleet().require()) if record.type == GROUP}
    assert sorted(groups) == ["agent-classes-customer-facing", "agent-classes-research"]
    research = groups["agent-classes-research"]
    assert research["displayName"] == "acme-class-research"
    assert (research["securityEnabled"], research["mailEnabled"], research["assignableToRole"]) == (True, False, False)
    assert research["preventDuplicateNames"] is True
    assert not {"owners", "members", "dynamicMembership", "types"} & set(research)


def test_a_live_agents_service_principal_is_in_the_group_of_its_class() -> None:
    member = one(PLANS["research-agent"], GROUP_MEMBER)
    assert member["groupObjectId"] == Ref("agent-classes-research", "objectId")
    assert member["memberObjectId"] == Ref("research-agent-service-principal", "objectId")


@pytest.mark.parametrize("state", ["proposed", "suspended", "quarantined", "retired"])
def test_a_stopped_agent_is_in_no_group(state: str) -> None:
    assert of(plans({RESEARCH: agent(state=state)})["research-agent"], GROUP_MEMBER) == []


def test_an_agent_without_a_class_is_in_no_group_and_no_principal_set() -> None:
    alone = plans({RESEARCH: agent(agent_class=None, risk_tier=2)})["research-agent"]
    assert of(alone, GROUP_MEMBER) == []
    assert one(alone, PROVIDER)["attributeMapping"] == {"google.subject": "assertion.sub"}


def test_a_class_that_no_file_declares_has_no_group() -> None:
    def undeclared(file: dict[str, Any]) -> None:
        del file["classes"]

    found = plans({ENVIRONMENT: undeclared, RESEARCH: agent(risk_tier=2)})
    assert of(found["research-agent"], GROUP_MEMBER) == []
    assert one(found["research-agent"], PROVIDER)["attributeMapping"][CLASS_ATTRIBUTE] == '"research"'


def test_a_group_that_is_there_already_is_used_and_none_is_made_for_its_class() -> None:
    group = "0c000000-0000-4000-8000-00000000000c"

    def bound(file: dict[str, Any]) -> None:
        file["entra"]["class_groups"] = {"research": group}

    edits = {ENVIRONMENT: bound}
    assert one(plans(edits)["research-agent"], GROUP_MEMBER)["groupObjectId"] == group
    assert [record.name for record in class_records(fleet(edits).require())] == ["agent-classes-customer-facing"]


@pytest.mark.parametrize("name", ["research-agent", "intake-agent", "support-agent--blue", "support-agent--green"])
def test_the_class_is_a_principal_set_by_a_constant_that_no_token_decides(name: str) -> None:
    mapping = one(PLANS[name], PROVIDER)["attributeMapping"]
    assert mapping[CLASS_ATTRIBUTE] == f'"{PLANS[name].agent.agent_class}"'
    assert "assertion" not in mapping[CLASS_ATTRIBUTE]


def test_a_service_account_says_its_class_in_its_description_where_no_principal_set_can() -> None:
    runs = {"type": "workload_identity", "workload": {"kind": "cloud-run", "service": "research"}}
    on_google = plans({RESEARCH: agent(credential=runs, platforms=["gcp"])})["research-agent"]
    assert of(on_google, PROVIDER) == []
    assert "agent-class=research" in one(on_google, ACCOUNT)["description"]


def test_another_class_renames_and_replaces_nothing_but_the_membership() -> None:
    before = {record.name: record for record in records(PLANS["research-agent"])}
    moved = plans({RESEARCH: agent(agent_class="customer-facing", risk_tier=2)})["research-agent"]
    after = {record.name: record for record in records(moved)}
    assert [(one.type, one.name, one.depends_on) for one in before.values()] == [
        (one.type, one.name, one.depends_on) for one in after.values()
    ]
    changed: set[str] = set()
    for name, record in before.items():
        changed |= {f"{record.type}.{key}" for key, old in record.inputs.items() if after[name].inputs[key] != old}
    # Everything here is metadata that is updated in place, and the one membership.
    carriers = {"tags", "notes", "description", "metadata", "attributeMapping"}
    assert {one for one in changed if one.rsplit(".", 1)[-1] not in carriers} == {f"{GROUP_MEMBER}.groupObjectId"}


def test_another_class_names_no_kubernetes_object_anew() -> None:
    moved = plans({RESEARCH: agent(agent_class="customer-facing", risk_tier=2)})["research-agent"]
    for old, new in zip(records(PLANS["research-agent"]), records(moved), strict=True):
        if old.package == "kubernetes":
            assert old.inputs["metadata"]["name"] == new.inputs["metadata"]["name"]
            assert old.inputs.get("spec") == new.inputs.get("spec")


# --- instances --------------------------------------------------------------------------------------------------


def test_two_instances_share_no_name_and_refer_to_nothing_of_each_other() -> None:
    both = plans({SUPPORT: agent(instances=["blue", "green"])})
    own_blue, own_green = records(both["support-agent--blue"]), records(both["support-agent--green"])
    assert [record.type for record in own_blue] == [record.type for record in own_green]
    assert not {record.name for record in own_blue} & {record.name for record in own_green}
    for record in own_blue:
        for text in texts(dict(record.inputs)):
            assert "green" not in text, record.name
    for record in own_green:
        for text in texts(dict(record.inputs)):
            assert "blue" not in text, record.name


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (APPLICATION, "displayName"),
        (FEDERATED_CREDENTIAL, "subject"),
        (ACCOUNT, "accountId"),
        (PROVIDER, "workloadIdentityPoolProviderId"),
        (PROVIDER, "attributeCondition"),
        (CUSTOM_ROLE, "roleId"),
        (ACCOUNT_MEMBER, "serviceAccountId"),
        (ACCOUNT_MEMBER, "member"),
        ("aws:iam/role:Role", "name"),
        ("aws:iam/role:Role", "assumeRolePolicy"),
        ("kubernetes:core/v1:ServiceAccount", "metadata"),
        ("kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", "spec"),
    ],
)
def test_what_names_an_identity_differs_between_two_instances(token: str, key: str) -> None:
    both = plans({SUPPORT: agent(instances=["blue", "green"])})
    blue, green = one(both["support-agent--blue"], token), one(both["support-agent--green"], token)
    assert blue[key] != green[key]


def test_each_instance_has_a_state_of_its_own() -> None:
    blue, green = PLANS["support-agent--blue"], PLANS["support-agent--green"]
    assert (one(blue, ACCOUNT)["disabled"], one(green, ACCOUNT)["disabled"]) == (False, True)
    assert one(blue, SERVICE_PRINCIPAL)["accountEnabled"] is True
    assert one(green, SERVICE_PRINCIPAL)["accountEnabled"] is False
    assert of(green, ACCOUNT_MEMBER, FEDERATED_CREDENTIAL, APP_ROLE_ASSIGNMENT, GROUP_MEMBER) == []
    assert one(green, PROVIDER)["disabled"] is True
    assert {record.inputs["stage"] for record in of(green, CUSTOM_ROLE)} == {"DISABLED"}


# --- from cloud to cloud ----------------------------------------------------------------------------------------


def statements(plan: AgentPlan) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for policy in of(plan, "aws:iam/policy:Policy"):
        found += json.loads(policy.inputs["policy"])["Statement"]
    return found


def test_one_service_account_becomes_the_agent_on_all_three_clouds() -> None:
    plan = PLANS["research-agent"]
    subject = "system:serviceaccount:agents:research-agent"
    account = one(plan, "kubernetes:core/v1:ServiceAccount")["metadata"]
    assert f"system:serviceaccount:{account['namespace']}:{account['name']}" == subject
    (trust,) = json.loads(one(plan, "aws:iam/role:Role")["assumeRolePolicy"])["Statement"]
    assert trust["Condition"]["StringEquals"]["oidc.edge.example.org:sub"] == subject
    assert one(plan, FEDERATED_CREDENTIAL)["subject"] == subject
    assert one(plan, ACCOUNT_MEMBER)["member"].endswith(f"/subject/{subject}")
    assert [one for one in statements(plan) if "sts:GetWebIdentityToken" in one["Action"]] == []


def test_one_aws_role_becomes_the_agent_on_google_cloud_and_entra_id() -> None:
    plan = PLANS["intake-agent"]
    assert one(plan, FEDERATED_CREDENTIAL)["subject"] == "arn:aws:iam::111122223333:role/agents/acme-intake-agent"
    assert one(plan, FEDERATED_CREDENTIAL)["issuer"] == "https://a1b2c3d4.tokens.sts.global.api.aws"
    member = one(plan, ACCOUNT_MEMBER)["member"]
    assert member.endswith("/subject/arn:aws:sts::111122223333:assumed-role/acme-intake-agent")


def test_the_role_may_ask_for_a_token_for_entra_id_only_and_for_minutes() -> None:
    (asks,) = [one for one in statements(PLANS["intake-agent"]) if "sts:GetWebIdentityToken" in one["Action"]]
    assert asks == {
        "Sid": "AllowFederationIntoEntraID",
        "Effect": "Allow",
        "Action": ["sts:GetWebIdentityToken"],
        "Resource": ["*"],
        "Condition": {
            "DateLessThan": {"aws:CurrentTime": "2027-03-31T00:00:00Z"},
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ENTRA_AUDIENCE},
            "Null": {"sts:IdentityTokenAudience": "false"},
            "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
        },
    }


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(agent(platforms=["aws", "gcp"]), id="not on Entra ID"),
        pytest.param(agent(state="suspended"), id="stopped"),
    ],
)
def test_a_role_that_vouches_for_nobody_may_ask_for_no_token(edit: Any) -> None:
    plan = plans({INTAKE: edit})["intake-agent"]
    assert [one for one in statements(plan) if one["Effect"] == "Allow" and "sts:" in str(one["Action"])] == []


@pytest.mark.parametrize("name", PLANS)
def test_no_secret_of_any_kind_is_anywhere(name: str) -> None:
    for record in records(PLANS[name]):
        assert not any(word in record.type.lower() for word in ("secret", "password", "key", "certificate")), record
        assert not {"password", "secretString", "secretStringWo", "value"} & set(record.inputs)


def test_every_platform_of_the_contract_is_in_the_fleet() -> None:
    assert {platform for plan in PLANS.values() for platform in plan.platforms} == set(PLATFORMS)
