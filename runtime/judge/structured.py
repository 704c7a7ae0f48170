"""The judge for large models: a verdict by JSON schema, validated again, its score computed by code.

One answer is graded by itself. Two answers are compared in both orders; one order that fails fails the comparison.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from runtime.contracts.evaluation import Message
from runtime.contracts.outcomes import Comparison, CriterionScore, JudgeResult, Method
from runtime.judge.fence import Fence
from runtime.judge.floor import floored
from runtime.judge.pair_verdict import OrderVerdict, pair_schema, parse_pair_or_prose, parse_pair_verdict
from runtime.judge.pairwise import compared_criteria, comparison
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.prompt import pair_prompt, verdict_prompt
from runtime.judge.prompt_hash import prompt_hash, without_texts
from runtime.judge.scoring import total
from runtime.judge.together import together
from runtime.judge.verdict import parse_verdict, verdict_schema
from runtime.judge.verdict_calls import VerdictCalls
from runtime.providers.chat_model import ChatModel

_FIXED = Fence(nonce="nonce")


class StructuredJudge:
    def __init__(self, *, model: ChatModel) -> None:
        self._model = model

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """At most three calls for one answer and six for two: the first, one with more room, one with a correction.

        Raises `ProviderError`: truncated, unparseable, evidence, or what the model's calls raise.
        """
        floor = floored(task)
        if floor is not None:
            return floor
        started = asyncio.get_running_loop().time()
        calls = VerdictCalls(
            model=self._model, name=task.model, key=key, deadline_at=started + deadline_seconds, on_reply=on_reply
        )
        judged = await (_graded(task, calls) if task.baseline is None else _compared(task, task.baseline, calls))
        return JudgeResult(
            score=judged.score,
            criteria=judged.criteria,
            rationale="\n".join(f"{criterion.name}: {criterion.explanation}" for criterion in judged.criteria),
            method=judged.method,
            rubric=task.rubric.label,
            requested_model=task.requested_model,
            served_model=calls.served_model,
            prompt_hash=prompt_hash(judged.prompt),
            self_judged=task.self_judged,
            comparison=judged.comparison,
            usage=calls.usage,
            duration_ms=round((asyncio.get_running_loop().time() - started) * 1000),
        )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    score: float
    criteria: tuple[CriterionScore, ...]
    prompt: tuple[Message, ...]
    """How it was asked, without the judged texts."""
    method: Method = Method.STRUCTURED_VERDICT
    comparison: Comparison | None = None


async def _graded(task: JudgeTask, calls: VerdictCalls) -> _Judged:
    read = partial(parse_verdict, rubric=task.rubric, answer=task.output)
    verdict = await calls.verdict(
        lambda correction: verdict_prompt(task, fence=Fence(), correction=correction),
        schema=verdict_schema(task.rubric),
        read=read,
        read_corrected=read,
    )
    score, criteria = total(task.rubric, verdict)
    return _Judged(score=score, criteria=criteria, prompt=verdict_prompt(without_texts(task), fence=_FIXED))


async def _compared(task: JudgeTask, baseline: str, calls: VerdictCalls) -> _Judged:
    # Half a comparison is none, and is not worth paying for.
    output_first, baseline_first = await together(
        [
            _in_order(task, calls, first=task.output, second=baseline),
            _in_order(task, calls, first=baseline, second=task.output),
        ]
    )
    score, compared = comparison(output_first.shown, baseline_first.shown)
    in_prose = output_first.prose is not None or baseline_first.prose is not None
    blank = without_texts(task)
    return _Judged(
        score=score,
        criteria=compared_criteria(task.rubric, output_first, baseline_first),
        prompt=pair_prompt(blank, first=blank.output, second=blank.output, fence=_FIXED),
        method=Method.PROSE_VERDICT if in_prose else Method.STRUCTURED_VERDICT,
        comparison=compared,
    )


async def _in_order(task: JudgeTask, calls: VerdictCalls, *, first: str, second: str) -> OrderVerdict:
    return await calls.verdict(
        lambda correction: pair_prompt(task, first=first, second=second, fence=Fence(), correction=correction),
        schema=pair_schema(task.rubric),
        read=partial(parse_pair_verdict, rubric=task.rubric, first=first, second=second),
        read_corrected=partial(parse_pair_or_prose, rubric=task.rubric, first=first, second=second),
    )
