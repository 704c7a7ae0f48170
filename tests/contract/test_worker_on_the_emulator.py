import asyncio

import pytest

from config.limits import Limits
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Release, Worker
from tests.contract.messaging_subjects import on_aws
from tests.servers.aws import use_endpoint

pytestmark = pytest.mark.servers

LIMITS = Limits(receive_wait_seconds=1, retry_backoff_seconds=1)


async def test_every_message_is_handled_and_the_queue_is_left_empty(
    monkeypatch: pytest.MonkeyPatch, emulator_at: str
) -> None:
    use_endpoint(monkeypatch, emulator_at)
    seen: set[str] = set()
    everything = asyncio.Event()
    bodies = {str(n) for n in range(200)}

    async def handle(delivery: Delivery) -> Done | Release:
        if delivery.receive_count == 1 and int(delivery.body) % 20 == 0:
            return Release(after_seconds=0)
        seen.add(delivery.body)
        if seen == bodies:
            everything.set()
        return Done()

    async with on_aws() as aws:
        async with (
            asyncio.timeout(30),
            Worker(inbox=aws.inbox, handler=handle, limits=lambda: LIMITS),
            asyncio.TaskGroup() as tasks,
        ):
            for body in bodies:
                tasks.create_task(aws.publisher.publish(body, tenant="t"))
            await everything.wait()
        await aws.let_pass(2.1)
        assert not await aws.inbox.receive(max_messages=10, wait_seconds=0)
