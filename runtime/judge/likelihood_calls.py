"""The calls of one judgement by likelihood, under one deadline, and what they have used."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage, add_usage
from runtime.judge.ports import OnReply
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError

OWN_ANSWER_TOKENS = 40
TOP_LOGPROBS = 20


@dataclass(kw_only=True)
class LikelihoodCalls:
    model: ChatModel
    name: str
    key: SecretStr | None
    deadline_at: float
    on_reply: OnReply
    served_model: str | None = None
    usage: Usage | None = None

    async def answer(self, messages: tuple[Message, ...]) -> str:
        return (await self._ask(messages, max_tokens=OWN_ANSWER_TOKENS)).text

    async def first_token(self, messages: tuple[Message, ...]) -> dict[str, float]:
        """The log-probabilities of what the reply may begin with; empty where the model told none."""
        reply = await self._ask(messages, max_tokens=1, top_logprobs=TOP_LOGPROBS)
        return dict(reply.first_token_logprobs or {})

    async def _ask(
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
