"""Fixtures of NHI-PRM-040."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-040"

GOOD = [Case("named verbs and objects", kit.k8s_role())]
BAD = [
    Case("every verb", kit.k8s_role(k8s.rule("*", "configmaps")), expect="verbs"),
    Case("every resource", kit.k8s_role(k8s.rule("get", "*")), expect="resources"),
    Case("a subresource of everything", kit.k8s_role(k8s.rule("update", "*/scale")), expect="resources"),
    Case("every group", kit.k8s_role(k8s.rule("get", "pods", "*")), expect="apiGroups"),
    Case("a role without labels", k8s.raw_role(k8s.rule("*", "*", "*"))),
    Case(
        "every path",
        kit.resource(
            "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
            "x",
            {"metadata": {"name": "x"}, "rules": [{"nonResourceURLs": ["*"], "verbs": ["get"]}]},
        ),
        expect="nonResourceURLs",
    ),
    Case("the second rule", kit.k8s_role(kit.rbac_rule(), k8s.rule("*", "secrets")), expect="1::verbs"),
]
NEAR_MISS = [
    Case("a name with a star in it", kit.k8s_role(k8s.rule("get", "configmaps", names="*"))),
    Case("a subresource", kit.k8s_role(k8s.rule("get", "pods/log"))),
    Case("no rules", kit.k8s_role(rules=[])),
    Case("a stack without agents", k8s.raw_role(k8s.rule("*", "*", "*")), kit.context(agents={})),
]
UNKNOWN = [
    Case("unknown verbs", kit.k8s_role(kit.rbac_rule(verbs=kit.UNKNOWN)), expect="rules[0].verbs"),
    Case(
        "an aggregated role",
        kit.resource(
            "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
            "x",
            {"metadata": {"name": "x"}, "aggregationRule": {}},
        ),
        expect="aggregationRule",
    ),
]
