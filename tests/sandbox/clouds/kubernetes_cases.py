"""Objects of every kind that the stand-in cluster serves: right ones, and one change that makes them wrong or not.

A real API server judges the same cases (`tests/kubernetes_api/test_stand_in.py`).
"""

from __future__ import annotations

import copy
from typing import Any

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
ADMISSION = "kubernetes:admissionregistration.k8s.io/v1"
SPIFFE = "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID"

META = {"name": "research-agent", "namespace": "agents", "labels": {"nhi/agent-id": "research-agent"}}
GLOBAL = {"name": "research-agent", "labels": {"nhi/agent-id": "research-agent"}}
ROLE_REF = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "research-agent"}
POD = {"containers": [{"name": "app", "image": "registry.example/app:1", "ports": [{"containerPort": 8080}]}]}
MATCH = {
    "resourceRules": [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["serviceaccounts"]}
    ]
}

VALID: dict[str, dict[str, Any]] = {
    "kubernetes:core/v1:Namespace": {"metadata": {"name": "agents"}},
    "kubernetes:core/v1:ServiceAccount": {
        "metadata": {**META, "annotations": {"nhi/sponsor": "Ada Lovelace <ada@example.com>"}},
        "automountServiceAccountToken": False,
    },
    "kubernetes:core/v1:Secret": {"metadata": META, "stringData": {"token": "t0p"}, "data": {"user": "YWRh"}},
    "kubernetes:core/v1:ConfigMap": {"metadata": META, "data": {"a": "b"}, "binaryData": {"c": "YWRh"}},
    "kubernetes:core/v1:Pod": {"metadata": META, "spec": POD},
    "kubernetes:core/v1:Service": {
        "metadata": META,
        "spec": {"selector": {"app": "a"}, "ports": [{"port": 80, "targetPort": "http", "protocol": "TCP"}]},
    },
    f"{RBAC}:Role": {
        "metadata": META,
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["corpus"], "verbs": ["get"]}],
    },
    f"{RBAC}:RoleBinding": {
        "metadata": META,
        "roleRef": ROLE_REF,
        "subjects": [{"kind": "ServiceAccount", "name": "research-agent", "namespace": "agents"}],
    },
    f"{RBAC}:ClusterRole": {
        "metadata": {"name": "nhi:reader"},
        "rules": [{"nonResourceURLs": ["/healthz"], "verbs": ["get"]}],
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"nhi/part": "reader"}}]},
    },
    f"{RBAC}:ClusterRoleBinding": {
        "metadata": {"name": "nhi:reader"},
        "roleRef": {**ROLE_REF, "kind": "ClusterRole"},
        "subjects": [{"kind": "Group", "name": "auditors", "apiGroup": "rbac.authorization.k8s.io"}],
    },
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": {
        "metadata": META,
        "spec": {
            "podSelector": {
                "matchLabels": {"nhi/agent-id": "research-agent"},
                "matchExpressions": [{"key": "nhi/risk-tier", "operator": "In", "values": ["1", "2"]}],
            },
            "policyTypes": ["Ingress", "Egress"],
            "egress": [
                {
                    "ports": [{"port": 8000, "endPort": 8080, "protocol": "TCP"}, {"port": "dns-tcp"}],
                    "to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}, {"podSelector": {}}],
                }
            ],
        },
    },
    f"{ADMISSION}:ValidatingAdmissionPolicy": {
        "metadata": GLOBAL,
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": MATCH,
            "matchConditions": [{"name": "agents-only", "expression": "has(object.metadata.labels)"}],
            "variables": [{"name": "notes", "expression": "object.metadata.?annotations.orValue({})"}],
            "validations": [
                {
                    "expression": "variables.notes[?'nhi/sponsor'].orValue('') != ''",
                    "message": "no sponsor",
                    "reason": "Forbidden",
                }
            ],
        },
    },
    f"{ADMISSION}:ValidatingAdmissionPolicyBinding": {
        "metadata": GLOBAL,
        "spec": {"policyName": "research-agent", "validationActions": ["Deny", "Audit"]},
    },
    "kubernetes:apps/v1:Deployment": {
        "metadata": META,
        "spec": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": {**POD, "serviceAccountName": "research-agent"}},
        },
    },
    "kubernetes:batch/v1:Job": {"metadata": META, "spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}},
    "kubernetes:batch/v1:CronJob": {
        "metadata": META,
        "spec": {
            "schedule": "0 3 * * *",
            "jobTemplate": {"spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}},
        },
    },
    SPIFFE: {
        "metadata": GLOBAL,
        "spec": {
            "spiffeIDTemplate": "spiffe://{{ .TrustDomain }}/agent/research-agent/{{ .PodMeta.UID }}",
            "podSelector": {"matchLabels": {"nhi/agent-id": "research-agent"}},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "agents"}},
            "ttl": "15m",
            "jwtTtl": "5m0s",
            "dnsNameTemplates": ["{{ .PodMeta.Name }}.agents"],
            "workloadSelectorTemplates": ["k8s:container-name:app"],
            "federatesWith": ["partner.example"],
            "className": "nhi",
            "fallback": False,
        },
    },
}

