"""A world that is empty at the start of each test."""

from __future__ import annotations

import pytest
from nhi.sandbox.clouds.world import World


@pytest.fixture
def world() -> World:
    return World()
