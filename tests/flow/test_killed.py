"""SIGKILL of any part in the middle of the work: everything accepted still ends in exactly one result."""

import asyncio
from collections import Counter

import pytest

from tests.flow.system import System, ended, pages, submitted

pytestmark = pytest.mark.flow

ITEMS = 24


@pytest.mark.parametrize(
    "victim",
    [
        "gateway-service",
        "redis-service",
        "persistence-service",
        "inference-service",
        "judge-service",
        "mysql",
        "redis",
    ],
)
async def test_a_killed_part_loses_nothing_and_doubles_nothing(system: System, victim: str) -> None:
    system.use_aws()
    restarts = system.part(victim).restarts
    case = f"case-{victim.replace('-', '')}"
    body = {
        "input": case,
        "candidate": {"model": "openai/gpt-x--delay_500"},
        "judge": {"model": "google/gemini-x--delay_500"},
        "metadata": {"victim": victim},
    }
    async with system.client() as client, asyncio.TaskGroup() as group:

        async def evaluate(number: int) -> str:
            evaluation_id = await submitted(client, body, key=f"{victim}-{number}")
            evaluation = await ended(client, evaluation_id)
            assert evaluation["outcome"] == "scored", evaluation["failure"]
            return evaluation_id

        tasks = [group.create_task(evaluate(number)) for number in range(ITEMS)]
        await _until_halfway(system, case)
        system.kill(victim)
        ids = [await task for task in tasks]
    await system.until_restarted(victim, restarts)

    assert len(set(ids)) == ITEMS
    async with system.client() as client:
        rows = Counter([one["id"] async for one in pages(client, status="COMPLETED", limit="100")])
    assert {rows[evaluation_id] for evaluation_id in ids} == {1}
    # A call that was running when its process died is the only one that may be made again.
    calls = Counter(call["protocol"] for call in await system.stub_calls() if call["case"] == case)
    assert ITEMS <= calls["openai"] <= 2 * ITEMS
    assert ITEMS <= calls["google"] <= 2 * ITEMS
    if victim not in ("inference-service", "judge-service", "redis"):
        assert calls == {"openai": ITEMS, "google": ITEMS}


async def _until_halfway(system: System, case: str) -> None:
    async with asyncio.timeout(60):
        while sum(call["case"] == case for call in await system.stub_calls()) < ITEMS:
            await asyncio.sleep(0.05)
