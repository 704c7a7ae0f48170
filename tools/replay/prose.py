"""What the judges wrote, read by our own reader, beside the winner that the recording has."""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.contracts.calibration import Estimate
from runtime.contracts.two_orders import Shown
from runtime.judge.prose_verdict import prose_verdict
from runtime.measure.pairwise import accuracy_over_orders, position_consistency
from tools.replay.recordings import Completion, Recordings, orders_of

NAMES = {Shown.FIRST: "output (a)", Shown.SECOND: "output (b)"}
ENDS = (".", "!", "?", ")", "]", "*", '"')


@dataclass(frozen=True)
class Disagreement:
    item_id: str
    judge: str
    order: str
    read: Shown | None
    recorded: Shown | None
    explanation: str


@dataclass(frozen=True)
class ProseFigures:
    judge: str
    strategy: str
    completions: int
    parsed: int
    disagreements: tuple[Disagreement, ...]
    recorded_accuracy: Estimate | None
    read_accuracy: Estimate | None
    recorded_consistency: Estimate | None
    read_consistency: Estimate | None
    """Accuracy over the adversarial pairs, consistency over all."""


def prose_figures(recordings: Recordings) -> list[ProseFigures]:
    by_judge: dict[tuple[str, str], list[Completion]] = {}
    for each in recordings.completions:
        by_judge.setdefault((each.judge, each.strategy), []).append(each)
    return [_figures(judge, strategy, found, recordings) for (judge, strategy), found in by_judge.items()]


def _figures(judge: str, strategy: str, found: Sequence[Completion], recordings: Recordings) -> ProseFigures:
    read = {each.item_id: (prose_verdict(each.raw_order_ab), prose_verdict(each.raw_order_ba)) for each in found}
    recorded = {each.item_id: each.orders for each in found}
    adversarial = recordings.adversarial
    human = [pair.human_preference for pair in adversarial]
    return ProseFigures(
        judge=judge,
        strategy=strategy,
        completions=2 * len(found),
        parsed=sum(shown is not None for both in read.values() for shown in both),
        disagreements=tuple(each for completion in found for each in _disagreements(completion)),
        recorded_accuracy=accuracy_over_orders(orders_of(recorded, adversarial), human),
        read_accuracy=accuracy_over_orders(orders_of(read, adversarial), human),
        recorded_consistency=position_consistency(list(recorded.values())),
        read_consistency=position_consistency(list(read.values())),
    )


def _disagreements(completion: Completion) -> list[Disagreement]:
    texts = {"ab": completion.raw_order_ab, "ba": completion.raw_order_ba}
    return [
        Disagreement(
            item_id=completion.item_id,
            judge=completion.judge,
            order=order,
            read=read,
            recorded=recorded,
            explanation=explanation(text, read, recorded),
        )
        for (order, text), recorded in zip(texts.items(), completion.orders, strict=True)
        if (read := prose_verdict(text)) is not recorded
    ]


def explanation(text: str, read: Shown | None, recorded: Shown | None) -> str:
    """The class of a disagreement, from the text alone."""
    if recorded is None:
        return "recorded without a winner"
    if read is None:
        return "no clear verdict" if text.rstrip().endswith(ENDS) else "cut off"
    if any(line.startswith(NAMES.get(recorded, "tie")) for line in text.lower().splitlines()):
        return "recorded what a line begins with"
    return "unexplained"
