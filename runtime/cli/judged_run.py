"""A command's evaluations as one run: what it holds already is not asked again, and what failed there is tried anew."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console

from config.limits import PAGE_SIZE_MAX
from runtime.api_client.gateway import GatewayClient
from runtime.api_client.items import Item
from runtime.api_client.progress import SendProgress
from runtime.api_client.result import Ending, Result, ended, ending_of
from runtime.api_client.send import send_items
from runtime.contracts.evaluation import LABEL_PATTERN

LABEL = re.compile(LABEL_PATTERN)
LINE = "line-"


async def judge_run(stem: str, items: Sequence[Item], *, client: GatewayClient, console: Console) -> list[Result]:
    """In the order of `items`. The same ones again are the same run. Raises Refused or GatewayGone."""
    named = with_labels(items)
    run = run_name(stem, named)
    asked = [replace(item, body=item.body | {"run": run}) for item in named]
    settled, failures = await _held(run, client)
    keys = {label_of(item): f"{run}-{place}-{failures[label_of(item)]}" for place, item in enumerate(asked)}
    results = {label: ended(item, settled[label]) for item in asked if (label := label_of(item)) in settled}
    with SendProgress(console, total=len(asked)) as progress:
        for result in results.values():
            progress(result)
        rest = [item for item in asked if label_of(item) not in results]
        sent = await send_items(rest, client=client, key_of=lambda _, item: keys[label_of(item)], on_result=progress)
    results |= {label_of(result.item): result for result in sent}
    return [results[label_of(item)] for item in asked]


def tell_failures(results: Sequence[Result], console: Console) -> None:
    """Why there is no score, one line for each."""
    for result in results:
        if result.ending is not Ending.JUDGED:
            text = f"{result.item.name}: {result.explanation or result.outcome}"
            console.print(text, style="red", markup=False, soft_wrap=True)


def run_name(stem: str, items: Sequence[Item]) -> str:
    asked = json.dumps([item.body for item in items], sort_keys=True)
    return f"{stem[:50]}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"


def with_labels(items: Sequence[Item]) -> list[Item]:
    """Each with an `item` of its own: its name, or its line where that is no label, or another line's too."""
    labels: set[str] = set()
    named = []
    for item in items:
        own = LABEL.fullmatch(item.name) and not item.name.startswith(LINE) and item.name not in labels
        label = item.name if own else f"{LINE}{item.where.rpartition(':')[2]}"
        labels.add(label)
        named.append(replace(item, body=item.body | {"item": label}))
    return named


def label_of(item: Item) -> str:
    return str(item.body["item"])


async def _held(run: str, client: GatewayClient) -> tuple[dict[str, dict[str, Any]], Counter[str]]:
    """By item: the newest evaluation that ended as it should, and how many failed.

    A new try after a failure needs an Idempotency-Key of its own: the old one gives the failure again for a day.
    """
    settled: dict[str, dict[str, Any]] = {}
    failures: Counter[str] = Counter()
    query = {"run": run, "limit": str(PAGE_SIZE_MAX)}
    while True:
        page = await client.page(**query)
        for evaluation in page["data"]:
            if ending_of(evaluation) is Ending.FAILED:
                failures[evaluation["item"]] += 1
            else:
                settled.setdefault(evaluation["item"], evaluation)
        if not page["has_more"]:
            return settled, failures
        query["cursor"] = page["next_cursor"]
