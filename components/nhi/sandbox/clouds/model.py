"""What a stand-in cloud answers, whoever asks: the local engine in process, or an engine over the provider protocol.

Owns the protocol between an engine and a cloud: values, answers, errors. Does not own any cloud's rules (one module
per cloud), how a world is stored (`world`), or gRPC (`sandbox.provider`).

Values are plain JSON with `contract.UNKNOWN` where a value is not known yet. Secrets arrive unwrapped and are never
put into an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from nhi.sandbox.clouds.world import World

Inputs = Mapping[str, Any]


class Failure(NamedTuple):
    """One property that the cloud would refuse, by path (`assumeRolePolicy`, `metadata.name`), and why."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as the provider would keep them (defaults filled in), and what is wrong with them."""

    inputs: Inputs
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Top-level properties that changed, and those of them that force a replacement."""

    changes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """What the cloud assigned. In a preview `id` is None and values that only the cloud decides are UNKNOWN."""

    id: str | None
    outputs: Inputs
    secret_outputs: tuple[str, ...] = field(default=())


class CloudError(Exception):
    """The cloud said no: `code` is the cloud's own error code (`EntityAlreadyExists`, `Conflict`, `Throttling`)."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code}: {message}")


class Cloud(Protocol):
    """One stand-in cloud. Every method is a pure function of its arguments and the world it is given."""

    package: str
    """The provider package it stands in for, such as `aws`."""
    version: str
    """The SDK version whose types it checks against."""

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """Judges inputs before anything is made: names and types of every property, grammar, limits."""
        ...

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Compares two sets of checked inputs."""
        ...

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """Makes the object in `world`, or with `world=None` says what a preview can know.

        `adopt` is set only where an interrupted run recorded that it was making just this resource from just these
        inputs: an object that this URN made from equal inputs is then taken over instead of being refused.
        """
        ...

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where it is gone."""
        ...

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object in place and answers its new outputs."""
        ...

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object. An object that is already gone is no error; one still in use is."""
        ...

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers a function of the provider. An unknown token is a `CloudError`, which names it."""
        ...
