"""Fixtures of NHI-PRM-041."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-041"


def _ref(name: str) -> dict[str, str]:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}


GOOD = [Case("a role of its own", kit.k8s_binding())]
BAD = [
    Case("everything", kit.k8s_binding(roleRef=_ref("cluster-admin")), expect="cluster-admin"),
    Case("a namespace's admin", kit.k8s_binding(roleRef=_ref("admin"))),
    Case("edit", kit.k8s_binding(roleRef=_ref("edit"))),
    Case("a part of Kubernetes", kit.k8s_binding(roleRef=_ref("system:auth-delegator")), expect="system:"),
    Case("somebody else's, in the same stack", k8s.raw_binding(k8s.subject("web"), role="edit", kind="ClusterRole")),
]
NEAR_MISS = [
    Case("a Role that is called admin", k8s.raw_binding(role="admin")),
    Case("a cluster role of one's own", k8s.raw_binding(role="editors", kind="ClusterRole")),
    Case("a stack without agents", k8s.raw_binding(role="cluster-admin", kind="ClusterRole"), kit.context(agents={})),
]
UNKNOWN = [
    Case("an unknown role", kit.k8s_binding(roleRef={"kind": "ClusterRole", "name": kit.UNKNOWN}), expect="roleRef")
]
