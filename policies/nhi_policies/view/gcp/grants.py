"""What a binding reaches: the object on which an allow policy stands, and what a condition leaves of it.

Owns the judge's own reading of places, and how they are written in the permission model. The builder has a reading of
its own. Does not own what a role holds (`holdings`), nor whether the declaration covers it (`effective`).

A condition sees names without their service's host (`projects/_/buckets/b`). A permission belongs to one service, so
its host is put back in front, and the project's id in the place of its number.
https://cloud.google.com/iam/docs/conditions-resource-attributes, read 2026-11-24.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from nhi.catalog.permission_set import google_patterns
from nhi.permissions.cel import Term
from nhi.permissions.globs import has_wildcard
from nhi.spec.environment import GcpEnvironment

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.resource import Resource

Kind = Literal["all", "tree", "exact", "prefix"]

_OBJECTS: dict[str, str] = {
    "gcp:bigquery/datasetIamMember:DatasetIamMember": "projects/{project}/datasets/{datasetId}",
    "gcp:bigquery/iamMember:IamMember": "projects/{project}/datasets/{datasetId}/tables/{tableId}",
    "gcp:clouddeploy/deliveryPipelineIamMember:DeliveryPipelineIamMember": (
        "projects/{project}/locations/{location}/deliveryPipelines/{name}"
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": "projects/{project}/locations/{location}/services/{name}",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "{cryptoKeyId}",
    "gcp:logging/logViewIamMember:LogViewIamMember": ("{parent}/locations/{location}/buckets/{bucket}/views/{name}"),
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": "projects/{project}/subscriptions/{subscription}",
    "gcp:pubsub/topicIAMMember:TopicIAMMember": "projects/{project}/topics/{topic}",
    "gcp:secretmanager/secretIamMember:SecretIamMember": "projects/{project}/secrets/{secretId}",
    "gcp:storage/bucketIAMMember:BucketIAMMember": "projects/_/buckets/{bucket}",
    "gcp:vertex/aiReasoningEngineIamMember:AiReasoningEngineIamMember": (
        "projects/{project}/locations/{region}/reasoningEngines/{reasoningEngine}"
    ),
}
"""Type of a member -> the name of the object on which it stands. A member on any other type names nothing that a
declaration could, so no declared grant covers it."""

_ON_OBJECTS = (
    *("storage.objects.", "storage.buckets.", "secretmanager.", "bigquery.tables.", "bigquery.datasets."),
    *("pubsub.topics.", "pubsub.subscriptions.", "cloudkms.", "datastore.entities.", "logging.views."),
    *("run.", "cloudfunctions.", "workflows.", "clouddeploy.", "aiplatform.", "discoveryengine."),
)
"""Permissions that reach every object of their kind where they are granted on a project."""
_CONTAINER = re.compile(r"projects/[^/]+/(?:locations/[^/]+/)?[A-Za-z]+/[^/]+/")
_FIELD = re.compile(r"\{(\w+)\}")
_BUCKET = re.compile(r"projects/_/buckets/[^/]+")
_TYPE = re.compile(r"gcp:(?P<package>[a-z0-9]+)/", re.IGNORECASE)
_TYPE_HOSTS = {"cloudrunv2": "run", "kms": "cloudkms", "vertex": "aiplatform"}
"""Package of a member's type -> host, where they differ."""
_SERVICE_HOSTS = {"cloudtranslate": "translate", "datastore": "firestore", "resourcemanager": "cloudresourcemanager"}
"""Service of a permission -> host of its objects' full names, where they differ.
https://cloud.google.com/asset-inventory/docs/resource-name-format, read 2026-11-28."""
_WHOLE_NAMES = frozenset({"cryptoKeyId", "parent"})
_HOST = re.compile(r"//[a-z0-9-]+\.googleapis\.com/")
_SPANNING = re.compile(
    r"gcp:(?P<level>projects|folder|organizations|billing)/iA?[aA]?[mM](?:Member|Binding|Policy):\w+"
)


def spans(resource: Resource) -> str | None:
    """What a grant spans that has accounts in it: `project`, `folder`, `organization`; None for one object."""
    return _spanned(resource.type)


@cache
def _spanned(type_token: str) -> str | None:
    match = _SPANNING.fullmatch(type_token)
    return match["level"].removesuffix("s") if match else None


@dataclass(frozen=True, slots=True)
class Reach:
    """What a grant reaches: all of the project, an object with all below it, one name, or names that begin so."""

    kind: Kind
    name: str = ""


