"""Names, lengths, ranges, principals and expressions that Google Cloud enforces, per type and property.

Owns one table of limits with their sources. Does not own words (`grammar`), expressions (`conditions`), types (the
SDK's own, in `clouds.schema`) or quotas that depend on what else exists (`project`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import limits
from nhi.sandbox.clouds.gcp import conditions, grammar
from nhi.sandbox.clouds.gcp.grants import GRANTS
from nhi.sandbox.clouds.gcp.types import find
from nhi.sandbox.clouds.limits import Limit, Limits, Rule, choice, known, listed, part, rows
from nhi.sandbox.clouds.model import Failure, Inputs

_GOOGLE = Limits("Google Cloud")
_text, _bytes, _each = _GOOGLE.text, _GOOGLE.size, _GOOGLE.each

_SECONDS = re.compile(r"(\d{1,12})(?:\.\d{1,9})?s")


def _seconds(low: int, high: int) -> Limit:
    def limit(value: Any) -> str | None:
        if not _SECONDS.fullmatch(value):
            return "must be seconds with an s at the end, such as 3600s"
        return None if low <= float(value[:-1]) <= high else f"is out of range; Google Cloud takes {low}s to {high}s"

    return limit


def _time(value: Any) -> str | None:
    return None if conditions.is_time(value) else "must be an RFC 3339 time with a zone, such as 2026-10-02T15:01:23Z"


# https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin; grants take a number too
_PROJECT = _text(
    1, 128, r"(?:projects/)?(?:\d+|(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9])", "a project's id or number"
)
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create
_ACCOUNT_ID = _text(
    6, 30, r"[a-z](?:[-a-z0-9]*[a-z0-9])", "a lower-case letter, then lower-case letters, digits, dashes"
)
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts (name)
_ACCOUNT = _text(
    1,
    400,
    r"(?:projects/[^/\s]+/serviceAccounts/)?[^/\s]+",
    "a service account's e-mail address or projects/PROJECT/serviceAccounts/ADDRESS",
)
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create
_ROLE_ID = _text(3, 64, r"[a-zA-Z0-9_.]{3,64}", "letters, digits, _ and . only")
_STAGE = choice("ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP")
# https://cloud.google.com/iam/quotas (custom roles)
_PERMISSIONS = _each(grammar.permission, 1, 3000)
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
_POOL_ID = _text(4, 32, r"(?!gcp-)[a-z0-9-]+", "lower-case letters, digits and dashes, and not begin with gcp-")
_INSIDE_POOL_ID = _text(
    2, 63, r"(?!gcp-)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", "lower-case letters, digits, dashes inside, and not gcp- first"
)
_POOL_NAME = _text(0, 32)
_POOL_DESCRIPTION = _text(0, 256)
_RULES = _each(None, 0, 50)
# https://cloud.google.com/iam/docs/reference/rest/v2/policies/createPolicy
_DENY_NAME = _text(3, 63, r"[a-z][a-z0-9.-]*", "a lower-case letter, then lower-case letters, digits, dashes and dots")
# https://cloud.google.com/iam/docs/reference/rest/v3/organizations.locations.principalAccessBoundaryPolicies/create
_POLICY_ID = _text(3, 63, r"[a-z][a-z0-9.-]*", "a lower-case letter, then lower-case letters, digits, dashes and dots")
_ORGANIZATION = _text(1, 40, r"(?:organizations/)?\d+", "an organization's number")
_FOLDER = _text(1, 40, r"(?:folders/)?\d+", "a folder's number")
_GLOBAL = choice("global")
_BOUND = _text(
    10,
    300,
    r"(?:organizations|folders|projects)/[^/\s]+/locations/global/(?:principalAccessBoundaryPolicies|accessPolicies)/[a-z0-9.-]+",
    "a policy's full name: organizations/NUMBER/locations/global/principalAccessBoundaryPolicies/ID",
)
# https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
_SECRET_ID = _text(1, 255, r"[A-Za-z0-9_-]+", "letters, digits, _ and - only")
_SECRET = _text(1, 400, r"(?:projects/[^/\s]+/secrets/)?[A-Za-z0-9_-]+", "a secret's id or projects/PROJECT/secrets/ID")
# https://cloud.google.com/secret-manager/quotas: a version's payload, in bytes
_PAYLOAD = _bytes(65536)
# https://cloud.google.com/storage/docs/buckets#naming
_BUCKET = _text(
    3, 224, r"(?:b/)?(?!goog)(?!.*google)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])", "lower-case letters, digits and -_. only"
)
# https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
_TOPIC = _text(
    3,
    400,
    r"(?:projects/[^/\s]+/(?:topics|subscriptions)/)?(?!goog)[A-Za-z][A-Za-z0-9._~+%-]*",
    "a letter, then letters, digits and -._~+%",
)
# https://cloud.google.com/bigquery/docs/datasets#dataset-naming
_DATASET = _text(1, 1100, r"(?:projects/[^/\s]+/datasets/)?[\w-]+", "letters, digits and _ only")
_REGION = _text(2, 63, r"[a-z]+(?:-[a-z]+\d+)?", "a region")
# https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create
_SERVICE = _text(
    1, 400, r"(?:projects/[^/\s]+/locations/[^/\s]+/services/)?[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?", "a DNS label"
)
# https://cloud.google.com/kms/docs/resource-hierarchy; the provider also takes PROJECT/LOCATION/RING/KEY
_RING = _text(
    3,
    400,
    r"(?:projects/[^/\s]+/locations/[^/\s]+/keyRings/|[^/\s]+/[^/\s]+/)[\w-]{1,63}",
    "projects/PROJECT/locations/LOCATION/keyRings/RING",
)
_CRYPTO_KEY = _text(
    3,
    400,
    r"(?:projects/[^/\s]+/locations/[^/\s]+/keyRings/[\w-]{1,63}/cryptoKeys/|[^/\s]+/[^/\s]+/[\w-]{1,63}/)[\w-]{1,63}",
    "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
)
_POOL_OF_GRANT = _text(
    4, 300, r"(?:projects/[^/\s]+/locations/global/workloadIdentityPools/)?(?!gcp-)[a-z0-9.-]+", "a pool's id"
)
_ENGINE = _text(1, 300, r"(?:projects/[^/\s]+/locations/[^/\s]+/reasoningEngines/)?\d+", "a reasoning engine's number")
# https://cloud.google.com/privileged-access-manager/docs/reference/rest/v1/projects.locations.entitlements
_ENTITLEMENT_ID = _text(4, 63, r"[a-z][a-z0-9-]*", "a lower-case letter, then lower-case letters, digits and dashes")
_ENTITLED = _seconds(1800, 604800)
_PARENT = _text(
    3, 200, r"(?:projects/[^/\s]+|folders/\d+|organizations/\d+)", "projects/ID, folders/NUMBER or organizations/NUMBER"
)
# https://cloud.google.com/resource-manager/docs/organization-policy/creating-managing-policies
_CONSTRAINT = _text(
    5,
    300,
    r"(?:projects/[^/\s]+|folders/\d+|organizations/\d+)/policies/(?:[a-z][A-Za-z]*|custom|iam\.managed)(?:\.[A-Za-z]+)*",
    "PARENT/policies/CONSTRAINT",
)
# https://cloud.google.com/api-keys/docs/reference/rest/v2/projects.locations.keys/create
_API_KEY = _text(1, 63, r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", "a lower-case letter, then lower-case letters, digits, -")
# https://cloud.google.com/logging/docs/audit/configure-data-access
_AUDITED = _text(
    4, 200, r"allServices|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.googleapis\.com", "allServices or SERVICE.googleapis.com"
)
# https://cloud.google.com/resource-manager/docs/tags/tags-creating-and-managing
_FULL_NAME = _text(
    10, 1000, r"//[a-z0-9-]+(?:\.[a-z0-9-]+)*\.googleapis\.com/\S+", "a full resource name: //SERVICE/..."
)
_TAG_VALUE = _text(3, 600, r"tagValues/\d+|[^/\s]+/[^/\s]+/[^/\s]+", "tagValues/NUMBER or PARENT/KEY/VALUE")

# https://cloud.google.com/iam/quotas: principals in one policy
_MEMBERS = _each(grammar.member, 0, 1500)

_GRANTED: dict[str, Limit] = {"role": grammar.role, "member": grammar.member, "members": _MEMBERS}
_GRANT_TARGETS: dict[str, Limit] = {
    **_GRANTED,
    "serviceAccountId": _ACCOUNT,
    "project": _PROJECT,
    "folder": _FOLDER,
    "orgId": _ORGANIZATION,
    "secretId": _SECRET,
    "bucket": _BUCKET,
    "topic": _TOPIC,
    "subscription": _TOPIC,
    "datasetId": _DATASET,
    "name": _SERVICE,
    "location": _REGION,
    "region": _REGION,
    "cryptoKeyId": _CRYPTO_KEY,
    "keyRingId": _RING,
    "workloadIdentityPoolId": _POOL_OF_GRANT,
    "reasoningEngine": _ENGINE,
}
_OTHER_TARGETS: dict[str, dict[str, Limit]] = {
    # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets.views/create
    "gcp:logging": {
        "parent": _text(
            3,
            200,
            r"(?:projects/[^/\s]+|folders/\d+|organizations/\d+|billingAccounts/[0-9A-F-]+)",
            "projects/ID, folders/NUMBER, organizations/NUMBER or billingAccounts/ID",
        ),
        "bucket": _text(
            1,
            400,
            r"(?:[^/\s]+/)*(?:_Default|_Required|[A-Za-z0-9][A-Za-z0-9_.-]{0,99})",
            "letters, digits and _-. only",
        ),
        "name": _text(1, 400, r"(?:[^/\s]+/)*[A-Za-z0-9_-]{1,100}", "letters, digits, - and _ only"),
    },
    # https://cloud.google.com/deploy/docs/api/reference/rest/v1/projects.locations.deliveryPipelines
    "gcp:clouddeploy": {
        "name": _text(1, 400, r"(?:[^/\s]+/)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", "a DNS label"),
    },
}
"""Resources whose names mean something else than those of other services."""

_CUSTOM_ROLE = {
    # https://cloud.google.com/iam/quotas: sizes of a custom role's title and description
    "roleId": _ROLE_ID,
    "title": _bytes(100),
    "description": _bytes(300),
    "permissions": _PERMISSIONS,
    "stage": _STAGE,
    "orgId": _ORGANIZATION,
}
_IN_POOL = {
    "workloadIdentityPoolId": _POOL_ID,
    "workloadIdentityPoolProviderId": _POOL_ID,
    "workloadIdentityPoolNamespaceId": _INSIDE_POOL_ID,
    "workloadIdentityPoolManagedIdentityId": _INSIDE_POOL_ID,
    "displayName": _POOL_NAME,
    "description": _POOL_DESCRIPTION,
    "attestationRules": _RULES,
    "mode": choice("FEDERATION_ONLY", "TRUST_DOMAIN", "SYSTEM_TRUST_DOMAIN"),
}
_POLICY_BINDING = {
    "location": _GLOBAL,
    "policyBindingId": _POLICY_ID,
    "policy": _BOUND,
    "displayName": _text(0, 63),
    "policyKind": choice("POLICY_KIND_UNSPECIFIED", "PRINCIPAL_ACCESS_BOUNDARY", "ACCESS"),
    "organization": _ORGANIZATION,
    "folder": _FOLDER,
}

_ABOVE: dict[str, Limit] = {"folder": _FOLDER, "orgId": _ORGANIZATION}
_AUDITS = (
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    "gcp:folder/iamAuditConfig:IamAuditConfig",
    "gcp:organizations/iamAuditConfig:IamAuditConfig",
)

_TABLE_OF_LIMITS: dict[str, dict[str, Limit]] = {
    "gcp:serviceaccount/account:Account": {
        "accountId": _ACCOUNT_ID,
        "displayName": _bytes(100),
        "description": _bytes(256),
    },
    # https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/create
    "gcp:serviceaccount/key:Key": {
        "serviceAccountId": _ACCOUNT,
        "keyAlgorithm": choice("KEY_ALG_UNSPECIFIED", "KEY_ALG_RSA_1024", "KEY_ALG_RSA_2048"),
        "privateKeyType": choice("TYPE_UNSPECIFIED", "TYPE_PKCS12_FILE", "TYPE_GOOGLE_CREDENTIALS_FILE"),
        "publicKeyType": choice("TYPE_NONE", "TYPE_X509_PEM_FILE", "TYPE_RAW_PUBLIC_KEY"),
    },
    "gcp:projects/iAMCustomRole:IAMCustomRole": _CUSTOM_ROLE,
    "gcp:organizations/iAMCustomRole:IAMCustomRole": _CUSTOM_ROLE,
    **{type: {**_ABOVE, "service": _AUDITED, "auditLogConfigs": _each(None, 1, 3)} for type in _AUDITS},
    # https://cloud.google.com/service-usage/docs/reference/rest/v1/services
    "gcp:projects/service:Service": {
        "service": _text(4, 200, r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", "a service's name, such as iam.googleapis.com")
    },
    "gcp:projects/apiKey:ApiKey": {
        "name": _API_KEY,
        "displayName": _text(0, 63),
        "checkExistingUsage": choice("SKIP", "CHECK"),
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": _IN_POOL,
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": _IN_POOL,
    "gcp:iam/workloadIdentityPoolNamespace:WorkloadIdentityPoolNamespace": _IN_POOL,
    "gcp:iam/workloadIdentityPoolManagedIdentity:WorkloadIdentityPoolManagedIdentity": _IN_POOL,
    # https://cloud.google.com/iam/quotas: deny rules and principal access boundary rules
    "gcp:iam/denyPolicy:DenyPolicy": {
        "name": _DENY_NAME,
        "parent": grammar.attachment_point,
        "displayName": _text(0, 63),
        "rules": _each(None, 1, 500),
    },
    "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy": {
        "location": _GLOBAL,
        "organization": _ORGANIZATION,
        "principalAccessBoundaryPolicyId": _POLICY_ID,
        "displayName": _text(0, 63),
    },
    "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding": _POLICY_BINDING,
    "gcp:iam/foldersPolicyBinding:FoldersPolicyBinding": _POLICY_BINDING,
    "gcp:iam/organizationsPolicyBinding:OrganizationsPolicyBinding": _POLICY_BINDING,
    "gcp:secretmanager/secret:Secret": {
        "secretId": _SECRET_ID,
        "expireTime": _time,
        # https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets: at most 100 years
        "ttl": _seconds(1, 3_153_600_000),
        "topics": _each(None, 0, 10),
        # https://cloud.google.com/secret-manager/docs/delay-secret-version-destruction: one day to 1,000 days
        "versionDestroyTtl": _seconds(86_400, 86_400_000),
    },
    "gcp:secretmanager/secretVersion:SecretVersion": {
        "secret": _SECRET,
        "secretData": _PAYLOAD,
        "secretDataWo": _PAYLOAD,
    },
    "gcp:privilegedaccessmanager/entitlement:entitlement": {
        "entitlementId": _ENTITLEMENT_ID,
        "location": _GLOBAL,
        "parent": _PARENT,
        "maxRequestDuration": _ENTITLED,
        "eligibleUsers": _each(None, 1, 1),
    },
    "gcp:privilegedaccessmanager/settings:Settings": {"location": _GLOBAL, "parent": _PARENT},
    "gcp:orgpolicy/policy:Policy": {"parent": _PARENT, "name": _CONSTRAINT},
    # https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.reasoningEngines
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": {
        "displayName": _text(1, 128),
        "region": _REGION,
    },
    "gcp:tags/tagBinding:TagBinding": {"parent": _FULL_NAME, "tagValue": _TAG_VALUE},
    **{type: {**_GRANT_TARGETS, **_OTHER_TARGETS.get(type.partition("/")[0], {})} for type in GRANTS},
}

_DELETIONS: dict[str, Limit] = {
    "gcp:projects/apiKey:ApiKey": choice("DELETE", "PREVENT", "ABANDON", "FORCE"),
    "gcp:secretmanager/secretVersion:SecretVersion": choice("DELETE", "DISABLE", "ABANDON", "PREVENT"),
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": choice("DELETE", "PREVENT", "ABANDON", "FORCE"),
}
_DELETION = choice("DELETE", "PREVENT", "ABANDON")


def failures(type: str, inputs: Inputs) -> Iterator[Failure]:
    """What Google Cloud would refuse about inputs whose types are right (defaults filled in); unknown values pass."""
    common = {"project": _PROJECT, "deletionPolicy": _DELETIONS.get(type, _DELETION)}
    served = find(type)
    grants = served is not None and served.grants
    yield from limits.failures(inputs, {**common, **_TABLE_OF_LIMITS.get(type, _GRANTED)})
    yield from grammar.label_failures(inputs.get("labels"))
    if grants:
        yield from _grant(type, inputs)
    elif type in _MORE:
        yield from _MORE[type](inputs)


# --- rules over more than one property --------------------------------------------------------------------------


def _map(value: Any, *names: str) -> Mapping[str, Any]:
    found = part(value, *names)
    return found if isinstance(found, Mapping) else {}


def _one_of(inputs: Mapping[str, Any], path: str, *names: str) -> Iterator[Failure]:
    if sum(inputs.get(name) is not None for name in names) != 1:
        yield Failure(path, f"exactly one of {', '.join(names)} must be given")


def _grant(type: str, inputs: Inputs) -> Iterator[Failure]:
    if "policyData" in inputs:
        yield from _policy_data(type, inputs)
        return
    members = inputs.get("members") if "members" in inputs else [inputs.get("member")]
    yield from _binding(type, inputs, inputs.get("role"), members, inputs.get("condition"), "")


def _binding(type: str, inputs: Inputs, role: Any, members: Any, condition: Any, path: str) -> Iterator[Failure]:
    """One role for some members: https://cloud.google.com/iam/docs/conditions-overview#limitations for conditions."""
    if condition is not None:
        yield from conditions.failures(condition, f"{path}condition", conditions.ALLOW)
        if role in grammar.BASIC_ROLES:
            yield Failure(f"{path}condition", "cannot stand beside a basic role")
        if isinstance(members, list) and any(member in grammar.EVERYONE for member in members if known(member)):
            yield Failure(f"{path}condition", "cannot stand beside allUsers or allAuthenticatedUsers")
    if not isinstance(role, str):
        return
    project = inputs.get("project")
    home = re.fullmatch(r"projects/([^/]+)/roles/[^/]+", role)
    if home and isinstance(project, str) and not project.isdigit() and home[1] != project.removeprefix("projects/"):
        yield Failure(f"{path}role", "is a custom role of another project, and a project's role counts in it alone")
    if home and type.startswith(("gcp:organizations/", "gcp:folder/")):
        yield Failure(f"{path}role", "is a project's custom role, which cannot be granted above the project")
    # https://cloud.google.com/iam/docs/roles-overview#basic: basic roles exist on projects and above
    if role in grammar.BASIC_ROLES and not type.startswith(("gcp:projects/", "gcp:folder/", "gcp:organizations/")):
        yield Failure(f"{path}role", "is a basic role, which this kind of resource does not have")


