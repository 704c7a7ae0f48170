"""Step 3 of sending lines: all of them, a bounded number at a time, results in the order of the lines."""

import asyncio
from collections.abc import Callable, Sequence

from runtime.api_client.gateway import GatewayClient, OverLimit
from runtime.api_client.items import Item
from runtime.api_client.result import Result

MOST_AT_ONCE = 64


async def send_items(
    items: Sequence[Item],
    *,
    client: GatewayClient,
    key_of: Callable[[int, Item], str],
    on_result: Callable[[Result], None],
) -> list[Result]:
    """`key_of` gives a line's Idempotency-Key: the same one again is the same evaluation.

    Raises OverLimit, whatever else was under way; what was accepted by then is judged all the same.
    """
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(position: int, item: Item) -> Result:
        async with places:
            result = await client.evaluate(item, idempotency_key=key_of(position, item))
        on_result(result)
        return result

    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one(position, item)) for position, item in enumerate(items)]
    except ExceptionGroup as failures:
        limits, _ = failures.split(OverLimit)
        if limits is None:
            raise
        raise limits.exceptions[0] from None
    return [task.result() for task in running]
