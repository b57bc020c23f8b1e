"""What a role lets its holder become: permissions that lead to every other permission, each with its source.

Owns one table. Does not own whether an agent holds such a permission (`rbac`). A row is a permission that by
itself gives more than it says: a new identity, a new grant, the token of another account, or the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nhi_policies.view.kubernetes.objects import RbacRule

_GOOD_PRACTICE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
_WRITE = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_CHANGE = frozenset({"update", "patch"})
_READ = frozenset({"get", "list", "watch"})


@dataclass(frozen=True, slots=True)
class Escalation:
    """One row. `named_is_fine` says that with `resourceNames` the permission reaches only what a reviewer read.

    `*` as a group or a resource of a row stands for any.
    """

    verbs: frozenset[str]
    group: str
    resources: tuple[str, ...]
    why: str
    source: str
    named_is_fine: bool = False


_RBAC_GROUP = "rbac.authorization.k8s.io"
_RBAC_KINDS = ("roles", "rolebindings", "clusterroles", "clusterrolebindings")
_CORE_WORKLOADS = ("pods", "replicationcontrollers")
_APPS_WORKLOADS = ("deployments", "statefulsets", "daemonsets", "replicasets")
_BATCH_WORKLOADS = ("jobs", "cronjobs")
_ADMISSION = (
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
)
_RUNS = "whoever makes a pod chooses the service account it runs as"
_WORKLOADS = f"{_GOOD_PRACTICE}#workload-creation"

TABLE: tuple[Escalation, ...] = (
    Escalation(
        frozenset({"escalate"}),
        _RBAC_GROUP,
        ("roles", "clusterroles"),
        "it may write permissions into a role that it does not have itself",
        f"{_RBAC}#restrictions-on-role-creation-or-update",
    ),
    Escalation(
        frozenset({"bind"}),
        _RBAC_GROUP,
        ("roles", "clusterroles"),
        "it may give anybody a role whose permissions it does not have itself",
        f"{_RBAC}#restrictions-on-role-binding-creation-or-update",
    ),
    Escalation(
        # `impersonate:serviceaccount`, `impersonate-on:user-info:list` and their like are the same, piece by piece:
        # https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
        frozenset({"impersonate", "impersonate-on"}),
        "*",
        ("*",),
        "it may act as another identity",
        f"{_GOOD_PRACTICE}#impersonate-verb",
    ),
    Escalation(
        frozenset({"create"}),
        "",
        ("serviceaccounts/token",),
        "it may make itself a token of a service account",
        f"{_GOOD_PRACTICE}#token-request",
    ),
    Escalation(
        _READ,
        "",
        ("secrets",),
        "it reads every secret of the namespace, other accounts' tokens among them",
        f"{_GOOD_PRACTICE}#listing-secrets",
        named_is_fine=True,
    ),
    Escalation(
        frozenset({"get", "create"}),
        "",
        ("pods/exec", "pods/attach"),
        "it runs commands inside other pods, as their service account",
        f"{_GOOD_PRACTICE}#workload-creation",
    ),
    Escalation(
        _CHANGE,
        "",
        ("pods/ephemeralcontainers",),
        "it starts a container inside other pods, as their service account",
        "https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/",
    ),
    Escalation(frozenset({"create"}), "", _CORE_WORKLOADS, _RUNS, _WORKLOADS),
    Escalation(frozenset({"create"}), "apps", _APPS_WORKLOADS, _RUNS, _WORKLOADS),
    Escalation(frozenset({"create"}), "batch", _BATCH_WORKLOADS, _RUNS, _WORKLOADS),
    Escalation(_CHANGE, "", ("replicationcontrollers",), _RUNS, _WORKLOADS, named_is_fine=True),
    Escalation(_CHANGE, "apps", _APPS_WORKLOADS, _RUNS, _WORKLOADS, named_is_fine=True),
    Escalation(_CHANGE, "batch", ("cronjobs",), _RUNS, _WORKLOADS, named_is_fine=True),
    Escalation(
        _READ | _WRITE,
        "",
        ("nodes/proxy",),
        "it reaches the kubelet, which runs commands in every pod of the node past audit and admission",
        f"{_GOOD_PRACTICE}#access-to-proxy-subresource-of-nodes",
    ),
    Escalation(
        _CHANGE,
        "certificates.k8s.io",
        ("certificatesigningrequests/approval", "certificatesigningrequests/status"),
        "it may approve a client certificate for any identity",
        f"{_GOOD_PRACTICE}#csrs-and-certificate-issuing",
    ),
    Escalation(
        frozenset({"approve", "sign", "attest"}),
        "certificates.k8s.io",
        ("signers",),
        "it may sign a client certificate for any identity",
        f"{_GOOD_PRACTICE}#csrs-and-certificate-issuing",
    ),
    Escalation(
        _WRITE,
        "admissionregistration.k8s.io",
        _ADMISSION,
        "it may read and change every object that is written, or take off what refuses",
        f"{_GOOD_PRACTICE}#control-admission-webhooks",
    ),
    Escalation(
        _WRITE,
        _RBAC_GROUP,
        _RBAC_KINDS,
        "it changes who may do what",
        f"{_GOOD_PRACTICE}#least-privilege",
    ),
    Escalation(
        _CHANGE,
        "",
        ("namespaces",),
        "with a namespace's labels it changes which pods are admitted there and which network policies reach them",
        f"{_GOOD_PRACTICE}#namespace-modification",
    ),
    Escalation(
        frozenset({"create"}),
        "",
        ("persistentvolumes",),
        "with a hostPath volume it reads and writes the file system of a node",
        f"{_GOOD_PRACTICE}#persistent-volume-creation",
    ),
)


def _named(pattern: str, name: str) -> bool:
    """Whether an RBAC resource (`*`, `*/exec`, `pods/exec`) names a resource of the table."""
    return "*" in (pattern, name) or pattern == name or (pattern.startswith("*/") and name.endswith(pattern[1:]))


@lru_cache(maxsize=4096)  # agents share what their words mean
def escalations(rule: RbacRule) -> tuple[tuple[str, Escalation], ...]:
    """The rows that one rule of a role hits, each with the permission that hits it (`create pods/exec`)."""
    found: list[tuple[str, Escalation]] = []
    for row in TABLE:
        if row.named_is_fine and rule.resource_names:
            continue
        verb = next((verb for verb in rule.verbs if verb == "*" or verb.partition(":")[0] in row.verbs), None)
        group = any("*" in (group, row.group) or group == row.group for group in rule.api_groups)
        if verb is None or not group:
            continue
        resource = next((one for one in rule.resources if any(_named(one, name) for name in row.resources)), None)
        if resource is not None:
            found.append((f"{verb} {resource}", row))
    return tuple(found)
