"""A `ChatModel` over the openai SDK: `openai/…`, and `local/…` at another address without a key."""

from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from runtime.providers import limits_told
from runtime.providers.chat_model import ChatReply, ChatRequest
from runtime.providers.openai_client import OpenAiClient
from runtime.providers.openai_reply import read_reply


class OpenAiChat:
    def __init__(self, *, client: OpenAiClient) -> None:
        self._client = client

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        raw = await self._client.call(
            lambda sdk: sdk.chat.completions, _body(request), key=key, deadline_seconds=deadline_seconds
        )
        return replace(read_reply(raw.content), told=limits_told.from_headers(raw.headers))


def _body(request: ChatRequest) -> dict[str, Any]:
    parameters = request.parameters
    optional: dict[str, Any] = {
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_completion_tokens": parameters.max_tokens,
        "seed": parameters.seed,
        "top_logprobs": request.top_logprobs,
        "logprobs": None if request.top_logprobs is None else True,
    }
    if request.json_schema is not None:
        schema = {"name": "reply", "strict": True, "schema": dict(request.json_schema)}
        optional["response_format"] = {"type": "json_schema", "json_schema": schema}
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    given = {name: value for name, value in optional.items() if value is not None}
    return {"model": request.model, "messages": messages} | given
