"""Declared grants as one permission set, so that what they allow can be proved, met and compared.

Owns the writing of a grant in the terms of `permissions.model`: how each platform's resources become patterns, and how
an end becomes a condition on the platform's clock. Does not own what a word grants (`catalog.meaning`), the lock date
(builder and judge each have their own), nor any cloud document.

A resource of a grant stands for more than its own name on two platforms:

- gcp: a project stands for everything in it, an object for everything below it, as allow policies are inherited
  (https://docs.cloud.google.com/iam/docs/resource-hierarchy-access-control). A bucket's name holds no project
  (`projects/_/buckets/b`), so a project covers every bucket here; whoever reads a grant on another project's bucket
  must keep it apart.
- kubernetes: without a name it covers every object of the kind, and requests that name none. With one it covers only
  requests for that object (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from nhi.catalog.vocabulary import kubernetes_parts
from nhi.contract import Platform
from nhi.permissions.model import Condition, Grant, PermissionSet, Policy, Statement

CLOCK_KEYS: Final[dict[Platform, str]] = {
    "aws": "aws:CurrentTime",
    "entra": "request.time",
    "gcp": "request.time",
    "kubernetes": "request.time",
}
"""The context key that holds the time of a request. Only AWS and Google Cloud look at it; on the others it stands for
the date on which the grant must be taken away."""

WITH_A_USER: Final = Condition("Null", "user", ("false",))
"""The condition that a request is made together with a user."""


def before(platform: Platform, end: datetime) -> Condition:
    """The condition that a request comes before `end`."""
    return Condition("DateLessThan", CLOCK_KEYS[platform], (end.isoformat().replace("+00:00", "Z"),))


def permission_set(platform: Platform, grants: Iterable[Grant], end: datetime | None = None) -> PermissionSet:
    """Allows and denies of one holder as one policy.

    An allow ends at its own end or at `end` (an agent's lock date), whichever is earlier; a deny never ends.
    """
    return PermissionSet(platform, (Policy(tuple(one for grant in grants for one in statements(grant, end))),))


def statements(grant: Grant, end: datetime | None = None) -> tuple[Statement, ...]:
    """One grant as statements with its reason and line.

    A delegated scope of Entra ID is held only together with a user, so it is a statement of its own, which asks for
    one (https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview).
    """
    ends = [one for one in (grant.expires, end) if one is not None]
    dated = (before(grant.platform, min(ends)),) if ends and grant.effect == "allow" else ()
    whole = Statement(
        effect=grant.effect,
        actions=grant.actions,
        not_actions=grant.not_actions,
        resources=tuple(pattern for resource in grant.resources for pattern in patterns(grant.platform, resource)),
        conditions=(*grant.conditions, *dated),
        label=grant.reason,
        origin=grant.origin,
    )
    if grant.platform != "entra" or grant.effect == "deny":
        return (whole,)
    scopes = tuple(action for action in grant.actions if action.startswith("scope:"))
    roles = tuple(action for action in grant.actions if action not in scopes)
    asked = replace(whole, actions=scopes, conditions=(WITH_A_USER, *whole.conditions))
    return tuple(one for one in (replace(whole, actions=roles), asked) if one.actions)


def patterns(platform: Platform, resource: str) -> tuple[str, ...]:
    """The patterns of everything that a grant's resource stands for."""
    if platform == "gcp":
        return google_patterns(resource)
    if platform == "kubernetes":
        return (kubernetes_pattern(resource),)
    return (resource,)


def google_patterns(resource: str) -> tuple[str, ...]:
    """A project with all that is in it, an object with all below it, or names that begin as written."""
    if resource.endswith("*"):
        return (resource,)
    if resource.startswith("projects/") and resource.count("/") == 1:
        project = resource.removeprefix("projects/")
        return (resource, f"//*.googleapis.com/projects/{project}/*", "//*.googleapis.com/projects/_/*")
    return (resource, f"{resource}/*")


def kubernetes_pattern(resource: str) -> str:
    """`<namespace>/<group>/<resource>[:<subresource>]/<name>`, with `*` for a name that is not written."""
    namespace, group, kind, name = kubernetes_parts(resource)
    return f"{namespace}/{group}/{kind.replace('/', ':', 1)}/{name or '*'}"
