"""The calls of one judgement to one model, under one deadline, and what they have used."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage, add_usage
from runtime.judge.ports import OnReply
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError


@dataclass(kw_only=True)
class JudgeCalls:
    model: ChatModel
    name: str
    key: SecretStr | None
    deadline_at: float
    on_reply: OnReply
    served_model: str | None = None
    usage: Usage | None = None

    async def ask(
        self,
        messages: tuple[Message, ...],
        parameters: CandidateParameters,
        *,
        json_schema: Mapping[str, Any] | None = None,
        top_logprobs: int | None = None,
    ) -> ChatReply:
        """Raises `ProviderError`: timeout where no time is left, or what the model's call raises."""
        left = self.deadline_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise ProviderError(FailureReason.TIMEOUT)
        request = ChatRequest(
            model=self.name,
            messages=messages,
            parameters=parameters,
            json_schema=json_schema,
            top_logprobs=top_logprobs,
        )
        reply = await self.model.complete(request, key=self.key, deadline_seconds=left)
        self.on_reply(reply)
        self.served_model = reply.served_model
        self.usage = add_usage(self.usage, reply.usage)
        return reply
