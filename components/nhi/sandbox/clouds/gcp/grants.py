"""The types that grant access: a member, a binding or a whole policy on each kind of resource.

Owns how a grant names its resource, and what the SDK says of grants on resources that have no row here. Does not own
what a policy holds (`project`) or what principals, roles and conditions look like (`limits`, `grammar`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.gcp.facts import FAKE_ETAG, Facts, Role, Served, served, within
from nhi.sandbox.clouds.schema import TypeNotServed


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
        lambda f: within(f["secretId"], "secrets", f"projects/{f.project}/secrets"),
    ),
    _Family("storage", "Bucket", "IAM", "bucket", lambda f: f"b/{str(f['bucket']).removeprefix('b/')}"),
    _Family(
        "pubsub",
        "Topic",
        "IAM",
        "topic project",
        lambda f: within(f["topic"], "topics", f"projects/{f.project}/topics"),
    ),
    _Family(
        "pubsub",
        "Subscription",
        "IAM",
        "subscription project",
        lambda f: within(f["subscription"], "subscriptions", f"projects/{f.project}/subscriptions"),
    ),
    _Family(
        "bigquery",
        "Dataset",
        "Iam",
        "datasetId project",
        lambda f: within(f["datasetId"], "datasets", f"projects/{f.project}/datasets"),
    ),
    _Family(
        "cloudrunv2",
        "Service",
        "Iam",
        "name location project",
        lambda f: within(f["name"], "services", f"projects/{f.project}/locations/{f.place('location')}/services"),
        filled="location",
    ),
    _Family("kms", "CryptoKey", "IAM", "cryptoKeyId", lambda f: str(f["cryptoKeyId"])),
    _Family("kms", "KeyRing", "IAM", "keyRingId", lambda f: str(f["keyRingId"])),
    _Family(
        "iam",
        "WorkloadIdentityPool",
        "Iam",
        "workloadIdentityPoolId project",
        lambda f: within(
            f["workloadIdentityPoolId"],
            "workloadIdentityPools",
            f"projects/{f.project}/locations/global/workloadIdentityPools",
        ),
    ),
    _Family(
        "logging",
        "LogView",
        "Iam",
        "parent location bucket name",
        lambda f: within(
            f["name"], "views", f"{f['parent']}/locations/{f.place('location')}/buckets/{f['bucket']}/views"
        ),
        filled="location",
    ),
    _Family(
        "clouddeploy",
        "DeliveryPipeline",
        "Iam",
        "name location project",
        lambda f: within(
            f["name"],
            "deliveryPipelines",
            f"projects/{f.project}/locations/{f.place('location')}/deliveryPipelines",
        ),
        filled="location",
    ),
    _Family(
        "vertex",
        "AiReasoningEngine",
        "Iam",
        "reasoningEngine region project",
        lambda f: within(
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


_SHAPES: dict[str, tuple[Role, str, str]] = {
    "Member": ("member", "role member", ""),
    "Binding": ("binding", "role", "members"),
    "Policy": ("policy", "", "policyData"),
}
"""Last word of a type -> what it is, and its properties besides the resource and the condition, replacing or not."""


def _type(family: _Family, last: str, condition: str = "condition") -> Served:
    kind, replaces, updates = _SHAPES[last]

    def id(f: Facts) -> str:
        who = f"/{f['member']}" if f["member"] is not None else ""
        role = f"/{f['role']}" if f["role"] is not None else ""
        return f"{family.resource(f)}{role}{who}{_condition_words(f['condition'])}"

    return served(
        f"{family.targets} {replaces} {condition if kind != 'policy' else ''}",
        updates,
        id,
        assigned=lambda f: {"etag": FAKE_ETAG, **{name: f[name] or f.region for name in family.filled.split()}},
        sets="members" if kind == "binding" else "",
        optional_outputs=family.filled,
        grants=kind,
        resource=family.resource,
        delete_first=kind in family.delete_first,
    )


def _tokens(family: _Family) -> dict[str, Served]:
    stem = f"{family.stem}{family.spelling}"
    file = stem[0].lower() + stem[1:]
    return {f"gcp:{family.module}/{file}{last}:{stem}{last}": _type(family, last) for last in _SHAPES}


GRANTS: dict[str, Served] = {token: type for family in _FAMILIES for token, type in _tokens(family).items()}
"""The types whose resources are known here, with the provider's own ids."""

_TOKEN = re.compile(r"gcp:(?P<module>\w+)/\w+:(?P<stem>\w*?)(?P<spelling>IAM|Iam)(?P<last>Member|Binding|Policy)")


@cache
def derived(token: str) -> Served | None:
    """A grant on any other kind of resource, as the SDK describes it; None for what is no grant.

    What is neither role, member nor condition names the resource, and a change of it replaces. The id is made of those
    names and is not the provider's own.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    try:
        accepted = schema.properties(token)
    except TypeNotServed:
        return None
    _, replaces, updates = _SHAPES[found["last"]]
    said = {*replaces.split(), *updates.split()}
    if not said <= set(accepted):
        return None
    targets = [name for name in accepted if name not in said and name != "condition"]

    def resource(f: Facts) -> str:
        places = (f.project if name == "project" else str(f[name] or f.region) for name in targets)
        return "/".join((found["module"], found["stem"], *places))

    filled = " ".join(name for name in targets if not accepted[name].required and name != "project")
    family = _Family(found["module"], found["stem"], "Iam", " ".join(targets), resource, filled=filled)
    return _type(family, found["last"], "condition" if "condition" in accepted else "")
