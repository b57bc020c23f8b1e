"""What each platform is told: pure documents, and the components that register them.

Owns the records of a plan on all of its platforms. A platform is a room with the same two files: `documents` (pure) and
`identity` (Pulumi). Importing this room imports no SDK.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from nhi.contract import Platform, Record
from nhi.plan.model import AgentPlan
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.problems import InputError, Problem

ADMISSION_NAME = "agent-admission"
"""Logical name of what an environment's cluster is told once."""


def room(platform: Platform, part: str) -> Any:
    """The module `part` (`documents`, `identity`) of a platform."""
    return importlib.import_module(f"nhi.platforms.{platform}.{part}")


Written = Mapping[Platform, tuple[Record, ...]]
"""The records of one plan, by platform."""


def written(plan: AgentPlan, base: str | None = None) -> Written:
    """Everything a plan registers, by platform. Raises `InputError` with every platform's problems.

    `base` starts every logical name; without it the plan's name does.
    """
    found: dict[Platform, tuple[Record, ...]] = {}
    problems: list[Problem] = []
    for platform in plan.platforms:
        try:
            found[platform] = room(platform, "documents").records(plan, base)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return found


def records(plan: AgentPlan) -> tuple[Record, ...]:
    """Everything a plan registers, on all of its platforms. Raises like `written`."""
    return tuple(record for one in written(plan).values() for record in one)


def environment_records(environment: DeclaredEnvironment) -> tuple[Record, ...]:
    """What an environment registers once, beside its agents: its cluster's admission policies, its classes' groups."""
    found: list[Record] = []
    if "kubernetes" in environment.environment.platforms:
        from nhi.platforms.kubernetes.admission import admission_records

        found += admission_records(environment, ADMISSION_NAME)
    if "entra" in environment.environment.platforms:
        from nhi.platforms.entra.classes import class_records

        found += class_records(environment)
    return tuple(found)
