import asyncio
import contextvars
from collections.abc import Sequence

import pytest

from runtime.kit.batching import Batcher


class Remote:
    """Remembers the batches; holds them while `open` is not set; fails what is in `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.arrived = asyncio.Condition()
        self.bad: set[int] = set()

    async def flush(self, items: Sequence[int]) -> list[str | Exception]:
        async with self.arrived:
            self.batches.append(list(items))
            self.arrived.notify_all()
        await self.open.wait()
        return [ValueError(item) if item in self.bad else f"did {item}" for item in items]

    async def has_batches(self, count: int) -> None:
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.batches) >= count)


@pytest.fixture
def remote() -> Remote:
    return Remote()


def batcher_for(remote: Remote, *, max_in_flight: int = 1) -> Batcher[int, str]:
    return Batcher(remote.flush, max_items=3, max_in_flight=max_in_flight)


async def submit_all(batcher: Batcher[int, str], items: Sequence[int]) -> list[str]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(batcher.submit(item)) for item in items]
    return [task.result() for task in running]


async def test_a_lone_item_leaves_at_once(remote: Remote) -> None:
    assert await batcher_for(remote).submit(1) == "did 1"
    assert remote.batches == [[1]]


async def test_items_submitted_together_share_a_batch_up_to_its_limit(remote: Remote) -> None:
    results = await submit_all(batcher_for(remote), range(7))
    assert remote.batches == [[0, 1, 2], [3, 4, 5], [6]]
    assert results == [f"did {item}" for item in range(7)]


async def test_what_comes_while_a_batch_is_in_flight_shares_the_next(remote: Remote) -> None:
    batcher = batcher_for(remote)
    remote.open.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(batcher.submit(1))
        await remote.has_batches(1)
        tasks.create_task(batcher.submit(2))
        await asyncio.sleep(0)
        tasks.create_task(batcher.submit(3))
        await asyncio.sleep(0)
        remote.open.set()
    assert remote.batches == [[1], [2, 3]]


async def test_several_batches_are_in_flight_at_once_and_never_more_than_allowed(remote: Remote) -> None:
    batcher = batcher_for(remote, max_in_flight=2)
    remote.open.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(submit_all(batcher, range(9)))
        await remote.has_batches(2)
        for _ in range(10):
            await asyncio.sleep(0)
        assert remote.batches == [[0, 1, 2], [3, 4, 5]]
        remote.open.set()
    assert remote.batches[2:] == [[6, 7, 8]]


async def test_a_batch_holds_no_more_bytes_than_allowed(remote: Remote) -> None:
    batcher = Batcher(remote.flush, max_items=10, max_in_flight=1, size_of=lambda item: item, max_bytes=100)
    await submit_all(batcher, [60, 40, 1, 100, 99, 2])
    assert remote.batches == [[60, 40], [1], [100], [99], [2]]


async def test_an_item_over_the_byte_limit_goes_alone(remote: Remote) -> None:
    batcher = Batcher(remote.flush, max_items=10, max_in_flight=1, size_of=lambda item: item, max_bytes=100)
    await submit_all(batcher, [1, 500, 2])
    assert remote.batches == [[1], [500], [2]]


async def test_only_the_caller_of_a_failed_item_hears_of_it(remote: Remote) -> None:
    remote.bad = {2}
    batcher = batcher_for(remote)
    async with asyncio.TaskGroup() as tasks:
        good = [tasks.create_task(batcher.submit(item)) for item in (1, 3)]
        with pytest.raises(ValueError, match="2"):
            await batcher.submit(2)
    assert [task.result() for task in good] == ["did 1", "did 3"]


async def test_an_exception_of_the_flush_reaches_every_caller_and_the_next_batch_runs() -> None:
    calls = 0

    async def flush(items: Sequence[int]) -> list[str | Exception]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError
        return ["fine"] * len(items)

    batcher = Batcher(flush, max_items=2, max_in_flight=1)
    results = await asyncio.gather(*(batcher.submit(item) for item in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError, str]


async def test_too_few_results_are_an_error_for_everyone_left_without_one() -> None:
    async def flush(items: Sequence[int]) -> list[str | Exception]:
        return ["only one"]

    batcher = Batcher(flush, max_items=2, max_in_flight=1)
    results = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)
    assert results[0] == "only one"
    assert isinstance(results[1], ValueError)


async def test_a_cancelled_caller_leaves_the_batch_of_the_others_alone(remote: Remote) -> None:
    batcher = batcher_for(remote)
    remote.open.clear()
    leaving = asyncio.create_task(batcher.submit(1))
    staying = asyncio.create_task(batcher.submit(2))
    await remote.has_batches(1)
    leaving.cancel()
    remote.open.set()
    assert await staying == "did 2"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_an_item_whose_caller_left_before_its_batch_is_not_sent(remote: Remote) -> None:
    batcher = batcher_for(remote)
    remote.open.clear()
    first = asyncio.create_task(batcher.submit(1))
    await remote.has_batches(1)
    leaving = asyncio.create_task(batcher.submit(2))
    staying = asyncio.create_task(batcher.submit(3))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    remote.open.set()
    assert [await first, await staying] == ["did 1", "did 3"]
    assert remote.batches == [[1], [3]]


async def test_closing_waits_for_everything_submitted_and_refuses_more(remote: Remote) -> None:
    batcher = batcher_for(remote)
    remote.open.clear()
    submitted = [asyncio.create_task(batcher.submit(item)) for item in range(5)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(batcher.aclose())
    await remote.has_batches(1)
    assert not closing.done()
    remote.open.set()
    await closing
    assert all(task.done() for task in submitted)
    with pytest.raises(RuntimeError):
        await batcher.submit(6)


async def test_a_batch_does_not_run_in_the_context_of_one_of_its_callers() -> None:
    request = contextvars.ContextVar("request", default="none")
    seen = []

    async def flush(items: Sequence[int]) -> list[str | Exception]:
        seen.append(request.get())
        return ["fine"] * len(items)

    request.set("mine")
    await Batcher(flush, max_items=2, max_in_flight=1).submit(1)
    assert seen == ["none"]
