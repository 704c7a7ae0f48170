"""What the folder of recordings holds: labelled pairs, verdicts in both orders, and what some judges wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from config.base import Frozen
from config.complaint import complaint
from runtime.contracts.two_orders import Preference, Shown
from runtime.measure.pairwise import Orders

PAIRS = "llmbar_pairs.jsonl"
JUDGEMENTS = "llmbar_recorded_judgments.jsonl"
COMPLETIONS = "llmbar_recorded_raw_completions.jsonl"
STRONG, WEAK = "GPT-4", "Falcon"
"""The judges that the known figures name."""
EASY_SUBSET = "natural"
"""All others are adversarial: the worse answer is made to look better."""

Winner = Literal["A", "B", "tie"] | None
Record = TypeVar("Record", bound=Frozen)


class UnusableData(Exception):
    """The message says what to do."""


class Pair(Frozen):
    id: str
    subset: str
    input: str
    output_a: str
    output_b: str
    human_preference: Preference


class Judgement(Frozen):
    item_id: str
    judge: str
    strategy: str
    winner_order_ab: Winner
    winner_order_ba: Winner
    """Both name the answer itself, not its place. None: the recording had no verdict."""

    @property
    def orders(self) -> Orders:
        return shown(self.winner_order_ab, a_is_first=True), shown(self.winner_order_ba, a_is_first=False)


class Completion(Judgement):
    raw_order_ab: str
    raw_order_ba: str


@dataclass(frozen=True)
class Recordings:
    pairs: tuple[Pair, ...]
    judgements: tuple[Judgement, ...]
    completions: tuple[Completion, ...]

    @cached_property
    def strategies(self) -> list[str]:
        return list(dict.fromkeys(each.strategy for each in self.judgements))

    @property
    def adversarial(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.subset != EASY_SUBSET]

    def verdicts(self, strategy: str, pairs: Sequence[Pair]) -> dict[str, list[Orders]]:
        """By judge, in the order of `pairs`."""
        found: dict[str, dict[str, Orders]] = {}
        for each in self.judgements:
            if each.strategy == strategy:
                found.setdefault(each.judge, {})[each.item_id] = each.orders
        return {judge: orders_of(by_item, pairs) for judge, by_item in found.items()}


def orders_of(by_item: Mapping[str, Orders], pairs: Sequence[Pair]) -> list[Orders]:
    return [by_item.get(pair.id, (None, None)) for pair in pairs]


def shown(winner: Winner, *, a_is_first: bool) -> Shown | None:
    if winner is None or winner == "tie":
        return None if winner is None else Shown.TIE
    return Shown.FIRST if (winner == "A") == a_is_first else Shown.SECOND


def read_recordings(folder: Path) -> Recordings:
    """Raises UnusableData."""
    recordings = Recordings(
        pairs=_read(folder / PAIRS, Pair),
        judgements=_read(folder / JUDGEMENTS, Judgement),
        completions=_read(folder / COMPLETIONS, Completion),
    )
    unknown = {each.item_id for each in recordings.judgements} - {pair.id for pair in recordings.pairs}
    if unknown:
        raise UnusableData(f"{JUDGEMENTS} judges {min(unknown)}, which {PAIRS} does not hold: take both of one release")
    if not recordings.adversarial:
        raise UnusableData(f"{PAIRS} has no adversarial pairs: take all subsets")
    for strategy in recordings.strategies:
        judges = recordings.verdicts(strategy, recordings.pairs)
        if STRONG not in judges or WEAK not in judges:
            raise UnusableData(
                f"{JUDGEMENTS} lacks {STRONG} or {WEAK} under {strategy}: take the verdicts of all judges"
            )
    return recordings


def _read(path: Path, model: type[Record]) -> tuple[Record, ...]:
    try:
        # Not splitlines: a text may hold a line separator of Unicode's, which ends no line of JSONL.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise UnusableData(
            f"{path} cannot be read ({why}): `make replay DATA=folder` wants {PAIRS}, {JUDGEMENTS} and {COMPLETIONS}"
        ) from error
    return tuple(_record(line, model, at=f"{path}, line {number}") for number, line in enumerate(lines, start=1))


def _record(line: str, model: type[Record], *, at: str) -> Record:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        raise UnusableData(f"{at} is not as docs/measuring.md says: {complaint(error)}") from error
