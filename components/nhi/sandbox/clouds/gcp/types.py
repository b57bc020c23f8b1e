"""Every Google Cloud type that the sandbox serves: what replaces it, what identifies it, what the cloud assigns.

Owns one table. A test proves that every property the SDK accepts has its place in it, so that a property nobody
thought of cannot silently be taken for one that is changed in place. Does not own limits (`limits`), words (`grammar`),
expressions (`conditions`) or what objects do to each other (`project`).

Replacement is what the provider's schemas say (`ForceNew` in the Google provider 7, which `pulumi_gcp` 10 wraps); a
test reads the SDK's docstrings for the properties whose text says so itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from nhi.sandbox.clouds import table
from nhi.sandbox.clouds.table import FAKE_SECRET, FAKE_TIME, names

FAKE_ETAG = "BwSANDBOX="
"""Stands for every etag: nothing here changes behind a program's back."""

Role = Literal["member", "binding", "policy"]


@dataclass(frozen=True, slots=True)
class Facts(table.Facts):
    """The provider's own project and what belongs to it, beside an object's inputs and seed."""

    default_project: str
    default_number: str
    region: str
    organization: str

    @property
    def project(self) -> str:
        """The object's project: its own, or else the provider's."""
        return str(self.inputs.get("project") or self.default_project).removeprefix("projects/")

    @property
    def number(self) -> str:
        """The number of the object's project. One that this cloud was not told is derived from the project's id."""
        if self.project == self.default_project:
            return self.default_number
        if self.project.isdigit():
            return self.project
        return str(int(hashlib.sha256(self.project.encode()).hexdigest(), 16))[:12]

    def decimals(self, purpose: str, length: int) -> str:
        """Decimal digits that are always the same for this object and purpose; the first of them is no zero."""
        return "1" + str(int(self.digits(purpose, 64), 16))[: length - 1]

    @property
    def mail(self) -> str:
        """The e-mail address of a service account."""
        domain, _, project = self.project.rpartition(":")
        return f"{self['accountId']}@{project}{'.' + domain if domain else ''}.iam.gserviceaccount.com"

    @property
    def account(self) -> str:
        """The full name of the service account that `serviceAccountId` names, whichever of its forms was used."""
        return account_name(str(self["serviceAccountId"]), self.project)

    def place(self, name: str) -> str:
        """A region: the object's own, or else the provider's."""
        return str(self[name] or self.region)


def account_name(text: str, project: str) -> str:
    """`projects/P/serviceAccounts/MAIL` for any of the forms in which the provider takes a service account."""
    if text.startswith("projects/"):
        return text
    if "@" not in text:
        text = f"{text}@{project}.iam.gserviceaccount.com"
    home = text.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
    return f"projects/{home}/serviceAccounts/{text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(table.Served):
    """One type. `id` gives the provider's id; `numbered` says that the cloud assigns a new one each time.

    `assigned` gives the outputs that only the cloud knows, or completes; they win over inputs. `named` is the property
    that is filled in with a generated name of at most `name_limit` characters. `grants` marks a grant of access: one
    member, one binding that owns its role, or a policy that owns everything; `resource` is then what access is granted
    on. `delete_first` says that the provider deletes before it replaces, whatever changed; `kept` means that a deleted
    id stays taken.
    """

    id: Callable[[Facts], str]
    assigned: Callable[[Facts], Mapping[str, Any]] = lambda _: {}
    numbered: bool = False
    named: str | None = None
    name_limit: int = 63
    grants: Role | None = None
    resource: Callable[[Facts], str] = lambda _: ""
    delete_first: bool = False
    kept: bool = False


def _served(
    replaces: str,
    updates: str,
    id: Callable[[Facts], str],
    *,
    sets: str = "",
    optional_outputs: str = "",
    **rest: Any,
) -> Served:
    sorts = names(replaces=replaces, updates=updates, sets=sets, optional_outputs=optional_outputs)
    return Served(id=id, **sorts, **rest)


def _within(value: Any, collection: str, otherwise: str) -> str:
    """A resource's full name: as given where it is one already, and else put together."""
    text = str(value)
    return text if f"/{collection}/" in f"/{text}" and text.startswith("projects/") else f"{otherwise}/{text}"


# --- grants of access -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Family:
    """The three types that grant access on one kind of resource."""

    module: str
    stem: str
    spelling: Literal["IAM", "Iam"]
    targets: str
    resource: Callable[[Facts], str]
    delete_first: frozenset[Role] = frozenset()
    filled: str = ""


