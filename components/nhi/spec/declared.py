"""An agent as the reviewed files declare it, after the environment's layers, with the line of every value.

Owns the pairing of a value with its place. The loader makes these; plan, catalog and rules read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nhi.contract import digest
from nhi.permissions.model import Origin
from nhi.spec.environment import Environment
from nhi.spec.model import Agent
from nhi.spec.profiles import Profile

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Positions:
    """Where each value of a document stands. Keys are paths from the document's root."""

    file: str
    by_path: Mapping[Path, Origin]

    def at(self, *path: str | int) -> Origin:
        """The place of the value at `path`, else of its nearest parent that is written, else the file."""
        for end in range(len(path), -1, -1):
            origin = self.by_path.get(path[:end])
            if origin is not None:
                return origin
        return Origin(self.file)


@dataclass(frozen=True)
class DeclaredEnvironment:
    """One environment file with its positions and the tier profile it names."""

    environment: Environment
    positions: Positions
    profile: Profile


@dataclass(frozen=True)
class DeclaredAgent:
    """One agent file under one environment.

    `positions` are rooted at `agent_policy` (so `positions.at("sponsor")`), and a value that a layer gave points
    into the environment file.
    """

    agent: Agent
    positions: Positions
    environment: DeclaredEnvironment

    @property
    def file(self) -> str:
        """The agent file."""
        return self.positions.file

    @cached_property
    def digest(self) -> str:
        """Digest of the normalised agent, layers included."""
        return digest(self.agent.model_dump(mode="json", exclude_none=True))
