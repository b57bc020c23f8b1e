"""What the components take: an identity's arguments and the plan that they ask for, and an environment's.

Owns the arguments, the same for one platform and for all of them, and the refusal of a pinned clock on real providers.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Required, TypedDict

from nhi.contract import Platform
from nhi.plan.make import plan_from_args
from nhi.plan.model import AgentPlan
from nhi.platforms.pinned_clock import refuse_pinned_clock
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.loader import load_environment
from nhi.spec.problems import InputError


class AgentArgs(TypedDict, total=False):
    """Where one agent is declared. Give `file` or `text`, not both."""

    file: str
    """Path of the agent file."""
    text: str
    """The agent file's YAML."""
    environment: Required[str]
    """Path of the environment file."""
    catalog: list[str]
    """Paths of catalog files that add to the shipped catalog."""
    agents: str
    """Folder of all agent files of the environment; needed where the agent hands work on or takes it."""
    instance: str
    """Which of the agent's named instances this is."""
    clock: str
    """Pinned time, ISO 8601 with a zone; for sandbox stacks only."""


def asked_plan(args: AgentArgs, platforms: Iterable[Platform] | None = None) -> AgentPlan:
    """The plan that a component's arguments ask for.

    `platforms` are those that the component will register on; all of the plan's where it is None. Raises `InputError`
    for files that cannot be used, and `pulumi.RunError` for a pinned clock where a provider is real.
    """
    plan = plan_from_args(args)
    asked = plan.platforms if platforms is None else tuple(platforms)
    refuse_pinned_clock(args.get("clock"), asked)
    return plan


class EnvironmentArgs(TypedDict):
    """What an environment registers once, beside its agents, is asked for by its file."""

    environment: str
    """Path of the environment file."""


def asked_environment(args: EnvironmentArgs) -> DeclaredEnvironment:
    """The environment of a component's arguments. Raises `InputError` for a file that cannot be used."""
    environment, problems = load_environment(Path(args["environment"]))
    if environment is None:
        raise InputError(problems)
    return environment


def environment_props(environment: DeclaredEnvironment) -> dict[str, str]:
    """What the gate sees on an environment's component. The file's path is given relative to the working directory."""
    file = environment.positions.file
    return {
        "environment": environment.environment.environment,
        "file": os.path.relpath(file) if os.path.isabs(file) else file,
    }