def _policy_data(type: str, inputs: Inputs) -> Iterator[Failure]:
    text = inputs.get("policyData")
    if not isinstance(text, str) or text is UNKNOWN:
        return
    try:
        document = json.loads(text)
    except ValueError:
        yield Failure("policyData", "is not JSON; getIAMPolicy makes such a document")
        return
    if not isinstance(document, Mapping) or set(document) - {"bindings", "auditConfigs", "etag", "version"}:
        yield Failure("policyData", "must be an object of bindings and auditConfigs")
        return
    bindings = document.get("bindings", [])
    if not isinstance(bindings, list) or not all(isinstance(row, Mapping) for row in bindings):
        yield Failure("policyData", "bindings must be a list of objects")
        return
    for position, row in enumerate(bindings):
        path = f"policyData.bindings[{position}]"
        role, members = row.get("role"), row.get("members", [])
        if not isinstance(role, str):
            yield Failure(f"{path}.role", "must be a role's name")
            continue
        if (problem := grammar.role(role)) is not None:
            yield Failure(f"{path}.role", problem)
            continue
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            yield Failure(f"{path}.members", "must be a list of principals")
            continue
        yield from listed(f"{path}.members", members, grammar.member)
        yield from _binding(type, inputs, role, members, row.get("condition"), f"{path}.")


