"""The results as JSON lines, for other tools."""

import json
from collections.abc import Sequence
from pathlib import Path

from runtime.api_client.result import Result
from runtime.local.folder import write_private


def write_results(path: Path, results: Sequence[Result]) -> None:
    write_private(path, "".join(f"{json.dumps(_line(result), ensure_ascii=False)}\n" for result in results))


def _line(result: Result) -> dict[str, object]:
    return {
        "item": result.item.name,
        "line": result.item.where,
        "id": result.evaluation_id,
        "ending": result.ending,
        "outcome": result.outcome,
        "score": result.score,
        "criteria": result.criteria,
        "seconds": result.seconds,
        "explanation": result.explanation,
        "evaluation": result.evaluation,
    }
