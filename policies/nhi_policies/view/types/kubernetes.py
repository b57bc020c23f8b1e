"""Kubernetes types that rules read, by what they are to the gate."""

from __future__ import annotations

K8S_SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
K8S_SECRET = "kubernetes:core/v1:Secret"  # a type token
K8S_NAMESPACE = "kubernetes:core/v1:Namespace"
K8S_POD = "kubernetes:core/v1:Pod"
K8S_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
K8S_CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
K8S_ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
K8S_CLUSTER_ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
K8S_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
K8S_ADMISSION_POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
K8S_ADMISSION_BINDING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
K8S_SPIFFE_ID = "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID"
K8S_WORKLOADS = (
    K8S_POD,
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:ReplicaSet",
    "kubernetes:batch/v1:Job",
    "kubernetes:batch/v1:CronJob",
)

K8S_KINDS: dict[str, frozenset[str]] = {
    "principal": frozenset({K8S_SERVICE_ACCOUNT}),
    "kubernetes-role": frozenset({K8S_ROLE, K8S_CLUSTER_ROLE}),
    "kubernetes-binding": frozenset({K8S_ROLE_BINDING, K8S_CLUSTER_ROLE_BINDING}),
    "kubernetes-workload": frozenset(K8S_WORKLOADS),
}

K8S_COVERED: frozenset[str] = frozenset(
    {K8S_SECRET, K8S_NETWORK_POLICY, K8S_ADMISSION_POLICY, K8S_ADMISSION_BINDING, K8S_SPIFFE_ID}
)