def _custom_role(inputs: Inputs) -> Iterator[Failure]:
    permissions = inputs.get("permissions")
    if not isinstance(permissions, list) or not all(isinstance(item, str) for item in permissions):
        return
    # https://cloud.google.com/iam/quotas: title, description and permissions of one role together
    words = [*permissions, *(text for name in ("title", "description") if isinstance(text := inputs.get(name), str))]
    if (size := sum(len(word.encode()) for word in words)) > 64 * 1024:
        yield Failure("permissions", f"with title and description have {size} bytes; Google Cloud takes {64 * 1024}")


def _audit(inputs: Inputs) -> Iterator[Failure]:
    seen = set()
    for position, row in rows(inputs.get("auditLogConfigs")):
        path, kind = f"auditLogConfigs[{position}]", row.get("logType")
        if isinstance(kind, str):
            if kind not in ("ADMIN_READ", "DATA_READ", "DATA_WRITE"):
                yield Failure(f"{path}.logType", "must be one of ADMIN_READ, DATA_READ, DATA_WRITE")
            if kind in seen:
                yield Failure(f"{path}.logType", "stands twice")
            seen.add(kind)
        yield from listed(f"{path}.exemptedMembers", row.get("exemptedMembers"), grammar.member)


_ATTRIBUTE = re.compile(
    r"google\.(?:subject|groups|display_name|profile_photo|posix_username)|attribute\.[a-z0-9_]{1,100}"
)
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
_MAPPED, _AUDIENCES, _AUDIENCE_LENGTH = 50, 10, 256
_ISSUER = re.compile(r"https://[^\s?#@]+")


