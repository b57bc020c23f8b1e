"""The example fleet in a real cluster, in every environment: each object is taken, and grants what its file declares.

The admission policies stand before the agents come, as they would in a cluster, so the fleet passes its own policies.
SPIRE's own definition of ClusterSPIFFEID cannot be had here; one of ours with the documented fields stands for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from api_server import Client, Reply, running
from nhi.catalog.permission_set import permission_set
from nhi.fleet.load import load_fleet
from nhi.permissions.evaluate import permits
from nhi.permissions.kubernetes import request
from nhi.permissions.model import PermissionSet
from nhi.plan.make import make_all
from nhi.plan.model import AgentPlan
from nhi.platforms.workload import service_account
from objects import (
    CLOCK,
    ENVIRONMENTS,
    STACKS,
    Document,
    collection,
    create,
    fleet,
    guarded,
    is_admission,
    made,
    may,
    path_of,
    prepare,
    settled,
)

NAMESPACES = ("agents", "shop", "elsewhere")
READER = "support-agent"
"""Reads one ConfigMap of the namespace `agents`, and changes another."""


@dataclass(frozen=True)
class Deployed:
    """An environment's objects in a cluster of their own, and what the server said to each."""

    client: Client
    environment: str
    documents: tuple[Document, ...]
    replies: tuple[Reply, ...]


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def deployed(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    documents = fleet(request.param)
    with running() as client:
        prepare(client, NAMESPACES)
        policies = [document for document in documents if is_admission(document)]
        replies = [create(client, document) for document in policies]
        guarded(client, "agents")
        replies += [create(client, document) for document in documents[len(policies) :]]
        settled(client)
        yield Deployed(client, request.param, documents, tuple(replies))


def test_the_server_takes_every_object(deployed: Deployed) -> None:
    refused = {
        path_of(document): reply.message
        for document, reply in zip(deployed.documents, deployed.replies, strict=True)
        if reply.status != 201
    }
    kinds = Counter(document["kind"] for document in deployed.documents)
    print(f"\n{deployed.environment}: {sum(kinds.values())} objects, {dict(kinds)}")
    assert not refused
    assert min(kinds[kind] for kind in ("ServiceAccount", "Role", "RoleBinding", "NetworkPolicy")) >= 5
    assert kinds["ClusterSPIFFEID"] >= 5


def test_the_server_keeps_what_it_was_sent(deployed: Deployed) -> None:
    for document in deployed.documents:
        assert missing(document, deployed.client.get(path_of(document)).document) == [], path_of(document)


def missing(sent: Any, kept: Any, path: str = "") -> list[str]:
    """What was sent and is not what the server has; the server may add."""
    if isinstance(sent, Mapping):
        if not isinstance(kept, Mapping):
            return [path]
        return [one for key, value in sent.items() for one in missing(value, kept.get(key), f"{path}.{key}")]
    if isinstance(sent, list):
        if not isinstance(kept, list) or len(kept) != len(sent):
            return [path]
        return [one for at, value in enumerate(sent) for one in missing(value, kept[at], f"{path}[{at}]")]
    # Go leaves out what is empty or false.
    return [] if sent == kept or (kept is None and sent in ("", False)) else [path]


@pytest.mark.parametrize("kind", ["NetworkPolicy", "Role", "ServiceAccount", "ClusterSPIFFEID"])
def test_a_misspelt_field_would_have_been_refused(deployed: Deployed, kind: str) -> None:
    sent = next(document for document in deployed.documents if document["kind"] == kind)
    path = collection(sent) + "?fieldValidation=Strict&dryRun=All"
    renamed = {**sent, "metadata": {**sent["metadata"], "name": "other"}}
    assert deployed.client.post(path, renamed).status == 201
    place = "spec" if "spec" in sent else "metadata"
    refused = deployed.client.post(path, {**renamed, place: {**renamed[place], "podSelektor": {}}})
    assert refused.status == 400
    assert "podSelektor" in refused.message


def plans(environment: str) -> list[AgentPlan]:
    loaded = load_fleet(STACKS / "agents", STACKS / "environments" / f"{environment}.yaml", root=STACKS)
    loaded.require()
    made_plans, problems = make_all(loaded.agents.values(), loaded.catalog, datetime.fromisoformat(CLOCK))
    assert not problems
    return [plan for plan in made_plans if "kubernetes" in plan.platforms]


def declared(plan: AgentPlan) -> PermissionSet:
    """What the agent's file grants it in the cluster."""
    meaning = plan.meanings.get("kubernetes")
    if meaning is None or not plan.live or plan.workload is None:
        return PermissionSet("kubernetes", ())
    return permission_set("kubernetes", (*meaning.allows, *meaning.denies), plan.lock_date)


def test_the_server_lets_each_agent_do_what_its_file_declares_and_nothing_else(deployed: Deployed) -> None:
    agents = plans(deployed.environment)
    assert len(agents) >= 8
    kinds: dict[tuple[str, str, str], set[str]] = {("", "secrets", ""): {""}, ("", "serviceaccounts", "token"): {"a"}}
    for document in deployed.documents:
        for rule in document.get("rules", ()):
            for group, whole in product(rule["apiGroups"], rule["resources"]):
                resource, _, subresource = whole.partition("/")
                names = kinds.setdefault((group, resource, subresource), {"", "something-else"})
                names.update(rule.get("resourceNames", ()))
    verbs = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
    allowed = denied = 0
    for plan in agents:
        account, granted = service_account(plan), declared(plan)
        user = f"system:serviceaccount:{account.namespace}:{account.name}"
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{account.namespace}", "system:authenticated")
        for ((group, resource, subresource), names), namespace, verb in product(kinds.items(), NAMESPACES, verbs):
            for name in sorted(names):
                asked = (verb, namespace, group, resource, subresource, name)
                answer = permits(granted, *request(*asked), {"request.time": CLOCK})
                keys = ("verb", "namespace", "group", "resource", "subresource", "name")
                attributes = {"resourceAttributes": dict(zip(keys, asked, strict=True))}
                found = may(deployed.client, user, groups, attributes)
                assert found is (answer.outcome == "allowed"), f"{plan.name} {asked}: {answer}"
                allowed, denied = allowed + found, denied + (not found)
    print(f"\n{deployed.environment}: {allowed + denied} questions about {len(agents)} agents, {allowed} allowed")
    assert allowed >= 20
    assert denied >= 1_000


def test_an_agents_token_opens_what_its_role_allows_and_nothing_else(deployed: Deployed) -> None:
    client = deployed.client
    maps = "/api/v1/namespaces/agents/configmaps"
    for namespace, name in (("agents", "knowledge-sources"), ("agents", "ticket-routing"), ("agents", "other")):
        metadata = {"name": name, "namespace": namespace}
        made(client, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}})
    asked = client.post(
        f"/api/v1/namespaces/agents/serviceaccounts/{READER}/token",
        {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": 600},
        },
    )
    assert asked.status == 201, asked.message
    agent = client.with_token(asked.document["status"]["token"])
    assert agent.get(f"{maps}/knowledge-sources").status == 200
    routing = agent.get(f"{maps}/ticket-routing")
    assert routing.status == 200
    assert agent.put(f"{maps}/ticket-routing", {**routing.document, "data": {"a": "c"}}).status == 200
    assert client.get(f"{maps}/ticket-routing").document["data"] == {"a": "c"}
    for method, path in (
        ("GET", f"{maps}/other"),
        ("GET", maps),
        ("DELETE", f"{maps}/ticket-routing"),
        ("DELETE", maps),
        ("GET", "/api/v1/namespaces/elsewhere/configmaps/knowledge-sources"),
        ("GET", "/api/v1/namespaces/agents/secrets/customer-store"),
        ("GET", "/api/v1/nodes"),
        ("GET", "/metrics"),
    ):
        refused = agent.send(method, path)
        assert refused.status == 403, f"{method} {path}"
        assert READER in refused.message
    assert agent.put(f"{maps}/knowledge-sources", {"metadata": {"name": "knowledge-sources"}}).status == 403
    create_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own", "namespace": "agents"}}
    assert create(agent, create_map).status == 403
    grant = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    assert agent.post(f"/api/v1/namespaces/agents/serviceaccounts/{READER}/token", grant).status == 403
    assert client.with_token(None).get(f"{maps}/knowledge-sources").status == 401
    assert client.with_token("no-token-of-this-cluster").get(f"{maps}/knowledge-sources").status == 401
