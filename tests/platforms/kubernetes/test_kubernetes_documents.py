"""What one agent is on Kubernetes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes_plans import CLOCK, LOCK, PLACE, environment, full_plan, grant, plan
from nhi.contract import Record
from nhi.permissions.model import Condition, Egress, Grant
from nhi.plan.model import AgentPlan
from nhi.platforms.kubernetes.documents import (
    CLUSTER_SPIFFE_ID,
    NETWORK_POLICY,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    absent,
    go_duration,
    records,
)
from nhi.spec.problems import InputError

GOLDEN = Path(__file__).parent / "golden"

EKS = {"kind": "eks", "cluster": "main", "namespace": "research", "service_account": "reader"}
SPIFFE = {"kind": "spiffe", "id": "spiffe://dev.example.org/research/reader"}
WORKLOADS: dict[str, dict[str, Any]] = {
    "kubernetes": {"kind": "kubernetes"},
    "eks": EKS,
    "gke": {"kind": "gke", "cluster": "main"},
    "spiffe": SPIFFE,
}


def of_type(found: tuple[Record, ...], type_token: str) -> list[dict[str, Any]]:
    return [dict(record.inputs) for record in found if record.type == type_token]


def one(found: tuple[Record, ...], type_token: str) -> dict[str, Any]:
    (only,) = of_type(found, type_token)
    return only


def rules(found: tuple[Record, ...]) -> list[dict[str, Any]]:
    return [rule for role in of_type(found, ROLE) for rule in role["rules"]]


def refusal(broken: AgentPlan) -> str:
    with pytest.raises(InputError) as caught:
        records(broken)
    return str(caught.value)


# --- goldens ----------------------------------------------------------------------------------------------------

CASES: dict[str, AgentPlan] = {
    "kubernetes-active": full_plan(WORKLOADS["kubernetes"]),
    "eks-active": full_plan(EKS, platforms=("aws", "kubernetes")),
    "gke-active": full_plan(WORKLOADS["gke"]),
    "spiffe-active": full_plan(SPIFFE),
    "instance-active": full_plan(WORKLOADS["kubernetes"], instance="blue", instances=("blue", "green")),
    "proposed": full_plan(WORKLOADS["kubernetes"], state="proposed"),
    "suspended": full_plan(WORKLOADS["kubernetes"], state="suspended"),
}


@pytest.mark.parametrize("case", CASES)
def test_records_are_what_was_reviewed(case: str) -> None:
    written = [
        {"type": record.type, "name": record.name, "dependsOn": list(record.depends_on), "inputs": dict(record.inputs)}
        for record in records(CASES[case])
    ]
    file = GOLDEN / f"{case}.json"
    text = json.dumps(written, indent=2) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        file.write_text(text)
    assert text == file.read_text()


# --- who am I ---------------------------------------------------------------------------------------------------


def test_the_service_account_does_not_mount_its_token() -> None:
    assert one(records(plan()), SERVICE_ACCOUNT)["automountServiceAccountToken"] is False


def test_every_object_carries_the_facts_of_the_agent() -> None:
    for record in records(full_plan()):
        metadata = record.inputs["metadata"]
        assert metadata["labels"]["nhi/agent-id"] == "research-agent"
        assert metadata["labels"]["nhi/owner-team"] == "Research.Team"
        assert metadata["annotations"]["nhi/sponsor"] == "jgill@example.com"
        assert metadata["annotations"]["nhi/class"] == "non-human:ai-agent"


def test_a_declared_service_account_is_used_and_each_instance_still_has_its_own() -> None:
    names = {
        one(records(plan(EKS, instance=instance, instances=("blue", "green"))), SERVICE_ACCOUNT)["metadata"]["name"]
        for instance in ("blue", "green")
    }
    assert names == {"reader--blue", "reader--green"}
    assert one(records(plan(EKS)), SERVICE_ACCOUNT)["metadata"]["namespace"] == "research"


def test_logical_names_start_with_the_base_that_is_given() -> None:
    assert all(record.name.startswith("shop-") for record in records(full_plan(), base="shop"))


def test_logical_names_of_one_agent_never_repeat_and_dependencies_come_first() -> None:
    seen: set[str] = set()
    for record in records(full_plan()):
        assert record.name not in seen
        assert set(record.depends_on) <= seen
        seen.add(record.name)


def test_everything_that_gives_access_depends_on_the_network_policy() -> None:
    for record in records(full_plan()):
        if record.type in (SERVICE_ACCOUNT, ROLE_BINDING, CLUSTER_SPIFFE_ID):
            assert "research-agent-network-policy" in record.depends_on


# --- what may I do ----------------------------------------------------------------------------------------------


def test_a_grant_on_a_named_object_is_limited_to_that_name() -> None:
    assert rules(records(plan(allows=[grant(["get"], "agents//configmaps/prompts")]))) == [
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["prompts"], "verbs": ["get"]}
    ]


def test_list_and_watch_of_a_named_object_stand_in_a_rule_of_their_own() -> None:
    found = rules(records(plan(allows=[grant(["get", "list", "watch"], "agents//configmaps/prompts")])))
    assert [rule["verbs"] for rule in found] == [["get"], ["list", "watch"]]
    assert all(rule["resourceNames"] == ["prompts"] for rule in found)


@pytest.mark.parametrize("verb", ["create", "deletecollection"])
def test_a_verb_that_rbac_cannot_limit_to_a_name_is_refused_with_place_and_mend(verb: str) -> None:
    message = refusal(plan(allows=[grant(["get", verb], "agents//configmaps/prompts")]))
    assert message.startswith("agents/research-agent.yaml:12:5: ")
    assert f"RBAC cannot limit {verb} to 'agents//configmaps/prompts'" in message
    assert "Fix: " in message


@pytest.mark.parametrize(
    ("resource", "verb", "expected"),
    [
        ("agents//pods/log", "get", {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}),
        (
            "agents/apps/deployments/scale",
            "patch",
            {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]},
        ),
        (
            "agents/apps/deployments/scale/shop",
            "patch",
            {
                "apiGroups": ["apps"],
                "resources": ["deployments/scale"],
                "resourceNames": ["shop"],
                "verbs": ["patch"],
            },
        ),
        (
            "agents//serviceaccounts/token/reader",
            "create",
            {
                "apiGroups": [""],
                "resources": ["serviceaccounts/token"],
                "resourceNames": ["reader"],
                "verbs": ["create"],
            },
        ),
    ],
)
def test_a_subresource_is_no_name(resource: str, verb: str, expected: dict[str, Any]) -> None:
    assert rules(records(plan(allows=[grant([verb], resource)]))) == [expected]


def test_two_grants_on_one_object_become_one_rule() -> None:
    both = [grant(["get"], "agents//configmaps/a"), grant(["update"], "agents//configmaps/a")]
    assert [rule["verbs"] for rule in rules(records(plan(allows=both)))] == [["get", "update"]]


def test_names_with_different_verbs_are_not_mixed() -> None:
    both = [grant(["get"], "agents//configmaps/a"), grant(["update"], "agents//configmaps/b")]
    assert [(rule["resourceNames"], rule["verbs"]) for rule in rules(records(plan(allows=both)))] == [
        (["a"], ["get"]),
        (["b"], ["update"]),
    ]


def test_each_namespace_has_a_role_and_a_binding_to_the_agents_own_account() -> None:
    found = records(plan(allows=[grant(["get"], "one//configmaps/a", "two//configmaps/a")]))
    assert [role["metadata"]["namespace"] for role in of_type(found, ROLE)] == ["one", "two"]
    for binding in of_type(found, ROLE_BINDING):
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "research-agent", "namespace": "agents"}]
        assert binding["roleRef"]["name"] == binding["metadata"]["name"]


def test_without_grants_there_is_no_role() -> None:
    assert not of_type(records(plan()), ROLE)
    assert not of_type(records(plan()), ROLE_BINDING)


@pytest.mark.parametrize(
    "resource", ["agents//configmaps/*", "*//configmaps", "agents/*/configmaps/a", "agents//*", "agents//configmaps/a?"]
)
def test_a_pattern_is_refused_because_rbac_would_widen_it(resource: str) -> None:
    assert "RBAC has no patterns" in refusal(plan(allows=[grant(["get"], resource)]))


def test_a_verb_pattern_is_refused() -> None:
    assert "'*' is no RBAC verb" in refusal(plan(allows=[grant(["*"], "agents//configmaps/a")]))


@pytest.mark.parametrize("resource", ["agents/configmaps", "//configmaps/a", "agents///a", "agents//configmaps/a/b"])
def test_a_resource_of_another_form_is_refused(resource: str) -> None:
    assert "is not <namespace>/<api group>/<resource>[/<name>]" in refusal(plan(allows=[grant(["get"], resource)]))


def test_a_condition_is_refused_because_rbac_would_drop_it() -> None:
    conditioned = grant(["get"], "agents//configmaps/a", conditions=(Condition("equals", "user", ("a",)),))
    assert "RBAC has no conditions" in refusal(plan(allows=[conditioned]))


def test_every_problem_is_reported_at_once() -> None:
    broken = plan(allows=[grant(["*"], "agents//configmaps/a"), grant(["get"], "agents//*")])
    with pytest.raises(InputError) as caught:
        records(broken)
    assert len(caught.value.problems) == 2


# --- what may I never do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deny",
    [
        grant(["get"], "agents//configmaps/prompts"),
        grant(["get"], "agents//configmaps"),
        grant(["*"], "*//configmaps"),
        grant(["*"], "*"),
    ],
)
def test_a_deny_wins_over_an_allow_that_it_covers(deny: Grant) -> None:
    assert not rules(records(plan(allows=[grant(["get"], "agents//configmaps/prompts")], denies=[deny])))


def test_a_deny_on_one_object_takes_the_allow_on_all_of_them() -> None:
    allowed = grant(["get"], "agents//configmaps")
    assert not rules(records(plan(allows=[allowed], denies=[grant(["get"], "agents//configmaps/payroll")])))


@pytest.mark.parametrize(
    "deny",
    [
        grant(["update"], "agents//configmaps/prompts"),
        grant(["get"], "other//configmaps/prompts"),
        grant(["get"], "agents//configmaps/payroll"),
        grant(["get"], "agents/apps/configmaps"),
    ],
)
def test_a_deny_of_something_else_leaves_the_allow(deny: Grant) -> None:
    assert rules(records(plan(allows=[grant(["get"], "agents//configmaps/prompts")], denies=[deny])))


def test_denies_are_told_as_what_must_stay_absent() -> None:
    deny = grant(["*"], "agents//secrets")
    assert absent(plan(denies=[deny])) == (deny,)
    assert absent(replace(plan(), meanings={})) == ()


# --- until when -------------------------------------------------------------------------------------------------


def test_the_lock_date_stands_on_every_object() -> None:
    found = records(plan(allows=[grant(["get"], "agents//configmaps/a")]))
    assert {record.inputs["metadata"]["annotations"]["nhi/expires"] for record in found} == {"2027-03-31T00:00:00Z"}


def test_a_grant_that_ends_earlier_has_a_role_of_its_own_with_its_own_date() -> None:
    early = datetime(2026, 12, 24, tzinfo=UTC)
    found = records(
        plan(allows=[grant(["get"], "agents//configmaps/a"), grant(["get"], "agents//configmaps/b", expires=early)])
    )
    ends = {role["metadata"]["name"]: role["metadata"]["annotations"]["nhi/expires"] for role in of_type(found, ROLE)}
    assert ends == {
        "research-agent": "2027-03-31T00:00:00Z",
        "research-agent-until-20261224t000000z": "2026-12-24T00:00:00Z",
    }


def test_a_grant_that_would_outlive_the_agent_ends_with_it() -> None:
    late = grant(["get"], "agents//configmaps/a", expires=LOCK + timedelta(days=1))
    (role,) = of_type(records(plan(allows=[late])), ROLE)
    assert role["metadata"]["annotations"]["nhi/expires"] == "2027-03-31T00:00:00Z"


def test_a_grant_past_its_end_is_not_written() -> None:
    assert not rules(records(plan(allows=[grant(["get"], "agents//configmaps/a", expires=CLOCK)])))


# --- network ----------------------------------------------------------------------------------------------------


def test_an_agent_may_ask_dns_and_what_it_declares_and_nothing_comes_in() -> None:
    spec = one(records(full_plan()), NETWORK_POLICY)["spec"]
    assert "ingress" not in spec
    assert [rule["ports"][0]["port"] for rule in spec["egress"]] == [53, 443, 9200]
    assert spec["egress"][1]["to"] == [{"ipBlock": {"cidr": "10.20.0.0/24"}}]
    assert spec["egress"][2]["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "search"}},
            "podSelector": {"matchLabels": {"app": "index"}},
        }
    ]


def test_a_destination_without_address_is_refused_because_an_empty_peer_is_everything() -> None:
    assert "neither one address range nor one namespace" in refusal(plan(egress=[Egress("the world", PLACE)]))


def test_only_an_eks_pod_with_an_aws_identity_may_reach_the_pod_identity_agent() -> None:
    def reaches(subject: AgentPlan) -> bool:
        return "169.254.170.23/32" in json.dumps(one(records(subject), NETWORK_POLICY))

    assert reaches(plan(EKS, platforms=("aws", "kubernetes")))
    assert not reaches(plan(EKS, platforms=("kubernetes",)))
    assert not reaches(plan(platforms=("aws", "kubernetes")))


def test_the_network_policy_of_an_instance_selects_its_pods_only() -> None:
    spec = one(records(plan(instance="blue", instances=("blue", "green"))), NETWORK_POLICY)["spec"]
    assert spec["podSelector"] == {"matchLabels": {"nhi/agent-id": "research-agent", "nhi/instance": "blue"}}


# --- SPIFFE -----------------------------------------------------------------------------------------------------


def test_every_pod_gets_an_id_of_its_own_that_starts_with_the_environment() -> None:
    spec = one(records(plan()), CLUSTER_SPIFFE_ID)["spec"]
    assert spec["spiffeIDTemplate"] == "spiffe://dev.example.org/env/dev/agent/research-agent/{{ .PodMeta.UID }}"
    assert spec["workloadSelectorTemplates"] == ["k8s:ns:agents", "k8s:sa:research-agent"]
    assert spec["className"] == "agents"


def test_a_declared_id_is_used_as_it_stands() -> None:
    assert one(records(plan(SPIFFE)), CLUSTER_SPIFFE_ID)["spec"]["spiffeIDTemplate"] == SPIFFE["id"]


def test_the_cluster_wide_name_starts_with_the_environments_prefix() -> None:
    metadata = one(records(plan()), CLUSTER_SPIFFE_ID)["metadata"]
    assert metadata["name"] == "acme-research-agent"
    assert "namespace" not in metadata


@pytest.mark.parametrize(
    ("tier", "session", "ttl", "jwt"),
    [
        (1, timedelta(hours=4), "4h", "5m"),
        (2, timedelta(hours=4), "1h", "5m"),
        (2, timedelta(minutes=20), "20m", "5m"),
        (3, timedelta(minutes=3), "3m", "3m"),
    ],
)
def test_an_svid_never_outlives_tier_or_session(tier: int, session: timedelta, ttl: str, jwt: str) -> None:
    spec = one(records(plan(risk_tier=tier, max_session=session)), CLUSTER_SPIFFE_ID)["spec"]
    assert (spec["ttl"], spec["jwtTtl"]) == (ttl, jwt)


@given(st.integers(min_value=0, max_value=400_000))
def test_a_go_duration_loses_no_second(seconds: int) -> None:
    units = {"h": 3600, "m": 60, "s": 1}
    written = go_duration(timedelta(seconds=seconds))
    total, digits = 0, ""
    for letter in written:
        if letter in units:
            total, digits = total + int(digits) * units[letter], ""
        else:
            digits += letter
    assert total == seconds
    assert digits == ""


@pytest.mark.parametrize(
    "spiffe_id",
    [
        "spiffe://dev.example.org/a//b",
        "spiffe://dev.example.org/a/../b",
        "spiffe://dev.example.org/a/",
        "spiffe://dev.example.org",
        "spiffe://dev.example.org/a b",
        "spiffe://Dev.example.org/a",
        "spiffe://dev.example.org/{{ .PodMeta.UID }}",
        "spiffe://dev.example.org/" + "a" * 2040,
    ],
)
def test_an_id_that_is_none_is_refused_at_its_line(spiffe_id: str) -> None:
    if len(spiffe_id) > 2048:
        # The loader refuses the length already, so the plan is given it directly.
        broken = plan(SPIFFE)
        assert broken.workload is not None
        broken = replace(broken, workload=broken.workload.model_copy(update={"id": spiffe_id}))
    else:
        broken = plan({"kind": "spiffe", "id": spiffe_id})
    message = refusal(broken)
    assert "is no SPIFFE id" in message
    assert message.startswith("agents/research-agent.yaml:15:11: ")


def test_an_id_of_another_trust_domain_is_refused() -> None:
    assert "is not of trust domain dev.example.org" in refusal(plan({"kind": "spiffe", "id": "spiffe://evil.org/a"}))


def test_one_id_for_several_instances_is_refused() -> None:
    assert "so they would be one identity" in refusal(plan(SPIFFE, instance="blue", instances=("blue", "green")))


# --- how am I stopped -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["proposed", "suspended"])
def test_an_agent_that_is_not_live_has_an_account_and_no_traffic_and_nothing_else(state: Any) -> None:
    found = records(full_plan(state=state))
    assert sorted(record.type for record in found) == sorted([SERVICE_ACCOUNT, NETWORK_POLICY])
    spec = one(found, NETWORK_POLICY)["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert not spec.keys() & {"ingress", "egress"}


def test_stopping_an_agent_keeps_the_names_of_what_stays() -> None:
    def names(subject: AgentPlan) -> set[tuple[str, str, str]]:
        return {(record.type, record.name, record.inputs["metadata"]["name"]) for record in records(subject)}

    assert names(full_plan(state="suspended")) < names(full_plan())


@pytest.mark.parametrize(
    "workload",
    [
        {"kind": "ecs", "cluster": "main"},
        {"kind": "lambda", "function": "research"},
        {"kind": "agentcore", "runtime": "research"},
        {"kind": "cloud-run", "service": "research"},
        {"kind": "agent-engine", "engine": "research"},
        {"kind": "oidc", "issuer": "https://issuer.example.com", "subject": "research"},
    ],
)
def test_a_workload_without_pods_is_refused_at_its_line_and_suspended_all_the_same(workload: dict[str, Any]) -> None:
    message = refusal(plan(workload))
    assert f"runs as {workload['kind']}, which has no pod" in message
    assert message.startswith("agents/research-agent.yaml:13:")
    assert len(records(plan(workload, state="suspended"))) == 2


def test_an_agent_that_runs_nowhere_is_written_as_one_that_is_stopped() -> None:
    nowhere, stopped = full_plan(no_workload=True), full_plan(no_workload=True, state="suspended")
    assert [record.name for record in records(nowhere)] == [record.name for record in records(stopped)]
    assert one(records(nowhere), NETWORK_POLICY)["spec"] == one(records(stopped), NETWORK_POLICY)["spec"]


def test_an_agent_in_another_cluster_is_refused() -> None:
    assert "runs in cluster other" in refusal(plan({"kind": "gke", "cluster": "other"}))


def test_an_environment_without_a_cluster_is_refused() -> None:
    whole = environment()
    bare = replace(whole, environment=whole.environment.model_copy(update={"kubernetes": None}))
    broken = plan()
    broken = replace(broken, declared=replace(broken.declared, environment=bare))
    assert "environment dev has no cluster" in refusal(broken)


# --- laws -------------------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "payroll", "index.v1"])
kinds = st.tuples(
    st.sampled_from(["agents", "knowledge"]), st.sampled_from(["", "apps"]), st.sampled_from(["configmaps", "pods"])
)
verbs = st.lists(st.sampled_from(["get", "list", "watch", "update", "patch", "delete"]), min_size=1, unique=True)
ends = st.sampled_from([None, CLOCK, datetime(2026, 12, 1, tzinfo=UTC), LOCK])


@st.composite
def grants(draw: st.DrawFn, named: bool | None = None) -> Grant:
    with_name = draw(st.booleans()) if named is None else named
    parts = draw(st.lists(kinds, min_size=1, max_size=3))
    resources = ["/".join([*part, draw(names)] if with_name else part) for part in parts]
    return grant(draw(verbs), *resources, expires=draw(ends))


def permitted(found: tuple[Record, ...]) -> Iterator[tuple[str, str, str, str | None, str]]:
    for role in of_type(found, ROLE):
        for rule in role["rules"]:
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        for name in rule.get("resourceNames", [None]):
                            yield role["metadata"]["namespace"], group, resource, name, verb


def asked(grants: list[Grant]) -> set[tuple[str, str, str, str | None, str]]:
    found = set()
    for one_grant in grants:
        for resource in one_grant.resources:
            namespace, group, kind, *name = resource.split("/")
            found |= {(namespace, group, kind, name[0] if name else None, verb) for verb in one_grant.actions}
    return found


@given(st.lists(grants(), max_size=6))
def test_rules_permit_what_was_asked_and_nothing_more(allows: list[Grant]) -> None:
    current = [one_grant for one_grant in allows if one_grant.expires is None or one_grant.expires > CLOCK]
    wanted = asked(current)
    got = set(permitted(records(plan(allows=allows))))
    assert got <= wanted
    for namespace, group, kind, _, verb in wanted - got:
        # A name is left out only where the whole kind is granted.
        assert (namespace, group, kind, None, verb) in got


@given(st.lists(grants(), max_size=5), st.lists(grants(), max_size=2))
def test_no_rule_permits_what_a_deny_names(allows: list[Grant], denies: list[Grant]) -> None:
    refused = asked(denies)
    for namespace, group, kind, name, verb in permitted(records(plan(allows=allows, denies=denies))):
        assert (namespace, group, kind, name, verb) not in refused
        assert (namespace, group, kind, None, verb) not in refused
        if name is None:
            assert not any(deny[:3] == (namespace, group, kind) and deny[4] == verb for deny in refused)


@given(st.lists(grants(named=True), max_size=6))
def test_every_rule_of_named_grants_has_names_and_no_rule_a_star(allows: list[Grant]) -> None:
    for rule in rules(records(plan(allows=allows))):
        assert rule["resourceNames"]
        assert "*" not in json.dumps(rule)


@given(st.lists(grants(), max_size=4), st.sampled_from(["active", "proposed", "suspended"]))
def test_every_network_policy_closes_both_directions(allows: list[Grant], state: Any) -> None:
    spec = one(records(plan(allows=allows, state=state)), NETWORK_POLICY)["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    assert all(rule["to"] and all(rule["to"]) for rule in spec.get("egress", []))


@given(
    st.permutations([grant(["get"], "agents//pods/a"), grant(["list"], "agents//pods/b"), grant(["get"], "x//pods")])
)
def test_the_order_of_grants_changes_no_record(allows: list[Grant]) -> None:
    assert records(plan(allows=allows)) == records(
        plan(allows=sorted(allows, key=lambda one_grant: one_grant.resources))
    )