def _provider(inputs: Inputs) -> Iterator[Failure]:
    kinds = ("aws", "oidc", "saml", "x509")
    yield from _one_of(inputs, "oidc", *kinds)
    mapping = inputs.get("attributeMapping")
    if mapping is None and inputs.get("aws") is None:
        yield Failure("attributeMapping", "must be given, and map google.subject")
    if isinstance(mapping, Mapping):
        yield from _mapping(mapping)
    text = inputs.get("attributeCondition")
    if isinstance(text, str) and (problem := conditions.problem(text, conditions.ATTRIBUTE_CONDITION)) is not None:
        yield Failure("attributeCondition", problem)
    account = part(inputs, "aws", "accountId")
    if isinstance(account, str) and not re.fullmatch(r"\d{12}", account):
        yield Failure("aws.accountId", "must be 12 digits")
    oidc = _map(inputs, "oidc")
    issuer = oidc.get("issuerUri")
    if isinstance(issuer, str) and not _ISSUER.fullmatch(issuer):
        yield Failure("oidc.issuerUri", "must be an https URL without user, query or fragment")
    audiences = oidc.get("allowedAudiences")
    if isinstance(audiences, list):
        if len(audiences) > _AUDIENCES:
            yield Failure("oidc.allowedAudiences", f"has {len(audiences)} entries; Google Cloud takes {_AUDIENCES}")
        yield from listed("oidc.allowedAudiences", audiences, _text(1, _AUDIENCE_LENGTH))
    keys = oidc.get("jwksJson")
    if isinstance(keys, str) and not _is_key_set(keys):
        yield Failure("oidc.jwksJson", "must be a JSON Web Key Set: an object with a list of keys")
    anchors = part(inputs, "x509", "trustStore", "trustAnchors")
    if isinstance(anchors, list) and not 1 <= len(anchors) <= 3:
        # https://cloud.google.com/iam/docs/reference/rest/Shared.Types/X509 (trust anchors of one provider)
        yield Failure("x509.trustStore.trustAnchors", f"has {len(anchors)} entries; Google Cloud takes 1 to 3")