DELETE = object()


def changed(token: str, path: str, value: Any) -> dict[str, Any]:
    """The valid object of a kind with one place set to another value (dots part keys, digits are positions)."""
    inputs = copy.deepcopy(VALID[token])
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("|")]
    place: Any = inputs
    for step in steps:
        place = place[step]
    if value is DELETE:
        del place[last]
    else:
        place[last] = value
    return inputs


SA, SECRET, CONFIG = (f"kubernetes:core/v1:{kind}" for kind in ("ServiceAccount", "Secret", "ConfigMap"))
ROLE, BINDING, CLUSTER_ROLE, CLUSTER_BINDING = (
    f"{RBAC}:{kind}" for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
)
POLICY, POLICY_BINDING = (f"{ADMISSION}:ValidatingAdmissionPolicy{part}" for part in ("", "Binding"))
NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
DEPLOYMENT, JOB, CRON = "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"

REFUSED = [
    # types, by the SDK
    (SA, "automountServiceAccountToken", "no", "automountServiceAccountToken"),
    (SA, "apiVersion", "v2", "apiVersion"),
    (SA, "automount", False, "automount"),
    (ROLE, "rules|0|verbs", "get", "rules[0].verbs"),
    # names
    (SA, "metadata|name", "Research", "metadata.name"),
    (SA, "metadata|name", "a" * 254, "metadata.name"),
    (SA, "metadata|name", "-a", "metadata.name"),
    (SA, "metadata|namespace", "a.b", "metadata.namespace"),
    (ROLE, "metadata|name", "a/b", "metadata.name"),
    (ROLE, "metadata|name", "..", "metadata.name"),
    ("kubernetes:core/v1:Namespace", "metadata|name", "a.b", "metadata.name"),
    ("kubernetes:core/v1:Service", "metadata|name", "1a", "metadata.name"),
    (CLUSTER_ROLE, "metadata|namespace", "agents", "metadata.namespace"),
    (SPIFFE, "metadata|namespace", "agents", "metadata.namespace"),
    (CRON, "metadata|name", "a" * 53, "metadata.name"),
    # metadata
    (SA, "metadata|labels|nhi/agent-id", "with space", "metadata.labels.nhi/agent-id"),
    (SA, "metadata|labels|nhi/agent-id", "a" * 64, "metadata.labels.nhi/agent-id"),
    (SA, "metadata|labels|Nhi_x/agent", "a", "metadata.labels.Nhi_x/agent"),
    (SA, "metadata|labels|a/b/c", "a", "metadata.labels.a/b/c"),
    (SA, "metadata|annotations|bad key", "a", "metadata.annotations.bad key"),
    (SA, "metadata|annotations|nhi/sponsor", "a" * (256 * 1024), "metadata.annotations"),
    (SA, "metadata|generateName", "a-", "metadata.generateName"),
    (SA, "metadata|uid", "1", "metadata.uid"),
    (SA, "metadata|finalizers", ["nhi/keep"], "metadata.finalizers"),
    # RBAC
    (ROLE, "rules|0|verbs", [], "rules[0].verbs"),
    (ROLE, "rules|0|apiGroups", DELETE, "rules[0].apiGroups"),
    (ROLE, "rules|0|resources", DELETE, "rules[0].resources"),
    (ROLE, "rules|0", {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}, "rules[0].nonResourceURLs"),
    (CLUSTER_ROLE, "rules|0|resources", ["pods"], "rules[0].nonResourceURLs"),
    (CLUSTER_ROLE, "aggregationRule|clusterRoleSelectors", [], "aggregationRule.clusterRoleSelectors"),
    (BINDING, "roleRef|kind", "Roles", "roleRef.kind"),
    (BINDING, "roleRef|apiGroup", "rbac", "roleRef.apiGroup"),
    (BINDING, "roleRef|name", "", "roleRef.name"),
    (BINDING, "subjects|0|kind", "Robot", "subjects[0].kind"),
    (BINDING, "subjects|0|name", "Research", "subjects[0].name"),
    (BINDING, "subjects|0|apiGroup", "rbac.authorization.k8s.io", "subjects[0].apiGroup"),
    (CLUSTER_BINDING, "roleRef|kind", "Role", "roleRef.kind"),
    (CLUSTER_BINDING, "subjects|0", {"kind": "ServiceAccount", "name": "a"}, "subjects[0].namespace"),
    (CLUSTER_BINDING, "subjects|0|apiGroup", "v1", "subjects[0].apiGroup"),
    # NetworkPolicy
    (NETWORK, "spec|policyTypes", ["Outgoing"], "spec.policyTypes[0]"),
    (NETWORK, "spec|podSelector|matchExpressions|0|operator", "Is", "spec.podSelector.matchExpressions[0].operator"),
    (NETWORK, "spec|podSelector|matchExpressions|0|operator", "Exists", "spec.podSelector.matchExpressions[0].values"),
    (NETWORK, "spec|podSelector|matchExpressions|0|values", [], "spec.podSelector.matchExpressions[0].values"),
    (NETWORK, "spec|egress|0|ports|0|port", 0, "spec.egress[0].ports[0].port"),
    (NETWORK, "spec|egress|0|ports|0|endPort", 65536, "spec.egress[0].ports[0].endPort"),
    (NETWORK, "spec|egress|0|ports|0|endPort", 7999, "spec.egress[0].ports[0].endPort"),
    (NETWORK, "spec|egress|0|ports|1|port", "no--name", "spec.egress[0].ports[1].port"),
    (NETWORK, "spec|egress|0|ports|1|protocol", "ICMP", "spec.egress[0].ports[1].protocol"),
    (NETWORK, "spec|egress|0|to|0|ipBlock|cidr", "10.0.0.1", "spec.egress[0].to[0].ipBlock.cidr"),
    (NETWORK, "spec|egress|0|to|0|ipBlock|cidr", "10.0.0.1/8", "spec.egress[0].to[0].ipBlock.cidr"),
    (NETWORK, "spec|egress|0|to|0|ipBlock|cidr", "10.0.0.0/33", "spec.egress[0].to[0].ipBlock.cidr"),
    (NETWORK, "spec|egress|0|to|0|ipBlock|except", ["11.0.0.0/16"], "spec.egress[0].to[0].ipBlock.except[0]"),
    (NETWORK, "spec|egress|0|to|0|ipBlock|except", ["10.0.0.0/8"], "spec.egress[0].to[0].ipBlock.except[0]"),
    (NETWORK, "spec|egress|0|to|0|podSelector", {}, "spec.egress[0].to[0]"),
    (NETWORK, "spec|egress|0|to|1", {}, "spec.egress[0].to[1]"),
    # admission
    (POLICY, "spec|failurePolicy", "Warn", "spec.failurePolicy"),
    (POLICY, "spec|matchConstraints", DELETE, "spec.matchConstraints"),
    (POLICY, "spec|matchConstraints|resourceRules", [], "spec.matchConstraints.resourceRules"),
    (
        POLICY,
        "spec|matchConstraints|resourceRules|0|operations",
        ["READ"],
        "spec.matchConstraints.resourceRules[0].operations[0]",
    ),
    (
        POLICY,
        "spec|matchConstraints|resourceRules|0|apiGroups",
        ["*", "apps"],
        "spec.matchConstraints.resourceRules[0].apiGroups",
    ),
    (POLICY, "spec|matchConstraints|resourceRules|0|resources", [], "spec.matchConstraints.resourceRules[0].resources"),
    (POLICY, "spec|validations", [], "spec.validations"),
    (POLICY, "spec|validations|0|expression", " ", "spec.validations[0].expression"),
    (POLICY, "spec|validations|0|expression", "has(object.a", "spec.validations[0].expression"),
    (POLICY, "spec|validations|0|expression", "a == 'x", "spec.validations[0].expression"),
    (POLICY, "spec|validations|0|expression", "a[0)]", "spec.validations[0].expression"),
    (POLICY, "spec|validations|0|reason", "Bad", "spec.validations[0].reason"),
    (POLICY, "spec|validations|0|message", "a\nb", "spec.validations[0].message"),
    (POLICY, "spec|variables|0|name", "my-notes", "spec.variables[0].name"),
    (POLICY, "spec|matchConditions|0|name", "", "spec.matchConditions[0].name"),
    (POLICY_BINDING, "spec|validationActions", [], "spec.validationActions"),
    (POLICY_BINDING, "spec|validationActions", ["Deny", "Warn"], "spec.validationActions"),
    (POLICY_BINDING, "spec|validationActions", ["Deny", "Deny"], "spec.validationActions[1]"),
    (POLICY_BINDING, "spec|policyName", "", "spec.policyName"),
    (POLICY_BINDING, "spec|paramRef", {"parameterNotFoundAction": "Deny"}, "spec.paramRef"),
    # SPIFFE
    (SPIFFE, "apiVersion", "spire.spiffe.io/v1", "apiVersion"),
    (SPIFFE, "status", {}, "status"),
    (SPIFFE, "spec|spiffeIdTemplate", "spiffe://a", "spec.spiffeIdTemplate"),
    (SPIFFE, "spec|spiffeIDTemplate", DELETE, "spec.spiffeIDTemplate"),
    (SPIFFE, "spec|spiffeIDTemplate", "https://example.org/a", "spec.spiffeIDTemplate"),
    (SPIFFE, "spec|spiffeIDTemplate", "spiffe://Example.org/a", "spec.spiffeIDTemplate"),
    (SPIFFE, "spec|spiffeIDTemplate", "spiffe://example.org/a//b", "spec.spiffeIDTemplate"),
    (SPIFFE, "spec|spiffeIDTemplate", "spiffe://example.org/{{ .PodMeta.UID", "spec.spiffeIDTemplate"),
    (SPIFFE, "spec|ttl", "15", "spec.ttl"),
    (SPIFFE, "spec|ttl", "0s", "spec.ttl"),
    (SPIFFE, "spec|ttl", 900, "spec.ttl"),
    (SPIFFE, "spec|fallback", "yes", "spec.fallback"),
    (SPIFFE, "spec|federatesWith", ["Partner"], "spec.federatesWith[0]"),
    (SPIFFE, "spec|workloadSelectorTemplates", ["app"], "spec.workloadSelectorTemplates[0]"),
    (SPIFFE, "spec|podSelector", {"matchLabel": {}}, "spec.podSelector.matchLabel"),
    (SPIFFE, "spec|podSelector|matchLabels|nhi/agent-id", "a b", "spec.podSelector.matchLabels.nhi/agent-id"),
    (SPIFFE, "metadata|labels|nhi/agent-id", 3, "metadata.labels.nhi/agent-id"),
    # content
    (SECRET, "data|user", "not base64!", "data.user"),
    (SECRET, "stringData|a key", "x", "stringData.a key"),
    (SECRET, "stringData|token", "x" * (1024 * 1024 + 1), "data"),
    (SECRET, "type", "kubernetes.io/tls", "data.tls.crt"),
    (SECRET, "type", "kubernetes.io/service-account-token", "metadata.annotations.kubernetes.io/service-account.name"),
    (CONFIG, "binaryData|a", "YWRh", "binaryData.a"),
    # workloads
    (DEPLOYMENT, "spec|template|metadata|labels|app", "b", "spec.template.metadata.labels.app"),
    (DEPLOYMENT, "spec|selector", {}, "spec.selector"),
    (DEPLOYMENT, "spec|template|spec|containers", [], "spec.template.spec.containers"),
    (DEPLOYMENT, "spec|template|spec|containers|0|name", "My App", "spec.template.spec.containers[0].name"),
    (JOB, "spec|template|spec|restartPolicy", "Always", "spec.template.spec.restartPolicy"),
]

