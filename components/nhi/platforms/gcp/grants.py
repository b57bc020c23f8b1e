"""What an agent may do on Google Cloud and what it may never do: where its custom roles are bound, and what is denied.

Owns turning neutral grants into places (one allow policy, one condition) with the permissions that hold there, and
neutral denies into permissions of a deny policy. Does not own the records (`documents`), who may become the agent
(`trust`), nor whether a grant may be asked for (the gate).

One design for all kinds: **a role that holds exactly the permissions is bound where exactly the objects are.**

1. An object with an allow policy of its own that takes conditions (`PLACES`): the member stands on the object, and its
   condition is the clock alone. Google's list of such types names buckets, secrets, keys and Cloud Run services; for
   topics, subscriptions, datasets, log views, pipelines and engines the provider takes a condition. Should a service
   refuse it, `up` fails with an error, and nothing wider is granted.
   https://cloud.google.com/iam/docs/resource-types-with-conditional-roles
2. Anything else below the project: the member stands on the project, and the condition also names the object
   (`resource.name ==`, or `.startsWith(` for a prefix). Objects under a prefix of a bucket belong here, because Google
   reads object names in a condition only from the project's policy upwards. Where a service gives conditions no name
   (`NAMED_SERVICES`), the condition is false and the agent gets less than declared, never more; `reported` says so.
   https://cloud.google.com/iam/docs/conditions-resource-attributes
3. The project itself: the member stands on the project, and its condition is the clock alone.

Additive members only. A role per distinct set of permissions, so that no object gets a permission of another. A grant
whose end has passed has no member; its role stays, because Google keeps the id of a deleted role for up to 37 days
(https://cloud.google.com/iam/docs/creating-custom-roles). A set of permissions that is taken out of the file and comes
back after more than the seven days in which a role can be undeleted has to wait for the rest of them.

Delegation. The permission to invoke an agent's endpoint is a grant like any other: a role of its own, a member on
exactly that endpoint, and a condition that ends with the edge. While one of the two agents is stopped the member is
gone.

Denies. A deny policy cannot look at an object's name, only at tags, so it denies a permission in the whole project. A
permission that the agent is also allowed somewhere would then be taken away there as well, so it is left out: it
stays absent on the denied object because nothing grants it there. `reported` names every deny that is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from nhi.catalog.delegation import edge_grants
from nhi.catalog.model import Unmapped
from nhi.clock import timestamp
from nhi.permissions.globs import has_wildcard
from nhi.permissions.model import Grant
from nhi.plan.model import AgentPlan
from nhi.platforms.gcp import names
from nhi.platforms.gcp.trust import cel, condition
from nhi.platforms.workload import stored_credential
from nhi.spec.problems import InputError, Problem

PROJECT_MEMBER: Final = "gcp:projects/iAMMember:IAMMember"
SECRET_MEMBER: Final = "gcp:secretmanager/secretIamMember:SecretIamMember"

PLACES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (token, re.compile(pattern))
    for token, pattern in (
        (
            "gcp:storage/bucketIAMMember:BucketIAMMember",
            r"//storage\.googleapis\.com/projects/_/buckets/(?P<bucket>[^/*]+)(?:/objects/\*)?",
        ),
        (
            SECRET_MEMBER,
            r"//secretmanager\.googleapis\.com/projects/(?P<project>[^/*]+)/secrets/(?P<secretId>[^/*]+)",
        ),
        (
            "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
            r"//cloudkms\.googleapis\.com/(?P<cryptoKeyId>projects/[^/*]+/locations/[^/*]+/keyRings/[^/*]+/cryptoKeys/[^/*]+)",
        ),
        (
            "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
            r"//run\.googleapis\.com/projects/(?P<project>[^/*]+)/locations/(?P<location>[^/*]+)/services/(?P<name>[^/*]+)",
        ),
        (
            "gcp:bigquery/datasetIamMember:DatasetIamMember",
            r"//bigquery\.googleapis\.com/projects/(?P<project>[^/*]+)/datasets/(?P<datasetId>[^/*]+)",
        ),
        (
            "gcp:pubsub/topicIAMMember:TopicIAMMember",
            r"//pubsub\.googleapis\.com/projects/(?P<project>[^/*]+)/topics/(?P<topic>[^/*]+)",
        ),
        (
            "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember",
            r"//pubsub\.googleapis\.com/projects/(?P<project>[^/*]+)/subscriptions/(?P<subscription>[^/*]+)",
        ),
        (
            "gcp:logging/logViewIamMember:LogViewIamMember",
            r"//logging\.googleapis\.com/(?P<parent>projects/[^/*]+)/locations/(?P<location>[^/*]+)/buckets/"
            r"(?P<bucket>[^/*]+)/views/(?P<name>[^/*]+)",
        ),
        (
            "gcp:clouddeploy/deliveryPipelineIamMember:DeliveryPipelineIamMember",
            r"//clouddeploy\.googleapis\.com/projects/(?P<project>[^/*]+)/locations/(?P<location>[^/*]+)/"
            r"deliveryPipelines/(?P<name>[^/*]+)",
        ),
        (
            "gcp:vertex/aiReasoningEngineIamMember:AiReasoningEngineIamMember",
            r"//aiplatform\.googleapis\.com/projects/(?P<project>[^/*]+)/locations/(?P<region>[^/*]+)/reasoningEngines/"
            r"(?P<reasoningEngine>[^/*]+)",
        ),
    )
)
"""Type of the additive member -> full resource name of the objects that have a policy of their own. The groups are the
member's inputs; a bucket with all of its objects is the bucket."""

