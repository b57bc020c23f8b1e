"""Fixtures of NHI-IDN-040."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-IDN-040"
_EU = kit.agent(instances=["eu", "us"])
_LABELS = {"nhi/agent-id": "support-agent"}

GOOD = [
    Case("the agent's pods", k8s.deployment()),
    Case("a pod", kit.pod()),
    Case(
        "an instance's pods", k8s.deployment({**_LABELS, "nhi/instance": "eu"}, "support-agent--eu"), kit.context(_EU)
    ),
]
BAD = [
    Case("the account without the label", k8s.deployment({"app": "x"}), expect="labels"),
    Case("the label under another account", k8s.deployment(account="web"), expect="account"),
    Case("the label under no account", k8s.deployment(account=""), expect="account"),
    Case(
        "another instance's labels",
        k8s.deployment({**_LABELS, "nhi/instance": "us"}, "support-agent--eu"),
        kit.context(_EU),
        expect="instance",
    ),
]
NEAR_MISS = [
    Case("something else", k8s.deployment({"app": "x"}, "web")),
    Case(
        "an account of that name elsewhere", kit.altered(k8s.deployment({"app": "x"}), **{"metadata.namespace": "shop"})
    ),
    Case("an agent that no file declares", k8s.deployment({"nhi/agent-id": "other-agent"}, "web")),
    Case(
        "another agent's account, which is rule NHI-IDN-001's",
        k8s.deployment({"nhi/agent-id": "search-agent"}),
        kit.context(kit.agent(), kit.agent(agent_id="search-agent")),
    ),
]
UNKNOWN = [
    Case("an unknown account", k8s.deployment(account=kit.UNKNOWN), expect="serviceAccountName"),  # type: ignore[arg-type]
    Case("unknown labels", k8s.deployment({"nhi/agent-id": kit.UNKNOWN}), expect="labels"),  # type: ignore[dict-item]
]
