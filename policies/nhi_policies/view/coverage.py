"""Whether declared grants cover what one holding allows, and whether declared denials reach it.

Owns putting the two sides of such a question together so small that a whole fleet asks few different ones: without
labels and lines, and of the declaration only the grants that name one of the actions. A grant that names none of them
matches no request of the holding, so leaving it out changes no answer. Answers are kept for equal questions. Does not
own what a platform's objects allow (`view.<platform>.effective`), nor what is declared (`view.declared_grants`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import takewhile

from nhi.catalog.permission_set import WITH_A_USER, before, patterns, permission_set
from nhi.contract import Platform
from nhi.permissions.model import Condition, Grant, Origin, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Verdict, overlap, subset

_Bare = tuple[tuple[str, ...], tuple[str, ...], tuple[Condition, ...], datetime | None]
"""A grant without what only people read: actions, resources, conditions, end."""
_Bound = tuple[tuple[str, ...], tuple[Condition, ...], datetime | None]
"""The same without its actions."""
_NOWHERE = Origin("")


def covered(platform: Platform, allows: tuple[Statement, ...], grants: Iterable[Grant]) -> Verdict:
    """Whether everything that these statements (allows without label and origin) permit is granted, as long as it is.

    A grant ends at its own end. That nothing outlives the agent is a question of its own, which the rules about end
    dates ask, so its lock date ends neither side.
    """
    near = _near(allows, grants, "allow")
    if all(_by_one(platform, allow, action, near) for allow in allows for action in allow.actions):
        return Proved()
    return _covered(platform, allows, near)


def untouched(
    platform: Platform, allows: tuple[Statement, ...], denials: Iterable[Grant], denies: tuple[Statement, ...] = ()
) -> Verdict:
    """Whether nothing that these statements permit is denied by a grant; `denies` are those that really hold.

    `Refuted` carries a request that is denied in the file and permitted all the same.
    """
    for denial in _near(allows, denials, "deny"):
        for allow in allows:
            if apart(allow.resources, _patterns(platform, denial[1])):
                continue
            verdict = _untouched(platform, allow, denies, denial)
            if not isinstance(verdict, Proved):
                return verdict
    return Proved()


def active(grants: Iterable[Grant], clock: datetime) -> tuple[Grant, ...]:
    """The grants that have not ended at a moment."""
    return tuple(one for one in grants if one.expires is None or one.expires > clock)


def endless(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants without their ends, for what cannot be held to one."""
    return tuple(replace(one, expires=None) if one.expires is not None else one for one in grants)


def nearest(grants: Iterable[Grant], witness: Witness) -> Origin | None:
    """The line of the grant that comes closest to a request: about its action, or about what lies beside its resource.

    None where no grant has anything to do with it; a finding then points at the file.
    """
    found: tuple[tuple[bool, int], Origin] | None = None
    for grant in grants:
        for resource in grant.resources:
            shared, same = _shared(resource, witness.resource), witness.action in grant.actions
            if (same or shared >= len(resource.rpartition("/")[0])) and (found is None or (same, shared) > found[0]):
                found = (same, shared), grant.origin
    return found[1] if found else None


def _shared(a: str, b: str) -> int:
    """How many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _near(allows: tuple[Statement, ...], grants: Iterable[Grant], effect: str) -> tuple[_Bare, ...]:
    acting = {action for statement in allows for action in statement.actions}
    any_action = any("*" in action for action in acting)
    return tuple(
        (grant.actions, grant.resources, grant.conditions, grant.expires)
        for grant in grants
        if grant.effect == effect
        and (any_action or not acting.isdisjoint(grant.actions) or any("*" in one for one in grant.actions))
    )


def _by_one(platform: Platform, allow: Statement, action: str, near: tuple[_Bare, ...]) -> bool:
    """Whether one grant alone covers an action of an allow on each of its patterns.

    Which action it is then does not matter, so most agents of a fleet ask what another one has asked. Several grants
    together are asked only where this fails.
    """
    able = [one[1:] for one in near if action in one[0]]
    kind = action.partition(":")[0] if platform == "entra" else "any"
    return all(
        any(_as_written(platform, kind, resource, allow.conditions, one) for one in able)
        or any(
            _reaches(platform, kind, resource, allow.conditions, one)
            for one in able
            if not apart((resource,), _patterns(platform, one[0]))
        )
        for resource in allow.resources
    )


def _as_written(platform: Platform, kind: str, resource: str, conditions: tuple[Condition, ...], grant: _Bound) -> bool:
    """Whether a grant has the very pattern of an allow, and nothing that narrows it: covered without any proof."""
    resources, narrowing, end = grant
    timely = end is None or before(platform, end) in conditions
    asked = kind != "scope" or WITH_A_USER in conditions
    return not narrowing and timely and asked and resource in _patterns(platform, resources)


@lru_cache(maxsize=16384)
def _patterns(platform: Platform, resources: tuple[str, ...]) -> frozenset[str]:
    return frozenset(pattern for resource in resources for pattern in patterns(platform, resource))


@lru_cache(maxsize=65536)
def apart(some: Collection[str], others: Collection[str]) -> bool:
    """Whether no text matches a pattern of both, as far as what stands before their first stars tells."""
    heads = [pattern.partition("*")[0] for pattern in others]
    return not any(
        head.startswith(other) or other.startswith(head)
        for head in (pattern.partition("*")[0] for pattern in some)
        for other in heads
    )


@lru_cache(maxsize=65536)
def _reaches(
    platform: Platform,
    kind: str,
    resource: str,
    conditions: tuple[Condition, ...],
    grant: _Bound,
) -> bool:
    """Whether a grant of one action covers an allow of it on one pattern under these conditions."""
    action = (f"{kind}:action",)
    allow = Statement("allow", actions=action, resources=(resource,), conditions=conditions)
    return isinstance(_covered(platform, (allow,), ((action, *grant),)), Proved)


def _declared(platform: Platform, near: tuple[_Bare, ...]) -> PermissionSet:
    """Grants, or denials, as one set that permits what they speak of."""
    grants = (
        Grant(platform, "allow", actions, resources, "read", "", _NOWHERE, conditions, expires)
        for actions, resources, conditions, expires in near
    )
    return permission_set(platform, grants)


@lru_cache(maxsize=16384)
def _covered(platform: Platform, allows: tuple[Statement, ...], near: tuple[_Bare, ...]) -> Verdict:
    return subset(PermissionSet(platform, (Policy(allows),)), _declared(platform, near))


@lru_cache(maxsize=16384)
def _untouched(platform: Platform, allow: Statement, denies: tuple[Statement, ...], denial: _Bare) -> Verdict:
    return overlap(PermissionSet(platform, (Policy((allow, *denies)),)), _declared(platform, (denial,)))
