"""A cloud that fails on purpose: a plan of failures, and a wrapper that carries it out.

Owns when a call fails and how. Does not own what an engine does about it. Previews, checks, comparisons and
functions never fail here: only calls that reach into a world do, because those are the ones a run must survive.

A plan is a JSON list of rows: `{"package": "aws", "type": "aws:iam/role:*", "name": "research-*",
"operation": "create", "kind": "throttled", "times": 1}`. `type` and `name` (the resource's logical name) are globs
and `*` when left out; `times` is how often the row fails before it is used up, in one process, and 1 when left out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from nhi.sandbox.clouds.model import Checked, Cloud, CloudError, Created, Difference, Inputs
from nhi.sandbox.clouds.world import World

Operation = Literal["create", "update", "delete", "read"]
Kind = Literal["throttled", "denied", "half-done"]

# The clouds' own words: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
# https://learn.microsoft.com/graph/errors, https://cloud.google.com/apis/design/errors#error_model and
# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
_CODES: dict[Kind, dict[str, str]] = {
    "throttled": {
        "aws": "Throttling",
        "azuread": "TooManyRequests",
        "gcp": "RESOURCE_EXHAUSTED",
        "kubernetes": "TooManyRequests",
    },
    "denied": {
        "aws": "AccessDenied",
        "azuread": "Authorization_RequestDenied",
        "gcp": "PERMISSION_DENIED",
        "kubernetes": "Forbidden",
    },
    "half-done": {
        "aws": "InternalFailure",
        "azuread": "InternalServerError",
        "gcp": "INTERNAL",
        "kubernetes": "InternalError",
    },
}


class FaultPlanError(ValueError):
    """A plan that cannot be carried out: names the row and the key."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of a plan."""

    package: str
    operation: Operation
    kind: Kind
    type: str = "*"
    name: str = "*"
    times: int = 1


class Faults:
    """A plan and what is left of it. Safe to use from several threads; every failure is used up exactly once."""

    def __init__(self, rows: Sequence[Fault]) -> None:
        self.rows = tuple(rows)
        self._left = [row.times for row in rows]
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, value: Any) -> Faults:
        """The plan in a JSON value (a list of rows). Raises `FaultPlanError`."""
        if not isinstance(value, list):
            raise FaultPlanError("a plan of failures is a list of rows")
        return cls([_row(row, position) for position, row in enumerate(value)])

    @classmethod
    def load(cls, path: Path) -> Faults:
        """The plan in a JSON file. Raises `FaultPlanError`, or OSError where the file cannot be read."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise FaultPlanError(f"{path.name} is not JSON: {error}") from None
        return cls.parse(value)

    def take(self, package: str, operation: Operation, type: str, name: str) -> Kind | None:
        """The failure that this call must meet, or None. The first row that fits and is not used up counts."""
        with self._lock:
            for position, row in enumerate(self.rows):
                if (
                    self._left[position] > 0
                    and row.package == package
                    and row.operation == operation
                    and fnmatchcase(type, row.type)
                    and fnmatchcase(name, row.name)
                ):
                    self._left[position] -= 1
                    return row.kind
        return None


def _row(row: Any, position: int) -> Fault:
    where = f"row {position + 1}"
    if not isinstance(row, Mapping):
        raise FaultPlanError(f"{where}: a row is an object with package, operation and kind")
    known = set(Fault.__dataclass_fields__)
    if unknown := sorted(set(row) - known):
        raise FaultPlanError(f"{where}: unknown key {unknown[0]!r}; the keys are {', '.join(sorted(known))}")
    for key, choices in (("operation", get_args(Operation)), ("kind", get_args(Kind))):
        if row.get(key) not in choices:
            raise FaultPlanError(f"{where}: {key} must be one of {', '.join(choices)}")
    if row["operation"] == "read" and row["kind"] == "half-done":
        raise FaultPlanError(f"{where}: reading changes nothing, so it cannot be half done")
    for key in ("package", "type", "name"):
        if not isinstance(row.get(key, "*"), str):
            raise FaultPlanError(f"{where}: {key} must be a string")
    if "package" not in row:
        raise FaultPlanError(f"{where}: package is missing")
    times = row.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise FaultPlanError(f"{where}: times must be a whole number from 1")
    return Fault(**row)


class Faulty:
    """A cloud that fails as planned, and answers as the wrapped cloud does otherwise.

    `throttled` and `denied` leave the world alone. `half-done` does the work in the world and then fails, as when
    the answer is lost: whoever called cannot know that the object exists, is changed, or is gone.
    """

    def __init__(self, cloud: Cloud, faults: Faults) -> None:
        self.cloud = cloud
        self.faults = faults
        self.package = cloud.package
        self.version = cloud.version

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """As the wrapped cloud."""
        return self.cloud.check(type, name, inputs)

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """As the wrapped cloud."""
        return self.cloud.diff(type, old, new)

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """As the wrapped cloud, or a planned `CloudError`."""
        kind = None if world is None else self._before("create", type, urn)
        created = self.cloud.create(type, urn, inputs, world, adopt=adopt)
        self._after("create", kind)
        return created

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """As the wrapped cloud, or a planned `CloudError`."""
        self._before("read", type, _urn(type, id, world))
        return self.cloud.read(type, id, world)

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """As the wrapped cloud, or a planned `CloudError`."""
        kind = None if world is None else self._before("update", type, urn)
        outputs = self.cloud.update(type, id, urn, old, new, world)
        self._after("update", kind)
        return outputs

    def delete(self, type: str, id: str, world: World) -> None:
        """As the wrapped cloud, or a planned `CloudError`."""
        kind = self._before("delete", type, _urn(type, id, world))
        self.cloud.delete(type, id, world)
        self._after("delete", kind)

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """As the wrapped cloud."""
        return self.cloud.invoke(token, args)

    def _before(self, operation: Operation, type: str, urn: str) -> Kind | None:
        kind = self.faults.take(self.package, operation, type, urn.split("::", 3)[-1])
        if kind == "throttled":
            raise CloudError(self._code(kind), f"rate exceeded on {operation} (planned failure)")
        if kind == "denied":
            raise CloudError(self._code(kind), f"not authorised to {operation} (planned failure)")
        return kind

    def _after(self, operation: Operation, kind: Kind | None) -> None:
        if kind == "half-done":
            raise CloudError(self._code(kind), f"the answer to {operation} was lost (planned failure)")

    def _code(self, kind: Kind) -> str:
        return _CODES[kind][self.package]


def _urn(type: str, id: str, world: World) -> str:
    thing = world.things().get((type, id))
    return "" if thing is None else thing.urn
