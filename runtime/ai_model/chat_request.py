"""Entrance of the ai-model-service: the part of the chat completion request that a small model on a CPU can honour."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from starlette.requests import Request

from config.base import Frozen
from runtime.ai_model.api_errors import BodyTooLarge, InvalidRequest

# Eight times what the longest context holds as text; a caller who sends more is refused before it is parsed.
MAX_BODY_BYTES = 256 * 1024


class TextPart(Frozen):
    type: Literal["text"]
    text: str


class ChatMessage(Frozen):
    role: Literal["system", "user", "assistant"]
    content: str | tuple[TextPart, ...]


class StreamOptions(Frozen):
    include_usage: bool = False


class ChatCompletionRequest(Frozen):
    """Unknown fields are refused: llama.cpp has many of its own that reach deep into the server."""

    model: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1, max_length=1000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: str | Annotated[tuple[str, ...], Field(max_length=4)] | None = None
    seed: int | None = None
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    response_format: dict[str, Any] | None = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = None

    def for_engine(self, model_name: str) -> dict[str, Any]:
        return self.model_dump(exclude_none=True) | {"model": model_name}


async def read_chat_request(request: Request) -> ChatCompletionRequest:
    """Raises BodyTooLarge or InvalidRequest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
    try:
        return ChatCompletionRequest.model_validate_json(bytes(body))
    except ValidationError as invalid:
        raise InvalidRequest(param=_field_name(invalid)) from None


def _field_name(invalid: ValidationError) -> str | None:
    location = invalid.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
    name = location[0] if location else None
    return name if isinstance(name, str) and re.fullmatch(r"[a-z_]{1,32}", name) else None
