"""Why a permission set answers a request as it does: what decided, what comes near, and until when it holds.

Owns the words of a reason. Does not own the answer (`permissions.evaluate`): every sentence here is found by asking the
evaluator again with a part of a statement left out, so no second reading of a statement exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nhi.catalog.permission_set import CLOCK_KEYS
from nhi.catalog.vocabulary import GCP_PERMISSIONS, KUBERNETES_RESOURCES, aws_action, aws_resource_fits, expand
from nhi.clock import timestamp
from nhi.contract import Platform
from nhi.permissions.evaluate import Context, permits
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.terms import has_wildcard
from nhi.spec.nearest import nearest

_NEAR = 2
"""Statements that are shown because they come near; more would hide what matters."""
_LISTED = 2


@dataclass(frozen=True)
class Request:
    """One question to a set: an action on a resource, and the context that it comes with."""

    platform: Platform
    action: str
    resource: str
    context: Context


def end_of(platform: Platform, statement: Statement) -> datetime | None:
    """When a statement ends by its own date; None where it has none."""
    dates = [
        datetime.fromisoformat(value)
        for condition in statement.conditions
        if is_end(platform, condition)
        for value in condition.values
    ]
    return min(dates, default=None)


def is_end(platform: Platform, condition: Condition) -> bool:
    """Whether a condition is the date on which a statement ends."""
    return condition.operator == "DateLessThan" and condition.key == CLOCK_KEYS[platform]


def near_misses(permissions: PermissionSet, request: Request) -> tuple[str, ...]:
    """What almost allows a request that no statement allows: a condition that fails first, then another resource."""
    failed: list[str] = []
    elsewhere: list[str] = []
    for policy in permissions.policies:
        for statement in policy.statements:
            if statement.effect == "deny" or not _speaks(replace(statement, resources=(request.resource,)), request):
                continue
            if _speaks(statement, request):
                wanting = [one for one in statement.conditions if not _holds(one, request)]
                said = "; ".join(_unmet(request, one) for one in wanting)
                failed.append(f"{named(statement)} would allow it, but {said}.")
            elif statement.resources:
                elsewhere.append(f"{named(statement)} allows it on {listed(statement.resources)} only.")
    return tuple([*failed, *elsewhere][:_NEAR])


def conditions_met(statement: Statement, request: Request) -> tuple[str, ...]:
    """The conditions of a statement that decided, apart from its end, each with the value that satisfies it."""
    return tuple(
        f"its condition holds: {in_words(one)}{_given(request, one)}"
        for one in statement.conditions
        if not is_end(request.platform, one)
    )


def spelling(request: Request) -> str | None:
    """What is probably misspelt in a request: an action that does not exist, or one that is never on such a resource.

    None where nothing is, or where the vocabulary cannot tell.
    """
    action, resource = request.action, request.resource
    if has_wildcard(request.platform, action):
        return None
    if request.platform == "aws":
        facts = aws_action(action)
        if facts is None:
            service, _, _ = action.partition(":")
            close = nearest(action, expand(f"{service}:*"))
            return f"AWS has no action {action} that is known here" + (f"; did you mean {close}?" if close else ".")
        if not has_wildcard("aws", resource) and not aws_resource_fits(action, resource):
            wanted = ", ".join(facts.resources[:_LISTED]) or "`*` only"
            return f"{facts.action} is never on such a resource; it is on {wanted}."
    elif request.platform == "gcp" and action not in GCP_PERMISSIONS:
        close = nearest(action, GCP_PERMISSIONS)
        return f"did you mean {close}?" if close and close.rpartition(".")[0] == action.rpartition(".")[0] else None
    elif request.platform == "kubernetes" and resource.count("/") >= 2:
        _, group, kind, *_ = resource.split("/")
        kind = kind.replace(":", "/")
        if (group, kind) in KUBERNETES_RESOURCES or "*" in kind:
            return None
        there = [known for owner, known in KUBERNETES_RESOURCES if owner == group]
        close = nearest(kind, there)
        groups = sorted(owner for owner, known in KUBERNETES_RESOURCES if known == kind)
        if groups:
            return f"{kind} are in the API group {groups[0] or '(core, written empty)'}, not in {group or 'core'}."
        return f"did you mean {close}?" if close else None
    return None


def named(statement: Statement) -> str:
    """A statement by its label, with its line."""
    where = f" ({statement.origin})" if statement.origin else ""
    return f"`{statement.label or statement.effect}`{where}"


def listed(texts: tuple[str, ...], most: int = _LISTED) -> str:
    """The first texts of a list, and how many more there are."""
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


def in_words(condition: Condition) -> str:
    """A condition as one phrase."""
    if condition.operator == "Null":
        return f"{condition.key} to be {'absent' if 'true' in condition.values else 'present'}"
    return f"{condition.key} {condition.operator} {listed(condition.values)}"


def holds(platform: Platform, statement: Statement, condition: Condition, context: Context) -> bool | str:
    """Whether one condition of a statement holds in a context, or why nobody knows."""
    action, resource = _PROBE[platform]
    everything = Statement("allow", actions=(action,), resources=(resource,))
    # A deny takes some absent keys for a match where an allow does not, so each is asked as what it is.
    policy = Policy((everything, replace(everything, effect="deny", conditions=(condition,))))
    if statement.effect == "allow":
        policy = Policy((replace(everything, conditions=(condition,)),))
    answer = permits(PermissionSet(platform, (policy,)), action, resource, context)
    if answer.outcome == "undecided":
        return answer.reason
    return (answer.outcome == "allowed") == (statement.effect == "allow")


_PROBE: Mapping[Platform, tuple[str, str]] = {
    "aws": ("s3:GetObject", "arn:aws:s3:::probe/probe"),
    "entra": ("role:Probe", "probe"),
    "gcp": ("probe.probes.get", "projects/probe"),
    "kubernetes": ("get", "probe//probes/probe"),
}


def _speaks(statement: Statement, request: Request) -> bool:
    bare = Policy((replace(statement, conditions=()),))
    answer = permits(PermissionSet(request.platform, (bare,)), request.action, request.resource, request.context)
    return answer.outcome == "allowed"


def _holds(condition: Condition, request: Request) -> bool:
    return holds(request.platform, _ALLOW, condition, request.context) is True


_ALLOW = Statement("allow")


def _unmet(request: Request, condition: Condition) -> str:
    if is_end(request.platform, condition):
        return f"it ended at {timestamp(datetime.fromisoformat(condition.values[0]))}"
    return f"it asks for {in_words(condition)}{_given(request, condition)}"


def _given(request: Request, condition: Condition) -> str:
    key = condition.key.lower()
    for name, value in request.context.items():
        if name.lower() == key and value:
            return f" (the request gives {value if isinstance(value, str) else listed(value)})"
    return f" (the request gives no {condition.key})"
