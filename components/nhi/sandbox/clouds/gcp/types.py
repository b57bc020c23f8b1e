"""Every Google Cloud type that the sandbox serves: what replaces it, what identifies it, what the cloud assigns.

Owns one table. A test proves that every property the SDK accepts has its place in it, so that a property nobody
thought of cannot silently be taken for one that is changed in place. Does not own limits (`limits`), words (`grammar`),
expressions (`conditions`) or what objects do to each other (`project`).

Replacement is what the provider's schemas say (`ForceNew` in the Google provider 7, which `pulumi_gcp` 10 wraps); a
test reads the SDK's docstrings for the properties whose text says so itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from nhi.sandbox.clouds.gcp.facts import FAKE_ETAG, Facts, Served, served, within
from nhi.sandbox.clouds.gcp.grants import GRANTS, derived
from nhi.sandbox.clouds.table import FAKE_SECRET, FAKE_TIME

# --- identities -------------------------------------------------------------------------------------------------


def _account(f: Facts) -> Mapping[str, Any]:
    return {
        "name": f"projects/{f.project}/serviceAccounts/{f.mail}",
        "email": f.mail,
        "member": f"serviceAccount:{f.mail}",
        "uniqueId": f.decimals("unique", 21),
        "displayName": f["displayName"] or "",
    }


def _key(f: Facts) -> Mapping[str, Any]:
    return {
        "name": f"{f.account}/keys/{f.digits('key', 40)}",
        "privateKey": FAKE_SECRET if f["publicKeyData"] is None else "",
        "publicKey": "SANDBOX-NOT-A-KEY",
        "validAfter": FAKE_TIME,
        "validBefore": "9999-12-31T23:59:59Z",
    }


def _pool_path(f: Facts, project: str) -> str:
    return f"projects/{project}/locations/global/workloadIdentityPools/{f['workloadIdentityPoolId']}"


def _in_pool(*parts: tuple[str, str]) -> Callable[[Facts, str], str]:
    """The path of something inside a pool, such as `providers/ID`; the project is given by id or by number."""
    return lambda f, project: "/".join((_pool_path(f, project), *(f"{kind}/{f[name]}" for kind, name in parts)))


def _pooled(path: Callable[[Facts, str], str], **more: Any) -> dict[str, Any]:
    return {
        "id": lambda f: path(f, f.project),
        "assigned": lambda f: {"name": path(f, f.number), "state": "ACTIVE", **{k: f[k] or v for k, v in more.items()}},
        # https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers: an id stays taken for 30 days
        "kept": True,
    }


def _stamped(f: Facts) -> Mapping[str, Any]:
    return {
        "uid": f.uuid("uid"),
        "etag": FAKE_ETAG,
        "createTime": FAKE_TIME,
        "updateTime": FAKE_TIME,
        "effectiveAnnotations": f["annotations"] or {},
    }


def _bound(parent: Callable[[Facts], str]) -> Callable[[Facts], str]:
    return lambda f: f"{parent(f)}/locations/{f['location']}/policyBindings/{f['policyBindingId']}"


def _binding(parent: Callable[[Facts], str]) -> Callable[[Facts], Mapping[str, Any]]:
    return lambda f: {
        **_stamped(f),
        "name": _bound(parent)(f),
        "policyUid": f.digits("policy", 32),
        "policyKind": f["policyKind"] or "PRINCIPAL_ACCESS_BOUNDARY",
    }


def _parent(f: Facts) -> str:
    return f"organizations/{str(f['organization']).removeprefix('organizations/')}"


def _boundary(f: Facts) -> str:
    return (
        f"{_parent(f)}/locations/{f['location']}/principalAccessBoundaryPolicies/{f['principalAccessBoundaryPolicyId']}"
    )


def _labelled(f: Facts) -> Mapping[str, Any]:
    return {"effectiveLabels": f["labels"] or {}, "pulumiLabels": f["labels"] or {}}


def _secret(f: Facts) -> Mapping[str, Any]:
    return {
        **_labelled(f),
        "name": f"projects/{f.number}/secrets/{f['secretId']}",
        "createTime": FAKE_TIME,
        "effectiveAnnotations": f["annotations"] or {},
        "expireTime": f["expireTime"] or (FAKE_TIME if f["ttl"] else ""),
    }


def secret_of(f: Facts) -> str:
    """`projects/P/secrets/S` for the secret that a version belongs to."""
    return within(f["secret"], "secrets", f"projects/{f.project}/secrets")


def _version_name(f: Facts) -> str:
    # The real cloud counts 1, 2, 3; a number that is always the same for one URN needs no look at the world.
    return f"{secret_of(f)}/versions/{f.decimals('version', 6)}"


def _version(f: Facts) -> Mapping[str, Any]:
    name = _version_name(f)
    return {"name": name, "version": name.rpartition("/")[2], "createTime": FAKE_TIME, "destroyTime": ""}


def _key_name(f: Facts) -> str:
    return f"projects/{f.project}/locations/global/keys/{f['name']}"


def _entitlement(f: Facts) -> str:
    return f"{f['parent']}/locations/{f['location']}/entitlements/{f['entitlementId']}"


def _settings(f: Facts) -> str:
    return f"{f['parent']}/locations/{f['location']}/settings"


def _rule(f: Facts) -> str:
    return f"{f['parent']}/policies/{str(f['name']).rpartition('/')[2]}"


def _engine_name(f: Facts) -> str:
    return f.decimals("engine", 19)


def _engine(f: Facts) -> Mapping[str, Any]:
    place, name = f.place("region"), _engine_name(f)
    full = f"projects/{f.number}/locations/{place}/reasoningEngines/{name}"
    spec = dict(f["spec"]) if isinstance(f["spec"], Mapping) else {}
    if spec.get("identityType") == "AGENT_IDENTITY":
        # The principal's host and path, as the SDK's documentation of `spec.effectiveIdentity` shows them.
        spec["effectiveIdentity"] = f"agents.global.org-{f.organization}.system.id.goog/resources/aiplatform/{full}"
    return {
        **_labelled(f),
        "name": name,
        "createTime": FAKE_TIME,
        "updateTime": FAKE_TIME,
        "url": f"https://{place}-aiplatform.sandbox.invalid/v1/{full}",
        "region": place,
        "spec": spec,
    }


def _tag_binding(f: Facts) -> str:
    return f"tagBindings/{quote(str(f['parent']), safe='')}/{f['tagValue']}"


_PROVIDER = _in_pool(("providers", "workloadIdentityPoolProviderId"))
_NAMESPACE = _in_pool(("namespaces", "workloadIdentityPoolNamespaceId"))
_MANAGED = _in_pool(
    ("namespaces", "workloadIdentityPoolNamespaceId"), ("managedIdentities", "workloadIdentityPoolManagedIdentityId")
)
_CUSTOM_UPDATES = "deletionPolicy description permissions stage title"
_BINDING_REPLACES = "location policy policyBindingId policyKind target"
_BINDING_UPDATES = "annotations condition deletionPolicy displayName"


def _policy_binding(property: str, parent: Callable[[Facts], str]) -> Served:
    return served(
        f"{_BINDING_REPLACES} {property}",
        _BINDING_UPDATES,
        _bound(parent),
        assigned=_binding(parent),
        optional_outputs="policyKind",
    )


def _audit(property: str, parent: Callable[[Facts], str]) -> Served:
    # Authoritative for its service: it overwrites what is there.
    return served(
        f"{property} service",
        "auditLogConfigs",
        lambda f: f"{parent(f)}/audit_config/{f['service']}",
        assigned=lambda _: {"etag": FAKE_ETAG},
        sets="auditLogConfigs",
        put=True,
    )


TYPES: dict[str, Served] = {
    **GRANTS,
    "gcp:serviceaccount/account:Account": served(
        "accountId project",
        "createIgnoreAlreadyExists deletionPolicy description disabled displayName",
        lambda f: f"projects/{f.project}/serviceAccounts/{f.mail}",
        assigned=_account,
        named="accountId",
        name_limit=30,
        defaults={"disabled": False},
    ),
    "gcp:serviceaccount/key:Key": served(
        "serviceAccountId keepers keyAlgorithm privateKeyType publicKeyData publicKeyType",
        "deletionPolicy",
        lambda f: str(_key(f)["name"]),
        assigned=_key,
        numbered=True,
        defaults={
            "keyAlgorithm": "KEY_ALG_RSA_2048",
            "privateKeyType": "TYPE_GOOGLE_CREDENTIALS_FILE",
            "publicKeyType": "TYPE_X509_PEM_FILE",
        },
        secret_outputs=("privateKey",),
    ),
    "gcp:projects/iAMCustomRole:IAMCustomRole": served(
        "project roleId",
        _CUSTOM_UPDATES,
        lambda f: f"projects/{f.project}/roles/{f['roleId']}",
        assigned=lambda f: {"name": f"projects/{f.project}/roles/{f['roleId']}", "deleted": False},
        named="roleId",
        name_limit=255,
        defaults={"stage": "GA"},
        sets="permissions",
    ),
    "gcp:organizations/iAMCustomRole:IAMCustomRole": served(
        "orgId roleId",
        _CUSTOM_UPDATES,
        lambda f: f"organizations/{f['orgId']}/roles/{f['roleId']}",
        assigned=lambda f: {"name": f"organizations/{f['orgId']}/roles/{f['roleId']}", "deleted": False},
        named="roleId",
        name_limit=255,
        defaults={"stage": "GA"},
        sets="permissions",
    ),
    "gcp:projects/iAMAuditConfig:IAMAuditConfig": _audit("project", lambda f: f.project),
    "gcp:folder/iamAuditConfig:IamAuditConfig": _audit(
        "folder", lambda f: f"folders/{str(f['folder']).removeprefix('folders/')}"
    ),
    "gcp:organizations/iamAuditConfig:IamAuditConfig": _audit(
        "orgId", lambda f: str(f["orgId"]).removeprefix("organizations/")
    ),
    "gcp:projects/service:Service": served(
        "project service",
        "checkIfServiceHasUsageOnDestroy deletionPolicy disableDependentServices disableOnDestroy",
        lambda f: f"{f.project}/{f['service']}",
        put=True,
    ),
    "gcp:projects/apiKey:ApiKey": served(
        "name project serviceAccountEmail",
        "checkExistingUsage deletionPolicy displayName restrictions",
        _key_name,
        assigned=lambda f: {"keyString": FAKE_SECRET, "uid": f.digits("uid", 32)},
        named="name",
        secret_outputs=("keyString",),
    ),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": served(
        "project workloadIdentityPoolId",
        """attestationRules deletionPolicy description disabled displayName inlineCertificateIssuanceConfig
        inlineTrustConfig mode""",
        **_pooled(_pool_path, mode="FEDERATION_ONLY"),
        optional_outputs="mode",
    ),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": served(
        "project workloadIdentityPoolId workloadIdentityPoolProviderId",
        "attributeCondition attributeMapping aws deletionPolicy description disabled displayName oidc saml x509",
        **_pooled(_PROVIDER),
    ),
    "gcp:iam/workloadIdentityPoolNamespace:WorkloadIdentityPoolNamespace": served(
        "project workloadIdentityPoolId workloadIdentityPoolNamespaceId",
        "deletionPolicy description disabled",
        **_pooled(_NAMESPACE, ownerServices=[]),
    ),
    "gcp:iam/workloadIdentityPoolManagedIdentity:WorkloadIdentityPoolManagedIdentity": served(
        "project workloadIdentityPoolId workloadIdentityPoolNamespaceId workloadIdentityPoolManagedIdentityId",
        "attestationRules deletionPolicy description disabled",
        **_pooled(_MANAGED),
        sets="attestationRules",
    ),
    "gcp:iam/denyPolicy:DenyPolicy": served(
        "name parent",
        "deletionPolicy displayName rules",
        lambda f: f"{f['parent']}/{f['name']}",
        assigned=lambda _: {"etag": FAKE_ETAG},
        named="name",
    ),
    "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy": served(
        "location organization principalAccessBoundaryPolicyId",
        "annotations deletionPolicy details displayName",
        _boundary,
        assigned=lambda f: {
            **_stamped(f),
            "name": _boundary(f),
            "details": f["details"] or {"rules": [], "enforcementVersion": "1"},
        },
        optional_outputs="details",
    ),
    "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding": _policy_binding(
        "project", lambda f: f"projects/{f.project}"
    ),
    "gcp:iam/foldersPolicyBinding:FoldersPolicyBinding": _policy_binding("folder", lambda f: f"folders/{f['folder']}"),
    "gcp:iam/organizationsPolicyBinding:OrganizationsPolicyBinding": _policy_binding("organization", _parent),
    "gcp:secretmanager/secret:Secret": served(
        "project replication secretId tags",
        """annotations deletionPolicy deletionProtection expireTime labels rotation secretType topics ttl
        versionAliases versionDestroyTtl""",
        lambda f: f"projects/{f.project}/secrets/{f['secretId']}",
        assigned=_secret,
        named="secretId",
        name_limit=255,
        defaults={"deletionProtection": False},
        optional_outputs="expireTime",
        secret_outputs=("effectiveLabels", "pulumiLabels"),
        delete_first=True,
    ),
    "gcp:secretmanager/secretVersion:SecretVersion": served(
        "isSecretDataBase64 project secret secretData secretDataWoVersion",
        # Only a new `secretDataWoVersion` writes a new value: the value itself is in no state to compare with.
        "deletionPolicy enabled secretDataWo",
        _version_name,
        assigned=_version,
        numbered=True,
        defaults={"enabled": True},
        secret_outputs=("secretData", "secretDataWo"),
    ),
    "gcp:privilegedaccessmanager/entitlement:entitlement": served(
        "approvalWorkflow entitlementId location parent",
        """additionalNotificationTargets deletionPolicy eligibleUsers maxRequestDuration privilegedAccess
        requesterJustificationConfig""",
        _entitlement,
        assigned=lambda f: {
            "name": _entitlement(f),
            "state": "AVAILABLE",
            "etag": FAKE_ETAG,
            "createTime": FAKE_TIME,
            "updateTime": FAKE_TIME,
        },
    ),
    "gcp:privilegedaccessmanager/settings:Settings": served(
        "location parent",
        "emailNotificationSettings serviceAccountApproverSettings",
        _settings,
        assigned=lambda f: {
            "name": _settings(f),
            "etag": FAKE_ETAG,
            "createTime": FAKE_TIME,
            "updateTime": FAKE_TIME,
        },
        put=True,
    ),
    "gcp:orgpolicy/policy:Policy": served(
        "name parent",
        "deletionPolicy dryRunSpec spec",
        _rule,
        assigned=lambda _: {"etag": FAKE_ETAG},
        named="name",
    ),
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": served(
        "encryptionSpec project region",
        "contextSpec deletionPolicy description displayName labels spec trafficConfig",
        lambda f: f"projects/{f.project}/locations/{f.place('region')}/reasoningEngines/{_engine_name(f)}",
        assigned=_engine,
        numbered=True,
        optional_outputs="region spec",
        secret_outputs=("effectiveLabels", "pulumiLabels"),
    ),
    "gcp:tags/tagBinding:TagBinding": served(
        "parent tagValue",
        "deletionPolicy",
        _tag_binding,
        assigned=lambda f: {"name": _tag_binding(f).removeprefix("tagBindings/")},
    ),
}


def find(type: str) -> Served | None:
    """What is served under this token: a row of the table, or a grant on any other kind of resource."""
    return TYPES.get(type) or derived(type)
