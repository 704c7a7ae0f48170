import asyncio

import pytest

from config.limits import Limits
from runtime.messaging.worker import Done, Worker
from tests.fakes.inbox import InMemoryInbox
from tests.fakes.manual_clock import ManualClock
from tests.runtime.messaging.at_work import pump, rest
from tests.runtime.messaging.scripted_handler import ScriptedHandler

LIMITS = Limits()


class Stage:
    """A worker whose messages are held by their handlers until `handler.open` is set."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.inbox = InMemoryInbox(clock=self.clock)
        self.handler = ScriptedHandler(self.clock)
        self.handler.open.clear()
        self.worker = Worker(inbox=self.inbox, handler=self.handler, limits=lambda: LIMITS, wait=self.clock.wait)

    async def start(self, *bodies: str) -> None:
        await self.worker.__aenter__()
        for body in bodies:
            self.inbox.put(body)
        await self.clock.until(lambda: len(self.handler.started) == len(bodies))
        await rest()

    def stop(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.worker.__aexit__(None, None, None))


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.fault("F38")
async def test_an_idle_worker_stops_when_its_long_poll_ends(stage: Stage) -> None:
    await stage.start()
    stopped = stage.stop()
    await rest()
    assert not stopped.done()
    stage.clock.advance(LIMITS.receive_wait_seconds)
    await stopped


async def test_no_receive_starts_after_the_stop(stage: Stage) -> None:
    await stage.start()
    receives = len(stage.inbox.receives)
    stopped = stage.stop()
    await pump(stage.clock, stopped.done)
    assert len(stage.inbox.receives) == receives


@pytest.mark.fault("F39")
async def test_what_a_running_receive_brings_after_the_stop_goes_back_at_once(stage: Stage) -> None:
    await stage.start()
    stopped = stage.stop()
    await rest()
    ids = [stage.inbox.put("one"), stage.inbox.put("two")]
    await pump(stage.clock, stopped.done)
    assert sorted(stage.inbox.hides[:2]) == [(message_id, 0) for message_id in ids]
    assert not stage.handler.started
    assert all(message.visible_at <= stage.clock.now for message in stage.inbox.messages)


@pytest.mark.fault("F39")
async def test_running_handlers_finish_and_delete_before_the_worker_is_left(stage: Stage) -> None:
    await stage.start("one", "two")
    stopped = stage.stop()
    stage.clock.advance(LIMITS.receive_wait_seconds)
    await rest()
    assert not stopped.done()
    stage.handler.open.set()
    await stopped
    assert len(stage.handler.finished) == 2
    assert not stage.inbox.messages


@pytest.mark.fault("F40")
async def test_a_handler_that_outlasts_the_drain_is_cut_off_and_its_message_released_at_once(stage: Stage) -> None:
    await stage.start("one")
    stopped = stage.stop()
    await rest()
    stage.clock.advance(LIMITS.drain_seconds)
    await stopped
    assert [delivery.body for delivery in stage.handler.cut_off] == ["one"]
    assert stage.inbox.hides[-1] == (stage.handler.started[0].message_id, 0)
    assert not stage.inbox.deletes


async def test_a_handler_broken_off_from_inside_is_released_like_any_failure(stage: Stage) -> None:
    stage.handler.answer = lambda delivery: asyncio.CancelledError() if delivery.receive_count == 1 else Done()
    stage.handler.open.set()
    await stage.start("one")
    await stage.clock.until(lambda: bool(stage.inbox.hides))
    assert stage.inbox.hides[0][1] >= LIMITS.retry_backoff_seconds
    await pump(stage.clock, stage.stop().done)


async def test_the_heartbeat_goes_on_during_the_drain(stage: Stage) -> None:
    await stage.start("one")
    stopped = stage.stop()
    await rest()
    stage.clock.advance(LIMITS.heartbeat_seconds)
    await stage.clock.until(lambda: bool(stage.inbox.hides))
    assert stage.inbox.hides[0][1] == LIMITS.visibility_timeout_seconds
    stage.handler.open.set()
    await pump(stage.clock, stopped.done)
