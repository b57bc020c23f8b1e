"""Fixtures of NHI-PRM-043."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-043"

GOOD = [
    Case("one object", [kit.k8s_role(k8s.rule("get update", "configmaps", names="prompts")), kit.k8s_binding()]),
    Case("reading what is no secret", [kit.k8s_role(k8s.rule("get list watch", "pods"))]),
]
BAD = [
    Case("every config map", [kit.k8s_role(k8s.rule("get patch", "configmaps"))], expect="patch::configmaps"),
    Case("every deployment", [kit.k8s_role(k8s.rule("update", "deployments", "apps"))], expect="deployments.apps"),
    Case("reading every secret", [kit.k8s_role(k8s.rule("get", "secrets"))], expect="get::secrets"),
    Case("a collection", [kit.k8s_role(k8s.rule("deletecollection", "jobs", "batch", "a"))], expect="deletecollection"),
    Case("a role by hand", [k8s.raw_role(k8s.rule("delete", "configmaps")), k8s.raw_binding()], expect="delete"),
    Case(
        "a role by hand for every account of the namespace",
        [
            k8s.raw_role(k8s.rule("delete", "configmaps")),
            k8s.raw_binding(k8s.subject("system:serviceaccounts:agents", "Group")),
        ],
    ),
]
NEAR_MISS = [
    Case("a role of somebody else", [k8s.raw_role(k8s.rule("delete", "pods")), k8s.raw_binding(k8s.subject("web"))]),
    Case("a role that nobody has", [k8s.raw_role(k8s.rule("delete", "pods"))]),
    Case("create, which takes no names", [kit.k8s_role(k8s.rule("create", "events"))]),
    Case("a stack without agents", [k8s.raw_role(k8s.rule("delete", "pods"))], kit.context(agents={})),
]
UNKNOWN = [
    Case("unknown verbs", [kit.k8s_role(kit.rbac_rule(verbs=kit.UNKNOWN))], expect="rules[0].verbs"),
    Case(
        "unknown subjects of a role by hand",
        [k8s.raw_role(k8s.rule("delete", "pods")), kit.altered(k8s.raw_binding(), subjects=kit.UNKNOWN)],
        expect="delete",
    ),
]
