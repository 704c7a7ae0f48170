"""A cascade: a cheap judge first, and the judge that decides in the end only where the cheap one is not sure."""

from runtime.contracts.evaluation import CascadeSettings
from runtime.contracts.outcomes import JudgeResult, Juror
from runtime.judge.jurors import Votes, juror, spent_on
from runtime.judge.ports import JudgeTask


async def ask_cascade(cascade: CascadeSettings, last: str, task: JudgeTask, asked: Votes) -> JudgeResult:
    """The result of the judge that decided, with all steps in `jury` and what they cost together.

    A first judge that is silent about its confidence, or fails for good, counts as not sure: asking the better one is
    the safe side. The last one is taken for unsure only where it says so itself: most methods tell no confidence, and
    with a human asked for each of those the mark would mean nothing.

    Raises ProviderError: what the last judge does, and what the first may be asked again for.
    """
    verdicts: list[JudgeResult] = []
    steps: list[Juror] = []
    if cascade.first is not None:
        first = await asked.of(cascade.first, task)
        if isinstance(first, JudgeResult):
            if first.confidence is not None and first.confidence >= cascade.min_confidence:
                return first.model_copy(update={"jury": (juror(cascade.first, first, "voted"),)})
            verdicts.append(first)
        steps.append(juror(cascade.first, first, "escalated"))
    result = await asked.ask(last, task)
    return result.model_copy(
        update={
            "jury": (*steps, juror(last, result, "voted")),
            "needs_human": result.confidence is not None and result.confidence < cascade.min_confidence,
            "duration_ms": result.duration_ms + sum(verdict.duration_ms for verdict in verdicts),
            **spent_on([*verdicts, result]),
        }
    )