def _mapping(mapping: Mapping[str, Any]) -> Iterator[Failure]:
    if "google.subject" not in mapping:
        yield Failure("attributeMapping", "must map google.subject")
    own = [key for key in mapping if key.startswith("attribute.")]
    if len(own) > _MAPPED:
        yield Failure("attributeMapping", f"has {len(own)} attributes of its own; Google Cloud takes {_MAPPED}")
    for key, text in mapping.items():
        if not _ATTRIBUTE.fullmatch(key):
            yield Failure(
                f"attributeMapping.{key}",
                "must be google.subject, google.groups or attribute. and up to 100 lower-case letters, digits and _",
            )
        if isinstance(text, str) and (problem := conditions.problem(text, conditions.ATTRIBUTE_MAPPING)) is not None:
            yield Failure(f"attributeMapping.{key}", problem)


def _is_key_set(text: str) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, Mapping) and isinstance(document.get("keys"), list)


def _pool(inputs: Inputs) -> Iterator[Failure]:
    mode = inputs.get("mode")
    for name in ("inlineCertificateIssuanceConfig", "inlineTrustConfig"):
        if inputs.get(name) is not None and mode in (None, "FEDERATION_ONLY"):
            yield Failure(name, "is for a pool whose mode is TRUST_DOMAIN")
    issuance = _map(inputs, "inlineCertificateIssuanceConfig")
    # https://cloud.google.com/iam/docs/reference/rest/Shared.Types/InlineCertificateIssuanceConfig
    lifetime = issuance.get("lifetime")
    if isinstance(lifetime, str) and (problem := _seconds(86_400, 2_592_000)(lifetime)) is not None:
        yield Failure("inlineCertificateIssuanceConfig.lifetime", problem)
    window = issuance.get("rotationWindowPercentage")
    if isinstance(window, int | float) and not 50 <= window <= 80:
        yield Failure("inlineCertificateIssuanceConfig.rotationWindowPercentage", "must be 50 to 80")
    algorithm = issuance.get("keyAlgorithm")
    known = ("KEY_ALGORITHM_UNSPECIFIED", "RSA_2048", "RSA_3072", "RSA_4096", "ECDSA_P256", "ECDSA_P384")
    if isinstance(algorithm, str) and algorithm not in known:
        yield Failure("inlineCertificateIssuanceConfig.keyAlgorithm", f"must be one of {', '.join(known)}")


