"""Fixtures of NHI-PRM-045."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-045"
_ACCOUNT = kit.service_account()
_SECOND = kit.agent(agent_id="search-agent")
_EU = kit.agent(instances=["eu", "us"])
_LABELS = {"nhi/agent-id": "support-agent"}


def _with(name: str = "", **changes: Any) -> list[Resource]:
    policy = kit.k8s_network_policy(**changes)
    return [_ACCOUNT, kit.resource(policy.type, name or policy.name, policy.inputs)]


def _egress(*peers: Any) -> list[Resource]:
    return _with(**{"spec.egress": [{"to": list(peers), "ports": [{"port": 443}]}]})


def _of(instance: str) -> dict[str, str]:
    return {**_LABELS, "nhi/instance": instance}


GOOD = [
    Case("the component's policy", _with()),
    Case(
        "one policy for two instances",
        [kit.service_account(_EU, instance="eu"), kit.service_account(_EU, instance="us"), kit.k8s_network_policy(_EU)],
        kit.context(_EU),
    ),
]
BAD = [
    Case("no policy", [_ACCOUNT], expect="missing::Egress"),
    Case("only ingress", _with(**{"spec.policyTypes": ["Ingress"]}), expect="missing::Egress"),
    Case("only egress", _with(**{"spec.policyTypes": ["Egress"]}), expect="missing::Ingress"),
    Case("another namespace", _with(**{"metadata.namespace": "shop"}), expect="missing::"),
    Case("another agent's", [_ACCOUNT, kit.k8s_network_policy(_SECOND)], kit.context(kit.agent(), _SECOND)),
    Case("not all of the agent's pods", _with(**{"spec.podSelector.matchLabels": {**_LABELS, "app": "x"}})),
    Case(
        "another instance",
        [
            kit.service_account(_EU, instance="eu"),
            kit.k8s_network_policy(_EU, **{"spec.podSelector.matchLabels": _of("us")}),
        ],
        kit.context(_EU),
        expect="support-agent--eu",
    ),
    Case("egress to all addresses", _egress({"ipBlock": {"cidr": "0.0.0.0/0"}}), expect="egress::0"),
    Case("egress to half of them", _egress({"ipBlock": {"cidr": "128.0.0.0/1"}}), expect="128.0.0.0/1"),
    Case("egress to all new addresses", _egress({"ipBlock": {"cidr": "::/0"}}), expect="::/0"),
    Case("egress to every pod", _egress({"namespaceSelector": {}}), expect="every namespace"),
    Case("egress without peers", _egress(), expect="everything"),
    Case("ingress from everywhere", _with(**{"spec.ingress": [{}]}), expect="ingress::0"),
    Case(
        "a second policy that opens",
        [*_with(), *_with("by-hand", **{"metadata.labels": {}, "spec.egress": [{}]})],
        expect="egress::0",
    ),
    Case(
        "a second policy for the whole namespace that opens",
        [*_with(), *_with("by-hand", **{"metadata.labels": {}, "spec.podSelector": {}, "spec.egress": [{}]})],
        expect="egress::0",
    ),
]
NEAR_MISS = [
    Case("the whole namespace is closed", _with(**{"spec.podSelector": {}})),
    Case(
        "closed by two policies",
        [
            *_with(**{"spec.policyTypes": ["Ingress"], "spec.egress": []}),
            *_with("egress", **{"spec.policyTypes": ["Egress"]}),
        ],
    ),
    Case("a private range", _egress({"ipBlock": {"cidr": "10.0.0.0/8"}})),
    Case(
        "ingress from one place", _with(**{"spec.ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}]})
    ),
    Case(
        "an open policy for other pods",
        [
            *_with(),
            *_with("web", **{"metadata.labels": {}, "spec.podSelector.matchLabels": {"app": "x"}, "spec.egress": [{}]})[
                1:
            ],
        ],
    ),
    Case("an agent without an account here", [kit.role()]),
]
UNKNOWN = [
    Case("an unknown selector", _with(**{"spec.podSelector.matchLabels": kit.UNKNOWN}), expect="podSelector"),
    Case("unknown egress", _with(**{"spec.egress": kit.UNKNOWN}), expect="spec.egress"),
]
