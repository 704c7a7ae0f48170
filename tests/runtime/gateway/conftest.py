"""A running gateway whose callers may seal for themselves."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.keys_subjects import memory_vault
from tests.runtime.gateway.sealing_gateway import Running, TickingClock, gateway


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    vault, now = await memory_vault(), TickingClock()
    await vault.rotate(now)
    async with gateway(vault, now) as made:
        yield made
