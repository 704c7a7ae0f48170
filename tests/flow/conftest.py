"""One running system for all flow tests of a session."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.system import System, running_system


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    # Not pytest's own folder: the path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="judge-") as folder, running_system(Path(folder) / "state") as system:
        yield system
