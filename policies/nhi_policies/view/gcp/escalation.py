"""Permissions and roles of Google Cloud with which a principal can become more than it is, with the source of each.

Owns which those are. Does not own what is said about them (`rules/escalation`, `rules/permission`). Combinations of
permissions that are harmless one by one are not here.

Sources, read on 2026-11-24: Google's guide to service-account impersonation, its permissions reference and its list of
predefined roles, and the published collection of escalation paths on Google Cloud by Rhino Security Labs. That no
predefined role is missing was checked against a published list of what each role holds (iann0036/iam-dataset).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_IAM = "https://cloud.google.com/iam/docs"
_IMPERSONATION = f"{_IAM}/service-account-permissions"
_PERMISSIONS = f"{_IAM}/permissions-reference"
_RHINO = "https://rhinosecuritylabs.com/gcp/privilege-escalation-google-cloud-platform-part-1/"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One permission, or the permissions that a pattern stands for: what they let a principal do, and the source.

    `over_accounts` says that it reaches the service accounts of the place where it is granted, so that everybody who
    has it on a whole project can become each agent there.
    """

    pattern: re.Pattern[str]
    gains: str
    source: str
    over_accounts: bool


def _rows(permissions: str, gains: str, source: str, *, over_accounts: bool = False) -> tuple[Escalation, ...]:
    return tuple(
        Escalation(re.compile(re.escape(one).replace(r"\*", ".+")), gains, source, over_accounts)
        for one in permissions.split()
    )


ESCALATIONS: tuple[Escalation, ...] = (
    *_rows(
        "iam.serviceAccounts.getAccessToken iam.serviceAccounts.getOpenIdToken iam.serviceAccounts.implicitDelegation",
        "make tokens of other service accounts",
        _IMPERSONATION,
        over_accounts=True,
    ),
    *_rows(
        "iam.serviceAccounts.signBlob iam.serviceAccounts.signJwt",
        "sign in the name of other service accounts, and so make their tokens",
        _IMPERSONATION,
        over_accounts=True,
    ),
    *_rows(
        "iam.serviceAccounts.actAs",
        "run its own code under any service account that it may name",
        f"{_IAM}/service-accounts-actas",
        over_accounts=True,
    ),
    *_rows(
        "iam.serviceAccountKeys.create iam.serviceAccountApiKeyBindings.create storage.hmacKeys.create "
        "storage.hmacKeys.update",
        "make itself a credential of another service account, which stays",
        _RHINO,
        over_accounts=True,
    ),
    *_rows("apikeys.keys.create apikeys.keys.getKeyString", "get itself a key that stays", _RHINO),
    *_rows(
        "iam.serviceAccounts.setIamPolicy resourcemanager.projects.setIamPolicy resourcemanager.folders.setIamPolicy "
        "resourcemanager.organizations.setIamPolicy",
        "decide who may become whom, and who may do what",
        _RHINO,
        over_accounts=True,
    ),
    *_rows("*.setIamPolicy", "decide who else may use a thing", _PERMISSIONS),
    *_rows(
        "iam.serviceAccounts.create iam.serviceAccounts.enable iam.serviceAccounts.undelete iam.serviceAccounts.update",
        "make, revive or change an identity that nobody reviewed",
        _PERMISSIONS,
    ),
    *_rows(
        "iam.roles.create iam.roles.update iam.roles.undelete",
        "put more permissions into a role that it or others hold",
        _RHINO,
        over_accounts=True,
    ),
    *_rows(
        "iam.googleapis.com/workloadIdentityPools.create iam.googleapis.com/workloadIdentityPools.update "
        "iam.googleapis.com/workloadIdentityPools.setAttestationRules "
        "iam.googleapis.com/workloadIdentityPoolProviders.create "
        "iam.googleapis.com/workloadIdentityPoolProviders.update "
        "iam.googleapis.com/workloadIdentityPoolProviders.undelete "
        "iam.googleapis.com/workloadIdentityPoolManagedIdentities.setAttestationRules",
        "bring in an issuer that vouches for anybody",
        f"{_IAM}/workload-identity-federation",
        over_accounts=True,
    ),
    *_rows(
        "iam.denypolicies.create iam.denypolicies.delete iam.denypolicies.update "
        "iam.principalaccessboundarypolicies.update iam.principalaccessboundarypolicies.delete "
        "iam.principalaccessboundarypolicies.unbind",
        "take a deny or a boundary off",
        f"{_IAM}/deny-overview",
        over_accounts=True,
    ),
    *_rows(
        "orgpolicy.policy.set orgpolicy.policies.create orgpolicy.policies.update orgpolicy.policies.delete",
        "take a guardrail of the organization off",
        "https://cloud.google.com/resource-manager/docs/organization-policy/overview",
    ),
    *_rows(
        "privilegedaccessmanager.entitlements.create privilegedaccessmanager.entitlements.update "
        "privilegedaccessmanager.grants.approve",
        "grant itself more for a while",
        "https://cloud.google.com/iam/docs/pam-overview",
        over_accounts=True,
    ),
    *_rows(
        "deploymentmanager.deployments.create deploymentmanager.deployments.update",
        "make any resource with the rights of a deployment service, which edits the whole project",
        _RHINO,
        over_accounts=True,
    ),
    *_rows(
        "cloudbuild.builds.create cloudbuild.builds.update cloudbuild.builds.approve config.deployments.create "
        "config.deployments.update",
        "run its own steps under a build's account",
        _RHINO,
    ),
    *_rows(
        "run.services.create run.services.update run.jobs.create run.jobs.update run.jobs.runWithOverrides "
        "cloudfunctions.functions.create cloudfunctions.functions.update cloudfunctions.functions.sourceCodeSet "
        "appengine.versions.create compute.instances.create compute.instances.setServiceAccount "
        "compute.instances.setMetadata compute.projects.setCommonInstanceMetadata compute.instances.osAdminLogin "
        "compute.instances.osLogin dataflow.jobs.create dataproc.clusters.create dataproc.jobs.create "
        "dataproc.batches.create dataproc.workflowTemplates.instantiateInline "
        "composer.environments.create composer.environments.update notebooks.instances.create "
        "workflows.workflows.create workflows.workflows.update cloudscheduler.jobs.create cloudscheduler.jobs.update "
        "cloudtasks.tasks.create aiplatform.customJobs.create aiplatform.pipelineJobs.create "
        "aiplatform.reasoningEngines.create aiplatform.reasoningEngines.update container.pods.exec "
        "container.pods.create container.secrets.get container.serviceAccounts.createToken",
        "run its own code under the account of a service or a machine",
        _RHINO,
    ),
    *_rows(
        "storage.buckets.update storage.objects.setRetention cloudkms.cryptoKeyVersions.destroy",
        "change what protects the data",
        _PERMISSIONS,
    ),
)


