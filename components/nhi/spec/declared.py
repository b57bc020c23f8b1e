"""An agent as the reviewed files declare it, after the environment's layers, with the line of every value.

Owns the pairing of a value with its place. The loader makes these; plan, catalog and rules read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from nhi.contract import digest
from nhi.spec.agent_class import DeclaredClass
from nhi.spec.environment import Environment
from nhi.spec.model import Agent
from nhi.spec.profiles import Profile
from nhi.spec.source import Path, Positions

__all__ = ["DeclaredAgent", "DeclaredEnvironment", "Layer", "Path", "Positions"]

Layer = Literal["environment", "defaults", "class", "agents", "file", "merges", "overrides"]
"""What gave a value: the environment itself (name, platforms), one of its layers, the class, or the agent file."""


@dataclass(frozen=True)
class DeclaredEnvironment:
    """One environment file with its positions, the tier profile it names, and the classes of the folder it names."""

    environment: Environment
    positions: Positions
    profile: Profile
    classes: Mapping[str, DeclaredClass] = field(default_factory=dict)


@dataclass(frozen=True)
class DeclaredAgent:
    """One agent file under one environment.

    `positions` are rooted at `agent_policy` (so `positions.at("sponsor")`), and a value that a layer gave points
    into the environment file.
    """

    agent: Agent
    positions: Positions
    environment: DeclaredEnvironment
    layers: Mapping[Path, Layer] = field(default_factory=dict)

    def layer_at(self, *path: str | int) -> Layer | None:
        """What gave the value at `path`, else its nearest parent; None where nothing did."""
        for end in range(len(path), 0, -1):
            layer = self.layers.get(path[:end])
            if layer is not None:
                return layer
        return None

    @property
    def file(self) -> str:
        """The agent file."""
        return self.positions.file

    @cached_property
    def digest(self) -> str:
        """Digest of the normalised agent, layers included."""
        return digest(self.agent.model_dump(mode="json", exclude_none=True))
