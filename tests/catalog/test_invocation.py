"""What one edge brings its caller on Google Cloud and Entra ID, and which pods talk to each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from nhi.catalog.delegation import edge_grants
from nhi.catalog.invocation import app_role_id, callee_pods, caller_pods, google_endpoint
from nhi.contract import Platform
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent
from test_edge_grants import LINE, Edge, lives

END = datetime(2027, 1, 1, tzinfo=UTC)
PODS = {"kind": "kubernetes"}
SERVICE = {"kind": "cloud-run", "service": "callee"}
ENGINE = {"kind": "agent-engine", "engine": "42"}
EVERYWHERE: tuple[Platform, ...] = ("aws", "entra", "gcp", "kubernetes")


def edge(callee: dict[str, Any] = PODS, *platforms: Platform) -> Edge:
    return Edge(lives("caller", PODS, *EVERYWHERE), lives("callee", callee, *(platforms or EVERYWHERE)))


def changed(declared: DeclaredAgent, **fields: Any) -> DeclaredAgent:
    return DeclaredAgent(declared.agent.model_copy(update=fields), declared.positions, declared.environment)


@pytest.mark.parametrize(
    ("workload", "permission", "name"),
    [
        (SERVICE, "run.routes.invoke", "services/callee"),
        (ENGINE, "aiplatform.reasoningEngines.query", "reasoningEngines/42"),
    ],
)
def test_an_endpoint_that_iam_guards_is_invoked_by_its_full_name(
    workload: dict[str, Any], permission: str, name: str
) -> None:
    (grant,) = edge_grants(edge(workload), "gcp", (None,), END)
    gcp = lives("callee", workload).environment.environment.gcp
    assert gcp is not None
    assert grant.actions == (permission,)
    assert grant.resources[0].endswith(f"projects/{gcp.project_id}/locations/{gcp.location}/{name}")
    assert (grant.expires, grant.origin, grant.reason) == (END, LINE, "hands work to callee")


def test_pods_have_no_endpoint_on_google_cloud() -> None:
    assert edge_grants(edge(PODS), "gcp", (None,), END) == ()


def test_a_callee_off_google_cloud_has_none_either() -> None:
    assert google_endpoint(lives("callee", SERVICE, "aws")) is None


def test_the_one_role_of_all_instances_is_granted_in_the_directory() -> None:
    (grant,) = edge_grants(edge(), "entra", ("north", "south"), END)
    assert (grant.actions, grant.resources) == (("role:Agent.Invoke",), ("agent/callee",))


def test_a_callee_without_an_active_instance_grants_nothing() -> None:
    assert edge_grants(edge(), "entra", (), END) == ()


def test_no_app_role_is_granted_to_a_caller_that_acts_for_users_only() -> None:
    pair = edge()
    assert edge_grants(Edge(changed(pair.caller, acts_on_behalf="required"), pair.callee), "entra", (None,), END) == ()


def test_every_agent_has_a_role_of_its_own() -> None:
    assert app_role_id("callee") != app_role_id("caller")


def test_no_permission_of_the_api_server_is_needed() -> None:
    assert edge_grants(edge(), "kubernetes", (None,), END) == ()


def test_pods_reach_pods_by_label_in_their_namespace() -> None:
    pair = edge()
    (to,) = callee_pods(pair.caller, pair.callee, (None,), LINE)
    (source,) = caller_pods(pair.caller, pair.callee, ("north",), Origin("agents/callee.yaml", 9, 3))
    kubernetes = pair.callee.environment.environment.kubernetes
    assert kubernetes is not None
    assert (to.namespace, to.port) == (kubernetes.namespace, kubernetes.agent_port)
    assert to.pod_labels == {"nhi/agent-id": "callee"}
    assert source.pod_labels == {"nhi/agent-id": "caller", "nhi/instance": "north"}
    assert (to.origin.file, source.origin.file) == ("agents/caller.yaml", "agents/callee.yaml")


def test_a_workload_s_own_namespace_counts() -> None:
    there = edge({**PODS, "namespace": "elsewhere"})
    (to,) = callee_pods(there.caller, there.callee, (None,), LINE)
    assert to.namespace == "elsewhere"


@pytest.mark.parametrize("platforms", [("gcp",), ("entra", "aws")])
def test_who_has_no_pods_is_neither_reached_nor_let_in(platforms: tuple[Platform, ...]) -> None:
    pair = edge(PODS, *platforms)
    assert callee_pods(pair.caller, pair.callee, (None,), LINE) == ()
    assert caller_pods(pair.caller, pair.callee, (None,), LINE) == ()