_FAMILIES = (
    _Family("serviceaccount", "", "IAM", "serviceAccountId", lambda f: f.account),
    _Family(
        # In `provider/resources.go` of pulumi-gcp two of the three are deleted before they are replaced.
        "projects",
        "",
        "IAM",
        "project",
        lambda f: f.project,
        frozenset({"member", "policy"}),
    ),
    _Family("folder", "", "IAM", "folder", lambda f: f"folders/{str(f['folder']).removeprefix('folders/')}"),
    _Family("organizations", "", "IAM", "orgId", lambda f: str(f["orgId"]).removeprefix("organizations/")),
    _Family(
        "secretmanager",
        "Secret",
        "Iam",
        "secretId project",
        lambda f: _within(f["secretId"], "secrets", f"projects/{f.project}/secrets"),
    ),
    _Family("storage", "Bucket", "IAM", "bucket", lambda f: f"b/{str(f['bucket']).removeprefix('b/')}"),
    _Family(
        "pubsub",
        "Topic",
        "IAM",
        "topic project",
        lambda f: _within(f["topic"], "topics", f"projects/{f.project}/topics"),
    ),
    _Family(
        "pubsub",
        "Subscription",
        "IAM",
        "subscription project",
        lambda f: _within(f["subscription"], "subscriptions", f"projects/{f.project}/subscriptions"),
    ),
    _Family(
        "bigquery",
        "Dataset",
        "Iam",
        "datasetId project",
        lambda f: _within(f["datasetId"], "datasets", f"projects/{f.project}/datasets"),
    ),
    _Family(
        "cloudrunv2",
        "Service",
        "Iam",
        "name location project",
        lambda f: _within(f["name"], "services", f"projects/{f.project}/locations/{f.place('location')}/services"),
        filled="location",
    ),
    _Family("kms", "CryptoKey", "IAM", "cryptoKeyId", lambda f: str(f["cryptoKeyId"])),
    _Family("kms", "KeyRing", "IAM", "keyRingId", lambda f: str(f["keyRingId"])),
    _Family(
        "iam",
        "WorkloadIdentityPool",
        "Iam",
        "workloadIdentityPoolId project",
        lambda f: _within(
            f["workloadIdentityPoolId"],
            "workloadIdentityPools",
            f"projects/{f.project}/locations/global/workloadIdentityPools",
        ),
    ),
    _Family(
        "vertex",
        "AiReasoningEngine",
        "Iam",
        "reasoningEngine region project",
        lambda f: _within(
            f["reasoningEngine"],
            "reasoningEngines",
            f"projects/{f.project}/locations/{f.place('region')}/reasoningEngines",
        ),
        filled="region",
    ),
)


def _condition_words(condition: Any) -> str:
    if not isinstance(condition, Mapping):
        return ""
    return "/" + "/".join(str(condition.get(part) or "") for part in ("title", "description", "expression"))


def _grants() -> dict[str, Served]:
    table: dict[str, Served] = {}
    for family in _FAMILIES:
        stem = f"{family.stem}{family.spelling}"
        file = stem[0].lower() + stem[1:]

        def id(f: Facts, family: _Family = family) -> str:
            who = f"/{f['member']}" if f["member"] is not None else ""
            role = f"/{f['role']}" if f["role"] is not None else ""
            return f"{family.resource(f)}{role}{who}{_condition_words(f['condition'])}"

        shapes: dict[Role, tuple[str, str, str]] = {
            "member": ("role member condition", "", "Member"),
            "binding": ("role condition", "members", "Binding"),
            "policy": ("", "policyData", "Policy"),
        }
        for kind, (replaces, updates, suffix) in shapes.items():
            table[f"gcp:{family.module}/{file}{suffix}:{stem}{suffix}"] = _served(
                f"{family.targets} {replaces}",
                updates,
                id,
                assigned=lambda f, filled=family.filled: {
                    "etag": FAKE_ETAG,
                    **{name: f[name] or f.region for name in filled.split()},
                },
                sets="members" if kind == "binding" else "",
                optional_outputs=family.filled,
                grants=kind,
                resource=family.resource,
                delete_first=kind in family.delete_first,
            )
    return table


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
    return _within(f["secret"], "secrets", f"projects/{f.project}/secrets")


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
    return _served(
        f"{_BINDING_REPLACES} {property}",
        _BINDING_UPDATES,
        _bound(parent),
        assigned=_binding(parent),
        optional_outputs="policyKind",
    )


