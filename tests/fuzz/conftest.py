"""One gateway on stores in memory for each module."""

from collections.abc import Iterator

import pytest

from tests.fuzz.gateway_app import Stores, running_gateway


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[str, Stores]]:
    with running_gateway() as running:
        yield running
