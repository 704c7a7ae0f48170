import asyncio

from runtime.messaging.ports import Delivery
from tests.simulation.queue import SimulatedQueue
from tests.simulation.setup import network, on_virtual_time

ALWAYS = 1.0


async def received(queue: SimulatedQueue) -> list[Delivery]:
    return await queue.receive(max_messages=10, wait_seconds=20)


def queue(
    name: str = "q", *, max_receives: float = 20, dead: SimulatedQueue | None = None, **faults: float
) -> SimulatedQueue:
    return SimulatedQueue(
        name, network=network(**faults), visibility_seconds=180, max_receives=max_receives, dead_letters=dead
    )


def test_a_receive_waits_for_a_message() -> None:
    async def main() -> None:
        one = queue()
        receiving = asyncio.ensure_future(received(one))
        await asyncio.sleep(10)
        one.put("body")
        assert [delivery.body for delivery in await receiving] == ["body"]
        assert await received(one) == []

    on_virtual_time(main)


def test_a_message_that_is_not_deleted_comes_back_after_its_visibility() -> None:
    async def main() -> None:
        one = queue()
        one.put("body")
        (first,) = await received(one)
        await asyncio.sleep(180)
        (again,) = await received(one)
        assert (first.receive_count, again.receive_count) == (1, 2)

    on_virtual_time(main)


def test_a_release_brings_a_message_back_at_once() -> None:
    async def main() -> None:
        one = queue()
        one.put("body")
        (first,) = await received(one)
        one.hide(first.receipt_handle, 0)
        assert len(await received(one)) == 1
        assert asyncio.get_running_loop().time() < 1

    on_virtual_time(main)


def test_a_stale_receipt_hides_nothing() -> None:
    async def main() -> None:
        one = queue()
        one.put("body")
        (first,) = await received(one)
        await asyncio.sleep(180)
        await received(one)
        one.hide(first.receipt_handle, 0)
        assert await received(one) == []

    on_virtual_time(main)


def test_a_deleted_message_does_not_come_back() -> None:
    async def main() -> None:
        one = queue()
        one.put("body")
        (first,) = await received(one)
        one.delete(first.receipt_handle)
        assert one.size == 0

    on_virtual_time(main)


def test_a_message_that_was_received_too_often_goes_to_the_dead_letters() -> None:
    async def main() -> None:
        dead = queue("dead")
        one = queue(max_receives=2, dead=dead)
        one.put("body")
        for _ in range(2):
            (delivery,) = await received(one)
            one.hide(delivery.receipt_handle, 0)
        assert await received(one) == []
        assert (one.size, dead.size) == (0, 1)

    on_virtual_time(main)


def test_a_topic_may_deliver_twice_and_minutes_late() -> None:
    async def main() -> None:
        one = queue(duplicated=ALWAYS, delayed=ALWAYS)
        one.publish("body")
        assert await received(one) == []
        assert one.size == 2
        await asyncio.sleep(600)
        assert len(await received(one)) == 2

    on_virtual_time(main)


def test_a_message_may_be_handed_out_twice_at_once() -> None:
    async def main() -> None:
        one = queue(handed_out_twice=ALWAYS)
        one.put("body")
        first, second = await received(one), await received(one)
        assert first[0].message_id == second[0].message_id
        assert asyncio.get_running_loop().time() < 180

    on_virtual_time(main)


def test_a_delete_may_be_lost() -> None:
    async def main() -> None:
        one = queue(delete_lost=ALWAYS)
        one.put("body")
        (first,) = await received(one)
        one.delete(first.receipt_handle)
        assert one.size == 1

    on_virtual_time(main)