ACCEPTED = [
    # A server takes these, however unwise they are: the gate judges wisdom.
    (ROLE, "rules|0|verbs", ["create", "get"]),
    (ROLE, "rules|0|verbs", ["*"]),
    (ROLE, "rules", []),
    (ROLE, "metadata|name", "system:Agent_Reader"),
    (BINDING, "roleRef|name", "a-role-that-is-not-there"),
    (BINDING, "roleRef|kind", "ClusterRole"),
    (SA, "metadata|labels|nhi/agent-id", ""),
    (SA, "metadata|annotations|EKS.amazonaws.com/role-arn", "arn:aws:iam::111122223333:role/a"),
    (NETWORK, "spec|egress", []),
    (POLICY, "spec|validations|0|expression", "object.name.matches(r'^\\d+\\(') // ends with )\n|| true"),
    (POLICY, "spec|validations|0|expression", '"""a " quote (""" != ""'),
    (SPIFFE, "spec|spiffeIDTemplate", "spiffe://example.org"),
    (SPIFFE, "spec|ttl", "1h30m"),
]

_BLOCK = "spec|egress|0|to|0|ipBlock"
_PORT = "spec|egress|0|ports|0"
_EXPRESSION = "spec|podSelector|matchExpressions|0"
_RULE = "spec|matchConstraints|resourceRules|0"
_PEOPLE = {"apiGroup": "rbac.authorization.k8s.io", "name": "a"}
_TRUE = {"expression": "true"}
_TEXT = {"valueExpression": "'x'"}

