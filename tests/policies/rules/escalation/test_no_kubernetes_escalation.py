"""Fixtures of NHI-ESC-040: one for every row of the table, and what only looks like one."""

from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-ESC-040"
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_CERTIFICATES = "certificates.k8s.io"


def _role(verbs: str, resources: str, group: str = "", names: str = "") -> list[Resource]:
    return [kit.k8s_role(k8s.rule(verbs, resources, group, names))]


GOOD = [Case("one config map", [kit.k8s_role(), kit.k8s_binding()])]
BAD = [
    Case("escalate", _role("escalate", "roles", _RBAC), expect="escalate::roles"),
    Case("bind", _role("bind", "clusterroles", _RBAC, "view"), expect="bind::"),
    Case("impersonate a user", _role("impersonate", "users", names="jgill"), expect="act as another"),
    Case("impersonate by another group", _role("impersonate", "uids", "authentication.k8s.io")),
    Case("impersonate one kind", _role("impersonate:serviceaccount", "serviceaccounts", "authentication.k8s.io")),
    Case("impersonate for one verb", _role("impersonate-on:user-info:list", "pods"), expect="act as another"),
    Case("tokens", _role("create", "serviceaccounts/token", names="web"), expect="token"),
    Case("list secrets", _role("list", "secrets"), expect="list::secrets"),
    Case("get any secret", _role("get", "secrets")),
    Case("run commands in pods", _role("create", "pods/exec"), expect="pods/exec"),
    Case("run commands by a plain GET", _role("get", "pods/exec")),
    Case("attach", _role("create", "pods/attach")),
    Case("ephemeral containers", _role("patch", "pods/ephemeralcontainers")),
    Case("pods", _role("create", "pods"), expect="chooses the service account"),
    Case("deployments", _role("create", "deployments", "apps")),
    Case("any deployment", _role("patch", "deployments", "apps"), expect="patch::deployments"),
    Case("jobs", _role("create", "jobs", "batch")),
    Case("cron jobs", _role("update", "cronjobs", "batch")),
    Case("replication controllers", _role("patch", "replicationcontrollers")),
    Case("nodes", _role("get", "nodes/proxy"), expect="kubelet"),
    Case("approving certificates", _role("update", "certificatesigningrequests/approval", _CERTIFICATES)),
    Case("signing certificates", _role("sign", "signers", _CERTIFICATES), expect="sign::signers"),
    Case("webhooks", _role("create", "mutatingwebhookconfigurations", _ADMISSION)),
    Case("taking admission off", _role("delete", "validatingadmissionpolicybindings", _ADMISSION, "x")),
    Case("roles", _role("update", "roles", _RBAC, "support-agent"), expect="who may do what"),
    Case("bindings", _role("create", "rolebindings", _RBAC)),
    Case("labels of namespaces", _role("patch", "namespaces", names="agents")),
    Case("volumes", _role("create", "persistentvolumes"), expect="hostPath"),
    Case("a wildcard verb", _role("*", "pods/exec"), expect="*::pods/exec"),
    Case("a subresource of everything", _role("create", "*/exec"), expect="create::*/exec"),
    Case("by hand", [k8s.raw_role(k8s.rule("create", "pods")), k8s.raw_binding()]),
    Case(
        "a cluster role by hand",
        [
            kit.resource(
                "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
                "x",
                {"metadata": {"name": "runner"}, "rules": [k8s.rule("create", "pods")]},
            ),
            k8s.raw_binding(role="runner", kind="ClusterRole"),
        ],
        expect="create::pods",
    ),
]
NEAR_MISS = [
    Case("one secret", _role("get", "secrets", names="reader")),
    Case("one deployment", _role("get patch", "deployments", "apps", "web")),
    Case("reading roles", _role("get list", "roles rolebindings", _RBAC)),
    Case("logs", _role("get", "pods/log")),
    Case("reading pods", _role("get list watch", "pods")),
    Case("claims on volumes", _role("create", "persistentvolumeclaims")),
    Case("a custom resource of the same name", _role("create", "pods", "x.example.com")),
    Case("reviews of access", _role("create", "selfsubjectaccessreviews", "authorization.k8s.io")),
    Case("somebody else", [k8s.raw_role(k8s.rule("create", "pods")), k8s.raw_binding(k8s.subject("web"))]),
    Case(
        "the same role name in another namespace",
        [
            kit.altered(k8s.raw_role(k8s.rule("create", "pods")), **{"metadata.namespace": "shop"}),
            k8s.raw_binding(),
        ],
    ),
]
UNKNOWN = [
    Case("unknown resources", [kit.k8s_role(kit.rbac_rule(resources=kit.UNKNOWN))], expect="resources"),
    Case("unknown rules", [kit.k8s_role(rules=kit.UNKNOWN)], expect="rules"),
]
