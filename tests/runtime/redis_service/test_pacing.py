"""The pace on a real Redis: its Lua step by step against plain Python, workers side by side, what it leaves."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.contracts.pacing import CallReport, CallRequest, LimitsTold, RateLimits
from runtime.local.replacements import RedisServer
from runtime.redis_service.pacing import RedisCallPacing
from runtime.redis_service.pacing_constants import IDLE_SECONDS
from runtime.redis_service.pacing_scripts import pacing_scripts
from tests.contract.pacing_subjects import START, asking, fresh_key, in_memory, link_to, on_redis, refused
from tests.runtime.redis_service.stores import admin

pytestmark = pytest.mark.servers

RATES = st.none() | st.sampled_from([0.5, 7.0, 60.0, 600.0])
LIMITS = st.builds(RateLimits, requests_per_minute=RATES, tokens_per_minute=st.none() | st.just(30_000.0))
TOLD = st.builds(
    LimitsTold,
    requests_per_minute=RATES,
    tokens_per_minute=st.none() | st.just(9_000.0),
    remaining_requests=st.none() | st.integers(0, 60),
    remaining_tokens=st.none() | st.integers(0, 9000),
)
REQUESTS = st.builds(
    CallRequest,
    key=st.just(fresh_key()),
    call_id=st.integers(0, 5).map(str),
    tokens=st.integers(0, 5000),
    # Most steps share their limits: a change throws the turns away.
    limits=st.just(RateLimits(requests_per_minute=60)) | LIMITS,
    patience_seconds=st.sampled_from([5, 3600]),
    check_in_seconds=st.sampled_from([10, 400]),
)
REPORTS = st.builds(
    CallReport,
    request=REQUESTS,
    calls=st.integers(0, 3),
    tokens_used=st.none() | st.integers(0, 9000),
    throttled=st.booleans(),
    retry_after_seconds=st.none() | st.floats(0, 90),
    told=st.none() | TOLD,
)
STEPS = st.lists(st.tuples(st.floats(0, 3) | st.floats(0, 120), REQUESTS | REPORTS), min_size=5, max_size=40)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_lua_answers_as_the_plain_python_does(redis_at: RedisServer, steps: list[tuple[float, object]]) -> None:
    async def both() -> None:
        key = fresh_key()
        async with in_memory() as model, on_redis(redis_at) as real:
            for seconds, step in steps:
                answers = []
                for subject in (model, real):
                    await subject.pass_time(seconds)
                    if isinstance(step, CallRequest):
                        answers.append(await subject.pacing.admit(step.model_copy(update={"key": key})))
                    else:
                        assert isinstance(step, CallReport)
                        request = step.request.model_copy(update={"key": key})
                        answers.append(await subject.pacing.settle(step.model_copy(update={"request": request})))
                assert answers[0] == answers[1]

    asyncio.run(both())


async def test_four_workers_at_once_never_exceed_the_rate(redis_at: RedisServer) -> None:
    """600 a minute are ten a second; at the start a second's worth and one more."""
    key, clock = fresh_key(), f"test-clock:{uuid4().hex}"
    scripts = pacing_scripts(clock=f"tonumber(redis.call('GET', '{clock}'))")
    async with AsyncExitStack() as stack:
        by_hand = await stack.enter_async_context(admin(redis_at))
        links = [await stack.enter_async_context(link_to(redis_at)) for _ in range(4)]
        workers = [RedisCallPacing(redis=link, scripts=scripts) for link in links]
        waiting = [
            (worker, asking(key, f"{n}-{call}", rpm=600)) for n, worker in enumerate(workers) for call in range(25)
        ]
        gone = []
        for second in range(12):
            await by_hand.set(clock, repr(START + second))
            answers = await asyncio.gather(*(worker.admit(call) for worker, call in waiting))
            gone.append(len([answer for answer in answers if not answer.wait_seconds]))
            waiting = [one for one, answer in zip(waiting, answers, strict=True) if answer.wait_seconds]
    assert all(sum(gone[: second + 1]) <= 11 + 10 * second for second in range(12))
    assert sum(gone) == 100


async def test_on_the_clock_of_redis_a_429_keeps_all_workers_away_until_its_time_is_over(redis_at: RedisServer) -> None:
    key = fresh_key()
    async with link_to(redis_at) as one, link_to(redis_at) as other:
        first, second = RedisCallPacing(redis=one), RedisCallPacing(redis=other)
        call = asking(key, 1)
        assert (await first.admit(call)).wait_seconds == 0
        await first.settle(refused(call, retry_after_seconds=2))
        told = (await second.admit(asking(key, 2))).wait_seconds
        assert 2.5 < told <= 4  # the two seconds, and the turn of the call that was refused, at half the rate


async def test_nothing_stays_in_redis_for_good_and_nothing_tells_the_key(redis_at: RedisServer) -> None:
    key = fresh_key()
    async with link_to(redis_at) as link, admin(redis_at) as by_hand:
        pacing = RedisCallPacing(redis=link)
        for call in range(5):
            await pacing.admit(asking(key, call))
        await pacing.settle(refused(asking(key, 1), retry_after_seconds=7200))
        names = {name async for name in by_hand.scan_iter(match=f"*{key.key_id}*")}
        assert names == {f"pace:{key.key_id}:openai:gpt-x", f"reserved:{key.key_id}:openai:gpt-x"}
        for name in names:
            assert IDLE_SECONDS + 7200 <= await by_hand.ttl(name) < IDLE_SECONDS + 7200 + 60
