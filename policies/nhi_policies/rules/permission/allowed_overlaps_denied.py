"""NHI-PRM-500: what two words mean on AWS does not contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from nhi.catalog.permission_set import statements
from nhi.permissions.algebra import meet
from nhi.permissions.globs import GlobUndecidedError, overlap
from nhi.permissions.model import Grant, PermissionSet
from nhi.permissions.proof import Proved, Refuted, empty
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.proofs import as_allows, in_words


@rule(
    id="NHI-PRM-500",
    slug="allowed-overlaps-denied",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI02", "NIST-AC-3", "ISO27001-A.5.15", "AICM-IAM-19"),
    row="3.2",
)
def allowed_overlaps_denied(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Nothing that one line of an agent file allows on AWS is what another line denies.

    Why: the Deny wins, so the agent lacks what a reviewed line says it has; whoever then loosens the Deny loosens more.
    Bad: a data scope with `none` bound to a folder of a bucket that another scope opens; a tool that is refused and the
        function that an allowed action calls.
    Fix: take one of the two lines away, or bind the two words to objects that do not overlap.
    """
    seen: set[tuple[str, str]] = set()
    for agent_id, instance in ((declared.agent.agent_id, name) for name in [*(declared.agent.instances or ()), None]):
        grants = declared_grants(context, agent_id, "aws", instance)
        denies = [one for one in grants if one.effect == "deny" and not _of_all(one)]
        for allow, deny in product([one for one in grants if one.effect == "allow"], denies):
            # One word on both sides is told once, of the words (NHI-PRM-001).
            if (allow.reason, deny.reason) in seen or _word(allow) == _word(deny) or not _may_meet(allow, deny):
                continue
            told = _common(allow, deny)
            if told is not None:
                seen.add((allow.reason, deny.reason))
                yield Finding(
                    f"`{allow.reason}` allows what `{deny.reason}` (line {deny.origin.line}) denies: {told}.",
                    "take one of the two lines away, or bind the two to objects that do not overlap.",
                    f"{allow.reason}::{deny.reason}",
                    allow.origin,
                )


def _of_all(deny: Grant) -> bool:
    """Whether a denial is about how, and not about what: it refuses every action under a condition."""
    return bool(deny.not_actions) or "*" in deny.actions


def _word(grant: Grant) -> str:
    return grant.reason.partition(": ")[2].partition(" (")[0] or grant.reason


def _may_meet(allow: Grant, deny: Grant) -> bool:
    return _touch(allow.actions, deny.actions, False) and _touch(allow.resources, deny.resources, True)


@lru_cache(maxsize=65536)  # agents share what their words mean
def _touch(some: tuple[str, ...], others: tuple[str, ...], case_sensitive: bool) -> bool:
    """Whether a text fits a pattern of each; undecided counts as yes, and so does a policy variable."""
    if any("${" in one for one in (*some, *others)):
        return True
    try:
        return any(overlap(a, b, case_sensitive=case_sensitive) is not None for a, b in product(some, others))
    except GlobUndecidedError:
        return True


def _common(allow: Grant, deny: Grant) -> str | None:
    """What both speak of, in words; None where it is proved that there is nothing."""
    one, other = (PermissionSet("aws", (as_allows(statements(grant)),)) for grant in (allow, deny))
    both = meet(one, other)
    verdict = empty(both)
    if isinstance(verdict, Proved):
        return None
    if isinstance(verdict, Refuted):
        return in_words(readable(verdict.witness, both, PermissionSet("aws", ())))
    return f"whether they meet is undecided, because {verdict.reason}"
