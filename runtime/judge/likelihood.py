"""How a small local model judges: by the probabilities of its first word, never by a number that it writes.

The model answers the task first and is then asked about the answer under judgement, each criterion on its own: with its
own words in view it tells right from wrong better. It does not answer where the caller gave a reference, nor where it
wrote the answer under judgement: comparing that with itself would praise every mistake.
Two answers are examined each by itself, in the same words, and their scores compared: shown side by side, such a model
prefers the first, whichever that is (decision 26). There it does not answer first: its words move both scores alike.
"""

import asyncio
from dataclasses import dataclass, replace

from pydantic import SecretStr

from runtime.contracts.evaluation import Message
from runtime.contracts.outcomes import Comparison, CriterionScore, JudgeResult, Method
from runtime.contracts.rubric import Rubric
from runtime.contracts.two_orders import Preference, Shown
from runtime.judge.floor import floored
from runtime.judge.likelihood_calls import LikelihoodCalls
from runtime.judge.likelihood_dialogue import Dialogue, as_data
from runtime.judge.likelihood_reading import better, criterion_score, preference
from runtime.judge.pairwise import comparison
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.prompt_hash import prompt_hash, without_texts
from runtime.judge.scoring import confidence, total
from runtime.providers.chat_model import ChatModel


class LikelihoodJudge:
    def __init__(self, *, model: ChatModel) -> None:
        self._model = model

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """A call for each criterion and answer, and one before them, at most. Raises `ProviderError`.

        `samples` are not taken: at temperature 0 they would all be the same.
        """
        floor = floored(task)
        if floor is not None:
            return floor
        started = asyncio.get_running_loop().time()
        calls = LikelihoodCalls(
            model=self._model, name=task.model, key=key, deadline_at=started + deadline_seconds, on_reply=on_reply
        )
        judged = await (_graded(task, calls) if task.baseline is None else _compared(task, task.baseline, calls))
        return JudgeResult(
            score=judged.score,
            criteria=judged.criteria,
            rationale=judged.rationale,
            method=Method.LIKELIHOOD,
            rubric=task.rubric.label,
            requested_model=task.requested_model,
            served_model=calls.served_model,
            prompt_hash=prompt_hash(_asked(task, own=judged.own is not None)),
            self_judged=task.self_judged,
            confidence=judged.confidence,
            comparison=judged.comparison,
            usage=calls.usage,
            duration_ms=round((asyncio.get_running_loop().time() - started) * 1000),
        )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    score: float
    criteria: tuple[CriterionScore, ...]
    confidence: float
    rationale: str
    own: str | None = None
    comparison: Comparison | None = None


async def _graded(task: JudgeTask, calls: LikelihoodCalls) -> _Judged:
    dialogue, own = Dialogue.on(task), None
    if dialogue.reference is None and not task.self_judged:
        own = (await calls.answer(dialogue.first())).strip() or None
        dialogue = replace(dialogue, own=as_data(own) if own else None)
    score, criteria = await _examined(dialogue, task.rubric, calls)
    return _Judged(
        score=score, criteria=criteria, confidence=confidence(criteria), own=own, rationale=_basis(task, own)
    )


async def _compared(task: JudgeTask, baseline: str, calls: LikelihoodCalls) -> _Judged:
    """The output is preferred, or the baseline, or neither; gates count in each one's own score."""
    dialogue = Dialogue.on(task)
    score, criteria = await _examined(dialogue, task.rubric, calls)
    other, others = await _examined(replace(dialogue, answer=as_data(baseline)), task.rubric, calls)
    probability = better(score, other)
    preferred_score, compared = _comparison(preference(probability))
    return _Judged(
        score=preferred_score,
        criteria=tuple(_compared_criterion(*pair) for pair in zip(criteria, others, strict=True)),
        confidence=max(probability, 1 - probability),
        rationale=f"Each answer was examined by itself: {score:.2f} for the output, {other:.2f} for the baseline.",
        comparison=compared,
    )


async def _examined(
    dialogue: Dialogue, rubric: Rubric, calls: LikelihoodCalls
) -> tuple[float, tuple[CriterionScore, ...]]:
    """One after the other: what the model has read for one question it need not read again for the next."""
    scores = [
        criterion_score(criterion, await calls.first_token(dialogue.on_criterion(criterion)))
        for criterion in rubric.criteria
    ]
    return total(rubric, scores)


def _comparison(preferred: Preference) -> tuple[float, Comparison]:
    """No order was shown, so both say the same: such a verdict is order-consistent by construction, not by test."""
    shown = {
        Preference.A: (Shown.FIRST, Shown.SECOND),
        Preference.B: (Shown.SECOND, Shown.FIRST),
        Preference.TIE: (Shown.TIE, Shown.TIE),
    }
    return comparison(*shown[preferred])


def _compared_criterion(one: CriterionScore, other: CriterionScore) -> CriterionScore:
    """Its score is the probability that the output is the better one by this criterion."""
    return CriterionScore(name=one.name, weight=one.weight, score=better(one.score, other.score))


def _asked(task: JudgeTask, *, own: bool) -> tuple[Message, ...]:
    """All questions of one judgement, without the judged texts."""
    blank = Dialogue.on(without_texts(task))
    dialogue = replace(blank, own=blank.answer) if own else blank
    return tuple(message for criterion in task.rubric.criteria for message in dialogue.on_criterion(criterion))


def _basis(task: JudgeTask, own: str | None) -> str:
    """What the probabilities rest on. Asked for a reason, a small model defends whatever score it is told."""
    if own is not None:
        return f"Compared with the judge's own answer: {' '.join(own.split())}"
    if task.reference is not None:
        return "Compared with the reference."
    if task.self_judged:
        return "The judge wrote this answer itself and had nothing to compare it with."
    return "The judge gave no answer of its own to compare with."