NAMED_SERVICES: Final = frozenset(
    {"storage", "firestore", "bigquery", "cloudkms", "secretmanager", "logging", "clouddeploy", "compute", "spanner"}
)
"""Services whose objects' names a condition can read, of those that the catalog uses.
https://cloud.google.com/iam/docs/conditions-resource-attributes, read 2026-11-24."""

DENIABLE: Final[Mapping[str, str]] = {
    "aiplatform": "aiplatform.googleapis.com",
    "apikeys": "apikeys.googleapis.com",
    "bigquery": "bigquery.googleapis.com",
    "cloudkms": "cloudkms.googleapis.com",
    "datastore": "datastore.googleapis.com",
    "iam": "iam.googleapis.com",
    "pubsub": "pubsub.googleapis.com",
    "resourcemanager": "cloudresourcemanager.googleapis.com",
    "run": "run.googleapis.com",
    "secretmanager": "secretmanager.googleapis.com",
    "storage": "storage.googleapis.com",
}
"""Service of a permission -> its domain in a deny policy, for the services that deny policies are known to support.
https://cloud.google.com/iam/docs/deny-permissions-support, read 2026-11-24. A permission of another service would make
Google refuse the whole policy, so it is reported instead."""

CONDITIONS_PER_ROLE: Final = 20
"""Members of one allow policy with the same role and principal, and different conditions
(https://cloud.google.com/iam/quotas)."""

_PERMISSION: Final = re.compile(r"[a-z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+){2,}")
_FULL_NAME: Final = re.compile(r"//(?P<service>[a-z0-9-]+)\.googleapis\.com/(?P<name>[^*]+)(?P<rest>\*?)")
_OF_PROJECT: Final = re.compile(r"projects/(?P<project>[^/]+)(?:/|$)")


class Place(NamedTuple):
    """One allow policy and one condition: the member's type, the inputs that name its object, what its name must be,
    and until when (RFC 3339; empty where nothing ends)."""

    type: str
    inputs: tuple[tuple[str, str], ...]
    constraint: str
    end: str

    def condition(self) -> dict[str, Any]:
        """The `condition` input; empty where there is nothing to hold to."""
        if not self.end and not self.constraint:
            return {}
        return {"condition": condition(self.end or None, self.constraint or None)}


@dataclass(frozen=True, slots=True)
class Held:
    """What one agent holds: the permissions of each place, and the places whose end has not passed."""

    places: Mapping[Place, tuple[str, ...]]
    current: frozenset[Place]

    @property
    def roles(self) -> tuple[tuple[str, ...], ...]:
        """The distinct sets of permissions, one for each custom role, sorted."""
        return tuple(sorted(set(self.places.values())))


