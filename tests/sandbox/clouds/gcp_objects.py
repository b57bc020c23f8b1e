"""Objects of a Google Cloud project to test with: good inputs of many types, and what must stand before each."""

from __future__ import annotations

import json
from typing import Any

from nhi.sandbox.clouds.gcp import GcpCloud
from nhi.sandbox.clouds.gcp.types import TYPES, find
from nhi.sandbox.clouds.table import TableCloud
from nhi.sandbox.clouds.world import World

from clouds.objects import Subject, create

ACCOUNT = "gcp:serviceaccount/account:Account"
KEY = "gcp:serviceaccount/key:Key"
ACT_AS = "gcp:serviceaccount/iAMMember:IAMMember"
ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"
MEMBER = "gcp:projects/iAMMember:IAMMember"
BINDING = "gcp:projects/iAMBinding:IAMBinding"
WHOLE = "gcp:projects/iAMPolicy:IAMPolicy"
AUDIT = "gcp:projects/iAMAuditConfig:IAMAuditConfig"
API_KEY = "gcp:projects/apiKey:ApiKey"
POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
NAMESPACE = "gcp:iam/workloadIdentityPoolNamespace:WorkloadIdentityPoolNamespace"
MANAGED = "gcp:iam/workloadIdentityPoolManagedIdentity:WorkloadIdentityPoolManagedIdentity"
DENY = "gcp:iam/denyPolicy:DenyPolicy"
BOUNDARY = "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy"
BOUND = "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding"
SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
SECRET_MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember"
BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember"
ENTITLEMENT = "gcp:privilegedaccessmanager/entitlement:entitlement"
CONSTRAINT = "gcp:orgpolicy/policy:Policy"
ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine"
SETTINGS = "gcp:privilegedaccessmanager/settings:Settings"
SERVICE = "gcp:projects/service:Service"
ORG_AUDIT = "gcp:organizations/iamAuditConfig:IamAuditConfig"
FOLDER_AUDIT = "gcp:folder/iamAuditConfig:IamAuditConfig"
VIEW_MEMBER = "gcp:logging/logViewIamMember:LogViewIamMember"
PIPELINE_MEMBER = "gcp:clouddeploy/deliveryPipelineIamMember:DeliveryPipelineIamMember"
INSTANCE_MEMBER = "gcp:compute/instanceIAMMember:InstanceIAMMember"
TABLE_BINDING = "gcp:bigquery/iamBinding:IamBinding"
TAG = "gcp:tags/tagBinding:TagBinding"

PROJECT = "acme-agents"
MAIL = f"research@{PROJECT}.iam.gserviceaccount.com"
WHO = f"serviceAccount:{MAIL}"
OTHER = "user:someone@example.com"
UNTIL = {"title": "until", "expression": 'request.time < timestamp("2027-01-01T00:00:00Z")'}
DENIED = f"principal://iam.googleapis.com/projects/-/serviceAccounts/{MAIL}"
ATTACHED = f"cloudresourcemanager.googleapis.com%2Fprojects%2F{PROJECT}"
PAB = "organizations/1/locations/global/principalAccessBoundaryPolicies/agents"
RESOURCE = f"//cloudresourcemanager.googleapis.com/projects/{PROJECT}"


def rule(**change: Any) -> dict[str, Any]:
    row = {"deniedPrincipals": [DENIED], "deniedPermissions": ["storage.googleapis.com/buckets.delete"]}
    return {"denyRule": {**row, **change}}