TYPES: dict[str, Served] = {
    **_grants(),
    "gcp:serviceaccount/account:Account": _served(
        "accountId project",
        "createIgnoreAlreadyExists deletionPolicy description disabled displayName",
        lambda f: f"projects/{f.project}/serviceAccounts/{f.mail}",
        assigned=_account,
        named="accountId",
        name_limit=30,
        defaults={"disabled": False},
    ),
    "gcp:serviceaccount/key:Key": _served(
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
    "gcp:projects/iAMCustomRole:IAMCustomRole": _served(
        "project roleId",
        _CUSTOM_UPDATES,
        lambda f: f"projects/{f.project}/roles/{f['roleId']}",
        assigned=lambda f: {"name": f"projects/{f.project}/roles/{f['roleId']}", "deleted": False},
        named="roleId",
        name_limit=255,
        defaults={"stage": "GA"},
        sets="permissions",
    ),
    "gcp:organizations/iAMCustomRole:IAMCustomRole": _served(
        "orgId roleId",
        _CUSTOM_UPDATES,
        lambda f: f"organizations/{f['orgId']}/roles/{f['roleId']}",
        assigned=lambda f: {"name": f"organizations/{f['orgId']}/roles/{f['roleId']}", "deleted": False},
        named="roleId",
        name_limit=255,
        defaults={"stage": "GA"},
        sets="permissions",
    ),
    "gcp:projects/iAMAuditConfig:IAMAuditConfig": _served(
        "project service",
        "auditLogConfigs",
        lambda f: f"{f.project}/audit_config/{f['service']}",
        assigned=lambda _: {"etag": FAKE_ETAG},
        sets="auditLogConfigs",
    ),
    "gcp:projects/apiKey:ApiKey": _served(
        "name project serviceAccountEmail",
        "checkExistingUsage deletionPolicy displayName restrictions",
        _key_name,
        assigned=lambda f: {"keyString": FAKE_SECRET, "uid": f.digits("uid", 32)},
        named="name",
        secret_outputs=("keyString",),
    ),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": _served(
        "project workloadIdentityPoolId",
        """attestationRules deletionPolicy description disabled displayName inlineCertificateIssuanceConfig
        inlineTrustConfig mode""",
        **_pooled(_pool_path, mode="FEDERATION_ONLY"),
        optional_outputs="mode",
    ),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": _served(
        "project workloadIdentityPoolId workloadIdentityPoolProviderId",
        "attributeCondition attributeMapping aws deletionPolicy description disabled displayName oidc saml x509",
        **_pooled(_PROVIDER),
    ),
    "gcp:iam/workloadIdentityPoolNamespace:WorkloadIdentityPoolNamespace": _served(
        "project workloadIdentityPoolId workloadIdentityPoolNamespaceId",
        "deletionPolicy description disabled",
        **_pooled(_NAMESPACE, ownerServices=[]),
    ),
    "gcp:iam/workloadIdentityPoolManagedIdentity:WorkloadIdentityPoolManagedIdentity": _served(
        "project workloadIdentityPoolId workloadIdentityPoolNamespaceId workloadIdentityPoolManagedIdentityId",
        "attestationRules deletionPolicy description disabled",
        **_pooled(_MANAGED),
        sets="attestationRules",
    ),
    "gcp:iam/denyPolicy:DenyPolicy": _served(
        "name parent",
        "deletionPolicy displayName rules",
        lambda f: f"{f['parent']}/{f['name']}",
        assigned=lambda _: {"etag": FAKE_ETAG},
        named="name",
    ),
    "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy": _served(
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
    "gcp:secretmanager/secret:Secret": _served(
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
    "gcp:secretmanager/secretVersion:SecretVersion": _served(
        "isSecretDataBase64 project secret secretData secretDataWoVersion",
        # Only a new `secretDataWoVersion` writes a new value: the value itself is in no state to compare with.
        "deletionPolicy enabled secretDataWo",
        _version_name,
        assigned=_version,
        numbered=True,
        defaults={"enabled": True},
        secret_outputs=("secretData", "secretDataWo"),
    ),
    "gcp:privilegedaccessmanager/entitlement:entitlement": _served(
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
    "gcp:orgpolicy/policy:Policy": _served(
        "name parent",
        "deletionPolicy dryRunSpec spec",
        _rule,
        assigned=lambda _: {"etag": FAKE_ETAG},
        named="name",
    ),
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": _served(
        "encryptionSpec project region",
        "contextSpec deletionPolicy description displayName labels spec trafficConfig",
        lambda f: f"projects/{f.project}/locations/{f.place('region')}/reasoningEngines/{_engine_name(f)}",
        assigned=_engine,
        numbered=True,
        optional_outputs="region spec",
        secret_outputs=("effectiveLabels", "pulumiLabels"),
    ),
    "gcp:tags/tagBinding:TagBinding": _served(
        "parent tagValue",
        "deletionPolicy",
        _tag_binding,
        assigned=lambda f: {"name": _tag_binding(f).removeprefix("tagBindings/")},
    ),
}
