"""What the words of an agent file mean on a platform: the shape of the answer.

Owns `Meaning`, the neutral permissions one declared agent has on one platform. Does not own lock dates or states
(`plan`), nor documents (`platforms`).
"""

from __future__ import annotations

from dataclasses import dataclass

from nhi.contract import Platform
from nhi.permissions.model import Egress, Grant, Origin
from nhi.spec.problems import Problem


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A word that has no counterpart on a platform: reported, never dropped."""

    word: str
    reason: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Meaning:
    """The permissions one declared agent has on one platform, before any date or state.

    `denies` come from `denied_actions`, `access: none`, `allowed: false` and `acts_on_behalf`.
    """

    platform: Platform
    allows: tuple[Grant, ...] = ()
    denies: tuple[Grant, ...] = ()
    egress: tuple[Egress, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    problems: tuple[Problem, ...] = ()