GOOD: dict[str, dict[str, Any]] = {
    ACCOUNT: {"accountId": "research", "project": PROJECT, "description": "nhi: agent=research"},
    KEY: {"serviceAccountId": f"projects/{PROJECT}/serviceAccounts/{MAIL}"},
    ACT_AS: {
        "serviceAccountId": f"projects/{PROJECT}/serviceAccounts/{MAIL}",
        "role": "roles/iam.workloadIdentityUser",
        "member": f"serviceAccount:{PROJECT}.svc.id.goog[agents/research]",
    },
    ROLE: {"roleId": "nhi.research_1", "project": PROJECT, "title": "r", "permissions": ["storage.objects.get"]},
    MEMBER: {"project": PROJECT, "role": "roles/storage.objectViewer", "member": WHO, "condition": UNTIL},
    BINDING: {"project": PROJECT, "role": "roles/storage.objectViewer", "members": [OTHER], "condition": UNTIL},
    WHOLE: {
        "project": PROJECT,
        "policyData": json.dumps({"bindings": [{"role": "roles/viewer", "members": [OTHER]}]}),
    },
    AUDIT: {"project": PROJECT, "service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]},
    API_KEY: {"name": "key", "project": PROJECT},
    POOL: {"workloadIdentityPoolId": "agents", "project": PROJECT},
    PROVIDER: {
        "workloadIdentityPoolId": "agents",
        "workloadIdentityPoolProviderId": "research",
        "project": PROJECT,
        "attributeMapping": {"google.subject": "assertion.sub", "attribute.repo": "assertion.repository"},
        "attributeCondition": 'assertion.sub == "repo:acme/agents:ref:refs/heads/main"',
        "oidc": {"issuerUri": "https://token.example.com", "allowedAudiences": ["acme"]},
    },
    NAMESPACE: {"workloadIdentityPoolId": "agents", "workloadIdentityPoolNamespaceId": "ns", "project": PROJECT},
    MANAGED: {
        "workloadIdentityPoolId": "agents",
        "workloadIdentityPoolNamespaceId": "ns",
        "workloadIdentityPoolManagedIdentityId": "research",
        "project": PROJECT,
    },
    DENY: {"parent": ATTACHED, "name": "nhi-research", "rules": [rule()]},
    BOUNDARY: {
        "organization": "1",
        "location": "global",
        "principalAccessBoundaryPolicyId": "agents",
        "details": {"rules": [{"effect": "ALLOW", "resources": [RESOURCE]}], "enforcementVersion": "3"},
    },
    BOUND: {
        "project": PROJECT,
        "location": "global",
        "policyBindingId": "agents",
        "policy": PAB,
        "target": {"principalSet": RESOURCE},
        "condition": {"expression": f"principal.subject == '{MAIL}'"},
    },
    SECRET: {"secretId": "nhi-research", "project": PROJECT, "replication": {"auto": {}}, "labels": {"nhi_agent": "r"}},
    VERSION: {"secret": f"projects/{PROJECT}/secrets/nhi-research", "secretData": "x"},
    SECRET_MEMBER: {
        "secretId": "nhi-research",
        "project": PROJECT,
        "role": "roles/secretmanager.secretAccessor",
        "member": WHO,
    },
    BUCKET_MEMBER: {"bucket": "papers", "role": "roles/storage.objectViewer", "member": WHO},
    ENTITLEMENT: {
        "entitlementId": "research",
        "location": "global",
        "parent": f"projects/{PROJECT}",
        "maxRequestDuration": "7200s",
        "eligibleUsers": [{"principals": [WHO]}],
        "requesterJustificationConfig": {"unstructured": {}},
        "privilegedAccess": {
            "gcpIamAccess": {
                "resource": RESOURCE,
                "resourceType": "cloudresourcemanager.googleapis.com/Project",
                "roleBindings": [{"role": "roles/storage.admin"}],
            }
        },
    },
    CONSTRAINT: {
        "parent": f"projects/{PROJECT}",
        "name": f"projects/{PROJECT}/policies/iam.disableServiceAccountKeyCreation",
        "spec": {"rules": [{"enforce": "TRUE"}]},
    },
    ENGINE: {"displayName": "research", "project": PROJECT, "spec": {"identityType": "AGENT_IDENTITY"}},
    SETTINGS: {
        "location": "global",
        "parent": f"projects/{PROJECT}",
        "serviceAccountApproverSettings": {"enabled": False},
    },
    SERVICE: {"project": PROJECT, "service": "iam.googleapis.com"},
    ORG_AUDIT: {"orgId": "1", "service": "allServices", "auditLogConfigs": [{"logType": "ADMIN_READ"}]},
    FOLDER_AUDIT: {"folder": "folders/1", "service": "allServices", "auditLogConfigs": [{"logType": "ADMIN_READ"}]},
    VIEW_MEMBER: {
        "parent": f"projects/{PROJECT}",
        "location": "global",
        "bucket": "_Default",
        "name": "_AllLogs",
        "role": "roles/logging.viewAccessor",
        "member": WHO,
        "condition": UNTIL,
    },
    PIPELINE_MEMBER: {
        "project": PROJECT,
        "location": "europe-west3",
        "name": "release",
        "role": "roles/clouddeploy.releaser",
        "member": WHO,
    },
    INSTANCE_MEMBER: {
        "project": PROJECT,
        "zone": "europe-west3-a",
        "instanceName": "worker",
        "role": "roles/compute.osLogin",
        "member": WHO,
        "condition": UNTIL,
    },
    TABLE_BINDING: {
        "project": PROJECT,
        "datasetId": "papers",
        "tableId": "read",
        "role": "roles/bigquery.dataViewer",
        "members": [OTHER],
    },
    TAG: {"parent": f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/1", "tagValue": "tagValues/12"},
}


def place(cloud: TableCloud[Any], world: World, type: str) -> dict[str, Any]:
    if type in (KEY, ACT_AS) or GOOD[type].get("member") == WHO:
        create(cloud, world, GOOD, ACCOUNT, name="needed")
    if type == VERSION:
        create(cloud, world, GOOD, SECRET, name="needed")
    return {}


_BEYOND = {type: served for type in (INSTANCE_MEMBER, TABLE_BINDING) if (served := find(type)) is not None}
SUBJECT = Subject(GcpCloud, GOOD, {**TYPES, **_BEYOND}, place)
