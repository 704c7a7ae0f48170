"""The calls that a written verdict takes: one, one more with a larger budget, one more with a correction."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.judge.judge_calls import JudgeCalls
from runtime.judge.verdict_reader import UnusableVerdict
from runtime.providers.chat_model import ChatReply, ProviderError

FIRST_BUDGET_TOKENS = 4096
"""A criterion takes about 150; the rest is for models that think before they write. Only what is used is charged."""
SECOND_BUDGET_TOKENS = 16384

Verdict = TypeVar("Verdict")
Prompt = Callable[[str | None], tuple[Message, ...]]
"""From the correction of an earlier reply, if any. Each prompt has a fence of its own."""
Read = Callable[[str], Verdict]
"""Raises UnusableVerdict."""


class VerdictCalls(JudgeCalls):
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
        # No temperature: current models refuse it, and a verdict is not made better by it.
        try:
            return await self.ask(messages, CandidateParameters(max_tokens=budget_tokens), json_schema=schema)
        except ProviderError as error:
            # `refused` would mean that the candidate declined: a judge that declines has failed.
            if error.reason is FailureReason.REFUSED:
                raise ProviderError(FailureReason.UNPARSEABLE) from None
            raise
