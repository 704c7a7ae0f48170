import asyncio

import pytest

from tests.simulation.setup import on_virtual_time
from tests.simulation.virtual_time import START, NothingLeftToHappen, VirtualTimeLoop


def test_the_clock_jumps_to_the_next_timer() -> None:
    async def main() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert on_virtual_time(main) == pytest.approx(86_400)


def test_timers_fire_in_the_order_of_their_times() -> None:
    async def main() -> list[int]:
        fired: list[int] = []

        async def after(seconds: int) -> None:
            await asyncio.sleep(seconds)
            fired.append(seconds)

        await asyncio.gather(after(30), after(10), after(20))
        return fired

    assert on_virtual_time(main) == [10, 20, 30]


def test_a_timeout_ends_a_wait() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(120):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert on_virtual_time(main) == pytest.approx(120)


def test_the_date_passes_with_the_clock() -> None:
    loop = VirtualTimeLoop()
    loop.run_until_complete(asyncio.sleep(60))
    assert (loop.now() - START).total_seconds() == pytest.approx(60)
    loop.close()


def test_a_wait_that_nothing_can_end_is_a_deadlock() -> None:
    loop = VirtualTimeLoop()
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(NothingLeftToHappen):
        loop.run_until_complete(waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(waiting)
    loop.close()
