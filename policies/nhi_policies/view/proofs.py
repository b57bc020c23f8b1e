"""What rules ask of the permission algebra, and its answers in words.

Owns `Granted` (what a stack really grants to one identity, on every platform) and the sentence that shows a request.
Does not own the algebra (`nhi.permissions`, which also keeps its verdicts), nor reading any cloud's documents
(`view.<platform>.effective`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nhi.permissions.model import PermissionSet, Policy, Statement, Witness

from nhi_policies.verdict import Unproven
from nhi_policies.view.resource import Resource


@dataclass(frozen=True)
class Granted:
    """What a stack grants to one identity.

    `sources` is the resource on which each statement stands, by the statement's label. `unproven` is what else hangs on
    the identity and cannot be read, each with why, and `foreign` what is made elsewhere (its id, and what attaches it):
    whoever proves something of `permissions` proves it only of what is known, and has to say the rest.
    """

    permissions: PermissionSet
    sources: Mapping[str, Resource] = field(default_factory=dict)
    unproven: tuple[tuple[Resource, Unproven], ...] = ()
    foreign: Mapping[str, Resource] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the identity itself; what else limits it (a boundary) stands in further policies."""
        return self.permissions.policies[0].statements if self.permissions.policies else ()

    def only(self, statement: Statement) -> PermissionSet:
        """What this one statement really allows: beside every deny, within every further policy."""
        denies = tuple(one for one in self.statements if one.effect == "deny")
        policies = (Policy((statement, *denies)), *self.permissions.policies[1:])
        return PermissionSet(self.permissions.platform, policies)


def as_allows(statements: Iterable[Statement]) -> Policy:
    """Statements as one policy that allows all on which they speak: what denies deny becomes a set that is compared."""
    return Policy(tuple(replace(one, effect="allow") for one in statements))


def in_words(witness: Witness) -> str:
    """A request as a message shows it: `s3:GetObject on arn:... (aws:CurrentTime 2027-01-01T00:00:00Z)`."""
    context = context_words(witness)
    return f"{witness.action} on {witness.resource}{f' ({context})' if context else ''}"


def context_words(witness: Witness) -> str:
    """The context of a request, every key that matters: the values, and last what is absent. Empty where none does."""
    given = [(key, value) for key, value in sorted(witness.context.items()) if value is not None]
    told = [f"{key} {' and '.join(one or repr(one) for one in _each(value))}" for key, value in given]
    absent = [f"without {key}" for key, value in sorted(witness.context.items()) if value is None]
    return ", ".join([*told, *absent])


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
