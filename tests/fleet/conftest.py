"""The engines that are present, and a copy of the example project for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fleet_project import ENGINES, Project, require


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The whole example project."""
    return Project(tmp_path / "project")


@pytest.fixture
def pair(project: Project) -> Project:
    """The example project with two agents only."""
    return project.keep()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine; a test on one that is not present is skipped and says so."""
    require(request.param)
    return request.param
