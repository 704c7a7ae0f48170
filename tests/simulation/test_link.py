import asyncio

import pytest

from runtime.contracts.unavailable import Unavailable
from tests.simulation.link import CALL_SECONDS, Link
from tests.simulation.process import Process
from tests.simulation.setup import away, link, network, on_virtual_time
from tests.simulation.weather import STATES

ALWAYS = 1.0


def test_a_call_takes_effect_and_brings_its_result() -> None:
    async def main() -> None:
        done: list[int] = [1]
        assert await link().call(STATES, "do", done.pop) == 1
        assert done == []

    on_virtual_time(main)


def test_a_refused_call_has_no_effect() -> None:
    async def main() -> None:
        done: list[int] = []
        with pytest.raises(Unavailable):
            await link(refused=ALWAYS).call(STATES, "do", lambda: done.append(1))
        await asyncio.sleep(200)
        assert done == []

    on_virtual_time(main)


def test_a_lost_reply_hides_that_the_call_took_effect() -> None:
    async def main() -> None:
        done: list[int] = []
        with pytest.raises(Unavailable):
            await link(reply_lost=ALWAYS).call(STATES, "do", lambda: done.append(1))
        assert done == [1]

    on_virtual_time(main)


def test_a_late_call_takes_effect_after_its_caller_gave_up() -> None:
    async def main() -> None:
        done: list[float] = []
        loop = asyncio.get_running_loop()
        with pytest.raises(Unavailable):
            await link(late=ALWAYS).call(STATES, "do", lambda: done.append(loop.time()))
        assert done == []
        await asyncio.sleep(200)
        assert done[0] > CALL_SECONDS

    on_virtual_time(main)


def test_a_service_that_is_away_takes_no_call_and_comes_back() -> None:
    async def main() -> None:
        cut = link(outages=away(STATES, until=60))
        done: list[int] = []
        with pytest.raises(Unavailable):
            await cut.call(STATES, "do", lambda: done.append(1))
        await asyncio.sleep(60)
        await cut.call(STATES, "do", lambda: done.append(2))
        assert done == [2]

    on_virtual_time(main)


def test_a_dead_process_makes_no_call() -> None:
    async def main() -> None:
        process, done = Process("worker.1"), []
        process.kill()
        with pytest.raises(asyncio.CancelledError):
            await Link(process, network()).call(STATES, "do", lambda: done.append(1))
        assert done == []

    on_virtual_time(main)


def test_a_process_that_dies_does_not_hear_the_reply_of_its_last_call() -> None:
    async def main() -> None:
        process, done = Process("worker.1"), []
        calling = asyncio.create_task(Link(process, network()).call(STATES, "do", lambda: done.append(1)))
        await asyncio.sleep(0)
        process.kill()
        with pytest.raises(asyncio.CancelledError):
            await calling
        assert done == [1]

    on_virtual_time(main)


def test_a_frozen_process_goes_on_when_it_thaws() -> None:
    async def main() -> None:
        process = Process("worker.1")
        process.freeze(400)
        await Link(process, network()).call(STATES, "do", lambda: None)
        assert asyncio.get_running_loop().time() > 400
        assert process.was_frozen(399, 500)
        assert not process.was_frozen(401, 500)

    on_virtual_time(main)
