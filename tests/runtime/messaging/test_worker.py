import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from config.limits import Limits
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Leave, Release, Worker
from tests.fakes.inbox import InMemoryInbox
from tests.fakes.manual_clock import ManualClock
from tests.runtime.messaging.at_work import at_work, pump, rest
from tests.runtime.messaging.scripted_handler import ScriptedHandler

LIMITS = Limits()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def inbox(clock: ManualClock) -> InMemoryInbox:
    return InMemoryInbox(clock=clock)


@pytest.fixture
def handler(clock: ManualClock) -> ScriptedHandler:
    return ScriptedHandler(clock)


def worker_for(inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock, limits: Limits = LIMITS) -> Worker:
    return Worker(inbox=inbox, handler=handler, limits=lambda: limits, wait=clock.wait)


@pytest.fixture
def worker(inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock) -> Worker:
    return worker_for(inbox, handler, clock)


async def test_a_handled_message_is_deleted(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    inbox.put("one")
    async with at_work(worker, clock):
        await clock.until(lambda: not inbox.messages)
    assert [delivery.body for delivery in handler.finished] == ["one"]


async def test_a_message_is_deleted_only_after_its_handler_is_done(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    handler.open.clear()
    inbox.put("one")
    async with at_work(worker, clock):
        await clock.until(lambda: bool(handler.started))
        await rest()
        assert not inbox.deletes
        handler.open.set()
        await clock.until(lambda: bool(inbox.deletes))


async def test_a_message_that_belongs_to_another_delivery_by_now_is_neither_deleted_nor_released(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(clock, lambda _: Leave())
    inbox.put("one")
    async with at_work(worker_for(inbox, handler, clock), clock):
        await clock.until(lambda: bool(handler.finished))
        await rest()
    assert (inbox.deletes, inbox.hides) == ([], [])


async def test_a_released_message_is_not_deleted_and_comes_back_after_its_time(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(clock, lambda delivery: Release(7.5) if delivery.receive_count == 1 else Done())
    message_id = inbox.put("one")
    async with at_work(worker_for(inbox, handler, clock), clock):
        await clock.until(lambda: bool(inbox.hides))
        ((hidden, seconds),) = inbox.hides
        assert hidden == message_id
        assert 8 <= seconds <= 9
        await rest()
        assert not inbox.deletes
        clock.advance(seconds)
        await clock.until(lambda: bool(inbox.deletes))
    assert [delivery.receive_count for delivery in handler.finished] == [1, 2]


async def test_an_unexpected_error_releases_its_message_with_a_growing_backoff_and_stops_nothing_else(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    def answer(delivery: Delivery) -> Done | ValueError:
        return ValueError() if delivery.body == "bad" and delivery.receive_count < 4 else Done()

    handler = ScriptedHandler(clock, answer)
    bad = inbox.put("bad")
    inbox.put("good")
    async with at_work(worker_for(inbox, handler, clock), clock):
        await pump(clock, lambda: not inbox.messages)
    delays = [seconds for message_id, seconds in inbox.hides if message_id == bad]
    assert len(delays) == 3
    assert all(wanted <= delay <= wanted * 1.2 + 1 for wanted, delay in zip([2, 4, 8], delays, strict=True))


async def test_an_error_is_logged_by_its_class_and_place_and_never_by_its_text(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(
        clock, lambda delivery: ValueError("sk-canary") if delivery.receive_count == 1 else Done()
    )
    inbox.put("one")
    with capture_logs() as logs:
        async with at_work(worker_for(inbox, handler, clock), clock):
            await pump(clock, lambda: not inbox.messages)
    (entry,) = [entry for entry in logs if entry["event"] == "handler_failed"]
    assert entry["error"] == "ValueError"
    assert "scripted_handler.py" in entry["at"]
    assert "canary" not in repr(logs)


@pytest.mark.fault("F36")
async def test_a_running_message_is_kept_hidden_by_a_heartbeat(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    handler.open.clear()
    message_id = inbox.put("one")
    async with at_work(worker, clock):
        for beats in (1, 2, 3, 4):
            await clock.until(lambda: LIMITS.heartbeat_seconds in clock.waits)
            clock.advance(LIMITS.heartbeat_seconds)
            await clock.until(lambda beats=beats: len(inbox.hides) == beats)  # type: ignore[misc]
        handler.open.set()
        await clock.until(lambda: not inbox.messages)
        assert LIMITS.heartbeat_seconds not in clock.waits
    assert inbox.hides == [(message_id, LIMITS.visibility_timeout_seconds)] * 4
    assert len(handler.started) == 1


async def test_a_failing_heartbeat_does_not_disturb_the_handler(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    handler.open.clear()
    inbox.put("one")
    async with at_work(worker, clock):
        await clock.until(lambda: LIMITS.heartbeat_seconds in clock.waits)
        inbox.down = True
        clock.advance(LIMITS.heartbeat_seconds)
        await rest()
        inbox.down = False
        handler.open.set()
        await clock.until(lambda: not inbox.messages)


async def test_a_late_heartbeat_ends_before_its_message_is_released(clock: ManualClock) -> None:
    class SlowHides(InMemoryInbox):
        slow = asyncio.Event()

        async def hide(self, delivery: Delivery, *, seconds: int) -> None:
            if seconds == LIMITS.visibility_timeout_seconds:
                await self.slow.wait()
            await super().hide(delivery, seconds=seconds)

    inbox = SlowHides(clock=clock)
    handler = ScriptedHandler(clock, lambda _: Release(3))
    handler.open.clear()
    inbox.put("one")
    async with at_work(worker_for(inbox, handler, clock), clock):
        await clock.until(lambda: LIMITS.heartbeat_seconds in clock.waits)
        clock.advance(LIMITS.heartbeat_seconds)
        await rest()
        handler.open.set()
        await rest()
        inbox.slow.set()
        await clock.until(lambda: len(inbox.hides) == 2)
    assert inbox.hides[0][1] == LIMITS.visibility_timeout_seconds
    assert 3 <= inbox.hides[1][1] <= 4


async def test_it_holds_no_more_messages_than_it_may_and_refills_as_they_finish(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(clock)
    handler.open.clear()
    for n in range(7):
        inbox.put(str(n))
    limits = LIMITS.model_copy(update={"max_in_flight_per_worker": 3})
    async with at_work(worker_for(inbox, handler, clock, limits), clock):
        await clock.until(lambda: len(handler.started) == 3)
        await rest()
        assert len(handler.started) == 3
        assert sum(message.receive_count for message in inbox.messages) == 3
        handler.open.set()
        await clock.until(lambda: not inbox.messages)
    assert len(handler.finished) == 7


@pytest.mark.parametrize("before", [0, 1])
async def test_a_raised_limit_is_used_although_no_message_is_done(
    before: int, inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(clock)
    handler.open.clear()
    for n in range(3):
        inbox.put(str(n))
    allowed = [before]

    def limits() -> Limits:
        return LIMITS.model_copy(update={"max_in_flight_per_worker": allowed[-1]})

    worker = Worker(inbox=inbox, handler=handler, limits=limits, wait=clock.wait)
    async with at_work(worker, clock):
        await rest()
        assert len(handler.started) == before
        allowed.append(3)
        await pump(clock, lambda: clock.now > LIMITS.config_poll_seconds)
        assert len(handler.started) == 3
        handler.open.set()


async def test_a_busy_worker_waits_until_a_whole_receive_fits(inbox: InMemoryInbox, clock: ManualClock) -> None:
    handler = ScriptedHandler(clock)
    handler.open.clear()
    for n in range(400):
        inbox.put(str(n))
    async with at_work(worker_for(inbox, handler, clock), clock):
        await clock.until(lambda: len(handler.started) == 250)
        await rest()
        assert len(handler.started) <= LIMITS.max_in_flight_per_worker
        handler.open.set()
        await clock.until(lambda: not inbox.messages)
    assert len(inbox.receives) < 60


async def test_each_message_has_its_own_log_context(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    structlog.contextvars.bind_contextvars(stray="of whoever started the worker")
    first, second = inbox.put("one"), inbox.put("two")
    async with at_work(worker, clock):
        await clock.until(lambda: not inbox.messages)
    assert handler.contexts == [
        {"message_id": first, "receive_count": 1},
        {"message_id": second, "receive_count": 1},
    ]


@pytest.mark.fault("F9")
async def test_duplicates_are_each_handed_over_and_deleted(
    worker: Worker, inbox: InMemoryInbox, handler: ScriptedHandler, clock: ManualClock
) -> None:
    message_id = inbox.put("one")
    inbox.put("one", message_id=message_id)
    async with at_work(worker, clock):
        await clock.until(lambda: not inbox.messages)
    assert [delivery.message_id for delivery in handler.finished] == [message_id] * 2


@pytest.mark.parametrize("seed", range(5))
async def test_with_a_flaky_queue_every_message_is_handled_and_finally_deleted(clock: ManualClock, seed: int) -> None:
    inbox = InMemoryInbox(clock=clock, flaky=0.3, seed=seed)
    handler = ScriptedHandler(clock)
    for n in range(50):
        inbox.put(str(n))
    async with at_work(worker_for(inbox, handler, clock), clock):
        await pump(clock, lambda: not inbox.messages)
    assert {delivery.body for delivery in handler.finished} == {str(n) for n in range(50)}
