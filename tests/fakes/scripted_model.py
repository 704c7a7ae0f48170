"""A `ChatModel` that answers from a script and remembers what it was asked."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum

from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from runtime.providers.keys import usable_key


class Silence(Enum):
    HANGS = "hangs"
    """Never answers: the call ends with its deadline."""


HANGS = Silence.HANGS
Entry = str | ChatReply | ProviderError | Silence | Callable[[ChatRequest], Awaitable[ChatReply]]


def reply(text: str, *, truncated: bool = False) -> ChatReply:
    return ChatReply(
        text=text, served_model="scripted-1", truncated=truncated, usage=Usage(input_tokens=11, output_tokens=7)
    )


class ScriptedModel:
    """One entry a call, in order; a text stands for an ordinary reply. A call beyond the script fails the test."""

    def __init__(self, *script: Entry, takes_key: bool = True) -> None:
        self._script = deque(script)
        self._takes_key = takes_key
        self.asked: list[ChatRequest] = []
        self.deadlines_seconds: list[float] = []

    def then(self, *entries: Entry) -> None:
        self._script.extend(entries)

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        if self._takes_key:
            usable_key(key)
        self.asked.append(request)
        self.deadlines_seconds.append(deadline_seconds)
        assert self._script, "the script has no further call"
        entry = self._script.popleft()
        if isinstance(entry, ProviderError):
            raise ProviderError(entry.reason, retry_after_seconds=entry.retry_after_seconds)
        if isinstance(entry, Silence):
            await _hang(deadline_seconds)
        if isinstance(entry, str):
            return reply(entry)
        return entry if isinstance(entry, ChatReply) else await entry(request)  # type: ignore[operator]


async def _hang(seconds: float) -> None:
    await asyncio.wait((asyncio.get_running_loop().create_future(),), timeout=seconds)
    raise ProviderError(FailureReason.TIMEOUT)
