"""Before any judge: an answer without content gets the lowest score, without a call. That is measured, not judged."""

import unicodedata

from runtime.contracts.outcomes import Comparison, CriterionScore, JudgeResult, Method
from runtime.contracts.two_orders import PREFERENCES, Side
from runtime.judge.pairwise import SCORES
from runtime.judge.ports import JudgeTask
from runtime.judge.scoring import total

REPEATS = 20
"""So many times the same character and no other. Fewer may be an answer ("77", "!!!")."""

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Unicode's control, format (zero-width and the like) and separator characters."""


def is_degenerate(text: str) -> bool:
    visible = [character for character in text if unicodedata.category(character) not in _INVISIBLE]
    return not visible or (len(visible) >= REPEATS and len(set(visible)) == 1)


def floored(task: JudgeTask) -> JudgeResult | None:
    """The lowest score where the answer has no content, and a defeat by one that has; None: it must be judged.

    A reference of the same kind shows that such an answer was wanted ("print a line of dashes").
    """
    if task.reference is not None and is_degenerate(task.reference):
        return None
    if task.baseline is not None:
        return _floored_pair(task, task.baseline)
    if not is_degenerate(task.output):
        return None
    floor = _floor(task, score=0, level=0, rationale="The answer is empty or one character over and over")
    _, marked = total(task.rubric, floor.criteria)
    return floor.model_copy(update={"criteria": marked})


def _floored_pair(task: JudgeTask, baseline: str) -> JudgeResult | None:
    match is_degenerate(task.output), is_degenerate(baseline):
        case True, True:
            return _floor_of(task, "tie", "Both answers are empty or one character over and over")
        case True, False:
            return _floor_of(task, "baseline", "The answer is empty or one character over and over")
        case False, True:
            return _floor_of(task, "output", "The baseline is empty or one character over and over")
        case _:
            return None


def _floor_of(task: JudgeTask, preference: Side, rationale: str) -> JudgeResult:
    """No order was shown to anybody: it would have made no difference."""
    compared = Comparison(preference=preference, order_consistent=True, shown_first=preference, shown_second=preference)
    return _floor(task, score=SCORES[PREFERENCES[preference]], rationale=rationale, comparison=compared)


def _floor(
    task: JudgeTask, *, score: float, rationale: str, level: int | None = None, comparison: Comparison | None = None
) -> JudgeResult:
    return JudgeResult(
        score=score,
        criteria=tuple(
            CriterionScore(name=criterion.name, weight=criterion.weight, score=score, level=level)
            for criterion in task.rubric.criteria
        ),
        rationale=f"{rationale}; no judge was asked.",
        method=Method.FLOOR,
        rubric=task.rubric.label,
        requested_model=task.requested_model,
        served_model=None,
        self_judged=task.self_judged,
        comparison=comparison,
    )
