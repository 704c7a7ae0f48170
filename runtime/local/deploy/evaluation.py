"""One evaluation through what was deployed, with the proof that it went that way."""

import json
from collections import Counter
from pathlib import Path

import aiohttp

from config.naming import Names
from config.topology import CHANNELS
from runtime.api_client.chosen_models import ChosenModels
from runtime.api_client.gateway import GatewayClient, GatewayGone, OverLimit, Refused
from runtime.api_client.items import Item
from runtime.api_client.result import Ending, Result
from runtime.local.demo.verify import missing_or_twice
from runtime.local.deploy.failure import DeployFailed
from runtime.local.tenants import authorization

BODY = {"input": "What is the capital of Australia?", "output": "It is Canberra."}


async def evaluate(*, gateway_url: str, api_key: str, models: ChosenModels, names: Names, arrivals: Path) -> Result:
    """Raises DeployFailed where it has no score, not one row, or did not pass the deployed queues."""
    item = Item(name="the evaluation", where="", body=models.applied_to(BODY))
    async with aiohttp.ClientSession(headers=authorization(api_key)) as session:
        client = GatewayClient(session=session, base_url=gateway_url, headers=models.headers)
        try:
            result = await client.evaluate(item, idempotency_key="deployed")
        except OverLimit as limit:
            raise DeployFailed(str(limit)) from None
        if result.ending is not Ending.JUDGED:
            raise DeployFailed(f"The evaluation has no score: {result.ending}, {result.explanation}")
        try:
            wrong = await missing_or_twice([result], client=client)
        except (GatewayGone, Refused):
            raise DeployFailed("The history could not be read") from None
    if wrong:
        raise DeployFailed(f"The evaluation is in the history {wrong[str(result.evaluation_id)]} times instead of once")
    passed = _arrived(arrivals)
    for channel in CHANNELS:
        if not passed[names.queue(channel)]:
            raise DeployFailed(f"It has a score, but nothing passed {names.queue(channel)}")
    return result


def _arrived(arrivals: Path) -> Counter[str]:
    """By the name of the queue, from the emulator's own journal."""
    lines = [json.loads(line) for line in arrivals.read_text(encoding="utf-8").splitlines()]
    return Counter(line["queue"] for line in lines if "queue" in line)
