"""How a request is written on each platform: which platform an action is of, and what is wrong with a text of it.

Owns the grammar of actions and resources as people write them, in a question or in a file of a user's grants. Does not
own which permissions exist (`catalog.vocabulary`), nor what a pattern matches (`permissions.evaluate`).

The forms are those of `permissions.model`: `s3:GetObject` on an ARN, `storage.objects.get` on a full resource name,
`get` on `<namespace>/<group>/<resource>/<name>`, `role:<Value>` or `scope:<Value>` on the name of an API.
"""

from __future__ import annotations

import re
from typing import Final

from nhi.contract import Platform

Wrong = tuple[str, str]
"""What is wrong with a text, and how to mend it."""

_ACTIONS: Final[dict[Platform, tuple[re.Pattern[str], str]]] = {
    "aws": (re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+|\*"), "service:Action, for example s3:GetObject"),
    "entra": (re.compile(r"(?:role|scope):[^\s*?:]+"), "role:<Value> or scope:<Value>, for example scope:Mail.Read"),
    "gcp": (
        re.compile(r"[a-z][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9]*)+"),
        "a whole permission without wildcards, for example storage.objects.get",
    ),
    "kubernetes": (re.compile(r"[a-z]+|\*"), "a verb, for example get"),
}
_KUBERNETES: Final = r"(?:\*|[a-z0-9-]*)/(?:\*|[a-z0-9.-]*)/(?:\*|[a-z0-9.-]+)"
_RESOURCES: Final[dict[Platform, tuple[re.Pattern[str], str]]] = {
    "aws": (
        re.compile(r"\*|arn:[^\s:]+:.+"),
        "an ARN, for example arn:aws:s3:::bucket/key",
    ),
    "entra": (re.compile(r"[a-z][a-z0-9._-]*"), "the name of an API, for example microsoft.graph"),
    "gcp": (
        re.compile(r"//[a-z0-9.*-]+/\S+|projects/[^\s/]+|\*"),
        "a full resource name, for example //storage.googleapis.com/projects/_/buckets/b/objects/o",
    ),
    "kubernetes": (
        re.compile(rf"{_KUBERNETES}(?::[a-z*]+)?(?:/\S*)?|url:/\S*"),
        "<namespace>/<group>/<resource>/<name> with an empty group for the core group, for example "
        "shop//configmaps/settings; or url:/<path>",
    ),
}
_NAMELESS: Final = frozenset({"list", "watch", "create", "deletecollection"})
"""Verbs whose requests name no object (https://kubernetes.io/docs/reference/access-authn-authz/rbac/)."""


def platform_of(action: str, resource: str) -> Platform | None:
    """The platform whose words these are; None where they could be those of several."""
    if action.startswith(("role:", "scope:")):
        return "entra"
    if ":" in action:
        return "aws"
    if "." in action:
        return "gcp"
    if re.fullmatch(r"[a-z]+", action):
        return "kubernetes"
    if resource.startswith("arn:"):
        return "aws"
    if resource.startswith(("//", "projects/")):
        return "gcp"
    return "kubernetes" if resource.startswith("url:") or resource.count("/") >= 2 else None


def wrong_action(platform: Platform, action: str) -> Wrong | None:
    """What is wrong with an action of a platform, wildcards included where the platform has them."""
    return _wrong("action", platform, action, *_ACTIONS[platform])


def wrong_resource(platform: Platform, resource: str) -> Wrong | None:
    """What is wrong with a resource, or a pattern of resources, of a platform."""
    return _wrong("resource", platform, resource, *_RESOURCES[platform])


def _wrong(what: str, platform: Platform, text: str, form: re.Pattern[str], wanted: str) -> Wrong | None:
    if form.fullmatch(text):
        return None
    return f"{text!r} is no {what} on {platform}.", f"write {wanted}."


def has_wildcard(platform: Platform, text: str) -> bool:
    """Whether a text of a request stands for several: `*` everywhere, on AWS `?` as well."""
    return "*" in text or (platform == "aws" and "?" in text)


def request_resource(platform: Platform, action: str, resource: str) -> str | Wrong:
    """The resource of one request, as the evaluator reads it, or what is wrong with it.

    On Kubernetes a verb that names no object may leave the name out, and a subresource may stand behind a slash before
    the name of its object (`shop//pods/log/web-1`).
    """
    if "${" in resource:
        return f"{resource!r} has a policy variable in it, and a request has none.", "write its value."
    wrong = wrong_resource(platform, resource)
    if wrong is not None:
        return wrong
    if platform != "kubernetes" or resource.startswith("url:"):
        return resource
    parts = resource.split("/")
    if len(parts) == 5:
        return f"{parts[0]}/{parts[1]}/{parts[2]}:{parts[3]}/{parts[4]}"
    if len(parts) > 5:
        return f"{resource!r} has too many parts.", _RESOURCES["kubernetes"][1].join(("write ", "."))
    if len(parts) == 4:
        return resource
    if action in _NAMELESS:
        return f"{resource}/"
    return (
        f"{resource!r} names no object, and a request to {action} names one.",
        f"write {resource}/<name>, or {resource}/* for all of them.",
    )