# https://cloud.google.com/iam/docs/reference/rest/v2/policies#DenyRule
def _deny(inputs: Inputs) -> Iterator[Failure]:
    for position, row in rows(inputs.get("rules")):
        rule, path = _map(row, "denyRule"), f"rules[{position}].denyRule"
        if row.get("denyRule") is None:
            yield Failure(path, "required, and missing")
            continue
        for name in ("deniedPrincipals", "deniedPermissions"):
            if not rule.get(name):
                yield Failure(f"{path}.{name}", "must have at least one entry")
        yield from listed(f"{path}.deniedPrincipals", rule.get("deniedPrincipals"), grammar.denied)
        yield from listed(f"{path}.exceptionPrincipals", rule.get("exceptionPrincipals"), grammar.denied)
        yield from listed(f"{path}.deniedPermissions", rule.get("deniedPermissions"), grammar.denied_permission)
        yield from listed(f"{path}.exceptionPermissions", rule.get("exceptionPermissions"), grammar.denied_permission)
        yield from conditions.failures(rule.get("denialCondition"), f"{path}.denialCondition", conditions.DENY)


_BOUNDED = _text(
    1,
    300,
    r"//cloudresourcemanager\.googleapis\.com/(?:organizations/\d+|folders/\d+|projects/[a-z0-9.:-]+)",
    "//cloudresourcemanager.googleapis.com/projects/ID or a folder or an organization",
)


# https://cloud.google.com/iam/docs/reference/rest/v3/organizations.locations.principalAccessBoundaryPolicies
def _boundary(inputs: Inputs) -> Iterator[Failure]:
    details = _map(inputs, "details")
    rules = details.get("rules")
    if isinstance(rules, list) and len(rules) > 500:
        yield Failure("details.rules", f"has {len(rules)} entries; Google Cloud takes 500")
    total = 0
    for position, row in rows(details.get("rules")):
        path = f"details.rules[{position}]"
        if isinstance(row.get("effect"), str) and row["effect"] != "ALLOW":
            yield Failure(f"{path}.effect", "must be ALLOW")
        resources = row.get("resources")
        if isinstance(resources, list):
            total += len(resources)
            if not resources:
                yield Failure(f"{path}.resources", "must have at least one entry")
        yield from listed(f"{path}.resources", resources, _BOUNDED)
        description = row.get("description")
        if isinstance(description, str) and len(description) > 256:
            yield Failure(f"{path}.description", f"has {len(description)} characters; Google Cloud takes 256")
    # https://cloud.google.com/iam/quotas: resources in all rules of one policy
    if total > 500:
        yield Failure("details.rules", f"name {total} resources together; Google Cloud takes 500")
    version = details.get("enforcementVersion")
    if isinstance(version, str) and not re.fullmatch(r"[1-9]|latest", version):
        yield Failure("details.enforcementVersion", "must be a number or latest")


