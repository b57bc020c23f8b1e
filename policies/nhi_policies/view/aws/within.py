"""Which statements of a role go beyond what its agent's file declares, and what shows it.

Owns the comparison of one role with one declaration. Most statements are a declared grant, or a part of one, as the
component writes them; that is seen at once and needs no search. For the rest the algebra decides, so nothing is let
through that the short way only did not understand. Until when it holds is not asked here: the agent's lock date stands
in the guard, in each grant, and in rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from nhi.catalog.permission_set import permission_set
from nhi.permissions.globs import GlobUndecidedError, overlap
from nhi.permissions.model import Condition, Grant, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Refuted, Undecided, subset

from nhi_policies.view.aws.effective import ALWAYS, really
from nhi_policies.view.aws.reach import ends_by, starts
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.origin import any_covers
from nhi_policies.view.proofs import Granted

_AT_MOST = frozenset({"numericlessthan", "numericlessthanequals"})


@dataclass(frozen=True)
class Beyond:
    """A statement that allows more than is declared.

    `pairs` are its actions, each with a resource on which no single declared grant covers it; empty where the statement
    says only what it leaves out. `witness` is a request that only the statement allows, None where that is undecided
    and `reason` says why. `masked` says that nothing of it is in effect, because something else on the role denies it.
    `nearest` is the declared grant that comes closest.
    """

    statement: Statement
    pairs: tuple[tuple[str, str], ...]
    witness: Witness | None
    reason: str
    masked: bool
    nearest: Grant | None


def beyond(granted: Granted, declared: Sequence[Grant]) -> Iterator[Beyond]:
    """The statements of a role that allow more than these grants, the agent's lock date apart.

    What they have in effect is looked at first, so that the request that is shown is one that AWS would permit.
    """
    allows = tuple(one for one in declared if one.effect == "allow")
    parent: PermissionSet | None = None
    for statement in granted.statements:
        if statement.effect == "deny":
            continue
        pairs = _uncovered(statement, allows)
        if not pairs:
            continue
        if parent is None:
            parent = permission_set("aws", allows) if allows else PermissionSet("aws", ())
        alone = PermissionSet("aws", (Policy((statement, ALWAYS)),))
        if isinstance(subset(alone, parent), Proved):
            continue
        child = really(granted, statement)
        verdict = subset(child, parent)
        masked = isinstance(verdict, Proved)
        if masked:
            child, verdict = alone, subset(alone, parent)
        witness = readable(verdict.witness, child, parent) if isinstance(verdict, Refuted) else None
        reason = verdict.reason if isinstance(verdict, Undecided) else ""
        first = pairs[0] if witness is None else (witness.action, witness.resource)
        shown = pairs if statement.actions and statement.resources else ()
        yield Beyond(statement, shown, witness, reason, masked, _nearest(allows, *first))


def closes(statement: Statement, end: datetime) -> bool:
    """Whether a statement denies everything from `end` on, at the latest, whatever else is so."""
    if statement.effect == "allow" or "*" not in statement.actions or "*" not in statement.resources:
        return False
    if not statement.conditions:
        return True
    dated = all(
        one.key.lower() == "aws:currenttime" and one.operator.lower() in ("dategreaterthan", "dategreaterthanequals")
        for one in statement.conditions
    )
    begins = starts(statement) if dated else None
    strict = any(one.operator.lower() == "dategreaterthan" for one in statement.conditions)
    return begins is not None and (begins < end or (begins == end and not strict))


def _uncovered(statement: Statement, allows: tuple[Grant, ...]) -> tuple[tuple[str, str], ...]:
    """The pairs of an action and a resource that no one grant covers under conditions as strict; the short way."""
    if statement.not_actions or statement.not_resources:
        return (("*", "*"),)
    found: dict[str, str] = {}
    for action, resource in product(statement.actions, statement.resources):
        able = any(
            any_covers(grant.actions, action, case_sensitive=False)
            and _resource_covered(grant.resources, resource)
            and _as_strict(statement, grant)
            for grant in allows
        )
        if not able:
            found.setdefault(action, resource)
    return tuple(found.items())


def _resource_covered(patterns: tuple[str, ...], resource: str) -> bool:
    if "${" in resource or any("${" in one for one in patterns):
        return resource in patterns  # what stands in a variable is no glob, so only the algebra may compare it
    return any_covers(patterns, resource, case_sensitive=True)


def _as_strict(statement: Statement, grant: Grant) -> bool:
    if grant.expires is not None and not ends_by(statement, grant.expires):
        return False
    return all(any(_implies(own, wanted) for own in statement.conditions) for wanted in grant.conditions)


def _implies(own: Condition, wanted: Condition) -> bool:
    if own.operator.lower() != wanted.operator.lower() or own.key.lower() != wanted.key.lower():
        return False
    if own.operator.lower() in _AT_MOST:
        most, allowed = _highest(own), _highest(wanted)
        return most is not None and allowed is not None and most <= allowed
    if "not" in own.operator.lower():
        return set(own.values) >= set(wanted.values)
    return set(own.values) <= set(wanted.values)


def _highest(condition: Condition) -> float | None:
    """The highest of a condition's numbers, since one of several values is enough for IAM; None where one is none."""
    try:
        return max(map(float, condition.values), default=None)
    except ValueError:
        return None


def _nearest(allows: tuple[Grant, ...], action: str, resource: str) -> Grant | None:
    """The grant that covers both, else one with the action, else one on the resource, else one of the same service."""
    service = f"{action.partition(':')[0].lower()}:"

    def distance(grant: Grant) -> int:
        acts, on = _touches(grant.actions, action.lower()), _touches(grant.resources, resource)
        if acts and on:
            return 0
        if acts or on:
            return 1 if acts else 2
        return 3 if any(one.lower().startswith(service) for one in grant.actions) else 4

    best = min(allows, key=distance, default=None)
    return best if best is not None and distance(best) < 4 else None


def _touches(patterns: tuple[str, ...], text: str) -> bool:
    try:
        return any(overlap(one, text, case_sensitive=False) is not None for one in patterns)
    except GlobUndecidedError:
        return False
