"""The judge for large models: a verdict by JSON schema, validated again, its score computed by code."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method, Usage, add_usage
from runtime.judge.fence import Fence
from runtime.judge.floor import floored
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.prompt import verdict_prompt
from runtime.judge.scoring import weighted_mean
from runtime.judge.verdict import UnusableVerdict, parse_verdict, verdict_schema
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError

FIRST_BUDGET_TOKENS = 4096
"""A criterion takes about 150; the rest is for models that think before they write. Only what is used is charged."""
SECOND_BUDGET_TOKENS = 16384


@dataclass
class _Calls:
    """The calls of one verdict under one deadline, and what they have used."""

    model: ChatModel
    task: JudgeTask
    key: SecretStr | None
    deadline_at: float
    on_reply: OnReply
    usage: Usage | None = None

    async def ask(self, *, budget_tokens: int, correction: str | None) -> ChatReply:
        left = self.deadline_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise ProviderError(FailureReason.TIMEOUT)
        request = ChatRequest(
            model=self.task.model,
            messages=verdict_prompt(self.task, fence=Fence(), correction=correction),
            # No temperature: current models refuse it, and a verdict is not made better by it.
            parameters=CandidateParameters(max_tokens=budget_tokens),
            json_schema=verdict_schema(self.task.rubric),
        )
        try:
            reply = await self.model.complete(request, key=self.key, deadline_seconds=left)
        except ProviderError as error:
            # `refused` would mean that the candidate declined: a judge that declines has failed.
            if error.reason is FailureReason.REFUSED:
                raise ProviderError(FailureReason.UNPARSEABLE) from None
            raise
        self.on_reply(reply)
        self.usage = add_usage(self.usage, reply.usage)
        return reply


class StructuredJudge:
    def __init__(self, *, model: ChatModel) -> None:
        self._model = model

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """At most three calls: the first, one with a larger budget, one with a correction.

        Raises `ProviderError`: truncated, unparseable, or what the model's calls raise.
        """
        result = floored(task)
        if result is not None:
            return result
        clock = asyncio.get_running_loop().time
        started = clock()
        calls = _Calls(model=self._model, task=task, key=key, deadline_at=started + deadline_seconds, on_reply=on_reply)
        criteria, reply = await _verdict(calls)
        return JudgeResult(
            score=weighted_mean(criteria),
            criteria=criteria,
            rationale="\n".join(f"{criterion.name}: {criterion.explanation}" for criterion in criteria),
            method=Method.STRUCTURED_VERDICT,
            rubric=task.rubric.label,
            requested_model=task.requested_model,
            served_model=reply.served_model,
            self_judged=task.self_judged,
            usage=calls.usage,
            duration_ms=round((clock() - started) * 1000),
        )


async def _verdict(calls: _Calls) -> tuple[tuple[CriterionScore, ...], ChatReply]:
    budget_tokens, correction = FIRST_BUDGET_TOKENS, None
    while True:
        reply = await calls.ask(budget_tokens=budget_tokens, correction=correction)
        if reply.truncated:
            if budget_tokens == SECOND_BUDGET_TOKENS:
                raise ProviderError(FailureReason.TRUNCATED)
            budget_tokens = SECOND_BUDGET_TOKENS
            continue
        try:
            return parse_verdict(reply.text, calls.task.rubric), reply
        except UnusableVerdict as unusable:
            corrected_before, correction = correction is not None, unusable.correction
        # Out here, or the exception's context would hold the judge's text.
        if corrected_before:
            raise ProviderError(FailureReason.UNPARSEABLE)
