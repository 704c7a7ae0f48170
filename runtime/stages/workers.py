"""The two workers of a queue stage: one on its queue, one on what that queue has given up."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

from config.limits import Limits
from config.runtime_document import ChannelAddress
from runtime.messaging.ports import Delivery
from runtime.messaging.sqs_inbox import SqsInbox
from runtime.messaging.worker import Done, Leave, Release, Worker


class StageRun(Protocol):
    async def handle(self, delivery: Delivery) -> Done | Release | Leave: ...

    async def handle_dead_letter(self, delivery: Delivery) -> Done | Release | Leave: ...


async def open_workers(
    stack: AsyncExitStack,
    *,
    sqs: Any,
    address: Callable[[], ChannelAddress],
    run: StageRun,
    limits: Callable[[], Limits],
) -> Worker:
    """Call it last: the workers drain while everything that their handlers use is still open. Gives the main one."""
    inbox = await stack.enter_async_context(SqsInbox(client=sqs, queue_url=lambda: address().queue_url))
    dead = await stack.enter_async_context(SqsInbox(client=sqs, queue_url=lambda: address().dead_letter_queue_url))
    burying = await stack.enter_async_context(Worker(inbox=dead, handler=run.handle_dead_letter, limits=limits))
    working = await stack.enter_async_context(Worker(inbox=inbox, handler=run.handle, limits=limits))
    # Both stop at once, although they are left one after the other.
    stack.callback(burying.stop)
    return working
