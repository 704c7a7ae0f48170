"""Before any judge: an answer without content gets the lowest score, without a call. That is measured, not judged."""

import unicodedata

from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method
from runtime.judge.ports import JudgeTask

REPEATS = 20
"""So many times the same character and no other. Fewer may be an answer ("77", "!!!")."""

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Unicode's control, format (zero-width and the like) and separator characters."""


def is_degenerate(text: str) -> bool:
    visible = [character for character in text if unicodedata.category(character) not in _INVISIBLE]
    return not visible or (len(visible) >= REPEATS and len(set(visible)) == 1)


def floored(task: JudgeTask) -> JudgeResult | None:
    """The lowest score where the answer has no content; None: it must be judged.

    A reference of the same kind shows that such an answer was wanted ("print a line of dashes").
    """
    if not is_degenerate(task.output) or (task.reference is not None and is_degenerate(task.reference)):
        return None
    return JudgeResult(
        score=0,
        criteria=tuple(
            CriterionScore(name=criterion.name, weight=criterion.weight, score=0, level=0)
            for criterion in task.rubric.criteria
        ),
        rationale="The answer is empty or one character over and over; no judge was asked.",
        method=Method.FLOOR,
        rubric=task.rubric.label,
        requested_model=task.requested_model,
        served_model=None,
        self_judged=task.self_judged,
    )