FURTHER: list[tuple[str, str, tuple[Any, ...], tuple[Any, ...]]] = [
    # token, path, values that are refused, values that are taken
    (
        NETWORK,
        f"{_BLOCK}|cidr",
        (
            *("010.0.0.0/8", "10.0.0.0/08", "0.0.0.0/00", "10.0.0.0/+8", "10/8", "10.0.0.0/8 ", ""),
            *("10.0.0.0/255.0.0.0", "::ffff:10.0.0.0/104"),
        ),
        ("0.0.0.0/0", "10.0.0.0/8"),
    ),
    (
        NETWORK,
        "spec|egress|0|to|0",
        ({"ipBlock": {}}, {"ipBlock": {"cidr": "2001:db8::1/32"}}, {"ipBlock": {"cidr": "fe80::1%eth0/64"}}),
        (
            {"namespaceSelector": {}},
            {"ipBlock": {"cidr": "::/0"}},
            {"ipBlock": {"cidr": "1.2.3.4/32"}},
            {"ipBlock": {"cidr": "2001:DB8::/32"}},
            {"ipBlock": {"cidr": "2001:db8:0:0::/32", "except": ["2001:db8:1::/48"]}},
        ),
    ),
    (
        NETWORK,
        f"{_BLOCK}|except",
        (["10.1.0.1/16"], ["fd00::/8"], ["10.1.0.0"], ["10.0.0.0/7"]),
        ([], ["10.1.0.0/16", "10.1.0.0/16"]),
    ),
    (NETWORK, "spec|egress|0|to", (), ([],)),
    (NETWORK, "spec|egress|0|ports", ([{"endPort": 90}], [{"port": "http", "endPort": 90}]), ([], [{}])),
    (NETWORK, f"{_PORT}|endPort", (0,), (8000,)),
    (NETWORK, f"{_PORT}|protocol", ("tcp",), ("SCTP",)),
    (
        NETWORK,
        "spec|egress|0|ports|1|port",
        (-1, 65536, "80", "http--x", "HTTP", "a" * 16, "-a", ""),
        (65535, "a" * 15, "a1", "1a"),
    ),
    (NETWORK, "spec|policyTypes", (["Ingress", "Egress", "Egress"], ["egress"]), (["Egress", "Egress"], [])),
    (NETWORK, f"{_EXPRESSION}|key", ("", "a/b/c"), ("a/b",)),
    (NETWORK, f"{_EXPRESSION}|operator", (DELETE,), ("NotIn",)),
    (NETWORK, f"{_EXPRESSION}|values", (["a b"],), ([""],)),
    (NETWORK, "spec|podSelector|matchLabels|bad key", ("a",), ()),
    (SA, "metadata|labels|", ("a",), ()),
    (SA, f"metadata|labels|{'a' * 64}", ("a",), ()),
    (SA, f"metadata|labels|{'a' * 63}", ("-a", "a-", "ä"), ("a", "a.b_c-d")),
    (SA, f"metadata|labels|{'p' * 254}/x", ("a",), ()),
    (SA, f"metadata|labels|{'p' * 253}/x", (), ("a",)),
    (SA, "metadata|labels|A/x", ("a",), ()),
    (SA, "metadata|labels|nhi/", ("a",), ()),
    (SA, "metadata|labels|/x", ("a",), ()),
    (SA, "metadata|annotations|", ("a",), ()),
    (SA, f"metadata|annotations|{'a' * 64}", ("a",), ()),
    (SA, "metadata|annotations|A/x", (), ("a", "ü\n")),
    (SA, "metadata|name", ("a_b", "a..b", "a."), ("a.b", "a" * 253, "1")),
    (SA, "imagePullSecrets", (), ([{"name": "A b"}], [{}])),
    (ROLE, "metadata|name", ("a%b", "."), ("a:b", " ", "a b", "*", "Ä", "a" * 300)),
    (ROLE, "rules|0", ({}, {"verbs": ["get"]}), ()),
    (ROLE, "rules|0|verbs", (), ([""], ["get", "get"], ["GET"], ["get list"])),
    (ROLE, "rules|0|apiGroups", ([],), (["apps/v1"],)),
    (ROLE, "rules|0|resources", ([],), ([""], ["pods/*"], ["*", "pods"])),
    (ROLE, "rules|0|resourceNames", (), ([], ["*"], [""])),
    (ROLE, "rules|0|nonResourceURLs", (["/x"],), ()),
    (CLUSTER_ROLE, "rules|0|nonResourceURLs", ([],), (["healthz"], [""], ["*"], ["/a*b"])),
    (CLUSTER_ROLE, "aggregationRule", ({},), ()),
    (CLUSTER_ROLE, "aggregationRule|clusterRoleSelectors|0|matchLabels|nhi/part", ("a b",), ("",)),
    (
        CLUSTER_ROLE,
        "aggregationRule|clusterRoleSelectors",
        ([{"matchExpressions": [{"key": "a", "operator": "Like"}]}],),
        ([{}],),
    ),
    (BINDING, "roleRef|kind", (DELETE,), ()),
    (BINDING, "roleRef|apiGroup", (), ("",)),
    (BINDING, "roleRef|name", ("a/b",), ("a b",)),
    (BINDING, "subjects", (), ([],)),
    (
        BINDING,
        "subjects|0",
        (
            {**_PEOPLE, "kind": "User", "name": ""},
            {"kind": "serviceaccount", "name": "a", "namespace": "x"},
            {"name": "a"},
        ),
        (
            {"kind": "User", "name": "a"},
            {"kind": "User", "name": "a", "apiGroup": ""},
            {**_PEOPLE, "kind": "Group"},
            {**_PEOPLE, "kind": "User", "namespace": "x"},
            {"kind": "ServiceAccount", "name": "a.b", "namespace": "A"},
            {"kind": "ServiceAccount", "name": "a"},
        ),
    ),
    (POLICY, "metadata|name", ("a:b", "A"), ("a.b",)),
    (POLICY, "spec|failurePolicy", (), ("Ignore", DELETE)),
    (POLICY, f"{_RULE}|operations", ([], ["*", "CREATE"], ["create"]), (["*"], ["CREATE", "CREATE"], ["CONNECT"])),
    (POLICY, f"{_RULE}|apiVersions", ([], ["*", "v1"], [""]), (["*"],)),
    (POLICY, f"{_RULE}|apiGroups", ([],), (["*"],)),
    (
        POLICY,
        f"{_RULE}|resources",
        (
            *(["*", "pods"], ["*/*", "pods"], ["*/*", "*"], ["pods/*", "*/*"], [""]),
            *(["pods", "pods/*", "pods/log"], ["*/log", "pods/log"]),
        ),
        (["pods/*"], ["*/scale"], ["*/*"], ["*", "pods/log"], ["pods/log", "pods/*"], ["pods/log", "*/log"]),
    ),
    (POLICY, f"{_RULE}|scope", ("Bad",), ("*", "Namespaced")),
    (POLICY, f"{_RULE}|resourceNames", (["a", "a"],), (["a"], [""])),
    (POLICY, "spec|matchConstraints|matchPolicy", ("Bad",), ("Exact",)),
    (POLICY, "spec|matchConstraints|namespaceSelector", ({"matchLabels": {"a": "a b"}},), ({},)),
    (POLICY, "spec|matchConditions|0|name", ("a b",), ("x.io/a",)),
    (POLICY, "spec|matchConditions|0|expression", ("",), ("true",)),
    (POLICY, "spec|matchConditions", ([{"name": "a", **_TRUE}, {"name": "a", **_TRUE}],), ([{"name": "a", **_TRUE}],)),
    (POLICY, "spec|variables|0|name", ("1a", "", "in", "namespace"), ()),
    (POLICY, "spec|variables|0|expression", ("",), ()),
    (POLICY, "spec|validations", (DELETE,), ()),
    (POLICY, "spec|validations|0|message", (" ",), ("", "x" * 6000, DELETE)),
    (POLICY, "spec|validations|0|messageExpression", (), ("", "'a'")),
    (POLICY, "spec|validations|0|reason", ("Unauthorized",), ("Invalid", "RequestEntityTooLarge", DELETE)),
    (
        POLICY,
        "spec|auditAnnotations",
        ([{"key": "", **_TEXT}], [{"key": "a", **_TEXT}, {"key": "a", **_TEXT}]),
        ([{"key": "a", **_TEXT}],),
    ),
    (
        POLICY,
        "spec|paramKind",
        (
            *(
                {"kind": "A"},
                {"apiVersion": "v1"},
                {"apiVersion": "v1", "kind": "a b"},
                {"apiVersion": "v1", "kind": "1A"},
            ),
            *({"apiVersion": version, "kind": "A"} for version in ("a/b/c", "v1/", "A B")),
        ),
        ({"apiVersion": "v1", "kind": "ServiceAccount"}, {"apiVersion": "apps/v1", "kind": "Deployment"}),
    ),
    (POLICY_BINDING, "spec|validationActions", (["Block"], DELETE), (["Warn"], ["Audit", "Deny"], ["Warn", "Audit"])),
    (POLICY_BINDING, "spec|policyName", ("A B", "a/b", DELETE), ("a.b",)),
    (
        POLICY_BINDING,
        "spec|paramRef",
        (
            {},
            {"name": "a"},
            {"name": "a", "selector": {}, "parameterNotFoundAction": "Deny"},
            {"selector": {}, "parameterNotFoundAction": "Ignore"},
            {"selector": {"matchLabels": {"a": "a b"}}, "parameterNotFoundAction": "Deny"},
        ),
        (
            {"name": "a", "namespace": "agents", "parameterNotFoundAction": "Deny"},
            {"selector": {}, "parameterNotFoundAction": "Allow"},
        ),
    ),
    (
        POLICY_BINDING,
        "spec|matchResources",
        (
            {"namespaceSelector": {"matchLabels": {"a": "a b"}}},
            {"resourceRules": [{**MATCH["resourceRules"][0], "operations": ["BAD"]}]},
        ),
        ({},),
    ),
    (CONFIG, f"data|{'k' * 254}", ("x",), ()),
    (CONFIG, f"data|{'k' * 253}", (), ("x",)),
    (CONFIG, "data|..a", ("x",), ()),
    (CONFIG, "data|.a", (), ("x",)),
    (SECRET, "type", (), ("any thing", "")),
    (SECRET, "data|user", ("YWR", "Y W Rh", "YWRhCg=", "YWRhC-_="), ("", "YWRh\n", "YW\r\nRh")),
]
"""Each value that a server refuses or takes in this place, found by asking one (`make test-kubernetes`)."""