def held(plan: AgentPlan) -> Held:
    """Every place where the agent is granted something, whether or not the agent is live.

    Raises `InputError` at a grant's line where Google Cloud cannot say what the grant says without saying more.
    """
    meaning = plan.meanings.get("gcp")
    credential = credential_grant(plan)
    found: dict[Place, set[str]] = {}
    current: set[Place] = set()
    problems: list[Problem] = []
    own = (*(meaning.allows if meaning else ()), *((credential,) if credential else ()))
    for grant, stands in (*((one, True) for one in own), *_handed_over(plan)):
        wrong = _grant_problems(grant)
        end = plan.grant_end(grant.expires)
        for resource in grant.resources:
            place = _place(plan, grant, resource, timestamp(end) if end else "")
            if isinstance(place, Problem):
                wrong.append(place)
            elif not wrong:
                found.setdefault(place, set()).update(grant.actions)
                if stands and (end is None or end > plan.clock):
                    current.add(place)
        problems.extend(wrong)
    places = {place: tuple(sorted(found[place])) for place in sorted(found)}
    problems.extend(_too_many(plan, places))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return Held(places, frozenset(current))


def _handed_over(plan: AgentPlan) -> Iterator[tuple[Grant, bool]]:
    """What the agent needs to hand work over, each with whether it may now. The role of an edge that rests stays."""
    standing = {id(one.edge): one for one in plan.hands_to}
    for edge in plan.calls:
        now = standing.get(id(edge))
        for grant in edge_grants(edge, "gcp", now.instances if now else (None,), now.end if now else None):
            yield grant, now is not None


def credential_grant(plan: AgentPlan) -> Grant | None:
    """The permission to read the agent's own secret, where it has one.

    Raises `InputError` where the environment does not say what rotates secrets.
    """
    if not stored_credential(plan):
        return None
    gcp = names.project(plan)
    where = plan.at("credential", "type")
    if gcp.secrets is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name}'s credential has to be stored and rotated, and the environment has nothing on "
                    "Google Cloud that rotates it",
                    where,
                    "use `type: workload_identity`, which needs no secret, or set `gcp.secrets.topic` in the "
                    "environment file.",
                )
            ]
        )
    return Grant(
        platform="gcp",
        effect="allow",
        actions=("secretmanager.versions.access",),
        resources=(f"//secretmanager.googleapis.com/projects/{gcp.project_number}/secrets/{names.secret_id(plan)}",),
        access="read",
        reason="own credential",
        origin=where,
    )


def denied_permissions(plan: AgentPlan) -> tuple[str, ...]:
    """What the deny policy denies, as it wants it (`service.googleapis.com/resource.verb`), sorted."""
    meaning = plan.meanings.get("gcp")
    denies = meaning.denies if meaning else ()
    return tuple(
        sorted({_deny_form(action) for grant in denies for action in grant.actions if _undenied(plan, action) is None})
    )


def reported(plan: AgentPlan) -> tuple[Unmapped, ...]:
    """What Google Cloud cannot say as declared: denies that are not written, grants whose narrowing it may not read.

    For parity and for people; nothing is granted beyond what is declared in any of them.
    """
    meaning = plan.meanings.get("gcp")
    if meaning is None:
        return ()
    found: dict[Unmapped, None] = {}
    for grant in meaning.denies:
        for action in sorted(set(grant.actions)):
            why = _undenied(plan, action)
            if why is not None:
                found[Unmapped(action, why, grant.origin)] = None
    for grant in meaning.allows:
        for resource in grant.resources:
            match = _FULL_NAME.fullmatch(resource)
            if match is None or _on_object(resource) is not None or match["service"] in NAMED_SERVICES:
                continue
            why = (
                f"{match['service']} gives conditions no object's name, so the member on the project that is limited "
                "to this object may hold nowhere"
            )
            found[Unmapped(resource, why, grant.origin)] = None
    if names.project(plan).boundary and not names.has_account(plan):
        why = "an agent identity is no principal of the project's set, so no boundary is bound to it"
        found[Unmapped("boundary", why, plan.at("credential", "workload"))] = None
    return tuple(found)


# --- from grants to places --------------------------------------------------------------------------------------


class _Nowhere(NamedTuple):
    """Why a resource has no place in the project, and how to mend it."""

    why: str
    fix: str


def _place(plan: AgentPlan, grant: Grant, resource: str, end: str) -> Place | Problem:
    gcp = names.project(plan)
    found = _where(gcp.project_id, gcp.project_number, resource)
    return found._replace(end=end) if isinstance(found, Place) else Problem(found.why, grant.origin, found.fix)


