"""The files that the tests of this room start from: one valid environment, and the requirements document's example."""

from __future__ import annotations

from pathlib import Path

import pytest
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_environment
from nhi.spec.problems import Problem

CORPUS = Path(__file__).parent / "corpus"
EXAMPLE = CORPUS / "agent_good" / "requirements-example.yaml"
ENVIRONMENT = CORPUS / "environment_good" / "prod.yaml"


def environment(tmp_path: Path | None = None, old: str = "", new: str = "") -> DeclaredEnvironment:
    """The valid environment, with one text replaced."""
    declared, problems = load_environment(ENVIRONMENT if tmp_path is None else changed_environment(tmp_path, old, new))
    assert problems == ()
    assert declared is not None
    return declared


def changed_environment(tmp_path: Path, old: str, new: str) -> Path:
    """A copy of the valid environment file, with one text replaced."""
    text = ENVIRONMENT.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file = tmp_path / "env.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def changed(old: str, new: str) -> str:
    """The requirements' example with the first occurrence of a text replaced."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text, old
    return text.replace(old, new, 1)


def accepted(text: str, declared: DeclaredEnvironment | None = None) -> DeclaredAgent:
    agent, problems = load_agent_text(text, "a.yaml", declared or environment())
    if problems or agent is None:
        pytest.fail("\n".join(map(str, problems)))
    return agent


def refused(text: str, declared: DeclaredEnvironment | None = None) -> tuple[Problem, ...]:
    agent, problems = load_agent_text(text, "a.yaml", declared or environment())
    assert agent is None
    assert problems
    return problems


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]