def place(resource: Resource, context: Context) -> Reach:
    """What the allow policy of a member resource governs. Raises `Unproven` for an object that the gate cannot name."""
    gcp = google(context)
    template = _OBJECTS.get(resource.type)
    if template is not None:
        return Reach("tree", _one_project(_FIELD.sub(lambda field: _part(resource, field[1], gcp), template), gcp))
    if resource.type != t.GCP_PROJECT_MEMBER:
        raise Unproven("type", "stands on a kind of object that the gate cannot compare with what is declared")
    project = resource.text("project")
    if gcp is None or project not in (gcp.project_id, gcp.project_number, f"projects/{gcp.project_id}"):
        raise Unproven("project", "is not the environment's project")
    return Reach("all")


def narrowed(reach: Reach, terms: Iterable[Term], context: Context) -> Reach | None:
    """What the names in a condition leave of a place; None where they contradict it or each other."""
    found: Reach | None = reach
    for term in terms:
        if found is not None and term.name == "resource.name" and term.operator in ("==", "startsWith"):
            name = _one_project(_HOST.sub("", term.value), google(context))
            found = _both(found, Reach("exact" if term.operator == "==" else "prefix", name))
    return found


def _both(place: Reach, named: Reach) -> Reach | None:
    """What lies in a place and has one name, or begins with a prefix."""
    if place.kind == "all":
        return named
    if named.kind == "exact":
        inside = named.name.startswith(place.name) if place.kind == "prefix" else named.name == place.name
        below = place.kind == "tree" and named.name.startswith(f"{place.name}/")
        return named if inside or below else None
    if place.name.startswith(named.name):
        return place
    narrower = f"{place.name}/" if place.kind == "tree" else place.name
    return named if place.kind != "exact" and named.name.startswith(narrower) else None


def hosts(resource: Resource, permission: str) -> str:
    """The host of the objects that a permission reaches where it is granted on a resource.

    An object's allow policy belongs to the service of its type; a condition writes no host, so the permission tells.
    """
    of_type = _TYPE.match(resource.type)
    if of_type is not None and resource.type in _OBJECTS:
        return _TYPE_HOSTS.get(of_type["package"].lower(), of_type["package"].lower())
    service = permission.partition(".")[0]
    return _SERVICE_HOSTS.get(service, service)


def patterns(host: str, permission: str, reach: Reach, context: Context) -> tuple[str, ...]:
    """The full resource names of what a permission reaches, as patterns of the permission model."""
    if reach.kind == "all":
        gcp = google(context)
        return google_patterns(f"projects/{gcp.project_id}") if gcp else ()
    name = f"//{host}.googleapis.com/{reach.name}"
    if reach.kind != "tree":
        return (f"{name}*" if reach.kind == "prefix" else name,)
    if permission.startswith("storage.objects.") and _BUCKET.fullmatch(reach.name):
        # Of a bucket's policy a permission on objects reaches the objects, and the one that lists them the bucket.
        return (name,) if permission == "storage.objects.list" else (f"{name}/objects/*",)
    return (name, f"{name}/*")


def _part(resource: Resource, key: str, gcp: GcpEnvironment | None) -> str:
    written = resource.text(key)
    if written is None:
        defaults = {"project": gcp.project_id, "location": gcp.location, "region": gcp.location} if gcp else {}
        written = defaults.get(key)
    if written is None:
        raise Unproven(key, "is missing")
    return written if key in _WHOLE_NAMES else written.rsplit("/", 1)[-1]


def _one_project(name: str, gcp: GcpEnvironment | None) -> str:
    number = f"projects/{gcp.project_number}/" if gcp else ""
    return f"projects/{gcp.project_id}/{name[len(number) :]}" if gcp and name.startswith(number) else name


def declared_reach(resource: str, context: Context) -> Reach:
    """What a resource of a declared grant or denial stands for."""
    gcp = google(context)
    return _declared_reach(resource, *((gcp.project_id, gcp.project_number) if gcp else (None, None)))


@lru_cache(maxsize=8192)  # agents share what their words mean
def _declared_reach(resource: str, project_id: str | None, project_number: str | None) -> Reach:
    if project_id is not None and resource in (f"projects/{project_id}", f"projects/{project_number}"):
        return Reach("all")
    name = _HOST.sub("", resource)
    number = f"projects/{project_number}/"
    if project_id is not None and name.startswith(number):
        name = f"projects/{project_id}/{name[len(number) :]}"
    return Reach("prefix", name[:-1]) if name.endswith("*") else Reach("tree", name)


def unnamed_object(permission: str, resource: str, context: Context) -> str:
    """Why a declared resource is no named container for a permission on objects; empty where it is one."""
    found = declared_reach(resource, context)
    if found.kind == "all":
        return f"{permission} reaches every object there" if permission.startswith(_ON_OBJECTS) else ""
    if has_wildcard(found.name):
        return "it is a pattern, not a name"
    if found.kind == "prefix" and not (found.name.endswith("/") and _CONTAINER.match(found.name)):
        return "its container is not named"
    return ""