@lru_cache(maxsize=8192)  # agents share what their words mean
def escalation(permission: str) -> Escalation | None:
    """What a permission leads to; None for one that leads nowhere."""
    return next((row for row in ESCALATIONS if row.pattern.fullmatch(permission)), None)


BASIC_ROLES = frozenset(
    {"roles/owner", "roles/editor", "roles/viewer", "roles/browser", "roles/admin", "roles/writer", "roles/reader"}
)
"""https://cloud.google.com/iam/docs/roles-overview#basic"""

_RUNS = "act as each of its service accounts"
_TOKENS = "make tokens of each of its service accounts"
_POLICY = "rewrite its allow policy"
IMPERSONATING_ROLES: Mapping[str, str] = {
    "roles/owner": "do everything there",
    "roles/admin": "do everything there",
    "roles/editor": _RUNS,
    "roles/writer": _RUNS,
    "roles/assuredoss.admin": _POLICY,
    "roles/backupdr.computeEngineOperator": _RUNS,
    "roles/dataproc.hubAgent": _RUNS,
    "roles/composer.ServiceAgentV2Ext": _POLICY,
    "roles/deploymentmanager.admin": "make any resource with the rights of a deployment service",
    "roles/deploymentmanager.editor": "make any resource with the rights of a deployment service",
    "roles/earthengine.appsPublisher": "make, and sign for, service accounts",
    "roles/iam.admin": _POLICY,
    "roles/iam.dataScientist": _RUNS,
    "roles/iam.databasesAdmin": _RUNS,
    "roles/iam.denyAdmin": "take denies off",
    "roles/iam.devOps": _RUNS,
    "roles/iam.editor": _RUNS,
    "roles/iam.organizationRoleAdmin": "put more permissions into custom roles",
    "roles/iam.principalAccessBoundaryAdmin": "take boundaries off",
    "roles/iam.principalAccessBoundaryUser": "take boundaries off",
    "roles/iam.roleAdmin": "put more permissions into custom roles",
    "roles/iam.securityAdmin": _POLICY,
    "roles/iam.serviceAccountAdmin": "decide who may become each of its service accounts",
    "roles/iam.serviceAccountApiKeyBindingAdmin": "make keys of each of its service accounts",
    "roles/iam.serviceAccountKeyAdmin": "make keys of each of its service accounts",
    "roles/iam.serviceAccountOpenIdTokenCreator": _TOKENS,
    "roles/iam.serviceAccountTokenCreator": _TOKENS,
    "roles/iam.serviceAccountUser": _RUNS,
    "roles/iam.workloadIdentityPoolAdmin": "bring in an issuer that vouches for anybody",
    "roles/iam.workloadIdentityUser": _TOKENS,
    "roles/privilegedaccessmanager.admin": "grant itself more for a while",
    "roles/privilegedaccessmanager.approver": "grant others, and itself, more for a while",
    "roles/resourcemanager.folderAdmin": _POLICY,
    "roles/resourcemanager.folderIamAdmin": _POLICY,
    "roles/resourcemanager.organizationAdmin": _POLICY,
    "roles/resourcemanager.projectIamAdmin": _POLICY,
    "roles/securitycenter.admin": _POLICY,
    "roles/storage.editor": "make keys of each of its service accounts",
    "roles/storage.hmacKeyAdmin": "make keys of each of its service accounts",
}
"""Predefined roles that hold one of the permissions above over service accounts or policies, by what they let one do
to a whole project. https://cloud.google.com/iam/docs/understanding-roles"""

_SERVICE_AGENT = re.compile(r"roles/[a-z0-9.]*(?:serviceAgent|ServiceAgent)", re.IGNORECASE)
_ADMIN = re.compile(r"roles/(?:[A-Za-z0-9.]+\.)?(?:admin|owner|[A-Za-z0-9]*(?:Admin|Owner))")


def impersonating(role: str) -> str | None:
    """What somebody could do who holds this role on a whole project, folder or organization, or None."""
    if _SERVICE_AGENT.fullmatch(role):
        return "do what a service of Google does there"
    return IMPERSONATING_ROLES.get(role)


def too_wide(role: str) -> str | None:
    """Why no agent may ever hold a predefined role, or None."""
    if role in BASIC_ROLES:
        return "is a basic role, which spans every service"
    if impersonating(role) is not None:
        return "lets it become others, or change who may do what"
    if _ADMIN.fullmatch(role):
        return "administers a whole service"
    return None
