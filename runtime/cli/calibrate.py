"""`llm-judge calibrate FILE`: have every line judged, hand in what humans said of it, show how far both agree."""

import io
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from runtime.api_client.gateway import GatewayClient
from runtime.api_client.items import Item, Malformed, read_lines
from runtime.api_client.progress import SendProgress
from runtime.api_client.result import Ending, Result
from runtime.api_client.send import send_items
from runtime.cli.card_table import card_table
from runtime.cli.judge_options import JudgeOptions
from runtime.cli.labelled import Labelled, Labels
from runtime.cli.run_name import run_name
from runtime.contracts.calibration import Calibration
from runtime.contracts.evaluation import LABEL_PATTERN

PICTURE_WIDTH = 100
SEED = 20
LABEL = re.compile(LABEL_PATTERN)
ENDED = (Ending.JUDGED, Ending.WITHHELD, Ending.FAILED)
"""Lines whose evaluation has an end; those without a score count in the coverage."""


async def calibrate(
    file: Path,
    client: GatewayClient,
    console: Console,
    *,
    labels: Labels,
    options: JudgeOptions,
    limit: int | None,
    svg: Path | None,
) -> int:
    """Raises OSError, Refused or GatewayGone. 0 only where every line was judged."""
    lines, malformed = read_lines([file], labels.read)
    for line in malformed:
        console.print(f"{line.where} is skipped: {line.reason}", style="red", markup=False, soft_wrap=True)
    if not lines:
        console.print(f"There is nothing labelled in {file}", style="red", markup=False)
        return 1
    chosen = drawn(lines, limit)
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", file.stem).strip("-._") or "labels"
    items = [_with_judge(line.item, options) for line in chosen]
    run = run_name(f"calibrate-{name}", items)
    items = [replace(item, body={**item.body, "run": run}) for item in items]
    with SendProgress(console, total=len(items)) as progress:
        results = await send_items(items, client=client, key_of=lambda place, _: f"{run}-{place}", on_result=progress)
    _tell_failures(results, console)
    body = {"name": name, "labels": labels_of(chosen, results)}
    if not body["labels"]:
        console.print("No line was judged, so there is nothing to compare with", style="red")
        return 1
    calibration = Calibration.model_validate(await client.post("/v1/calibrations", body))
    _show(calibration, console, svg)
    console.print(f"\nThe judge's card: {client.base_url}/v1/calibrations/{calibration.id}/card", soft_wrap=True)
    return 0 if _all_well(results, malformed) else 1


def drawn(lines: Sequence[Labelled], limit: int | None) -> list[Labelled]:
    """The same ones each time, in the order of the file."""
    if limit is None or limit >= len(lines):
        return list(lines)
    places = sorted(random.Random(SEED).sample(range(len(lines)), limit))  # noqa: S311 - no secret
    return [lines[place] for place in places]


def _with_judge(item: Item, options: JudgeOptions) -> Item:
    body = {**item.body, "judge": options.as_body(**item.body["judge"])}
    return replace(item, body=body | ({"item": item.name} if LABEL.match(item.name) else {}))


def labels_of(lines: Sequence[Labelled], results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {"evaluation_id": result.evaluation_id, **line.label}
        for line, result in zip(lines, results, strict=True)
        if result.ending in ENDED
    ]


def _tell_failures(results: Sequence[Result], console: Console) -> None:
    for result in results:
        if result.ending is not Ending.JUDGED:
            text = f"{result.item.name}: {result.explanation or result.outcome}"
            console.print(text, style="red", markup=False, soft_wrap=True)


def _show(calibration: Calibration, console: Console, svg: Path | None) -> None:
    console.print(card_table(calibration))
    if svg is not None:
        picture = Console(record=True, file=io.StringIO(), width=PICTURE_WIDTH, highlight=False)
        picture.print(card_table(calibration))
        picture.save_svg(str(svg), title=f"llm-judge calibrate {calibration.name}")


def _all_well(results: Sequence[Result], malformed: Sequence[Malformed]) -> bool:
    return not malformed and all(result.ending in (Ending.JUDGED, Ending.WITHHELD) for result in results)