_PRINCIPALS = re.compile(
    r"//cloudresourcemanager\.googleapis\.com/(?:organizations|folders|projects)/[a-z0-9.:-]+"
    r"|//iam\.googleapis\.com/(?:projects/\d+/locations/global/workloadIdentityPools/[a-z0-9.-]+"
    r"|locations/global/(?:workforcePools|workspace)/[A-Za-z0-9.-]+)"
)


# https://cloud.google.com/iam/docs/reference/rest/v3/PolicyBinding
def _policy_binding(inputs: Inputs) -> Iterator[Failure]:
    target = _map(inputs, "target")
    if inputs.get("target") is not UNKNOWN:
        yield from _one_of(target, "target", "principalSet", "resource")
    who = target.get("principalSet")
    if isinstance(who, str) and not _PRINCIPALS.fullmatch(who):
        yield Failure("target.principalSet", "must be the full name of a project, folder, organization or pool")
    if inputs.get("condition") is not None and inputs.get("policyKind") == "ACCESS":
        yield Failure("condition", "is for principal access boundary policies")
    yield from conditions.failures(inputs.get("condition"), "condition", conditions.BOUNDARY)


_ALIAS = re.compile(r"(?!(?:latest|NEW)$)[A-Za-z][A-Za-z0-9_-]{0,62}")
_ANNOTATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_TOPIC_NAME = re.compile(r"projects/[^/\s]+/topics/[^/\s]+")


# https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets
def _secret(inputs: Inputs) -> Iterator[Failure]:
    if inputs.get("ttl") is not None and inputs.get("expireTime") is not None:
        yield Failure("ttl", "stands beside expireTime; only one of the two may be given")
    if inputs.get("replication") is not UNKNOWN:
        yield from _one_of(_map(inputs, "replication"), "replication", "auto", "userManaged")
    replicas = part(inputs, "replication", "userManaged", "replicas")
    if isinstance(replicas, list) and not replicas:
        yield Failure("replication.userManaged.replicas", "must have at least one entry")
    rotation = inputs.get("rotation")
    if rotation is not None and not inputs.get("topics"):
        yield Failure("rotation", "needs topics, which are told when it is due")
    if isinstance(rotation, Mapping):
        period, following = rotation.get("rotationPeriod"), rotation.get("nextRotationTime")
        if following is not None and period is None:
            yield Failure("rotation.nextRotationTime", "needs rotationPeriod beside it")
        if period is not None and following is None:
            yield Failure("rotation.rotationPeriod", "needs nextRotationTime beside it")
        if isinstance(period, str) and (problem := _seconds(3600, 3_153_600_000)(period)) is not None:
            yield Failure("rotation.rotationPeriod", problem)
        if isinstance(following, str) and (problem := _time(following)) is not None:
            yield Failure("rotation.nextRotationTime", problem)
    for position, row in rows(inputs.get("topics")):
        if isinstance(row.get("name"), str) and not _TOPIC_NAME.fullmatch(row["name"]):
            yield Failure(f"topics[{position}].name", "must be projects/PROJECT/topics/TOPIC")
    aliases = inputs.get("versionAliases")
    if isinstance(aliases, Mapping):
        if len(aliases) > 50:
            yield Failure("versionAliases", f"has {len(aliases)} entries; Google Cloud takes 50")
        for key in aliases:
            if not _ALIAS.fullmatch(key):
                yield Failure(f"versionAliases.{key}", "must be a letter, then letters, digits, - and _, 63 in all")
    annotations = inputs.get("annotations")
    if isinstance(annotations, Mapping):
        for key in annotations:
            if not _ANNOTATION.fullmatch(key):
                yield Failure(f"annotations.{key}", "must be letters and digits, with _ . - inside, 63 in all")
        if sum(len(f"{key}{value}".encode()) for key, value in annotations.items() if known(value)) >= 16 * 1024:
            yield Failure("annotations", f"must have less than {16 * 1024} bytes together")


def _version(inputs: Inputs) -> Iterator[Failure]:
    yield from _one_of(inputs, "secretData", "secretData", "secretDataWo")
    if inputs.get("secretDataWoVersion") is not None and inputs.get("secretDataWo") is None:
        yield Failure("secretDataWoVersion", "stands with secretDataWo only")


def _key(inputs: Inputs) -> Iterator[Failure]:
    # The provider's own conflict: a key that is uploaded is not generated.
    if inputs.get("publicKeyData") is not None:
        for name, default in (("keyAlgorithm", "KEY_ALG_RSA_2048"), ("privateKeyType", "TYPE_GOOGLE_CREDENTIALS_FILE")):
            if inputs.get(name) not in (None, UNKNOWN, default):
                yield Failure(name, "stands beside publicKeyData; an uploaded key has its own")


