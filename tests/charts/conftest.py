"""Synthesized once for all tests of the charts, into files as `make charts` does."""

from pathlib import Path

import pytest

from charts.main import synthesize
from tests.charts.manifests import Manifests, read


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    synthesize(folder)
    return folder


@pytest.fixture(scope="session")
def dev(dist: Path) -> Manifests:
    return read(dist / "dev")


@pytest.fixture(scope="session")
def prod(dist: Path) -> Manifests:
    return read(dist / "prod")


@pytest.fixture(scope="session", params=["dev", "prod"])
def either(dist: Path, request: pytest.FixtureRequest) -> Manifests:
    return read(dist / request.param)
