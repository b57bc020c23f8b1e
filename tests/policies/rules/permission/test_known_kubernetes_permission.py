"""Fixtures of NHI-PRM-044."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-044"
_TWO_GROUPS = {"apiGroups": ["", "apps"], "resources": ["pods", "deployments"], "verbs": ["get", "list"]}

GOOD = [
    Case("known words", [kit.k8s_role(k8s.rule("get list watch", "configmaps"), k8s.rule("get", "pods/log"))]),
    Case(
        "a custom resource that the file names",
        [kit.k8s_role(k8s.rule("get update", "indexes", "x.example.com", "a"))],
        k8s.context(),
    ),
]
BAD = [
    Case("a slip in a verb", [kit.k8s_role(k8s.rule("gte", "configmaps"))], expect="'get'"),
    Case("a slip in a resource", [kit.k8s_role(k8s.rule("get", "configmap"))], expect="'configmaps'"),
    Case("a slip in a group", [kit.k8s_role(k8s.rule("get", "deployments", "app"))], expect="'apps'"),
    Case("the right word in the wrong group", [kit.k8s_role(k8s.rule("get", "deployments"))], expect="resource"),
    Case("a verb that a subresource lacks", [kit.k8s_role(k8s.rule("list", "pods/log"))], expect="verb"),
    Case("a custom group that no file names", [kit.k8s_role(k8s.rule("get", "indexes", "x.example.com"))]),
    Case("in a role by hand", [k8s.raw_role(k8s.rule("gte", "pods")), k8s.raw_binding()], expect="gte"),
]
NEAR_MISS = [
    Case("two groups and their resources", [kit.k8s_role(_TWO_GROUPS)]),
    Case("a wildcard, which is another rule's", [kit.k8s_role(k8s.rule("*", "*", "*"))]),
    Case("a role of somebody else", [k8s.raw_role(k8s.rule("gte", "pods")), k8s.raw_binding(k8s.subject("web"))]),
]
UNKNOWN = [Case("an unknown group", [kit.k8s_role(kit.rbac_rule(apiGroups=kit.UNKNOWN))], expect="apiGroups")]
