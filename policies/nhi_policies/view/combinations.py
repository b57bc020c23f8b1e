"""Permissions that lead further together than each of them says: what a table of them is, and who holds all parts.

Owns the question, asked of everything that an agent holds at once, whichever of its roles brings a part. Does not own
the tables (`view.<platform>.combinations`), nor permissions that lead further alone: those are refused one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from nhi.contract import agent_name
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, Undecided, overlap

from nhi_policies.declared import Context, Owner
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import about
from nhi_policies.view.coverage import apart
from nhi_policies.view.proofs import Granted, in_words


@dataclass(frozen=True, slots=True)
class Part:
    """One of `actions` on one of `resources`, as patterns of the permission model."""

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Combination:
    """Parts that are each allowed alone; with all of them one can do what `gains` says. `source` says who found it."""

    name: str
    parts: tuple[Part, ...]
    gains: str
    source: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A combination of which an agent holds every part: a request for each, and the label of what allows it.

    `unproven` says why it is not certain: a part that is not decided, or something held that cannot be read.
    """

    combination: Combination
    shown: tuple[str, ...]
    labels: tuple[str, ...]
    unproven: str | None = None


def on(resources: Callable[[str], tuple[str, ...]], table: Iterable[Combination]) -> tuple[Combination, ...]:
    """A table with its resources written out for one place."""
    return tuple(
        replace(
            one,
            parts=tuple(
                replace(part, resources=tuple(found for pattern in part.resources for found in resources(pattern)))
                for part in one.parts
            ),
        )
        for one in table
    )


def can_begin(combination: Combination, held: Collection[str], *, wholly: bool) -> bool:
    """Whether some part (`wholly`: every part) names an action that is held: a look that costs less than a proof."""
    found = (any(action in held for action in part.actions) for part in combination.parts)
    return all(found) if wholly else any(found)


def completed(granted: Granted, combination: Combination) -> Completed | None:
    """The combination, where an agent holds every part of it, or where that it does not is unproven."""
    shown: list[str] = []
    labels: list[str] = []
    why: str | None = None
    missing = False
    for part in combination.parts:
        if not any(_may_meet(one, part) for one in granted.statements):
            missing = True
            continue
        verdict = overlap(granted.permissions, _wanted(granted.permissions, part))
        if isinstance(verdict, Proved):
            missing = True
            continue
        if isinstance(verdict, Undecided):
            why = verdict.reason
            continue
        shown.append(in_words(verdict.witness))
        labels.append(_label(verdict))
    if missing:
        first = granted.unproven[0] if granted.unproven else None
        if first is None or not (shown or why):
            return None
        why = f"what {first[0].name} brings is not known: {first[1].path} {first[1].why}"
    return Completed(combination, tuple(shown), tuple(labels), why)


def _may_meet(statement: Statement, part: Part) -> bool:
    """Whether a statement could allow a part: a look that costs less than a proof and says no to none that does."""
    acting = any(action == "*" or action in part.actions for action in statement.actions)
    return acting and not apart(statement.resources, part.resources)


def _wanted(permissions: PermissionSet, part: Part) -> PermissionSet:
    statement = Statement("allow", actions=part.actions, resources=part.resources)
    return PermissionSet(permissions.platform, (Policy((statement,)),))


def _label(verdict: Refuted) -> str:
    return verdict.statement.label if verdict.statement else ""


def each_completed(granted: Granted, table: Iterable[Combination]) -> tuple[Completed, ...]:
    """Every combination of a table that is completed, or not proved not to be; what is certain comes first."""
    found = [one for combination in table if (one := completed(granted, combination)) is not None]
    return tuple(sorted(found, key=lambda one: one.unproven is not None))


def finding(found: Sequence[Completed], granted: Granted, owner: Owner, context: Context, through: str = "") -> Finding:
    """One finding about an agent for all combinations that it completes: the first of them, and how many more.

    `through` says by whom else the first one leads further. It points at the file's line that comes nearest.
    """
    one, *others = found
    resource = granted.sources.get(one.labels[0]) if one.labels else None
    by = sorted({granted.sources[label].name for label in one.labels if label in granted.sources})
    text = f"{agent_name(*owner)} holds {' and '.join(one.shown)} by {', '.join(by)}"
    if one.unproven is not None:
        text = f"{text}; that it could not {one.combination.gains} is unproven: {one.unproven}"
    else:
        text = f"{text}: with that it could {one.combination.gains}{through}"
    more = f" ({len(others)} more such combinations)" if others else ""
    fix = (
        f"take one of the parts away, or let a pipeline with its own review do this step; see {one.combination.source}"
    )
    return about(resource, owner, context, f"{text}{more}.", fix, f"combination::{one.combination.name}")
