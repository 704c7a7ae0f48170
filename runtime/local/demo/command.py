"""The demo from start to exit code: 0 only where every line ended as it should, once."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import aiohttp
from rich.console import Console

from runtime.api_client.chosen_models import ChosenModels, choose_models
from runtime.api_client.gateway import GatewayClient, GatewayGone, OverLimit, Refused
from runtime.api_client.items import Item, Malformed, read_items
from runtime.api_client.picture import WIDTH, save_picture
from runtime.api_client.progress import SendProgress
from runtime.api_client.result import Ending, Result
from runtime.api_client.send import MOST_AT_ONCE, send_items
from runtime.local.child_environment import PROJECT
from runtime.local.demo.results_file import write_results
from runtime.local.demo.summary import summary_lines
from runtime.local.demo.table import MOST_ROWS, results_table
from runtime.local.demo.verify import missing_or_twice
from runtime.local.ensure import running_or_started
from runtime.local.folder import Folder
from runtime.local.stack_file import State
from runtime.local.tenants import API_KEY_VARIABLE, authorization

EXAMPLES = PROJECT / "examples"
WELL = (Ending.JUDGED, Ending.WITHHELD)


async def demo(folder: Folder, console: Console, *, files: Sequence[Path], svg: Path | None) -> int:
    """Raises StartFailed."""
    try:
        paths = list(files) or example_files()
        items, malformed = read_items(paths)
    except OSError as error:
        console.print(f"{error.filename} cannot be read: {error.strerror}", style="red", markup=False)
        return 1
    for line in malformed:
        console.print(f"{line.where} is skipped: {line.reason}", style="red", markup=False, soft_wrap=True)
    if not items:
        console.print(f"There is nothing to judge in {', '.join(map(str, paths)) or EXAMPLES}", style="red")
        return 1
    stack = await running_or_started(folder, console)
    for part in stack.parts:
        if part.state is State.FAILED:
            console.print(f"{part.name}: {part.note}", style="yellow", markup=False, soft_wrap=True)
    return await judge(
        items,
        malformed,
        gateway_url=stack.gateway_url,
        models=choose_models(os.environ),
        folder=folder,
        console=console,
        svg=svg,
    )


def example_files() -> list[Path]:
    return sorted(EXAMPLES.glob("*.jsonl"))


async def judge(
    items: Sequence[Item],
    malformed: Sequence[Malformed],
    *,
    gateway_url: str,
    models: ChosenModels,
    folder: Folder,
    console: Console,
    svg: Path | None,
) -> int:
    for note in models.notes:
        console.print(note, style="yellow")
    started, run_id = time.monotonic(), uuid4().hex
    chosen = [replace(item, body=models.applied_to(item.body)) for item in items]
    headers = authorization(os.environ.get(API_KEY_VARIABLE))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_AT_ONCE), headers=headers) as session:
        client = GatewayClient(session=session, base_url=gateway_url, headers=models.headers)
        try:
            with SendProgress(console, total=len(items)) as progress:
                results = await send_items(
                    chosen, client=client, key_of=lambda place, _: f"demo-{run_id}-{place}", on_result=progress
                )
        except OverLimit as limit:
            console.print(str(limit), style="red", markup=False, soft_wrap=True)
            return 1
        seconds = time.monotonic() - started
        wrong_rows = await _wrong_rows(results, client)
    path = folder.state("demo") / "results.jsonl"
    write_results(path, results)
    _show(results, seconds, console=console, svg=svg)
    for words in wrong_rows:
        console.print(words, style="red", soft_wrap=True)
    for line in malformed:
        console.print(f"{line.where} was skipped: {line.reason}", style="red", markup=False, soft_wrap=True)
    _show_next_steps(results, gateway_url, path, folder, console)
    well = all(result.ending in WELL for result in results)
    return 0 if well and not malformed and not wrong_rows else 1


async def _wrong_rows(results: Sequence[Result], client: GatewayClient) -> list[str]:
    try:
        wrong = await missing_or_twice(results, client=client)
    except (GatewayGone, Refused):
        return ["The history could not be read, so it is not known whether it is complete."]
    return [f"{found} is in the history {count} times instead of once" for found, count in wrong.items()]


def _show(results: Sequence[Result], seconds: float, *, console: Console, svg: Path | None) -> None:
    lines = summary_lines(results, seconds=seconds)
    console.print(results_table(results, width=console.width))
    if len(results) > MOST_ROWS:
        console.print(f"... and {len(results) - MOST_ROWS} more, all in the results file")
    for result in results:
        if result.explanation:
            named = result.item.name != result.item.where
            text = f"{result.item.name if named else ''} {result.item.where}: {result.explanation}".lstrip()
            console.print(text, style="red", markup=False, soft_wrap=True)
    console.print("\n" + "\n".join(lines), soft_wrap=True)
    if svg is not None:
        save_picture(svg, "make demo", results_table(results, width=WIDTH), "\n" + "\n".join(lines))


def _show_next_steps(results: Sequence[Result], gateway_url: str, path: Path, folder: Folder, console: Console) -> None:
    example = next((result.evaluation_id for result in results if result.evaluation_id), None)
    console.print("\nWhere to look next", style="bold")
    if example:
        console.print(f"  one evaluation in full   curl -s {gateway_url}/v1/evaluations/{example}", soft_wrap=True)
    console.print(f"  the API                  {gateway_url}/docs", soft_wrap=True)
    console.print(f"  all results              {path}", soft_wrap=True)
    console.print(f"  logs                     {folder.root / 'logs'}", soft_wrap=True)
    console.print("  it keeps running         make down stops it")
