"""What the figures rest on; said under the tables and in the picture."""

from collections.abc import Sequence

from tools.replay.figures import first_is_right, longest_is_right
from tools.replay.juries import FOLDS, SEED
from tools.replay.recordings import STRONG, Recordings

CONSISTENT = "Consistent: both orders name the same answer, over all pairs; in brackets over the adversarial ones."
RIGHT = "Right: the mean over both orders, a tie half, item by item, over the adversarial pairs."
JURY = (
    "Jury: each judge casts what survived the swap; 'each order' has them vote twice and averages. "
    f"A weight comes from the labels of other items only ({FOLDS} folds, seed {SEED})."
)
CHOICE = (
    "The known figures name no strategy: the one that is off the least is shown. They are of all of LLMBar, "
    "ours of the pairs that the folder holds."
)
CASCADE = (
    f"Cheap: the least accurate judge, {STRONG} apart, whose interval lies above a coin, by these same labels. "
    f"Where {STRONG} itself differs a human decides; right counts the other items. Cheap calls count nothing."
)


def basis(recordings: Recordings) -> Sequence[str]:
    pairs = recordings.adversarial
    held = (
        f"{len(pairs)} adversarial of {len(recordings.pairs)} pairs, {len(recordings.judgements)} verdicts in both "
        f"orders. Whoever takes the longer answer is right in {longest_is_right(pairs).value:.1%}, "
        f"whoever takes the first in {first_is_right(pairs).value:.1%}."
    )
    return held, f"{RIGHT} {CONSISTENT}", JURY, CHOICE
