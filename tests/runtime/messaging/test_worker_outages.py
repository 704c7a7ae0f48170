import pytest

from config.limits import Limits
from runtime.contracts.unavailable import Refused, Unavailable
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Release, Worker
from tests.fakes.inbox import InMemoryInbox
from tests.fakes.manual_clock import ManualClock
from tests.runtime.messaging.at_work import at_work, pump, rest
from tests.runtime.messaging.scripted_handler import ScriptedHandler

LIMITS = Limits()


class Dependency:
    def __init__(self) -> None:
        self.down = True

    def answer(self, _: Delivery) -> Done | Unavailable:
        return Unavailable("redis-service") if self.down else Done()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def inbox(clock: ManualClock) -> InMemoryInbox:
    return InMemoryInbox(clock=clock)


@pytest.fixture
def dependency() -> Dependency:
    return Dependency()


@pytest.fixture
def worker(inbox: InMemoryInbox, dependency: Dependency, clock: ManualClock) -> Worker:
    handler = ScriptedHandler(clock, dependency.answer)
    return Worker(inbox=inbox, handler=handler, limits=lambda: LIMITS, wait=clock.wait)


async def test_it_is_ready_while_it_works_and_not_before_or_after(worker: Worker, clock: ManualClock) -> None:
    assert await worker.readiness() == {"worker": "stopped"}
    async with at_work(worker, clock):
        assert await worker.readiness() == {}
    assert await worker.readiness() == {"worker": "stopped"}


async def test_an_unreachable_queue_shows_in_readiness_until_it_is_back(
    worker: Worker, inbox: InMemoryInbox, dependency: Dependency, clock: ManualClock
) -> None:
    dependency.down = False
    inbox.put("one")
    inbox.down = True
    async with at_work(worker, clock):
        await rest()
        assert await worker.readiness() == {"sqs": "unavailable"}
        inbox.down = False
        await pump(clock, lambda: not inbox.messages)
        await rest()
        assert await worker.readiness() == {}


async def test_the_loop_outlives_an_unexpected_error_of_the_queue(clock: ManualClock) -> None:
    class Surprising(InMemoryInbox):
        surprises = 3

        async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
            if self.surprises:
                self.surprises -= 1
                raise KeyError("Messages")
            return await super().receive(max_messages=max_messages, wait_seconds=wait_seconds)

    inbox = Surprising(clock=clock)
    inbox.put("one")
    worker = Worker(inbox=inbox, handler=ScriptedHandler(clock), limits=lambda: LIMITS, wait=clock.wait)
    async with at_work(worker, clock):
        await pump(clock, lambda: not inbox.messages)


async def test_an_unreachable_dependency_shows_in_readiness_until_a_message_gets_through(
    worker: Worker, inbox: InMemoryInbox, dependency: Dependency, clock: ManualClock
) -> None:
    inbox.put("one")
    async with at_work(worker, clock):
        await clock.until(lambda: bool(inbox.hides))
        assert await worker.readiness() == {"redis-service": "unavailable"}
        dependency.down = False
        await pump(clock, lambda: not inbox.messages)
        assert await worker.readiness() == {}


async def test_while_a_dependency_is_away_one_message_at_a_time_tries_it(
    worker: Worker, inbox: InMemoryInbox, dependency: Dependency, clock: ManualClock
) -> None:
    inbox.put("first")
    async with at_work(worker, clock):
        await clock.until(lambda: bool(inbox.hides))
        for n in range(1000):
            inbox.put(str(n))
        await pump(clock, lambda: clock.now > 600, step_seconds=5)
        assert sum(message.receive_count for message in inbox.messages) < 60
        dependency.down = False
        await pump(clock, lambda: not inbox.messages, step_seconds=5)
    assert clock.now < 800


@pytest.mark.fault("F24", "F32")
async def test_an_outage_as_long_as_the_deadline_uses_up_no_deliveries(
    worker: Worker, inbox: InMemoryInbox, clock: ManualClock
) -> None:
    inbox.put("one")
    async with at_work(worker, clock):
        await pump(clock, lambda: clock.now > LIMITS.evaluation_deadline_seconds, step_seconds=5)
        (message,) = inbox.messages
        assert 10 < message.receive_count <= LIMITS.max_receive_count


async def test_a_message_that_a_dependency_refuses_comes_back_and_slows_no_other(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    refused = Refused("persistence-service")
    handler = ScriptedHandler(clock, lambda delivery: refused if delivery.body == "bad" else Done())
    worker = Worker(inbox=inbox, handler=handler, limits=lambda: LIMITS, wait=clock.wait)
    inbox.put("bad")
    async with at_work(worker, clock):
        await clock.until(lambda: bool(inbox.hides))
        assert await worker.readiness() == {}
        for n in range(100):
            inbox.put(str(n))
        await rest()
        assert [message.body for message in inbox.messages] == ["bad"]


async def test_a_handler_that_keeps_asking_for_seconds_does_not_use_up_the_deliveries(
    inbox: InMemoryInbox, clock: ManualClock
) -> None:
    handler = ScriptedHandler(clock, lambda _: Release(2))
    inbox.put("one")
    worker = Worker(inbox=inbox, handler=handler, limits=lambda: LIMITS, wait=clock.wait)
    async with at_work(worker, clock):
        await pump(clock, lambda: clock.now > LIMITS.evaluation_deadline_seconds * 0.9, step_seconds=5)
        (message,) = inbox.messages
        assert message.receive_count <= LIMITS.max_receive_count