_RESOURCE_TYPES = {
    "cloudresourcemanager.googleapis.com/Project": re.compile(
        r"//cloudresourcemanager\.googleapis\.com/projects/[^/\s]+"
    ),
    "cloudresourcemanager.googleapis.com/Folder": re.compile(r"//cloudresourcemanager\.googleapis\.com/folders/\d+"),
    "cloudresourcemanager.googleapis.com/Organization": re.compile(
        r"//cloudresourcemanager\.googleapis\.com/organizations/\d+"
    ),
}


# https://cloud.google.com/privileged-access-manager/docs/reference/rest/v1/projects.locations.entitlements
def _entitlement(inputs: Inputs) -> Iterator[Failure]:
    for position, row in rows(inputs.get("eligibleUsers")):
        yield from listed(f"eligibleUsers[{position}].principals", row.get("principals"), grammar.member)
    if inputs.get("requesterJustificationConfig") is not UNKNOWN:
        yield from _one_of(
            _map(inputs, "requesterJustificationConfig"), "requesterJustificationConfig", "unstructured", "notMandatory"
        )
    access, path = _map(inputs, "privilegedAccess", "gcpIamAccess"), "privilegedAccess.gcpIamAccess"
    kind, resource = access.get("resourceType"), access.get("resource")
    if isinstance(kind, str) and kind not in _RESOURCE_TYPES:
        yield Failure(f"{path}.resourceType", f"must be one of {', '.join(_RESOURCE_TYPES)}")
    elif isinstance(kind, str) and isinstance(resource, str) and not _RESOURCE_TYPES[kind].fullmatch(resource):
        yield Failure(
            f"{path}.resource", "must be the full name of such a resource: //cloudresourcemanager.googleapis.com/..."
        )
    for position, row in rows(access.get("roleBindings")):
        role, expression = row.get("role"), row.get("conditionExpression")
        where = f"{path}.roleBindings[{position}]"
        if isinstance(role, str):
            if (problem := grammar.role(role)) is not None:
                yield Failure(f"{where}.role", problem)
            elif role in grammar.BASIC_ROLES:
                yield Failure(f"{where}.role", "is a basic role, which an entitlement cannot give")
        if isinstance(expression, str) and (problem := conditions.problem(expression, conditions.ALLOW)) is not None:
            yield Failure(f"{where}.conditionExpression", problem)
    for position, step in rows(part(inputs, "approvalWorkflow", "manualApprovals", "steps")):
        where = f"approvalWorkflow.manualApprovals.steps[{position}].approvers.principals"
        yield from listed(where, part(step, "approvers", "principals"), grammar.member)


def _constraint(inputs: Inputs) -> Iterator[Failure]:
    name, parent = inputs.get("name"), inputs.get("parent")
    if isinstance(name, str) and isinstance(parent, str) and not name.startswith(f"{parent}/policies/"):
        yield Failure("name", "must begin with the parent and /policies/")
    for name in ("spec", "dryRunSpec"):
        for position, row in rows(part(inputs, name, "rules")):
            path = f"{name}.rules[{position}]"
            yield from _one_of(row, path, "allowAll", "denyAll", "enforce", "values")
            for flag in ("allowAll", "denyAll", "enforce"):
                if isinstance(row.get(flag), str) and row[flag].upper() not in ("TRUE", "FALSE"):
                    yield Failure(f"{path}.{flag}", "must be TRUE or FALSE")
            yield from conditions.failures(row.get("condition"), f"{path}.condition", conditions.ORGANIZATION)


def _engine(inputs: Inputs) -> Iterator[Failure]:
    spec = _map(inputs, "spec")
    kind = spec.get("identityType")
    if isinstance(kind, str) and kind not in ("SERVICE_ACCOUNT", "AGENT_IDENTITY"):
        yield Failure("spec.identityType", "must be one of SERVICE_ACCOUNT, AGENT_IDENTITY")
    if kind == "AGENT_IDENTITY" and spec.get("serviceAccount") is not None:
        yield Failure("spec.serviceAccount", "must stay out where identityType is AGENT_IDENTITY")


_MORE: dict[str, Rule] = {
    "gcp:serviceaccount/key:Key": _key,
    "gcp:projects/iAMCustomRole:IAMCustomRole": _custom_role,
    "gcp:organizations/iAMCustomRole:IAMCustomRole": _custom_role,
    **dict.fromkeys(_AUDITS, _audit),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": _pool,
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": _provider,
    "gcp:iam/denyPolicy:DenyPolicy": _deny,
    "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy": _boundary,
    "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding": _policy_binding,
    "gcp:iam/foldersPolicyBinding:FoldersPolicyBinding": _policy_binding,
    "gcp:iam/organizationsPolicyBinding:OrganizationsPolicyBinding": _policy_binding,
    "gcp:secretmanager/secret:Secret": _secret,
    "gcp:secretmanager/secretVersion:SecretVersion": _version,
    "gcp:privilegedaccessmanager/entitlement:entitlement": _entitlement,
    "gcp:orgpolicy/policy:Policy": _constraint,
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": _engine,
}
