"""The kinds that the sandbox's cluster serves, and for each what changing a property does.

Owns one table. What is not in it is refused by name, never passed through unjudged. Replacement follows the Pulumi
provider, which replaces where an API server would refuse an update
(https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go); data of Secrets and ConfigMaps
is among it by that provider's default (`enableSecretMutable` and `enableConfigMapMutable` are off).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nhi.sandbox.clouds.kubernetes import admission, core, grammar, network, rbac, spiffe
from nhi.sandbox.clouds.kubernetes.grammar import Failures, NameRule

PACKAGE = "kubernetes"
Effect = Literal["update", "replace", "by part"]

_IDENTITY: dict[str, Effect] = {"apiVersion": "replace", "kind": "replace", "metadata": "by part"}
_NAME: tuple[tuple[str, ...], ...] = (("metadata", "name"), ("metadata", "namespace"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One served kind.

    `effects` names every top-level property and what changing it does; with `by part` the paths in `replacing` under
    that property replace and everything else in it is updated in place. `updating` are exceptions below a path of
    `replacing`. `hidden` are outputs that an engine must keep secret. `sdk` is False for custom resources.
    """

    api_version: str
    name: str
    namespaced: bool
    judge: Callable[[Mapping[str, Any]], Failures]
    effects: Mapping[str, Effect]
    name_rule: NameRule = grammar.subdomain
    replacing: tuple[tuple[str, ...], ...] = _NAME
    updating: tuple[tuple[str, ...], ...] = ()
    hidden: tuple[str, ...] = field(default=())
    sdk: bool = True

    @property
    def token(self) -> str:
        """The Pulumi type token; the core group has no name in `apiVersion` and is `core` in the token."""
        group = self.api_version if "/" in self.api_version else f"core/{self.api_version}"
        return f"{PACKAGE}:{group}:{self.name}"


def _kind(
    api_version: str,
    name: str,
    judge: Callable[[Mapping[str, Any]], Failures],
    effects: Mapping[str, Effect],
    *,
    namespaced: bool = True,
    replacing: tuple[tuple[str, ...], ...] = (),
    **more: Any,
) -> Kind:
    return Kind(api_version, name, namespaced, judge, {**_IDENTITY, **effects}, replacing=(*_NAME, *replacing), **more)


def _anything(inputs: Mapping[str, Any]) -> Failures:  # noqa: ARG001
    return iter(())


_RBAC = "rbac.authorization.k8s.io/v1"
_ADMISSION = "admissionregistration.k8s.io/v1"
_SPEC: dict[str, Effect] = {"spec": "update"}
_BINDING: dict[str, Effect] = {"roleRef": "replace", "subjects": "update"}
_SEGMENT: dict[str, Any] = {"name_rule": grammar.path_segment}
_GLOBAL: dict[str, Any] = {"namespaced": False}

KINDS: dict[str, Kind] = {
    kind.token: kind
    for kind in (
        _kind("v1", "Namespace", _anything, _SPEC, **_GLOBAL, name_rule=grammar.label),
        _kind(
            "v1",
            "ServiceAccount",
            _anything,
            {"automountServiceAccountToken": "update", "imagePullSecrets": "update", "secrets": "update"},
        ),
        _kind(
            "v1",
            "Secret",
            core.secret,
            {"data": "replace", "stringData": "replace", "type": "replace", "immutable": "update"},
            hidden=("data", "stringData"),
        ),
        _kind(
            "v1",
            "ConfigMap",
            core.config_map,
            {"data": "replace", "binaryData": "replace", "immutable": "update"},
        ),
        _kind(
            "v1",
            "Pod",
            core.pod,
            {"spec": "by part"},
            replacing=(("spec",),),
            updating=(("spec", "activeDeadlineSeconds"), ("spec", "tolerations")),
        ),
        _kind(
            "v1",
            "Service",
            core.service,
            {"spec": "by part"},
            replacing=(("spec", "clusterIP"),),
            name_rule=grammar.dns_1035,
        ),
        _kind(_RBAC, "Role", rbac.role, {"rules": "update"}, **_SEGMENT),
        _kind(_RBAC, "RoleBinding", rbac.role_binding, _BINDING, **_SEGMENT),
        _kind(
            _RBAC,
            "ClusterRole",
            rbac.cluster_role,
            {"rules": "update", "aggregationRule": "update"},
            **_SEGMENT,
            **_GLOBAL,
        ),
        _kind(_RBAC, "ClusterRoleBinding", rbac.cluster_role_binding, _BINDING, **_SEGMENT, **_GLOBAL),
        _kind("networking.k8s.io/v1", "NetworkPolicy", network.network_policy, _SPEC),
        _kind(_ADMISSION, "ValidatingAdmissionPolicy", admission.policy, _SPEC, **_GLOBAL),
        _kind(_ADMISSION, "ValidatingAdmissionPolicyBinding", admission.binding, _SPEC, **_GLOBAL),
        _kind("apps/v1", "Deployment", core.deployment, {"spec": "by part"}, replacing=(("spec", "selector"),)),
        _kind(
            "batch/v1",
            "Job",
            core.job,
            {"spec": "by part"},
            replacing=tuple(("spec", name) for name in ("completions", "parallelism", "selector", "template")),
        ),
        _kind("batch/v1", "CronJob", core.cron_job, _SPEC),
        _kind("spire.spiffe.io/v1alpha1", "ClusterSPIFFEID", spiffe.cluster_spiffe_id, _SPEC, **_GLOBAL, sdk=False),
    )
}
"""Served kinds by type token."""

# https://kubernetes.io/docs/reference/using-api/deprecation-guide/ : the SDK still has classes for these, no server
# answers them any more. Each with the release that removed it.
REMOVED: dict[str, str] = {
    "rbac.authorization.k8s.io/v1beta1": "1.22",
    "rbac.authorization.k8s.io/v1alpha1": "1.22",
    "extensions/v1beta1": "1.22",
    "apps/v1beta1": "1.16",
    "apps/v1beta2": "1.16",
    "batch/v1beta1": "1.25",
}
"""API versions of served kinds that clusters no longer have."""

# Objects that every cluster has from its first minute, so that nobody can create them.
BUILT_IN = frozenset(
    {
        *((f"{PACKAGE}:core/v1:Namespace", n) for n in ("default", "kube-system", "kube-public", "kube-node-lease")),
        *((f"{PACKAGE}:{_RBAC}:ClusterRole", n) for n in ("cluster-admin", "admin", "edit", "view")),
        (f"{PACKAGE}:{_RBAC}:ClusterRoleBinding", "cluster-admin"),
    }
)
IN_EVERY_NAMESPACE = frozenset(
    {(f"{PACKAGE}:core/v1:ServiceAccount", "default"), (f"{PACKAGE}:core/v1:ConfigMap", "kube-root-ca.crt")}
)
