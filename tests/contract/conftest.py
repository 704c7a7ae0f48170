"""The subjects of the suites on `RequestStates`: the fake, and the service over HTTP on a real Redis."""

from collections.abc import AsyncIterator

import pytest

from runtime.contracts.states import RequestStates
from runtime.local.replacements import RedisServer
from tests.contract.evaluations import fresh_tenant
from tests.contract.request_states_subjects import in_memory, over_http


@pytest.fixture(params=["memory", pytest.param("http", marks=pytest.mark.servers)])
async def states(request: pytest.FixtureRequest) -> AsyncIterator[RequestStates]:
    if request.param == "memory":
        async with in_memory() as subject:
            yield subject
    else:
        redis: RedisServer = request.getfixturevalue("redis_at")
        async with over_http(redis) as subject:
            yield subject


@pytest.fixture
def tenant() -> str:
    return fresh_tenant()
