"""A store on the suite's real Redis, and a client of its own to look behind it."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from runtime.local.replacements import RedisServer
from tests.contract.evaluations import fresh_tenant
from tests.runtime.redis_service.stores import Subject, admin, open_subject


@pytest.fixture
def tenant() -> str:
    return fresh_tenant()


@pytest.fixture
async def subject(redis_at: RedisServer) -> AsyncIterator[Subject]:
    async with open_subject(redis_at) as opened:
        yield opened


@pytest.fixture
async def redis(redis_at: RedisServer) -> AsyncIterator[Redis]:
    async with admin(redis_at) as client:
        yield client
