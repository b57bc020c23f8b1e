"""Fixtures of NHI-STA-040."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-STA-040"
_STOPPED = kit.context(kit.agent(state="suspended"))
_PROPOSED = kit.context(kit.agent(state="proposed"))
_ENDED = kit.context(kit.agent(**{"credential.expires": "2026-10-01T00:00:00Z"}))
_EU = kit.agent(instances={"eu": "suspended", "us": "active"})
_CLOSED = kit.k8s_network_policy(**{"spec.egress": []})


def _instance(name: str) -> list[object]:
    labels = {"metadata.labels": {**kit.metadata(_EU)["labels"], "nhi/instance": name}}
    return [k8s.spiffe_id(_EU, **labels)]


GOOD = [
    Case("an account and a closed network", [kit.service_account(), _CLOSED], _STOPPED),
    Case(
        "an active agent with everything",
        [kit.k8s_role(), kit.k8s_binding(), k8s.spiffe_id(), kit.k8s_network_policy()],
    ),
]
BAD = [
    Case("a role", [kit.k8s_role()], _STOPPED, "a-role"),
    Case("a binding", [kit.k8s_role(), kit.k8s_binding()], _STOPPED, "a-binding"),
    Case(
        "a binding by hand to a role elsewhere", [k8s.raw_binding(role="view", kind="ClusterRole")], _STOPPED, "a-role"
    ),
    Case("a SPIFFE id", [k8s.spiffe_id()], _STOPPED, "SPIFFE"),
    Case("egress", [kit.k8s_network_policy()], _STOPPED, "egress"),
    Case("a proposed agent", [kit.k8s_role(), kit.k8s_binding()], _PROPOSED, "a-role"),
    Case("past its end", [kit.k8s_role(), kit.k8s_binding()], _ENDED, "a-role"),
    Case("one instance", _instance("eu"), kit.context(_EU), "support-agent--eu"),  # type: ignore[arg-type]
]
NEAR_MISS = [
    Case("the other instance", _instance("us"), kit.context(_EU)),  # type: ignore[arg-type]
    Case("somebody else's binding", [k8s.raw_role(kit.rbac_rule()), k8s.raw_binding(k8s.subject("web"))], _STOPPED),
    Case(
        "a network policy of other pods",
        [kit.k8s_network_policy(**{"spec.podSelector.matchLabels": {"app": "x"}})],
        _STOPPED,
    ),
]
UNKNOWN = [
    Case("unknown egress", [kit.k8s_network_policy(**{"spec.egress": kit.UNKNOWN})], _STOPPED, "spec.egress"),
    Case(
        "unknown subjects and labels", [k8s.spiffe_id(**{"metadata.labels": kit.UNKNOWN})], _STOPPED, "metadata.labels"
    ),
]
