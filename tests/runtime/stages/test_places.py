import asyncio
from contextlib import AsyncExitStack

from runtime.stages.places import Places


async def taken_turns(places: Places, names: str) -> list[str]:
    """Lets each name take a place in turn while the first holds the only one; returns the order of entry."""
    order: list[str] = []

    async def work(name: str) -> None:
        async with places.one():
            order.append(name)

    async with asyncio.TaskGroup() as group, places.one():
        for name in names:
            group.create_task(work(name))
            await asyncio.sleep(0)
        assert order == []
    return order


async def test_who_came_first_is_served_first() -> None:
    assert await taken_turns(Places(lambda: 1), "abcd") == list("abcd")


async def test_no_more_than_the_limit_run_at_once() -> None:
    running = most = 0
    places = Places(lambda: 3)
    go_on = asyncio.Event()

    async def work() -> None:
        nonlocal running, most
        async with places.one():
            running += 1
            most = max(most, running)
            await go_on.wait()
            running -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(work())
        await asyncio.sleep(0)
        assert running == 3
        go_on.set()
    assert most == 3


async def test_a_raised_limit_takes_effect_with_the_next_entry() -> None:
    limit = 1
    places = Places(lambda: limit)
    async with places.one():
        limit = 2
        async with places.one():
            pass


async def test_who_gives_up_waiting_takes_no_place_with_him() -> None:
    places = Places(lambda: 1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(places.one())
        waiting = asyncio.create_task(stack.enter_async_context(places.one()))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with places.one():
        pass


async def test_a_place_that_is_handed_over_to_someone_just_cancelled_is_free_again() -> None:
    places = Places(lambda: 1)
    holder = AsyncExitStack()
    await holder.enter_async_context(places.one())

    async def work() -> None:
        async with places.one():
            raise AssertionError("it was cancelled before its turn")

    waiting = asyncio.create_task(work())
    await asyncio.sleep(0)
    await holder.aclose()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    async with places.one():
        pass


async def test_a_place_is_not_handed_to_someone_who_has_just_given_up() -> None:
    places = Places(lambda: 1)
    holder = AsyncExitStack()
    await holder.enter_async_context(places.one())

    async def work() -> None:
        async with places.one():
            raise AssertionError("it was cancelled before its turn")

    waiting = asyncio.create_task(work())
    await asyncio.sleep(0)
    waiting.cancel()
    await holder.aclose()
    await asyncio.wait([waiting])
    async with places.one():
        pass
