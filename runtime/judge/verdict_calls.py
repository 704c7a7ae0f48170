"""The calls that a written verdict takes: one, one more with a larger budget, one more with a correction."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage, add_usage
from runtime.judge.ports import OnReply
from runtime.judge.verdict_reader import UnusableVerdict
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError

FIRST_BUDGET_TOKENS = 4096
"""A criterion takes about 150; the rest is for models that think before they write. Only what is used is charged."""
SECOND_BUDGET_TOKENS = 16384

Verdict = TypeVar("Verdict")
Prompt = Callable[[str | None], tuple[Message, ...]]
"""From the correction of an earlier reply, if any. Each prompt has a fence of its own."""
Read = Callable[[str], Verdict]
"""Raises UnusableVerdict."""


@dataclass(kw_only=True)
class VerdictCalls:
    """The calls of one judgement under one deadline, and what they have used."""

    model: ChatModel
    name: str
    key: SecretStr | None
    deadline_at: float
    on_reply: OnReply
    served_model: str | None = None
    usage: Usage | None = None

    async def verdict(
        self, prompt: Prompt, *, schema: Mapping[str, Any], read: Read[Verdict], read_corrected: Read[Verdict]
    ) -> Verdict:
        """At most three calls. `read_corrected` reads what follows a reply that was not of the schema.

        Raises `ProviderError`: truncated, unparseable, evidence, or what the model's calls raise.
        """
        budget_tokens, correction = FIRST_BUDGET_TOKENS, None
        while True:
            reply = await self._ask(prompt(correction), schema, budget_tokens)
            if reply.truncated:
                if budget_tokens == SECOND_BUDGET_TOKENS:
                    raise ProviderError(FailureReason.TRUNCATED)
                budget_tokens = SECOND_BUDGET_TOKENS
                continue
            try:
                return read(reply.text)
            except UnusableVerdict as unusable:
                reason, corrected_before, correction = unusable.reason, correction is not None, unusable.correction
            # Out here, or the exception's context would hold the judge's text.
            if corrected_before:
                raise ProviderError(reason)
            if reason is FailureReason.UNPARSEABLE:
                read = read_corrected

    async def _ask(self, messages: tuple[Message, ...], schema: Mapping[str, Any], budget_tokens: int) -> ChatReply:
        left = self.deadline_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise ProviderError(FailureReason.TIMEOUT)
        request = ChatRequest(
            model=self.name,
            messages=messages,
            # No temperature: current models refuse it, and a verdict is not made better by it.
            parameters=CandidateParameters(max_tokens=budget_tokens),
            json_schema=schema,
        )
        try:
            reply = await self.model.complete(request, key=self.key, deadline_seconds=left)
        except ProviderError as error:
            # `refused` would mean that the candidate declined: a judge that declines has failed.
            if error.reason is FailureReason.REFUSED:
                raise ProviderError(FailureReason.UNPARSEABLE) from None
            raise
        self.on_reply(reply)
        self.served_model = reply.served_model
        self.usage = add_usage(self.usage, reply.usage)
        return reply
