"""Fixtures of NHI-PRM-046. The agent declares: read config map `prompts`, change index `a`, one gateway, one range."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-046"
_CONTEXT = k8s.context()
_ENDED = k8s.context(k8s.agent(data_access=[{"scope": "prompts", "access": "read", "expires": "2026-10-01T00:00:00Z"}]))
_SOON = k8s.context(k8s.agent(data_access=[{"scope": "prompts", "access": "read", "expires": "2026-12-01T00:00:00Z"}]))


def _held(*rules: dict[str, Any], **changes: Any) -> list[Resource]:
    return [kit.service_account(), kit.k8s_role(*rules, **changes), kit.k8s_binding(**changes)]


def _network(to: dict[str, Any], *ports: dict[str, Any], **changes: Any) -> list[Resource]:
    return [kit.k8s_network_policy(**{"spec.egress": [{"to": [to], "ports": list(ports)}], **changes})]


def _pods(namespace: str, **labels: str) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": labels},
    }


_RANGE_AND_NO_MORE = {"ipBlock": {"cidr": "10.20.0.0/23", "except": ["10.20.1.0/24"]}}
_TLS = {"port": 443, "protocol": "TCP"}

GOOD = [
    Case("what the file declares", _held(kit.rbac_rule()), _CONTEXT),
    Case("a custom resource", _held(k8s.rule("get update patch", "indexes", "x.example.com", "a")), _CONTEXT),
    Case("name service only", [kit.k8s_network_policy()], _CONTEXT),
    Case("the declared gateway", _network(_pods("models", app="gateway"), _TLS), _CONTEXT),
    Case("the declared range", _network({"ipBlock": {"cidr": "10.20.0.0/24"}}, _TLS), _CONTEXT),
    Case("Pod Identity", _network({"ipBlock": {"cidr": "169.254.170.23/32"}}, {"port": 80}), _CONTEXT),
]
BAD = [
    Case(
        "another verb", _held(k8s.rule("get update", "configmaps", names="prompts")), _CONTEXT, "update on configmaps"
    ),
    Case("another object", _held(k8s.rule("get", "configmaps", names="prompts secrets")), _CONTEXT, "secrets in"),
    Case("every object", _held(k8s.rule("get", "configmaps")), _CONTEXT, "get on configmaps in"),
    Case("another group", _held(k8s.rule("get", "configmaps", "apps", "prompts")), _CONTEXT, "configmaps.apps"),
    Case("everything", _held(k8s.rule("*", "*", "*")), _CONTEXT),
    Case("another namespace", _held(kit.rbac_rule(), **{"metadata.namespace": "shop"}), _CONTEXT, "namespace shop"),
    Case(
        "by hand, without labels", [k8s.raw_role(k8s.rule("get", "pods")), k8s.raw_binding()], _CONTEXT, "get on pods"
    ),
    Case("a grant that has ended", _held(kit.rbac_rule()), _ENDED, "does not declare"),
    Case("a subresource", _held(k8s.rule("get", "configmaps/status", names="prompts")), _CONTEXT, "configmaps:status"),
    Case(
        "every subresource of another kind",
        _held(k8s.rule("get", "*/log", names="prompts")),
        _CONTEXT,
        "on */log prompts",
    ),
    Case("a list beside a named grant", _held(k8s.rule("list", "configmaps")), _CONTEXT, "list on agents//configmaps/"),
    Case("longer than the grant", _held(kit.rbac_rule()), _SOON, "for longer than the file does"),
    Case("a role of another stack", [k8s.raw_binding(role="view", kind="ClusterRole")], _CONTEXT, "unseen::"),
    Case("another service", _network(_pods("models", app="trainer"), _TLS), _CONTEXT, "app=trainer"),
    Case("another port", _network(_pods("models", app="gateway"), {"port": 22}), _CONTEXT, "port 22"),
    Case("every port", _network(_pods("models", app="gateway")), _CONTEXT, "every port"),
    Case("a wider range", _network({"ipBlock": {"cidr": "10.20.0.0/16"}}, _TLS), _CONTEXT, "address 10.20.1.0"),
    Case("a range of ports", _network({"ipBlock": {"cidr": "10.20.0.0/24"}}, {**_TLS, "endPort": 9000}), _CONTEXT),
    Case(
        "for every pod of the namespace",
        _network(_pods("models", app="gateway"), _TLS, **{"metadata.labels": {}, "spec.podSelector": {}}),
        _CONTEXT,
    ),
    Case("metadata of the machine", _network({"ipBlock": {"cidr": "169.254.169.254/32"}}, {"port": 80}), _CONTEXT),
]
NEAR_MISS = [
    Case("a part of the declared range", _network({"ipBlock": {"cidr": "10.20.0.128/25"}}, _TLS), _CONTEXT),
    Case("a wider range but for the rest", _network(_RANGE_AND_NO_MORE, _TLS), _CONTEXT),
    Case(
        "until the grant ends",
        _held(kit.rbac_rule(), **{"metadata.annotations.nhi/expires": "2026-12-01T00:00:00Z"}),
        _SOON,
    ),
    Case("narrower pods", _network(_pods("models", app="gateway", tier="a"), _TLS), _CONTEXT),
    Case(
        "somebody else's role", [k8s.raw_role(k8s.rule("get", "pods")), k8s.raw_binding(k8s.subject("web"))], _CONTEXT
    ),
    Case("an agent that no file declares", _held(kit.rbac_rule()), kit.context(kit.agent(agent_id="other-agent"))),
    Case("no rules", _held(rules=[]), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown name", _held(kit.rbac_rule(resourceNames=[kit.UNKNOWN])), _CONTEXT, "resourceNames"),
    Case("an unknown role", [kit.k8s_binding(roleRef=kit.UNKNOWN)], _CONTEXT, "roleRef"),
]
