"""What one class file may say: the requirements' Group (all research agents, all customer-facing agents).

Owns the model: defaults that a class gives its agents, and a ceiling that none of them may exceed. Does not own the
proof that an agent keeps within its class (a rule of the gate), nor how a platform realises a class (`platforms`).

A class is not an identity. It has no permission of its own; it only bounds what its agents declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from nhi.contract import API_VERSION
from nhi.spec.model import AccessLevel, Count, Duration, Part, Platforms, RiskTier, Text, Word
from nhi.spec.source import Positions


class ClassCeiling(Part):
    """What no agent of the class may exceed. A key that is left out limits nothing."""

    risk_tier: RiskTier | None = None
    """The highest risk tier."""
    platforms: Platforms | None = None
    """Where agents of the class may live."""
    allowed_actions: tuple[Word, ...] | None = None
    """The only actions that may be allowed."""
    data_access: dict[Word, AccessLevel] | None = None
    """The only data scopes that may be opened, each with its highest level."""
    tools: tuple[Word, ...] | None = None
    """The only tools that may be allowed."""
    max_session: Duration | None = None
    """The longest session that may be declared."""
    max_delegation_depth: Count | None = None
    """The most hops of delegation."""


class AgentClass(Part):
    """One class of agents."""

    name: Word
    summary: Text | None = None
    defaults: dict[str, Any] = Field(default_factory=dict)
    """Values for its agents' files where they and the environment's `agents` are silent."""
    ceiling: ClassCeiling = ClassCeiling()


class ClassFile(Part):
    """A whole class file."""

    api_version: Literal["nhi/v1"] = API_VERSION
    agent_class: AgentClass


@dataclass(frozen=True)
class DeclaredClass:
    """One class file with its positions, which are rooted at `agent_class`."""

    agent_class: AgentClass
    positions: Positions = field(compare=False)


Classes = Mapping[str, DeclaredClass]
"""Classes by name."""
