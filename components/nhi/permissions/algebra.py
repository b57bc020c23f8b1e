"""Putting permission sets together, and the one form in which two equal ones are the same.

Owns meet, join, the canonical form and its digest. Does not own whether one set lies inside another
(`permissions.proof`): two canonical forms that differ may still permit the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import asdict, replace
from typing import Final

from nhi.contract import Platform
from nhi.contract import digest as digest_of
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement

FOLDED_ACTIONS: Final[frozenset[Platform]] = frozenset({"aws"})
"""Platforms that read actions, and the names of condition keys, in any case."""

_STARS = re.compile(r"\*{2,}")


class MalformedStatementError(ValueError):
    """A statement that means nothing certain, so nothing is proved with it."""


def meet(*sets: PermissionSet) -> PermissionSet:
    """What every one of the sets permits: identity and boundary, user and agent, all hops of a path.

    No product of statements is built. Raises `ValueError` without any set, or with sets of two platforms.
    """
    platforms = {one.platform for one in sets}
    if len(platforms) != 1:
        raise ValueError("a meet needs sets of one platform.")
    platform = sets[0].platform
    if any(not one.policies for one in sets):
        return PermissionSet(platform, ())
    return PermissionSet(platform, tuple(dict.fromkeys(policy for one in sets for policy in one.policies)))


def join(*policies: Policy) -> Policy:
    """Policies that stand together on one identity: all of their statements, so a deny of one counts for all."""
    return Policy(tuple(statement for policy in policies for statement in policy.statements))


def check(statement: Statement) -> None:
    """Raise `MalformedStatementError` for a statement that the model leaves without a meaning."""
    name = f"statement {statement.label!r}" if statement.label else "a statement"
    if statement.effect not in ("allow", "deny"):
        raise MalformedStatementError(f"{name} has an effect other than allow and deny")
    if bool(statement.actions) == bool(statement.not_actions):
        raise MalformedStatementError(f"{name} needs exactly one of actions and not_actions")
    if bool(statement.resources) == bool(statement.not_resources):
        raise MalformedStatementError(f"{name} needs exactly one of resources and not_resources")
    for element in (statement.actions, statement.not_actions, statement.resources, statement.not_resources):
        if not isinstance(element, tuple):
            raise MalformedStatementError(f"{name} has an element that is not a tuple")
        if not all(isinstance(pattern, str) and pattern for pattern in element):
            raise MalformedStatementError(f"{name} has an empty pattern, or one that is no text")


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    # YAML and JSON have true and 5 where IAM compares texts.
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def normal(platform: Platform, statement: Statement) -> Statement:
    """A statement with its patterns and conditions in one form, each once and in order; label and origin stay.

    Raises `MalformedStatementError`.
    """
    check(statement)
    fold = platform in FOLDED_ACTIONS

    def patterns(values: tuple[str, ...], folded: bool) -> tuple[str, ...]:
        one_form = {_STARS.sub("*", value.lower() if folded else value) for value in values}
        return ("*",) if "*" in one_form else tuple(sorted(one_form))

    conditions = {
        Condition(one.operator, one.key.lower() if fold else one.key, tuple(sorted(set(_texts(one.values)))))
        for one in statement.conditions
    }
    return replace(
        statement,
        actions=patterns(statement.actions, fold),
        not_actions=patterns(statement.not_actions, fold),
        resources=patterns(statement.resources, False),
        not_resources=patterns(statement.not_resources, False),
        conditions=tuple(sorted(conditions, key=lambda one: (one.key, one.operator, one.values))),
    )


def _order(statement: Statement) -> tuple[object, ...]:
    return (
        statement.effect,
        statement.actions,
        statement.not_actions,
        statement.resources,
        statement.not_resources,
        [(one.key, one.operator, one.values) for one in statement.conditions],
    )


def _merged(statements: Iterable[Statement], element: str) -> list[Statement]:
    """Statements that differ in one positive element only, as one."""
    groups: dict[Hashable, set[str]] = defaultdict(set)
    for statement in statements:
        groups[replace(statement, **{element: ()})] |= set(getattr(statement, element))
    merged: list[Statement] = []
    for rest, values in groups.items():
        every = ("*",) if "*" in values else tuple(sorted(values))
        merged.append(replace(rest, **{element: every}))  # type: ignore[type-var]  # the keys are statements
    return merged


def canonical_policy(platform: Platform, policy: Policy) -> Policy:
    """A policy without labels and origins, its statements merged and in order. Raises `MalformedStatementError`."""
    plain = [replace(normal(platform, one), label="", origin=None) for one in policy.statements]
    for element in ("actions", "resources"):
        plain = _merged(plain, element)
    return Policy(tuple(sorted(plain, key=_order)))


def canonical(permissions: PermissionSet) -> PermissionSet:
    """One form for sets that are written differently only in order, case of actions, labels and repetitions.

    Equal forms permit the same. Raises `MalformedStatementError`.
    """
    policies = {canonical_policy(permissions.platform, policy) for policy in permissions.policies}
    if any(all(one.effect == "deny" for one in policy.statements) for policy in policies):
        return PermissionSet(permissions.platform, ())
    ordered = sorted(policies, key=lambda policy: [_order(one) for one in policy.statements])
    return PermissionSet(permissions.platform, tuple(ordered))


def digest(permissions: PermissionSet) -> str:
    """The digest of the canonical form. Raises `MalformedStatementError`."""
    return digest_of(asdict(canonical(permissions)))
