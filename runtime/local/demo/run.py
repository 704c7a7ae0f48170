"""Step 3 of the demo: all lines, a bounded number at a time, results in the order of the files."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

from runtime.local.demo.chosen_models import ChosenModels
from runtime.local.demo.gateway import GatewayClient
from runtime.local.demo.items import Item
from runtime.local.demo.result import Result

MOST_AT_ONCE = 64


async def run_items(
    items: Sequence[Item], *, client: GatewayClient, models: ChosenModels, on_result: Callable[[Result], None]
) -> list[Result]:
    run_id = uuid4().hex
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(position: int, item: Item) -> Result:
        async with places:
            body = models.applied_to(item.body)
            result = await client.evaluate(item, body, idempotency_key=f"demo-{run_id}-{position}")
        on_result(result)
        return result

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(position, item)) for position, item in enumerate(items)]
    return [task.result() for task in running]
