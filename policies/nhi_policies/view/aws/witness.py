"""A request that shows a mistake, as a person would meet it: an action that exists, spelt as AWS spells it.

Owns making a proof's witness readable. It never makes another claim: each request that it puts in the witness's place
is put to the evaluator first, and must be permitted on the one side and refused on the other as the first was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from nhi.catalog.vocabulary import aws_action, expand
from nhi.permissions.evaluate import permits
from nhi.permissions.globs import has_wildcard, matches
from nhi.permissions.model import PermissionSet, Statement, Witness

_TRIES: Final = 200
"""Actions that are tried for one pattern: a whole service, not all of AWS."""
_WELL_KNOWN: Final = ("s3:GetObject", "iam:CreateUser", "sts:AssumeRole", "ec2:RunInstances", "lambda:InvokeFunction")
"""What everybody knows, for a statement that names no service."""


def readable(witness: Witness, child: PermissionSet, parent: PermissionSet) -> Witness:
    """The witness with an existing action where one shows the same, and keys as the statements write them."""
    # A request for no object in particular is told as one, where it shows the same.
    anywhere = replace(witness, resource="*")
    witness = anywhere if witness.resource.startswith("arn:::") and _shows(anywhere, child, parent) else witness
    tried = (replace(witness, action=name) for name in _actions(witness, child))
    shown = next((one for one in tried if _shows(one, child, parent)), witness)
    conditions = (condition for statement in _statements((child, parent)) for condition in statement.conditions)
    keys = {condition.key.lower(): condition.key for condition in conditions}
    # Every request has a time; that it has one says nothing.
    told = {key: value for key, value in shown.context.items() if (key.lower(), value) != ("aws:currenttime", "x")}
    return replace(shown, context={keys.get(key, key): value for key, value in told.items()})


def _actions(witness: Witness, child: PermissionSet) -> Iterator[str]:
    """Actions that a person would think of first: the one itself, those of a statement that allows it."""
    known = aws_action(witness.action)
    if known is not None:
        yield known.action
    for statement in _statements((child,)):
        if statement.effect != "allow":
            continue
        yield from (one for one in _WELL_KNOWN if speaks_of(statement, one))
        for pattern in statement.actions:
            if not matches(pattern, witness.action, case_sensitive=False):
                continue
            if not has_wildcard(pattern):
                yield pattern
            elif not has_wildcard(pattern.partition(":")[0]):
                yield from islice(expand(pattern), _TRIES)


def speaks_of(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action, on whatever resource."""
    hit = any(matches(one, action, case_sensitive=False) for one in statement.actions or statement.not_actions)
    return hit != bool(statement.not_actions)


def _shows(witness: Witness, child: PermissionSet, parent: PermissionSet) -> bool:
    return (
        permits(child, witness.action, witness.resource, witness.context).outcome == "allowed"
        and permits(parent, witness.action, witness.resource, witness.context).outcome == "denied"
    )


def _statements(sets: Iterable[PermissionSet]) -> Iterator[Statement]:
    return (statement for one in sets for policy in one.policies for statement in policy.statements)
