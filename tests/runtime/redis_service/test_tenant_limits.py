"""How the limits stand in Redis: one command, keys that expire, and no harm from a clock that jumps."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from config.tenant import TenantLimits
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Limit, NewRequest
from runtime.contracts.unavailable import Unavailable
from runtime.local.replacements import RedisServer
from tests.contract.evaluations import change, new_request
from tests.runtime.redis_service.stores import Subject, open_subject
from tests.servers.tcp_proxy import Mode, tcp_proxy

pytestmark = pytest.mark.servers


def limited(tenant: str, limits: TenantLimits) -> NewRequest:
    return new_request(tenant=tenant).model_copy(update={"limits": limits})


async def test_a_creation_with_all_its_limits_is_one_command(subject: Subject, redis: Redis, tenant: str) -> None:
    await subject.states.create(limited(tenant, TenantLimits()))
    before = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    await subject.states.create(limited(tenant, TenantLimits()))
    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1


async def test_a_full_bucket_is_forgotten_and_the_days_count_ends_at_midnight(
    subject: Subject, redis: Redis, tenant: str
) -> None:
    await subject.states.create(limited(tenant, TenantLimits(requests_per_minute=60, burst=10)))
    assert 0 < await redis.pttl(f"bucket:{tenant}") <= 1000
    assert await redis.get(f"quota:{tenant}") == "1"
    assert await redis.expiretime(f"quota:{tenant}") % 86_400 == 0


async def test_a_new_day_is_a_new_count(subject: Subject, redis: Redis, tenant: str) -> None:
    one = TenantLimits(requests_per_day=1)
    assert (await subject.states.create(limited(tenant, one))).created
    assert not (await subject.states.create(limited(tenant, one))).created
    await redis.pexpire(f"quota:{tenant}", 0)
    assert (await subject.states.create(limited(tenant, one))).created


@pytest.mark.fault("F29")
async def test_what_was_never_accepted_gives_its_place_in_the_day_back_once_although_the_reply_is_lost(
    redis_at: RedisServer, redis: Redis, tenant: str
) -> None:
    first, second, third = (limited(tenant, TenantLimits()) for _ in range(3))
    never = failure(FailureReason.NOT_PUBLISHED, None)
    async with tcp_proxy(redis_at.address.host, redis_at.address.port) as proxy:
        address = redis_at.address.model_copy(update={"port": proxy.port})
        async with open_subject(redis_at, address=lambda: address) as subject:
            for new in (first, second, third):
                await subject.states.create(new)
            # From here on Redis knows the script: what it is sent, it runs.
            await subject.states.advance(change(third.identity, Status.GATEWAY))
            proxy.set(Mode.LOSE_REPLY)
            with pytest.raises(Unavailable):
                await subject.states.advance(change(first.identity, Status.FAILED, failure=never))
            for _ in range(2):
                await subject.states.advance(change(first.identity, Status.FAILED, failure=never))
    assert await redis.get(f"quota:{tenant}") == "2"


async def test_a_clock_that_was_an_hour_ahead_costs_a_tenant_no_more_than_an_empty_bucket(
    subject: Subject, redis: Redis, tenant: str
) -> None:
    # What a replica leaves behind whose clock was ahead, once another is promoted.
    await redis.set(f"bucket:{tenant}", int((time.time() + 3600) * 1_000_000))
    refused = (await subject.states.create(limited(tenant, TenantLimits(requests_per_minute=6, burst=2)))).refused
    assert refused is not None
    assert refused.limit is Limit.RATE
    assert 0 < refused.retry_after_seconds <= 10


async def test_however_they_come_no_more_are_taken_than_the_burst_and_what_flowed_in_meanwhile(
    subject: Subject, tenant: str
) -> None:
    limits = TenantLimits(requests_per_minute=6000, burst=20)
    started = time.monotonic()
    taken = 0
    for _ in range(5):
        creations = await asyncio.gather(*(subject.states.create(limited(tenant, limits)) for _ in range(60)))
        taken += sum(creation.created for creation in creations)
    flowed_in = (time.monotonic() - started) * limits.requests_per_minute / 60
    assert limits.burst <= taken <= limits.burst + flowed_in + 1
