"""Allow policies as resources write them: one additive member, one binding, or a whole policy in JSON.

Owns taking them apart into bindings, and what their conditions demand. A value that is not known raises `Unproven` when
it is asked for, so that a rule which needs only the role does not stumble over the condition.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from nhi.contract import UNKNOWN
from nhi.permissions.cel import Demand, NotCelError, alternatives, demand

from nhi_policies.verdict import Unproven
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import kinds_of

T = TypeVar("T")


@dataclass(frozen=True)
class Binding:
    """One role for some members under one condition, at `path` of a resource (empty for its own properties)."""

    members: tuple[str, ...]
    _role: Any = field(repr=False)
    _condition: Any = field(repr=False)
    path: str = ""

    @property
    def role(self) -> str:
        """The role's name. Raises `Unproven`."""
        if not isinstance(self._role, str):
            raise Unproven(f"{self.path}role", "is not known at preview" if self._role is UNKNOWN else "is no text")
        return self._role

    @property
    def expression(self) -> str | None:
        """The condition as written; None where there is none. Raises `Unproven`."""
        written, where = self._condition, f"{self.path}condition"
        if written is None or written == {}:
            return None
        if isinstance(written, Mapping):
            written, where = written.get("expression"), f"{where}.expression"
        if written is UNKNOWN:
            raise Unproven(where)
        if not isinstance(written, str):
            raise Unproven(where, "is no expression")
        return written

    @property
    def demand(self) -> Demand:
        """What the condition demands: nothing where there is none. Raises `Unproven`."""
        written = self.expression
        return Demand((), True) if written is None else self._read(written, demand)

    @property
    def alternatives(self) -> tuple[Demand, ...]:
        """What the condition demands, one alternative for each side of an `||`. Raises `Unproven`."""
        written = self.expression
        return (Demand((), True),) if written is None else self._read(written, alternatives)

    def _read(self, written: str, reader: Callable[[str], T]) -> T:
        try:
            return reader(written)
        except NotCelError as error:
            raise Unproven(f"{self.path}condition.expression", error.why) from None

    def end(self) -> datetime | None:
        """The earliest moment at which the condition stops holding; None where it never does.

        Raises `Unproven` where a part of the condition is not understood and no other part ends it.
        """
        asked = self.demand
        moments = [
            moment
            for term in asked.terms
            if term.name == "request.time" and term.operator in ("<", "<=") and term.moment
            if (moment := _moment(term.value)) is not None
        ]
        if not moments and not asked.whole:
            raise Unproven(f"{self.path}condition.expression", "is not understood, so nothing shows that it ends")
        return min(moments, default=None)


def bindings(resource: Resource) -> tuple[Binding, ...]:
    """The bindings of a member, a binding or a policy resource; none for any other.

    Raises `Unproven` where the members are not known, or where a policy cannot be read.
    """
    return kept(resource, "google bindings", lambda: _bindings(resource))


def _bindings(resource: Resource) -> tuple[Binding, ...]:
    kinds = kinds_of(resource.type)
    if "gcp-member" in kinds:
        member = resource.text("member")
        if member is None:
            raise Unproven("member", "is missing")
        return (Binding((member,), resource.peek("role"), _conditions(resource)),)
    if "gcp-binding" in kinds:
        return (Binding(resource.texts("members"), resource.peek("role"), _conditions(resource)),)
    if "gcp-policy" in kinds:
        return _policy(resource.text("policyData"))
    return ()


def _conditions(resource: Resource) -> Any:
    found = resource.peek("condition")
    # The wire form of older states holds a list of one.
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _policy(text: str | None) -> tuple[Binding, ...]:
    if text is None:
        raise Unproven("policyData", "is missing")
    try:
        written = json.loads(text)
        rows = written.get("bindings") or []
        return tuple(
            Binding(
                tuple(_strings(row.get("members") or [])), row.get("role"), row.get("condition"), f"bindings[{index}]."
            )
            for index, row in enumerate(rows)
        )
    except (ValueError, TypeError, AttributeError):
        raise Unproven("policyData", "is no allow policy in JSON") from None


def _strings(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError("members are texts")
    return values


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None
