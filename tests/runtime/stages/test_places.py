import asyncio
from contextlib import AsyncExitStack

import pytest

from runtime.stages.places import Places


async def taken_turns(places: Places, names: str) -> str:
    """Each letter is a piece of work of the tenant of that name; the order in which they got the one place."""
    order = ""

    async def work(name: str) -> None:
        nonlocal order
        async with places.one(tenant=name):
            order += name

    async with asyncio.TaskGroup() as group, places.one(tenant="holder"):
        for name in names:
            group.create_task(work(name))
            await asyncio.sleep(0)
        assert order == ""
    return order


@pytest.mark.parametrize(
    ("came", "served"),
    [
        ("aaaa", "aaaa"),
        ("aaaab", "abaaa"),
        ("aaaabbb", "abababa"),
        ("aaabbc", "abcaba"),
        ("baaa", "baaa"),
    ],
)
async def test_tenants_take_turns_and_each_ones_work_keeps_its_order(came: str, served: str) -> None:
    assert await taken_turns(Places(lambda: 1), came) == served


async def test_who_comes_later_waits_for_one_turn_of_each_other_tenant() -> None:
    order = await taken_turns(Places(lambda: 1), "a" * 500 + "b" * 500 + "c")
    assert order.index("c") == 2


async def test_no_more_than_the_limit_run_at_once() -> None:
    running = most = 0
    places, go_on = Places(lambda: 3), asyncio.Event()

    async def work(tenant: str) -> None:
        nonlocal running, most
        async with places.one(tenant=tenant):
            running += 1
            most = max(most, running)
            await go_on.wait()
            running -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(work("ab"[number % 2]))
        await asyncio.sleep(0)
        assert running == 3
        go_on.set()
    assert most == 3


async def test_a_raised_limit_takes_effect_with_the_next_entry() -> None:
    limit = 1
    places = Places(lambda: limit)
    async with places.one(tenant="a"):
        limit = 2
        async with places.one(tenant="a"):
            pass


@pytest.mark.parametrize("handed_over", [False, True], ids=["while waiting", "just after the place was handed over"])
async def test_who_gives_up_takes_no_place_with_him(*, handed_over: bool) -> None:
    places, holder = Places(lambda: 1), AsyncExitStack()
    await holder.enter_async_context(places.one(tenant="a"))

    async def work() -> None:
        async with places.one(tenant="b"):
            raise AssertionError("it was cancelled before its turn")

    waiting = asyncio.create_task(work())
    await asyncio.sleep(0)
    if handed_over:
        await holder.aclose()
    waiting.cancel()
    await asyncio.wait([waiting])
    if not handed_over:
        await holder.aclose()
    assert waiting.cancelled()
    async with places.one(tenant="c"):
        pass
