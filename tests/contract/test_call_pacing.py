"""One contract for every `CallPacing`: the same tests on the fake, on Redis and over HTTP, on a clock of their own."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from runtime.contracts.pacing import UNLIMITED, CallReport, LimitsTold, PacedKey, RateLimits
from tests.contract.pacing_subjects import OPENERS, Subject, asking, fresh_key, in_memory, refused

SERVERS = pytest.mark.servers


@pytest.fixture(params=["memory", pytest.param("redis", marks=SERVERS), pytest.param("http", marks=SERVERS)])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    opener = in_memory() if request.param == "memory" else OPENERS[request.param](request.getfixturevalue("redis_at"))
    async with opener as opened:
        yield opened


@pytest.fixture
def key() -> PacedKey:
    return fresh_key()


async def waits(subject: Subject, key: PacedKey, calls: range, **limits: float | None) -> list[float]:
    return [round((await subject.pacing.admit(asking(key, call, **limits))).wait_seconds, 6) for call in calls]


async def test_without_any_limit_every_call_goes(subject: Subject, key: PacedKey) -> None:
    admissions = [await subject.pacing.admit(asking(key, call, rpm=None)) for call in range(50)]
    assert {(one.wait_seconds, one.limits, one.slowed) for one in admissions} == {(0, UNLIMITED, False)}


async def test_waiting_calls_are_told_times_one_behind_the_other(subject: Subject, key: PacedKey) -> None:
    assert await waits(subject, key, range(6)) == [0, 0, 1, 2, 3, 4]


async def test_tokens_are_limited_too_and_the_tighter_limit_counts(subject: Subject, key: PacedKey) -> None:
    assert await waits(subject, key, range(4), rpm=6000, tpm=1000) == [0, 5, 11, 17]


async def test_whoever_comes_back_at_its_turn_goes_and_nobody_overtakes_it(subject: Subject, key: PacedKey) -> None:
    assert await waits(subject, key, range(4)) == [0, 0, 1, 2]
    await subject.pass_time(2.5)
    assert await waits(subject, key, range(9, 10)) == [0.5]
    assert await waits(subject, key, range(2, 4)) == [0, 0]


async def test_whoever_comes_too_early_is_told_the_rest_of_its_time(subject: Subject, key: PacedKey) -> None:
    assert await waits(subject, key, range(5)) == [0, 0, 1, 2, 3]
    await subject.pass_time(0.5)
    assert await waits(subject, key, range(4, 5)) == [2.5]


async def test_a_turn_that_nobody_came_for_is_given_to_others(subject: Subject, key: PacedKey) -> None:
    await waits(subject, key, range(20))
    await subject.pass_time(60)
    assert await waits(subject, key, range(100, 103)) == [0, 0, 1]


async def test_keys_and_models_do_not_disturb_each_other(subject: Subject, key: PacedKey) -> None:
    await waits(subject, key, range(9))
    for other in (fresh_key(), key.model_copy(update={"model": "gpt-y"})):
        assert await waits(subject, other, range(2)) == [0, 0]


async def test_a_turn_beyond_the_patience_is_told_but_not_kept(subject: Subject, key: PacedKey) -> None:
    await waits(subject, key, range(10))
    for call in range(100, 150):
        told = await subject.pacing.admit(asking(key, call, patience_seconds=3))
        assert round(told.wait_seconds, 6) == 9


async def test_nobody_is_sent_away_for_longer_than_it_wants_to_check_in(subject: Subject, key: PacedKey) -> None:
    told = await waits(subject, key, range(6), rpm=0.5)
    assert told == [0, 119, 239, 359, 400, 400]


async def test_a_lowered_rate_makes_nobody_give_up_who_would_have_had_its_turn_at_the_full_one(
    subject: Subject, key: PacedKey
) -> None:
    call = asking(key, 0)
    await subject.pacing.settle(refused(call, retry_after_seconds=1))
    await waits(subject, key, range(100))
    told = await subject.pacing.admit(asking(key, 101, patience_seconds=110))
    assert 190 < told.wait_seconds < 210


async def test_after_a_429_nobody_goes_before_the_time_that_the_provider_asked_for(
    subject: Subject, key: PacedKey
) -> None:
    first = asking(key, 1, rpm=None)
    await subject.pacing.admit(first)
    settled = await subject.pacing.settle(refused(first, retry_after_seconds=2))
    assert settled.wait_seconds == 2
    assert settled.slowed
    for _ in range(4):
        await subject.pass_time(0.4999)
        assert min(await waits(subject, key, range(2, 12), rpm=None)) > 0
    await subject.pass_time(0.001)
    assert (await subject.pacing.admit(first)).wait_seconds == 0


async def test_without_a_time_from_the_provider_the_pause_doubles_and_a_success_ends_that(
    subject: Subject, key: PacedKey
) -> None:
    call = asking(key, 1)

    async def pause() -> float:
        told = (await subject.pacing.settle(refused(call))).wait_seconds
        await subject.pass_time(told + 0.001)
        return round(told, 6)

    assert [await pause() for _ in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    await subject.pacing.settle(CallReport(request=call))
    assert await pause() == 2


async def test_two_workers_that_get_a_429_at_once_halve_the_rate_once(subject: Subject, key: PacedKey) -> None:
    calls = [asking(key, call) for call in range(2)]
    await asyncio.gather(*(subject.pacing.admit(call) for call in calls))
    await asyncio.gather(*(subject.pacing.settle(refused(call, retry_after_seconds=1)) for call in calls))
    await subject.pass_time(10)
    told = await waits(subject, key, range(10, 16))
    assert [round(after - before, 6) for before, after in itertools.pairwise(told[2:])] == [2, 2, 2]


async def test_success_brings_the_rate_back_slowly(subject: Subject, key: PacedKey) -> None:
    call = asking(key, 1)
    await subject.pacing.settle(refused(call, retry_after_seconds=1))
    slowed = []
    for _ in range(9):
        await subject.pass_time(60)
        slowed.append((await subject.pacing.settle(CallReport(request=call))).slowed)
    assert slowed == [True] * 7 + [False] * 2
    assert await waits(subject, key, range(10, 14)) == [0, 0, 1, 2]


async def test_what_the_provider_tells_comes_before_the_configuration(subject: Subject, key: PacedKey) -> None:
    told = LimitsTold(requests_per_minute=30)
    settled = await subject.pacing.settle(CallReport(request=asking(key, 1), told=told))
    assert settled.limits == RateLimits(requests_per_minute=30)
    assert await waits(subject, key, range(4), rpm=6000) == [0, 1, 3, 5]


async def test_an_allowance_that_others_have_used_up_is_not_used_again(subject: Subject, key: PacedKey) -> None:
    told = LimitsTold(requests_per_minute=60, remaining_requests=0)
    await subject.pacing.settle(CallReport(request=asking(key, 1), told=told))
    assert await waits(subject, key, range(3)) == [0, 1, 2]


async def test_more_tokens_than_estimated_are_waited_for_and_fewer_are_given_back(
    subject: Subject, key: PacedKey
) -> None:
    limits = {"rpm": None, "tpm": 6000}
    call = asking(key, 1, **limits)
    await subject.pacing.admit(call)
    await subject.pacing.settle(CallReport(request=call, tokens_used=1100))
    assert await waits(subject, key, range(2, 3), **limits) == [10]
    await subject.pass_time(10)
    other = asking(key, 2, **limits)
    assert (await subject.pacing.admit(other)).wait_seconds == 0
    await subject.pacing.settle(CallReport(request=other, tokens_used=0))
    assert await waits(subject, key, range(3, 4), **limits) == [0]


async def test_the_calls_of_a_repair_are_charged_afterwards(subject: Subject, key: PacedKey) -> None:
    call = asking(key, 1)
    await subject.pacing.admit(call)
    await subject.pacing.settle(CallReport(request=call, calls=3))
    assert await waits(subject, key, range(2, 4)) == [2, 3]


async def test_a_throttled_call_goes_before_those_that_waited_behind_it(subject: Subject, key: PacedKey) -> None:
    first = asking(key, 0)
    assert await waits(subject, key, range(5)) == [0, 0, 1, 2, 3]
    await subject.pacing.settle(refused(first, retry_after_seconds=10))
    await subject.pass_time(10.001)
    assert (await subject.pacing.admit(asking(key, 2))).wait_seconds > 0
    assert (await subject.pacing.admit(first)).wait_seconds == 0