@lru_cache(maxsize=8192)  # agents share what their words mean
def _where(project_id: str, project_number: str, resource: str) -> Place | _Nowhere:
    """The place of a resource, without an end."""
    own = (project_id, project_number)
    project = (("project", project_id),)
    if resource in {f"projects/{name}" for name in own}:
        return Place(PROJECT_MEMBER, project, "", "")
    match = _FULL_NAME.fullmatch(resource)
    if match is None:
        return _Nowhere(
            f"{resource!r} is no object that a condition can name: it is neither one full resource name, nor one that "
            "ends in a prefix",
            "name the object, for example //pubsub.googleapis.com/projects/<project>/topics/<topic>.",
        )
    of = _OF_PROJECT.match(match["name"])
    # Names of buckets are global and their full names hold `_`; a bucket of another project is refused by Google, which
    # binds a project's custom role in that project only.
    if of is None or of["project"] not in (*own, "_"):
        return _Nowhere(
            f"{resource!r} is not of project {project_id}, and a custom role of that project holds nowhere else",
            "bind an object of the environment's own project.",
        )
    on_object = _on_object(resource)
    if on_object is not None:
        token, inputs = on_object
        if "project" in inputs:
            inputs["project"] = project_id
        return Place(token, tuple(sorted(inputs.items())), "", "")
    name = cel(match["name"])
    constraint = f"resource.name.startsWith({name})" if match["rest"] else f"resource.name == {name}"
    return Place(PROJECT_MEMBER, project, constraint, "")


def _on_object(resource: str) -> tuple[str, dict[str, str]] | None:
    for token, pattern in PLACES:
        match = pattern.fullmatch(resource)
        if match is not None:
            return token, match.groupdict()
    return None


def _grant_problems(grant: Grant) -> list[Problem]:
    found: list[Problem] = []
    if grant.conditions:
        keys = ", ".join(condition.key for condition in grant.conditions)
        found.append(
            Problem(
                f"a condition on {keys} has no form on Google Cloud here, so the grant would hold without it",
                grant.origin,
                "take the condition out of the catalog entry, or do not bind this word on gcp.",
            )
        )
    found.extend(
        Problem(
            f"{action!r} is no permission that a custom role can hold, so Google Cloud would refuse the role",
            grant.origin,
            "list the permissions one by one, such as storage.objects.get.",
        )
        for action in grant.actions
        if not _one_permission(action)
    )
    return found


@lru_cache(maxsize=8192)
def _one_permission(action: str) -> bool:
    return not has_wildcard(action) and _PERMISSION.fullmatch(action) is not None


def _too_many(plan: AgentPlan, places: Mapping[Place, tuple[str, ...]]) -> Iterator[Problem]:
    counts: dict[tuple[Any, ...], int] = {}
    for place, permissions in places.items():
        key = (place.type, place.inputs, permissions)
        counts[key] = counts.get(key, 0) + 1
    if any(count > CONDITIONS_PER_ROLE for count in counts.values()):
        yield Problem(
            f"agent {plan.name} needs one role under {max(counts.values())} conditions in one allow policy, and Google "
            f"Cloud takes {CONDITIONS_PER_ROLE}",
            plan.at("allowed_actions"),
            "bind scopes to whole objects or to a prefix they share, or split the work among several agents.",
        )


# --- denies -----------------------------------------------------------------------------------------------------


def _undenied(plan: AgentPlan, action: str) -> str | None:
    """Why a deny policy does not carry this permission, or None where it does."""
    if not _one_permission(action):
        return "a deny policy names permissions one by one; nothing grants it"
    if action.split(".", 1)[0] not in DENIABLE:
        return "deny policies are not known to support this service; nothing grants it"
    meaning = plan.meanings.get("gcp")
    if meaning is not None and any(action in grant.actions for grant in meaning.allows):
        return "it is allowed on another object, and a deny would take it away there too; nothing grants it here"
    if any(action in grant.actions for grant, _ in _handed_over(plan)):
        return "the agent hands work over with it, and a deny would take that away; nothing else grants it"
    if action == "secretmanager.versions.access" and stored_credential(plan):
        return "the agent reads its own credential with it, and a deny would take that away; nothing else grants it"
    return None


def _deny_form(action: str) -> str:
    service, rest = action.split(".", 1)
    return f"{DENIABLE[service]}/{rest}"
