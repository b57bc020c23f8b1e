"""Kubernetes objects as the judge reads them.

Owns strict reading of metadata, RBAC rules, bindings, secrets, network policies, admission objects and pods. What is
unknown or of another shape is unproven, never empty.

Shapes: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nhi.contract import UNKNOWN

from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, joined

SERVICE_ACCOUNT_TOKEN = "kubernetes.io/service-account-token"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Name, namespace, labels and annotations. `name` is None where the provider chooses it."""

    name: str | None
    namespace: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RbacRule:
    """One rule of a Role or ClusterRole; lists that are not written are empty. `index` counts from 0."""

    index: int
    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    resource_names: tuple[str, ...]
    non_resource_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of a binding. A ServiceAccount's namespace is filled in from the binding where it is left out."""

    kind: str
    name: str
    namespace: str | None
    api_group: str


@dataclass(frozen=True, slots=True)
class RoleRef:
    """The role that a binding hands out."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A network policy's pod selector, the directions it governs, and its rules as written."""

    pod_labels: Mapping[str, str]
    match_expressions: tuple[Any, ...]
    policy_types: tuple[str, ...]
    ingress: tuple[Mapping[str, Any], ...]
    egress: tuple[Mapping[str, Any], ...]


def metadata(resource: Resource) -> Metadata:
    """The object's metadata. Raises `Unproven` where a part that is read here is not known."""

    def strings(key: str) -> Mapping[str, str]:
        return {name: str(value) for name, value in resource.map("metadata", key).items()}

    return Metadata(
        resource.text("metadata", "name"),
        resource.text("metadata", "namespace"),
        strings("labels"),
        strings("annotations"),
    )


def _list_of_maps(resource: Resource, *path: str | int) -> tuple[Mapping[str, Any], ...]:
    value = resource.read(*path, default=[])
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Unproven(joined(path), "is not a list of maps")
    return tuple(value)


def rbac_rules(resource: Resource) -> tuple[RbacRule, ...]:
    """The rules of a Role or ClusterRole.

    A ClusterRole with an aggregation rule takes its rules from others at run time, so what it grants is unproven.
    """
    if resource.peek("aggregationRule") is not None:
        raise Unproven("aggregationRule", "takes rules from other roles when the cluster runs")
    return written_rules(resource)


def written_rules(resource: Resource) -> tuple[RbacRule, ...]:
    """The rules that stand in a Role or ClusterRole, whatever it takes from others."""
    rules = _list_of_maps(resource, "rules")
    return tuple(
        RbacRule(
            index,
            resource.texts("rules", index, "apiGroups"),
            resource.texts("rules", index, "resources"),
            resource.texts("rules", index, "verbs"),
            resource.texts("rules", index, "resourceNames"),
            resource.texts("rules", index, "nonResourceURLs"),
        )
        for index in range(len(rules))
    )


def subjects(resource: Resource) -> tuple[Subject, ...]:
    """The subjects of a RoleBinding or ClusterRoleBinding."""
    own = resource.text("metadata", "namespace")
    found: list[Subject] = []
    for index, _ in enumerate(_list_of_maps(resource, "subjects")):
        kind = resource.text("subjects", index, "kind")
        name = resource.text("subjects", index, "name")
        if not kind or not name:
            raise Unproven(f"subjects[{index}]", "lacks its kind or its name")
        namespace = resource.text("subjects", index, "namespace")
        if kind == "ServiceAccount" and namespace is None:
            namespace = own
        found.append(Subject(kind, name, namespace, resource.text("subjects", index, "apiGroup") or ""))
    return tuple(found)


def role_ref(resource: Resource) -> RoleRef:
    """The role that a binding hands out."""
    kind, name = resource.text("roleRef", "kind"), resource.text("roleRef", "name")
    if not kind or not name:
        raise Unproven("roleRef", "lacks its kind or its name")
    return RoleRef(kind, name)


def secret_type(resource: Resource) -> str:
    """The type of a Secret, `Opaque` where none is written. Never reads what is in it."""
    return resource.text("type") or "Opaque"


def network_policy(resource: Resource) -> NetworkPolicy:
    """A NetworkPolicy. `policyTypes` that are left out are what Kubernetes makes of them: Ingress, and Egress where
    egress rules are written."""
    ingress = _list_of_maps(resource, "spec", "ingress")
    egress = _list_of_maps(resource, "spec", "egress")
    kinds = resource.texts("spec", "policyTypes") or (("Ingress", "Egress") if egress else ("Ingress",))
    return NetworkPolicy(
        {key: str(value) for key, value in resource.map("spec", "podSelector", "matchLabels").items()},
        _list_of_maps(resource, "spec", "podSelector", "matchExpressions"),
        kinds,
        ingress,
        egress,
    )


def validations(resource: Resource) -> tuple[str, ...]:
    """The CEL expressions of a ValidatingAdmissionPolicy."""
    count = len(_list_of_maps(resource, "spec", "validations"))
    found = (resource.text("spec", "validations", index, "expression") for index in range(count))
    return tuple(expression for expression in found if expression)


def pod_path(resource: Resource) -> tuple[str, ...] | None:
    """Where the pod template of a workload stands, up to its `spec` and `metadata`; None for any other type."""
    if resource.type == t.K8S_POD:
        return ()
    if resource.type == "kubernetes:batch/v1:CronJob":
        return ("spec", "jobTemplate", "spec", "template")
    return ("spec", "template") if resource.type in t.K8S_WORKLOADS else None


def pod_service_account(resource: Resource) -> tuple[str, str] | None:
    """Namespace and name of the service account that a workload's pods run as; None where it makes no pods.

    A pod that names none runs as `default`. The namespace is the workload's, `default` where it names none.
    """
    path = pod_path(resource)
    if path is None:
        return None
    name = resource.text(*path, "spec", "serviceAccountName") or resource.text(*path, "spec", "serviceAccount")
    return resource.text("metadata", "namespace") or "default", name or "default"


def service_account(resource: Resource) -> tuple[str, str]:
    """Namespace and name of a ServiceAccount. Raises `Unproven` where the provider chooses its name."""
    name = resource.text("metadata", "name")
    if name is None:
        raise Unproven("metadata.name", "is left to the provider to choose")
    return resource.text("metadata", "namespace") or "default", name


def spec(resource: Resource, *path: str | int) -> Any:
    """A part of a custom resource's `spec`, wholly known, None where absent."""
    if resource.peek("spec") is UNKNOWN:
        raise Unproven("spec")
    return resource.read("spec", *path)
