"""Google Cloud types that rules read, by what they are to the gate, and types of IAM that give no access.

Every service has its own additive members, authoritative bindings and authoritative policies, several hundred types in
all, in two spellings (`projects/iAMMember:IAMMember`, `cloudrunv2/serviceIamMember:ServiceIamMember`). They are known
by their form, so that a service which the SDK learns tomorrow is covered as well.
"""

from __future__ import annotations

import re

GCP_SERVICE_ACCOUNT = "gcp:serviceaccount/account:Account"
GCP_SERVICE_ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember"
GCP_SERVICE_ACCOUNT_BINDING = "gcp:serviceaccount/iAMBinding:IAMBinding"
GCP_SERVICE_ACCOUNT_POLICY = "gcp:serviceaccount/iAMPolicy:IAMPolicy"
GCP_SERVICE_ACCOUNT_KEY = "gcp:serviceaccount/key:Key"
GCP_PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember"
GCP_CUSTOM_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"
GCP_ORGANIZATION_ROLE = "gcp:organizations/iAMCustomRole:IAMCustomRole"
GCP_DENY_POLICY = "gcp:iam/denyPolicy:DenyPolicy"
GCP_BOUNDARY = "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy"
GCP_BOUNDARY_BINDING = "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding"
GCP_POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
GCP_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
GCP_SECRET = "gcp:secretmanager/secret:Secret"  # a type token
GCP_REGIONAL_SECRET = "gcp:secretmanager/regionalSecret:RegionalSecret"  # a type token
GCP_SECRET_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"  # a type token
GCP_REGIONAL_SECRET_VERSION = "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion"  # a type token
GCP_ENTITLEMENT = "gcp:privilegedaccessmanager/entitlement:entitlement"
GCP_REASONING_ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine"
GCP_AUTH_PROVIDER = "gcp:agentidentity/authProvider:AuthProvider"
GCP_GROUP_MEMBERSHIP = "gcp:cloudidentity/groupMembership:GroupMembership"
GCP_ACCOUNT_GRANTS = frozenset({GCP_SERVICE_ACCOUNT_MEMBER, GCP_SERVICE_ACCOUNT_BINDING, GCP_SERVICE_ACCOUNT_POLICY})
"""Types that grant a role on one service account."""

GCP_KINDS: dict[str, frozenset[str]] = {
    "principal": frozenset({GCP_SERVICE_ACCOUNT}),
    "gcp-static-credential": frozenset(
        {
            GCP_SERVICE_ACCOUNT_KEY,
            "gcp:storage/hmacKey:HmacKey",
            "gcp:projects/apiKey:ApiKey",
            "gcp:firestore/userCreds:UserCreds",
            "gcp:iam/oauthClientCredential:OauthClientCredential",
            "gcp:iam/workforcePoolProviderScimToken:WorkforcePoolProviderScimToken",
            "gcp:oslogin/sshPublicKey:SshPublicKey",
        }
    ),
    "gcp-role": frozenset({GCP_CUSTOM_ROLE, GCP_ORGANIZATION_ROLE}),
    "gcp-secret": frozenset({GCP_SECRET, GCP_REGIONAL_SECRET}),
    "gcp-secret-version": frozenset({GCP_SECRET_VERSION, GCP_REGIONAL_SECRET_VERSION}),
    "gcp-organization-policy": frozenset(
        {
            "gcp:folder/organizationPolicy:OrganizationPolicy",
            "gcp:organizations/policy:Policy",
            "gcp:orgpolicy/policy:Policy",
            "gcp:projects/organizationPolicy:OrganizationPolicy",
        }
    ),
    # Lists of who may use a thing that stand beside IAM, or decide what IAM means by a name.
    "gcp-access-list": frozenset(
        {
            GCP_GROUP_MEMBERSHIP,
            "gcp:alloydb/user:User",
            "gcp:apigee/syncAuthorization:SyncAuthorization",
            "gcp:bigquery/dataset:Dataset",
            "gcp:bigquery/datasetAccess:DatasetAccess",
            "gcp:bigquery/rowAccessPolicy:RowAccessPolicy",
            "gcp:bigquery/datapolicyv2DataPolicy:Datapolicyv2DataPolicy",
            "gcp:gkehub/membershipRbacRoleBinding:MembershipRbacRoleBinding",
            "gcp:gkehub/scopeRbacRoleBinding:ScopeRbacRoleBinding",
            "gcp:managedkafka/acl:Acl",
            "gcp:sql/user:User",
            "gcp:storage/bucketACL:BucketACL",
            "gcp:storage/bucketAccessControl:BucketAccessControl",
            "gcp:storage/defaultObjectACL:DefaultObjectACL",
            "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl",
            "gcp:storage/objectACL:ObjectACL",
            "gcp:storage/objectAccessControl:ObjectAccessControl",
        }
    ),
}


def _form(ending: str) -> re.Pattern[str]:
    return re.compile(rf"gcp:[A-Za-z0-9]+/[A-Za-z0-9]*(?:iam|Iam|iAM|IAM){ending}:[A-Za-z0-9]+")


GCP_FORMS: dict[str, re.Pattern[str]] = {
    "gcp-member": _form("Member"),
    "gcp-authoritative": _form("(?:Binding|Policy)"),
    "gcp-binding": _form("Binding"),
    "gcp-policy": _form("Policy"),
    "gcp-grant": _form("(?:Member|Binding|Policy)"),
}
"""Kinds that are known by the form of a token, on top of `GCP_KINDS`."""

GCP_COVERED: frozenset[str] = frozenset(
    {
        GCP_AUTH_PROVIDER,
        GCP_BOUNDARY,
        GCP_BOUNDARY_BINDING,
        GCP_DENY_POLICY,
        GCP_ENTITLEMENT,
        GCP_POOL,
        GCP_PROVIDER,
        GCP_REASONING_ENGINE,
    }
)

GCP_HARMLESS: frozenset[str] = frozenset(
    {
        # They say what is written down, or take a member away.
        "gcp:folder/iamAuditConfig:IamAuditConfig",
        "gcp:organizations/iamAuditConfig:IamAuditConfig",
        "gcp:projects/iAMAuditConfig:IAMAuditConfig",
        "gcp:projects/iamMemberRemove:IamMemberRemove",
    }
)
