"""`llm-judge calibrate FILE`: have every line judged, hand in what humans said of it, show how far both agree."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from runtime.api_client.gateway import GatewayClient
from runtime.api_client.items import Item, Malformed
from runtime.api_client.picture import save_picture
from runtime.api_client.result import Ending, Result
from runtime.cli.card_table import card_table
from runtime.cli.judge_options import JudgeOptions
from runtime.cli.judged_run import judge_run, tell_failures
from runtime.cli.labelled import Labelled
from runtime.cli.labelled_file import LabelledFile
from runtime.contracts.calibration import Calibration

ENDED = (Ending.JUDGED, Ending.WITHHELD, Ending.FAILED)
"""Lines whose evaluation has an end; those without a score count in the coverage."""


async def calibrate(
    file: LabelledFile, client: GatewayClient, console: Console, *, options: JudgeOptions, svg: Path | None
) -> int:
    """Raises OSError, Refused or GatewayGone. 0 only where every line was judged."""
    items = [_with_judge(line.item, options) for line in file.lines]
    results = await judge_run(f"calibrate-{file.name}", items, client=client, console=console)
    tell_failures(results, console)
    labels = labels_of(file.lines, results)
    if not labels:
        console.print("No line was judged, so there is nothing to compare with", style="red")
        return 1
    body = {"name": file.name, "labels": labels}
    calibration = await client.post("/v1/calibrations", body, Calibration)
    console.print(card_table(calibration))
    console.print(f"\nThe judge's card: {client.base_url}/v1/calibrations/{calibration.id}/card", soft_wrap=True)
    if svg is not None:
        save_picture(svg, f"llm-judge calibrate {calibration.name}", card_table(calibration))
    return 0 if _all_well(results, file.malformed) else 1


def _with_judge(item: Item, options: JudgeOptions) -> Item:
    return replace(item, body={**item.body, "judge": options.as_body(**item.body["judge"])})


def labels_of(lines: Sequence[Labelled], results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {"evaluation_id": result.evaluation_id, **line.label}
        for line, result in zip(lines, results, strict=True)
        if result.ending in ENDED
    ]


def _all_well(results: Sequence[Result], malformed: Sequence[Malformed]) -> bool:
    return not malformed and all(result.ending in (Ending.JUDGED, Ending.WITHHELD) for result in results)
