"""Each platform's component with plans to declare, for the tests of all and the tests of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import entra_plans
import gcp_plans
import kubernetes_plans
import plans
import pulumi
import pulumi_aws
import pulumi_azuread
import pulumi_gcp
import pulumi_kubernetes
from nhi.contract import Platform, Record
from nhi.plan.model import AgentPlan
from nhi.platforms.aws import documents as aws
from nhi.platforms.aws import identity as aws_identity
from nhi.platforms.entra import documents as entra
from nhi.platforms.entra import identity as entra_identity
from nhi.platforms.gcp import documents as gcp
from nhi.platforms.gcp import identity as gcp_identity
from nhi.platforms.kubernetes import documents as kubernetes
from nhi.platforms.kubernetes import identity as kubernetes_identity


@dataclass(frozen=True)
class Subject:
    """One platform: plans to declare, what makes and what registers their records, and a provider of its package.

    `settles` is an output that must not resolve before every lock stands. `unwritable` is a plan that has no documents,
    and what is said about it.
    """

    package: str
    cases: Mapping[str, AgentPlan]
    records: Callable[[AgentPlan, str], tuple[Record, ...]]
    declare: Callable[..., pulumi.ComponentResource]
    component: type
    settles: str
    provider: Callable[[str], pulumi.ProviderResource]
    unwritable: tuple[AgentPlan, str]


STORED = {"type": "api_key", "rotation_days": 30}
ON_EKS: dict[str, Any] = {"workload": {"kind": "eks", "cluster": "main"}, "platforms": ("aws", "kubernetes")}
WITH_PASSWORDS = entra_plans.environment(entra_plans.PASSWORDS, kubernetes=plans.KUBERNETES)
SUBJECTS: dict[Platform, Subject] = {
    "aws": Subject(
        "aws",
        {
            "eks": plans.plan(),
            "agentcore": plans.plan(plans.WORKLOADS["agentcore"]),
            "spiffe": plans.plan(plans.WORKLOADS["spiffe"]),
            "stored-credential": plans.plan(plans.WORKLOADS["lambda"], credential=STORED),
            "suspended": plans.plan(state="suspended"),
        },
        aws.records,
        aws_identity.declare,
        aws_identity.AwsAgentIdentity,
        "role_arn",
        lambda name: pulumi_aws.Provider(name, region="eu-west-1"),
        (plans.plan(where=plans.environment({**plans.AWS, "clusters": {}})), "no EKS cluster"),
    ),
    "entra": Subject(
        "azuread",
        {
            "kubernetes": entra_plans.plan(),
            "lambda": entra_plans.plan(plans.WORKLOADS["lambda"]),
            "delegated": entra_plans.plan(allows=[entra_plans.MAIL], on_behalf="required"),
            "password": entra_plans.plan(plans.WORKLOADS["spiffe"], credential=STORED, where=WITH_PASSWORDS),
            "suspended": entra_plans.plan(state="suspended"),
        },
        entra.records,
        entra_identity.declare,
        entra_identity.EntraAgentIdentity,
        "client_id",
        lambda name: pulumi_azuread.Provider(name, tenant_id=entra_plans.ENTRA["tenant_id"]),
        (
            entra_plans.plan(where=entra_plans.environment(plans.without(entra_plans.ENTRA, "apis"))),
            r"add `entra\.apis\.microsoft\.graph`",
        ),
    ),
    "gcp": Subject(
        "gcp",
        {
            "gke": gcp_plans.plan(),
            "federated": gcp_plans.plan("oidc"),
            "agent-engine": gcp_plans.plan("agent-engine"),
            "stored-credential": gcp_plans.plan("cloud-run", credential=STORED),
            "suspended": gcp_plans.plan("kubernetes", state="suspended"),
        },
        gcp.records,
        gcp_identity.declare,
        gcp_identity.GcpAgentIdentity,
        "principal",
        lambda name: pulumi_gcp.Provider(name, project="acme-agents"),
        (gcp_plans.plan({"kind": "gke", "cluster": "elsewhere"}), "no GKE cluster"),
    ),
    "kubernetes": Subject(
        "kubernetes",
        {
            "kubernetes": kubernetes_plans.full_plan(),
            "eks": kubernetes_plans.full_plan(**ON_EKS),
            "proposed": kubernetes_plans.full_plan(state="proposed", **ON_EKS),
            "suspended": kubernetes_plans.full_plan(state="suspended", **ON_EKS),
        },
        kubernetes.records,
        kubernetes_identity.declare,
        kubernetes_identity.KubernetesAgentIdentity,
        "service_account_name",
        lambda name: pulumi_kubernetes.Provider(name, context="elsewhere"),
        (kubernetes_plans.plan({"kind": "eks", "cluster": "elsewhere"}), "runs in cluster elsewhere"),
    ),
}
