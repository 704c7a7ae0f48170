"""Requests whose gateway died before it published them are ended; nothing else is touched."""

import pytest
from redis.asyncio import Redis

from config.limits import Limits
from config.tenant import TenantLimits
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.lifecycle import Status
from runtime.redis_service.keys import UNPUBLISHED_KEY
from runtime.redis_service.sweeper import Sweeper
from tests.contract.evaluations import change, claim, new_request, work
from tests.runtime.redis_service.stores import Subject

pytestmark = [pytest.mark.servers, pytest.mark.fault("F4", "F5")]


async def make_older(redis: Redis, identity: Identity) -> None:
    """As if it had been created ten minutes earlier, by the clock of Redis."""
    await redis.zincrby(UNPUBLISHED_KEY, -600, str(identity.request_id))


async def read(subject: Subject, identity: Identity) -> EvaluationRecord:
    record = await subject.states.get(identity.request_id, tenant=identity.tenant)
    assert record is not None
    return record


async def sweep_until(sweeper: Sweeper, identity: Identity) -> None:
    """The suite's other tests may have left more than one batch of old ones."""
    swept: list[str] = []
    while str(identity.request_id) not in swept:
        swept = await sweeper.sweep()
        assert swept


@pytest.fixture
def sweeper(subject: Subject) -> Sweeper:
    return Sweeper(redis=subject.redis, limits=Limits)


@pytest.mark.fault("F4")
async def test_what_was_never_published_ends_and_gives_its_idempotency_key_back(
    subject: Subject, redis: Redis, sweeper: Sweeper, tenant: str
) -> None:
    abandoned, again = (new_request(tenant=tenant, claim=claim()) for _ in range(2))
    await subject.states.create(abandoned)
    await make_older(redis, abandoned.identity)
    await sweep_until(sweeper, abandoned.identity)
    record = await read(subject, abandoned.identity)
    assert record.status is Status.FAILED
    assert record.failure is not None
    assert record.failure.reason is FailureReason.NOT_PUBLISHED
    assert await subject.states.list_open(tenant=tenant, limit=5) == []
    assert (await subject.states.create(again)).created


@pytest.mark.fault("F4")
async def test_what_was_never_published_gives_its_place_in_the_day_back(
    subject: Subject, redis: Redis, sweeper: Sweeper, tenant: str
) -> None:
    abandoned, kept = (new_request(tenant=tenant).model_copy(update={"limits": TenantLimits()}) for _ in range(2))
    for new in (abandoned, kept):
        await subject.states.create(new)
    await make_older(redis, abandoned.identity)
    await sweep_until(sweeper, abandoned.identity)
    assert await redis.get(f"quota:{tenant}") == "1"


async def test_a_young_request_is_left_alone(subject: Subject, sweeper: Sweeper, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    assert str(new.identity.request_id) not in await sweeper.sweep()
    assert (await read(subject, new.identity)).status is Status.CREATED


@pytest.mark.parametrize("status", [Status.GATEWAY, Status.INFERENCE, Status.COMPLETED])
async def test_a_published_request_is_no_longer_looked_at(
    subject: Subject, redis: Redis, sweeper: Sweeper, tenant: str, status: Status
) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    await subject.states.advance(change(new.identity, status))
    assert await redis.zscore(UNPUBLISHED_KEY, str(new.identity.request_id)) is None
    await sweeper.sweep()
    assert (await read(subject, new.identity)).status is status


async def test_a_message_that_was_sent_after_all_keeps_its_request(
    subject: Subject, redis: Redis, sweeper: Sweeper, tenant: str
) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    await subject.states.begin(work(new.identity))
    await redis.zadd(UNPUBLISHED_KEY, {str(new.identity.request_id): 1})
    await sweeper.sweep()
    assert (await read(subject, new.identity)).status is Status.INFERENCE


async def test_a_claim_that_another_request_holds_by_now_stays(
    subject: Subject, redis: Redis, sweeper: Sweeper, tenant: str
) -> None:
    abandoned, other, third = (new_request(tenant=tenant, claim=claim()) for _ in range(3))
    await subject.states.create(abandoned)
    await redis.delete(*[key async for key in redis.scan_iter(f"idempotency:{tenant}:*")])
    await subject.states.create(other)
    await make_older(redis, abandoned.identity)
    await sweeper.sweep()
    assert (await subject.states.create(third)).request_id == other.identity.request_id
