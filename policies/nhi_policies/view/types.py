"""Which resource types the gate knows: covered by rules, harmless, or opaque.

Opaque means that what the resource does to identities cannot be read from its properties (a chart, a script, a
template), or that nobody has taught the gate this type. Beside agents that is unproven, and unproven is denied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nhi.contract import AGENT_IDENTITY, COMPONENT_TYPES, PLATFORM_IDENTITY

Standing = Literal["covered", "harmless", "opaque", "unknown"]


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """How a type stands, and why where it is not covered."""

    standing: Standing
    why: str = ""


AWS_ROLE = "aws:iam/role:Role"
AWS_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
AWS_POLICY = "aws:iam/policy:Policy"
AWS_ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
AWS_POLICY_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
AWS_ROLE_POLICIES_EXCLUSIVE = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
AWS_ROLE_ATTACHMENTS_EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
AWS_INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
AWS_USER = "aws:iam/user:User"
AWS_ACCESS_KEY = "aws:iam/accessKey:AccessKey"
AWS_LOGIN_PROFILE = "aws:iam/userLoginProfile:UserLoginProfile"
AWS_SERVICE_CREDENTIAL = "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"
AWS_SIGNING_CERTIFICATE = "aws:iam/signingCertificate:SigningCertificate"
AWS_SSH_KEY = "aws:iam/sshKey:SshKey"
AWS_USER_POLICY = "aws:iam/userPolicy:UserPolicy"
AWS_USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
AWS_GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
AWS_GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
AWS_OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
AWS_POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
AWS_ROLES_ANYWHERE_PROFILE = "aws:rolesanywhere/profile:Profile"
AWS_WORKLOAD_IDENTITY = "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity"
AWS_AGENT_RUNTIME = "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime"
AWS_HARNESS = "aws:bedrock/agentcoreHarness:AgentcoreHarness"
AWS_BEDROCK_AGENT = "aws:bedrock/agentAgent:AgentAgent"
AWS_SECRET = "aws:secretsmanager/secret:Secret"  # a type token
AWS_SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # a type token
AWS_SECRET_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"  # a type token
AWS_SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"  # a type token

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

KINDS: dict[str, frozenset[str]] = {
    "component": COMPONENT_TYPES,
    "agent-component": frozenset({AGENT_IDENTITY, *PLATFORM_IDENTITY.values()}),
    "principal": frozenset({AWS_ROLE, AWS_USER, K8S_SERVICE_ACCOUNT}),
    "static-credential": frozenset(
        {AWS_ACCESS_KEY, AWS_LOGIN_PROFILE, AWS_SERVICE_CREDENTIAL, AWS_SIGNING_CERTIFICATE, AWS_SSH_KEY}
    ),
    "aws-document": frozenset(
        {
            AWS_ROLE,
            AWS_ROLE_POLICY,
            AWS_POLICY,
            AWS_USER_POLICY,
            AWS_GROUP_POLICY,
            AWS_POD_IDENTITY,
            AWS_ROLES_ANYWHERE_PROFILE,
            AWS_SECRET,
            AWS_SECRET_POLICY,
        }
    ),
    "aws-identity-policy": frozenset({AWS_ROLE, AWS_ROLE_POLICY, AWS_POLICY, AWS_USER_POLICY, AWS_GROUP_POLICY}),
    "aws-grant": frozenset(
        {
            AWS_ROLE_POLICY,
            AWS_POLICY,
            AWS_ROLE_ATTACHMENT,
            AWS_POLICY_ATTACHMENT,
            AWS_USER_POLICY,
            AWS_USER_ATTACHMENT,
            AWS_GROUP_POLICY,
            AWS_GROUP_ATTACHMENT,
        }
    ),
    "kubernetes-role": frozenset({K8S_ROLE, K8S_CLUSTER_ROLE}),
    "kubernetes-binding": frozenset({K8S_ROLE_BINDING, K8S_CLUSTER_ROLE_BINDING}),
    "kubernetes-workload": frozenset(K8S_WORKLOADS),
}
"""Names for sets of types that rules target. `opaque` and `unknown` are kinds as well, by `classify`."""

COVERED: frozenset[str] = frozenset().union(*KINDS.values()) | {
    AWS_ROLE_POLICIES_EXCLUSIVE,
    AWS_ROLE_ATTACHMENTS_EXCLUSIVE,
    AWS_INSTANCE_PROFILE,
    AWS_OIDC_PROVIDER,
    AWS_WORKLOAD_IDENTITY,
    AWS_AGENT_RUNTIME,
    AWS_HARNESS,
    AWS_BEDROCK_AGENT,
    AWS_SECRET_VERSION,
    AWS_SECRET_ROTATION,
    K8S_SECRET,
    K8S_NETWORK_POLICY,
    K8S_ADMISSION_POLICY,
    K8S_ADMISSION_BINDING,
    K8S_SPIFFE_ID,
}

HARMLESS: frozenset[str] = frozenset(
    {
        "pulumi:pulumi:Stack",
        "pulumi:pulumi:StackReference",
        "aws:iam/accountAlias:AccountAlias",
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        "aws:iam/group:Group",
        "aws:iam/serverCertificate:ServerCertificate",
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "aws:iam/virtualMfaDevice:VirtualMfaDevice",
        "aws:eks/addon:Addon",
        "aws:eks/cluster:Cluster",
        "aws:eks/fargateProfile:FargateProfile",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:organizations/account:Account",
        "aws:organizations/organization:Organization",
        "aws:organizations/organizationalUnit:OrganizationalUnit",
        "aws:organizations/tag:Tag",
        "aws:rolesanywhere/trustAnchor:TrustAnchor",
    }
)
"""Types of identity-bearing services that by themselves give no agent access."""

HARMLESS_PACKAGES = frozenset({"archive", "local", "random", "std", "time", "tls"})
CLOUD_PACKAGES = frozenset({"aws", "azuread", "gcp", "kubernetes"})

_OPAQUE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"pulumi-(?:nodejs|python):dynamic[:/].*", "a dynamic resource runs code that the gate cannot read"),
        (r"command:.*", "a command can do anything"),
        (r"docker-build:.*|docker:.*", "a build can do anything"),
        (r"null:.*|terraform:.*|terraform-module:.*", "it runs something that the gate cannot read"),
        (
            r"(?:aws:cloudformation|aws:serverlessrepository|aws-native:cloudformation)[/:].*",
            "a template makes resources of its own",
        ),
        (r"aws:cloudcontrol/.*", "it makes a resource of any type"),
        (r"kubernetes:helm.*", "a chart makes objects of its own"),
        (r"kubernetes:(?:yaml|kustomize)[:/].*", "its objects come from files that the gate does not read"),
    )
)

_IDENTITY_BEARING = re.compile(
    r"aws:(?:iam|sts|ssoadmin|organizations|rolesanywhere|identitystore|eks|agentregistry|verifiedpermissions)/.*"
    r"|aws:bedrock/agent.*"
    r"|aws:cognito/identityPool.*"
    r"|kubernetes:(?:rbac|authentication|authorization|certificates|admissionregistration|apiextensions|spire)\b.*"
    r"|kubernetes:core/v1:(?:ServiceAccount|Secret)(?:Patch|List)"
    r"|azuread:.*"
    r"|gcp:(?:serviceaccount|iam|projects/iA?[aA]?[mM]|organizations/iam|folder/iam|privilegedaccessmanager|iap).*"
    r"|(?i:gcp:.*iam(?:member|binding|policy).*)",
)

# Groups of the Kubernetes API whose objects a cluster itself serves; anything else is a custom resource.
_KUBERNETES_GROUPS = re.compile(
    r"kubernetes:(?:core|apps|batch|autoscaling|policy|extensions|meta|[a-z]+\.k8s\.io|rbac\.authorization\.k8s\.io"
    r"|[a-z]+\.(?:apiserver|authorization)\.k8s\.io)/v\d\w*:\w+"
)


@cache
def classify(type_token: str) -> TypeEntry:
    """How the gate stands to a type. `opaque` types are known to hide things, `unknown` ones nobody has judged."""
    if type_token in COVERED:
        return TypeEntry("covered")
    if type_token in HARMLESS or type_token.startswith("pulumi:providers:"):
        return TypeEntry("harmless", "it gives no agent access")
    for pattern, why in _OPAQUE:
        if pattern.fullmatch(type_token):
            return TypeEntry("opaque", why)
    package = type_token.split(":", 1)[0]
    if package in HARMLESS_PACKAGES:
        return TypeEntry("harmless", "its package touches no identity")
    if package not in CLOUD_PACKAGES:
        return TypeEntry("unknown", f"the gate does not know the package {package}")
    if _IDENTITY_BEARING.fullmatch(type_token):
        return TypeEntry("unknown", "it belongs to an identity service, and no rule reads this type")
    if package == "kubernetes" and not _KUBERNETES_GROUPS.fullmatch(type_token):
        return TypeEntry("unknown", "it is a custom resource that no rule reads")
    return TypeEntry("harmless", "its service gives no identity access")


@cache
def kinds_of(type_token: str) -> frozenset[str]:
    """The kinds a type belongs to: those of `KINDS`, and its standing."""
    return frozenset({kind for kind, types in KINDS.items() if type_token in types} | {classify(type_token).standing})
