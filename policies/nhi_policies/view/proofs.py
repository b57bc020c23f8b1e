"""What rules ask of the permission algebra, and its answers in words.

Owns `Granted` (what a stack really grants to one identity, on every platform), proofs that are kept for equal
questions, and the sentence that shows a request. Does not own the algebra (`nhi.permissions`), nor reading any cloud's
documents (`view.<platform>.effective`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nhi.permissions.algebra import canonical
from nhi.permissions.model import PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Verdict, subset

from nhi_policies.verdict import Unproven
from nhi_policies.view.resource import Resource


@dataclass(frozen=True)
class Granted:
    """What a stack grants to one identity.

    `sources` is the resource on which each statement stands, by the statement's label. `unproven` is what else hangs on
    the identity and cannot be read, each with why: whoever proves something of `permissions` proves it only of what
    is known, and has to say the rest.
    """

    permissions: PermissionSet
    sources: Mapping[str, Resource] = field(default_factory=dict)
    unproven: tuple[tuple[Resource, Unproven], ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the identity itself; what else limits it (a boundary) stands in further policies."""
        return self.permissions.policies[0].statements if self.permissions.policies else ()

    def only(self, statement: Statement) -> PermissionSet:
        """What this one statement really allows: beside every deny, within every further policy."""
        denies = tuple(one for one in self.statements if one.effect == "deny")
        policies = (Policy((statement, *denies)), *self.permissions.policies[1:])
        return PermissionSet(self.permissions.platform, policies)


def inside(child: PermissionSet, parent: PermissionSet) -> Verdict:
    """Whether everything that `child` permits is permitted by `parent`.

    Agents of one kind hold equal sets, so an answer is kept for each pair of canonical forms. The statement of a
    verdict has no label and no origin. Never raises.
    """
    try:
        asked = canonical(child), canonical(parent)
    except ValueError:
        return subset(child, parent)
    return _inside(*asked)


@lru_cache(maxsize=4096)
def _inside(child: PermissionSet, parent: PermissionSet) -> Verdict:
    return subset(child, parent)


def nothing(permissions: PermissionSet) -> Verdict:
    """Whether a set permits nothing; a refuted verdict carries a request that it permits. Never raises."""
    return inside(permissions, PermissionSet(permissions.platform, ()))


def as_allows(statements: Iterable[Statement]) -> Policy:
    """Statements as one policy that allows all on which they speak: what denies deny becomes a set that is compared."""
    return Policy(tuple(replace(one, effect="allow") for one in statements))


def in_words(witness: Witness) -> str:
    """A request as a message shows it: `s3:GetObject on arn:... (aws:CurrentTime 2027-01-01T00:00:00Z)`."""
    return f"{witness.action} on {witness.resource}{context_words(witness)}"


def context_words(witness: Witness) -> str:
    """The context of a request in brackets, every key that matters; empty where none does."""
    told = [
        f"without {key}" if value is None else f"{key} {value if isinstance(value, str) else ' and '.join(value)}"
        for key, value in witness.context.items()
    ]
    return f" ({', '.join(told)})" if told else ""
