"""What the store keeps in Redis, and how it behaves when Redis forgets, refuses or restarts."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from config.limits import Limits
from config.topology import Stage
from runtime.contracts.lifecycle import Status
from runtime.contracts.unavailable import Unavailable
from runtime.local.replacements import RedisServer
from runtime.redis_service.link import RedisLink
from runtime.redis_service.store import RedisRequestStates
from tests.contract.evaluations import answer, change, claim, identity, new_request, spec, verdict, work
from tests.runtime.redis_service.stores import Subject, admin, open_subject
from tests.servers.process import free_port
from tests.servers.redis_server import at_port, own_redis
from tests.servers.tcp_proxy import Mode, tcp_proxy

pytestmark = pytest.mark.servers
LIMITS = Limits()


async def test_a_record_is_a_hash_with_the_time_to_live_of_its_last_write(
    subject: Subject, redis: Redis, tenant: str
) -> None:
    new = new_request(tenant=tenant)
    key = f"request:{new.identity.request_id}"
    await subject.states.create(new)
    assert LIMITS.request_ttl_seconds - 5 <= await redis.ttl(key) <= LIMITS.request_ttl_seconds
    await redis.expire(key, 100)
    await subject.states.advance(change(new.identity, Status.GATEWAY))
    assert LIMITS.request_ttl_seconds - 5 <= await redis.ttl(key) <= LIMITS.request_ttl_seconds
    stored = await redis.hgetall(key)
    assert stored["status"] == "GATEWAY"
    assert stored["tenant"] == tenant


async def test_every_key_has_a_time_to_live(subject: Subject, redis: Redis, tenant: str) -> None:
    await subject.states.create(new_request(tenant=tenant, claim=claim()))
    await subject.states.advance(change(new_request(tenant=tenant).identity, Status.JUDGE))
    assert 0 < await redis.ttl(f"idempotency:{tenant}:{claim().key_hash}") <= LIMITS.idempotency_ttl_seconds
    assert 0 < await redis.ttl(f"open:{tenant}") <= LIMITS.request_ttl_seconds
    keys = [key async for key in redis.scan_iter(f"*{tenant}*")]
    assert len(keys) == 2


async def test_the_shortened_time_to_live_of_a_setting_is_used(redis_at: RedisServer, tenant: str) -> None:
    limits = LIMITS.model_copy(update={"request_ttl_seconds": 60})
    new = new_request(tenant=tenant)
    async with open_subject(redis_at, limits=limits) as short, admin(redis_at) as client:
        await short.states.create(new)
        assert 0 < await client.ttl(f"request:{new.identity.request_id}") <= 60


async def test_a_transition_is_one_command(subject: Subject, redis: Redis, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    await subject.states.advance(change(new.identity, Status.GATEWAY))
    before = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    await subject.states.advance(change(new.identity, Status.INFERENCE))
    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1


async def test_requests_older_than_their_records_leave_the_open_index(
    subject: Subject, redis: Redis, tenant: str
) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=LIMITS.request_ttl_seconds + 60)
    await subject.states.create(new_request(tenant=tenant, created_at=long_ago))
    assert await redis.zcard(f"open:{tenant}") == 0
    young = new_request(tenant=tenant)
    await subject.states.create(young)
    assert [record.request_id for record in await subject.states.list_open(tenant=tenant, limit=9)] == [
        young.identity.request_id
    ]


async def test_a_page_is_full_although_expired_records_lie_in_between(
    subject: Subject, redis: Redis, tenant: str
) -> None:
    requests = [new_request(tenant=tenant) for _ in range(5)]
    for new in requests:
        await subject.states.create(new)
    await redis.delete(*(f"request:{requests[index].identity.request_id}" for index in (4, 2)))
    page = await subject.states.list_open(tenant=tenant, limit=2)
    assert [record.request_id for record in page] == [requests[index].identity.request_id for index in (3, 1)]


async def test_empty_lists_and_objects_stay_what_they_are(subject: Subject, tenant: str) -> None:
    new = new_request(tenant=tenant, spec=spec(metadata={}))
    advance = await subject.states.advance(change(new.identity, Status.INFERENCE, inference_result=answer("[] {}")))
    assert advance.record.spec == new.identity.spec


async def test_a_redis_that_forgot_the_scripts_is_given_them_again(subject: Subject, redis: Redis, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    await redis.script_flush()
    begun = await subject.states.begin(work(new.identity))
    assert begun.record.attempts == {Stage.INFERENCE: 1}


async def test_a_waiter_looks_again_where_the_message_of_the_end_was_lost(
    redis_at: RedisServer, redis: Redis, tenant: str
) -> None:
    new = new_request(tenant=tenant)
    async with open_subject(redis_at, recheck_seconds=0.05) as opened:
        await opened.states.create(new)
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(opened.states.get(new.identity.request_id, tenant=tenant, wait_seconds=60))
            # A terminal status that nobody was told of.
            await redis.hset(f"request:{new.identity.request_id}", "status", "FAILED")
        record = waiting.result()
    assert record is not None
    assert record.status is Status.FAILED


async def test_a_broken_subscription_comes_back(redis_at: RedisServer, redis: Redis, tenant: str) -> None:
    new = new_request(tenant=tenant)
    async with open_subject(redis_at, recheck_seconds=600) as opened:
        await opened.states.create(new)
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(opened.states.get(new.identity.request_id, tenant=tenant, wait_seconds=60))
            await redis.client_kill_filter(_type="pubsub")
            tasks.create_task(opened.states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict())))
        record = waiting.result()
    assert record is not None
    assert record.status is Status.COMPLETED


async def test_a_redis_that_is_restarted_empty_costs_nothing_but_the_record(tmp_path: Path, tenant: str) -> None:
    port, new = free_port(), new_request(tenant=tenant)
    server = at_port(port)
    async with open_subject(server) as opened:
        with own_redis(tmp_path / "before", port=port):
            await opened.states.create(new)
            await opened.states.begin(work(new.identity))
        with pytest.raises(Unavailable):
            await opened.states.begin(work(new.identity))
        with own_redis(tmp_path / "after", port=port):
            begun = await opened.states.begin(work(new.identity))
    assert begun.granted
    assert begun.rebuilt
    assert begun.record.identity == new.identity
    assert begun.record.attempts == {Stage.INFERENCE: 1}


async def test_a_full_redis_is_unavailable_and_evicts_nothing(tmp_path: Path, tenant: str) -> None:
    with own_redis(tmp_path, port=free_port()) as full:
        async with open_subject(full) as opened, admin(full) as client:
            new = new_request(tenant=tenant)
            await opened.states.create(new)
            await client.config_set("maxmemory", "1")
            with pytest.raises(Unavailable):
                await opened.states.create(new_request(tenant=tenant))
            assert await opened.states.get(new.identity.request_id, tenant=tenant) is not None


async def test_a_lost_reply_is_unavailable_and_the_attempt_is_counted_once(
    redis_at: RedisServer, subject: Subject, tenant: str
) -> None:
    new = new_request(tenant=tenant)
    await subject.states.create(new)
    # From here on Redis knows the script: what it is sent, it runs.
    await subject.states.begin(work(identity(tenant=tenant)))
    async with tcp_proxy(redis_at.address.host, redis_at.address.port) as proxy:
        address = redis_at.address.model_copy(update={"port": proxy.port})
        password = SecretStr(redis_at.password) if redis_at.password else None
        async with RedisLink(address=lambda: address, password=lambda: password) as link:
            states = RedisRequestStates(redis=link, endings=subject.endings, limits=lambda: LIMITS)
            await states.get(new.identity.request_id, tenant=tenant)
            proxy.set(Mode.LOSE_REPLY)
            with pytest.raises(Unavailable):
                await states.begin(work(new.identity))
            repeated = await states.begin(work(new.identity))
    assert repeated.granted
    assert repeated.record.attempts == {Stage.INFERENCE: 1}


async def test_a_redis_that_moved_is_followed_without_a_restart(tmp_path: Path, tenant: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    request = new_request(tenant=tenant)
    with own_redis(old, port=free_port()) as first, own_redis(new, port=free_port()) as second:
        addresses = [first.address]
        async with open_subject(first, address=lambda: addresses[-1]) as opened:
            await opened.states.create(request)
            addresses.append(second.address)
            assert await opened.states.get(request.identity.request_id, tenant=tenant) is None
            await opened.states.create(request)
            assert await opened.states.get(request.identity.request_id, tenant=tenant) is not None
