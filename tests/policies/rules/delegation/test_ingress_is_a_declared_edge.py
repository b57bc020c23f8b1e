"""Fixtures of NHI-DEL-400."""

from __future__ import annotations

from typing import Any

from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case

RULE = "NHI-DEL-400"

_SPACE = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "agents"}}}
_PORT = [{"protocol": "TCP", "port": 8443}]
_FILE = {"platforms": ["kubernetes"], "credential.workload": {"kind": "kubernetes"}}


def caller(**changes: Any) -> DeclaredAgent:
    hands = {"allowed": True, "max_depth": 1, "allowed_targets": ["support-agent"]}
    return kit.agent(agent_id="front-agent", **{**_FILE, "delegation": hands, **changes})


def callee(**changes: Any) -> DeclaredAgent:
    takes = {"allowed": False, "accepts_from": ["front-agent"]}
    return kit.agent(**{**_FILE, "delegation": takes, **changes})


def told(*agents: DeclaredAgent, **changes: Any) -> Context:
    return kit.context(*(agents or (caller(), callee())), **changes)


def peer(agent_id: str = "front-agent", **labels: str) -> dict[str, Any]:
    return {**_SPACE, "podSelector": {"matchLabels": {"nhi/agent-id": agent_id, **labels}}}


def lets_in(*peers: Any, ports: Any = _PORT, **changes: Any) -> list[Resource]:
    """The callee's network policy with one ingress rule."""
    rule = {"from": list(peers), "ports": ports}
    return [kit.service_account(callee()), kit.k8s_network_policy(callee(), **{"spec.ingress": [rule], **changes})]


_WHOLE = {"spec.podSelector": {}, "metadata.labels": {}}
_NORTH = caller(instances={"north": "active", "south": "suspended"})

GOOD = [
    Case("a declared caller", lets_in(peer()), told()),
    Case("its active instance", lets_in(peer(**{"nhi/instance": "north"})), told(_NORTH, callee())),
    Case("fewer pods of it", lets_in(peer(app="web")), told()),
    Case("nobody", [kit.service_account(callee()), kit.k8s_network_policy(callee())], told()),
]
BAD = [
    Case(
        "an agent whom the callee does not accept",
        lets_in(peer()),
        told(caller(), callee(delegation={"allowed": False})),
        "takes no",
    ),
    Case(
        "an agent that hands nothing on",
        lets_in(peer()),
        told(caller(delegation={"allowed": False}), callee()),
        "does not hand work",
    ),
    Case("a stopped caller", lets_in(peer()), told(caller(state="suspended"), callee()), "stopped"),
    Case("its stopped instance", lets_in(peer(**{"nhi/instance": "south"})), told(_NORTH, callee()), "wider"),
    Case("all instances of it", lets_in(peer()), told(_NORTH, callee()), "wider"),
    Case("other pods", lets_in({**_SPACE, "podSelector": {"matchLabels": {"app": "web"}}}), told(), "no such pods"),
    Case("every pod of the namespace", lets_in({"podSelector": {}}), told(), "every pod"),
    Case("addresses", lets_in({"ipBlock": {"cidr": "10.1.0.0/16"}}), told(), "10.1.0.0/16"),
    Case("every port", lets_in(peer(), ports=None), told(), "every port"),
    Case("another port", lets_in(peer(), ports=[{"protocol": "TCP", "port": 22}]), told(), "port 22"),
    Case("another namespace", lets_in({**peer(), "namespaceSelector": {"matchLabels": {"team": "web"}}}), told()),
    Case("a policy for the whole namespace", lets_in(peer(), **_WHOLE), told(), "lets in"),
]
NEAR_MISS = [
    Case("everybody, which another rule says", lets_in(), told()),
    Case("a policy for other pods", lets_in(peer(), **{"spec.podSelector": {"matchLabels": {"app": "web"}}}), told()),
    Case("a namespace without agents", lets_in(peer(), **{"metadata.namespace": "shop", **_WHOLE}), told()),
]
UNKNOWN = [
    Case("unknown rules", lets_in(**{"spec.ingress": kit.UNKNOWN}), told(), expect="spec.ingress"),
    Case("an unknown selector", lets_in(peer(), **{"spec.podSelector": kit.UNKNOWN}), told(), expect="unproven"),
]
