"""How a small local model judges: the probability of Yes against No as its first word, never a number that it writes.

The model answers the task first and is then asked about the answer under judgement, each criterion on its own: with its
own words in view it tells right from wrong better. It does not answer where the caller gave a reference, nor where it
wrote the answer under judgement: comparing that with itself would praise every mistake.
A criterion's `levels` are not used: its score is P(yes), a point between them.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method, Usage, add_usage
from runtime.judge.floor import floored
from runtime.judge.likelihood_dialogue import Dialogue, as_data
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.scoring import total
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError

OWN_ANSWER_TOKENS = 40
TOP_LOGPROBS = 20


def p_yes(alternatives: Mapping[str, float]) -> float:
    """P(yes) / (P(yes) + P(no)), from the log-probabilities of the first token's alternatives.

    Raises ProviderError (judge_unparseable) where neither word is among them: that is no verdict, in either direction.
    """
    mass = {"yes": 0.0, "no": 0.0}
    for token, logprob in alternatives.items():
        word = token.strip().lower()
        if word in mass:
            mass[word] += math.exp(logprob)
    total = sum(mass.values())
    if not total:
        raise ProviderError(FailureReason.UNPARSEABLE)
    return mass["yes"] / total


@dataclass(kw_only=True)
class _Calls:
    """The calls of one verdict under one deadline, and what they have used."""

    model: ChatModel
    name: str
    key: SecretStr | None
    deadline_at: float
    on_reply: OnReply
    served_model: str | None = None
    usage: Usage | None = None

    async def ask(
        self, messages: tuple[Message, ...], *, max_tokens: int, top_logprobs: int | None = None
    ) -> ChatReply:
        left = self.deadline_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise ProviderError(FailureReason.TIMEOUT)
        request = ChatRequest(
            model=self.name,
            messages=messages,
            parameters=CandidateParameters(temperature=0, max_tokens=max_tokens),
            top_logprobs=top_logprobs,
        )
        reply = await self.model.complete(request, key=self.key, deadline_seconds=left)
        self.on_reply(reply)
        self.served_model = reply.served_model
        self.usage = add_usage(self.usage, reply.usage)
        return reply

    async def p_yes(self, messages: tuple[Message, ...]) -> float:
        reply = await self.ask(messages, max_tokens=1, top_logprobs=TOP_LOGPROBS)
        return p_yes(reply.first_token_logprobs or {})


class LikelihoodJudge:
    def __init__(self, *, model: ChatModel) -> None:
        self._model = model

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """One call more than the rubric has criteria, at most. Raises `ProviderError`."""
        floor = floored(task)
        if floor is not None:
            return floor
        deadline_at = asyncio.get_running_loop().time() + deadline_seconds
        calls = _Calls(model=self._model, name=task.model, key=key, deadline_at=deadline_at, on_reply=on_reply)
        return await _verdict(task, calls)


async def _verdict(task: JudgeTask, calls: _Calls) -> JudgeResult:
    clock = asyncio.get_running_loop().time
    started = clock()
    dialogue = Dialogue.on(task)
    own = None
    if dialogue.reference is None and not task.self_judged:
        own = (await calls.ask(dialogue.first(), max_tokens=OWN_ANSWER_TOKENS)).text.strip() or None
        dialogue = replace(dialogue, own=as_data(own) if own else None)
    criteria = []
    # One after the other: what the model has read for one question it need not read again for the next.
    for criterion in task.rubric.criteria:
        score = await calls.p_yes(dialogue.question(criterion.question))
        criteria.append(CriterionScore(name=criterion.name, weight=criterion.weight, score=score))
    score, marked = total(task.rubric, criteria)
    return JudgeResult(
        score=score,
        criteria=marked,
        rationale=_basis(task, own),
        method=Method.LIKELIHOOD,
        rubric=task.rubric.label,
        requested_model=task.requested_model,
        served_model=calls.served_model,
        self_judged=task.self_judged,
        usage=calls.usage,
        duration_ms=round((clock() - started) * 1000),
    )


def _basis(task: JudgeTask, own: str | None) -> str:
    """What the probabilities rest on. Asked for a reason, a small model defends whatever score it is told."""
    if own is not None:
        return f"Compared with the judge's own answer: {' '.join(own.split())}"
    if task.reference is not None:
        return "Compared with the reference."
    return "The judge wrote this answer itself and had nothing to compare it with."
