"""A real API server for the tests of this folder, which run only where the folder is asked for by name.

`make test` passes by: the server is built from source in minutes and needs Go. `make test-kubernetes` comes here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import API_SERVER, CONTROLLERS, ETCD, Client, running

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "sandbox"))  # the cases of the sandbox's own tests


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the folder out unless the command line names it."""
    asked = any(HERE.name in str(argument) for argument in config.invocation_params.args)
    return None if asked or HERE not in (collection_path, *collection_path.parents) else True


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """An empty cluster, as its administrator sees it; another one for each file of tests."""
    missing = [path.name for path in (ETCD, API_SERVER, CONTROLLERS) if not path.exists()]
    assert not missing, f"{', '.join(missing)} not found: run `make test-kubernetes`, which builds and installs them."
    with running() as client:
        yield client
