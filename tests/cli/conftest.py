"""The example project in a folder of its own, for the tests that run a command as its users do."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_project import copied


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example project in a folder of its own, which the test works in."""
    monkeypatch.chdir(tmp_path)
    return copied(tmp_path)
