"""What bindings and roles of a cluster come to in the permission model. Whole fleets are in `test_round_trip`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from nhi.catalog.permission_set import before
from nhi.permissions.evaluate import permits
from nhi_policies.dispatch import stack_of
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.effective import allows_of, granted_set, stronger_account
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s

CONTEXT = k8s.context()
AGENT = ("support-agent", None)


def rule(verbs: str, resources: str, groups: str = "", names: str = "", urls: str = "") -> RbacRule:
    group = groups.split() or [""]
    return RbacRule(
        0, tuple(group), tuple(resources.split()), tuple(verbs.split()), tuple(names.split()), tuple(urls.split())
    )


def granted(*resources: Resource) -> Granted:
    return granted_set(stack_of(resources, CONTEXT), CONTEXT, *AGENT)


def test_a_rule_is_every_group_kind_and_name_of_it() -> None:
    (one,) = allows_of(rule("get list", "pods pods/log", "apps x", "a b"), "agents")
    assert one.actions == ("get", "list")
    assert one.resources[:4] == (
        "agents/apps/pods/a",
        "agents/apps/pods/b",
        "agents/apps/pods:log/a",
        "agents/apps/pods:log/b",
    )
    assert len(one.resources) == 8


@pytest.mark.parametrize(
    ("asked", "request_", "outcome"),
    [
        (rule("get", "*"), ("get", "agents//pods:log/a"), "allowed"),
        (rule("get", "*/log"), ("get", "agents//pods:log/a"), "allowed"),
        (rule("get", "*/log"), ("get", "agents//pods/a"), "denied"),
        (rule("get", "pods"), ("get", "agents//pods:log/a"), "denied"),
        (rule("get", "pods", names="a"), ("get", "agents//pods/b"), "denied"),
        (rule("list", "pods"), ("list", "agents//pods/"), "allowed"),
        (rule("list", "pods", names="a"), ("list", "agents//pods/"), "denied"),
        (rule("get", "pods"), ("get", "shop//pods/a"), "denied"),
        (rule("get", "", urls="/metrics"), ("get", "url:/metrics"), "denied"),
    ],
)
def test_a_rule_of_a_namespace_answers_as_rbac_does(asked: RbacRule, request_: tuple[str, str], outcome: str) -> None:
    role = k8s.stranger(t.K8S_ROLE, "by-hand", rules=[_written(asked)])
    assert permits(granted(role, k8s.raw_binding()).permissions, *request_, {}).outcome == outcome


def _written(one: RbacRule) -> dict[str, Any]:
    found = {
        "apiGroups": list(one.api_groups),
        "resources": list(one.resources),
        "verbs": list(one.verbs),
        "resourceNames": list(one.resource_names),
        "nonResourceURLs": list(one.non_resource_urls),
    }
    return {key: value for key, value in found.items() if value}


def test_paths_and_every_namespace_are_reached_through_a_cluster_role_binding() -> None:
    role = k8s.stranger(
        t.K8S_CLUSTER_ROLE, "wide", rules=[k8s.rule("get", "pods"), _written(rule("get", "", urls="/m*"))]
    )
    binding = k8s.stranger(
        t.K8S_CLUSTER_ROLE_BINDING, "wide", roleRef={"kind": "ClusterRole", "name": "wide"}, subjects=[k8s.subject()]
    )
    held = granted(role, binding).permissions
    assert permits(held, "get", "shop//pods/a", {}).outcome == "allowed"
    assert permits(held, "get", "url:/metrics", {}).outcome == "allowed"
    assert permits(held, "get", "url:/healthz", {}).outcome == "denied"


def test_the_earlier_end_of_role_and_binding_is_the_end() -> None:
    ends = [{"metadata.annotations": {"nhi/expires": f"2026-12-{day}T00:00:00Z"}} for day in ("24", "12")]
    role = kit.altered(k8s.raw_role(k8s.rule("get", "pods")), **ends[0])
    binding = kit.altered(k8s.raw_binding(), **ends[1])
    (one,) = granted(role, binding).statements
    assert one.conditions == (before("kubernetes", datetime(2026, 12, 12, tzinfo=UTC)),)
    (without,) = granted(k8s.raw_role(k8s.rule("get", "pods")), k8s.raw_binding()).statements
    assert without.conditions == ()


def test_a_role_that_aggregates_has_the_rules_of_the_labels_and_is_unproven_all_the_same() -> None:
    role = k8s.stranger(
        t.K8S_CLUSTER_ROLE, "all", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"to": "all"}}]}, rules=[]
    )
    part = kit.altered(
        k8s.stranger(t.K8S_CLUSTER_ROLE, "part", rules=[k8s.rule("get", "pods")]), **{"metadata.labels": {"to": "all"}}
    )
    other = k8s.stranger(t.K8S_CLUSTER_ROLE, "other", rules=[k8s.rule("get", "secrets")])
    found = granted(role, part, other, k8s.raw_binding(role="all", kind="ClusterRole"))
    assert permits(found.permissions, "get", "agents//pods/a", {}).outcome == "allowed"
    assert permits(found.permissions, "get", "agents//secrets/a", {}).outcome == "denied"
    assert [str(why) for _, why in found.unproven] == [
        "aggregationRule takes rules from other roles when the cluster runs"
    ]


def test_what_cannot_be_read_is_said_and_never_left_out() -> None:
    unseen = granted(k8s.raw_binding(role="view", kind="ClusterRole"))
    assert unseen.statements == ()
    assert ["view is not made in this stack" in str(why) for _, why in unseen.unproven] == [True]
    unknown = granted(kit.altered(k8s.raw_role(), rules=kit.UNKNOWN), k8s.raw_binding())
    assert [why.path for _, why in unknown.unproven] == ["rules"]


def test_a_role_that_nobody_binds_is_held_by_nobody() -> None:
    assert granted(kit.k8s_role()).statements == ()


def test_an_account_is_stronger_where_it_may_do_what_the_agent_may_not() -> None:
    def stack(theirs: dict[str, Any]) -> Any:
        return stack_of(
            (
                k8s.raw_role(k8s.rule("get list", "pods"), name="mine"),
                k8s.raw_binding(role="mine", name="mine"),
                k8s.raw_role(theirs, name="theirs"),
                k8s.raw_binding(k8s.subject("deployer"), role="theirs", name="theirs"),
            ),
            CONTEXT,
        )

    assert stronger_account(stack(k8s.rule("get", "pods")), AGENT, "agents", CONTEXT) is None
    stronger = stack(k8s.rule("get", "secrets"))
    found = stronger_account(stronger, AGENT, "agents", CONTEXT)
    assert found is not None
    assert found[0] == ("agents", "deployer")
    assert stronger_account(stronger, AGENT, None, CONTEXT) is not None
    assert stronger_account(stronger, AGENT, "shop", CONTEXT) is None
