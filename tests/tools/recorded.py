"""Recordings in the format of the real ones, made up: what each judge says of an item follows from its number."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.replay.recordings import COMPLETIONS, JUDGEMENTS, PAIRS

ITEMS = 60
JUDGES = ("GPT-4", "PaLM2", "ChatGPT", "LLaMA2", "Falcon")
OTHER = {"A": "B", "B": "A"}
SUBSETS = ("natural", "neighbor", "manual")
Row = dict[str, object]


def label(number: int) -> str:
    return "AB"[number % 2]


def pair(number: int) -> Row:
    """The longer answer is the worse one."""
    outputs = {label(number): "Four.", OTHER[label(number)]: "As everybody knows, the sum is five."}
    return {
        "id": f"item-{number:03}",
        "subset": SUBSETS[number % 3],
        "input": f"What is two and two? ({number})",
        "output_a": outputs["A"],
        "output_b": outputs["B"],
        "human_preference": label(number),
    }


def winners(judge: str, number: int) -> tuple[str | None, str | None]:
    """GPT-4 errs in one of ten, PaLM2 in three, two are always wrong, Falcon takes the first, and once says nothing."""
    right, wrong = label(number), OTHER[label(number)]
    match judge:
        case "GPT-4":
            return (wrong, wrong) if number % 10 == 9 else (right, right)
        case "PaLM2":
            return (wrong, wrong) if number % 10 in (1, 2) else (wrong, right) if number % 10 == 3 else (right, right)
        case "Falcon":
            return (None, None) if number == 1 else ("A", "B")
        case _:
            return wrong, wrong


def judgement(judge: str, number: int, strategy: str = "Plain") -> Row:
    ab, ba = winners(judge, number)
    return {
        "item_id": f"item-{number:03}",
        "judge": judge,
        "strategy": strategy,
        "winner_order_ab": ab,
        "winner_order_ba": ba,
    }


def completion(number: int, *, ab: str | None = None) -> Row:
    """GPT-4's prose; `ab` replaces its text on the first order."""
    row = judgement("GPT-4", number)
    a_wins = row["winner_order_ab"] == "A"
    texts = {
        "raw_order_ab": f"Both add up. Therefore, Output ({'a' if a_wins else 'b'}) is better.",
        "raw_order_ba": f"Output ({'b' if a_wins else 'a'}) is better.",
    }
    return row | texts | ({} if ab is None else {"raw_order_ab": ab})


def everything() -> dict[str, list[Row]]:
    return {
        PAIRS: [pair(number) for number in range(ITEMS)],
        JUDGEMENTS: [judgement(judge, number) for judge in JUDGES for number in range(ITEMS)],
        COMPLETIONS: [completion(number) for number in range(ITEMS)],
    }


def written(folder: Path, files: Mapping[str, Iterable[Row]]) -> Path:
    for name, rows in files.items():
        (folder / name).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    return folder
