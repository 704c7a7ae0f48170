"""Reads a Chat Completions reply from its bytes: the SDK's own models accept any shape, even an HTML page."""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatReply, ProviderError
from runtime.providers.reply_fields import served_name, usage_of


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Message(_Wire):
    content: str | None = None
    refusal: str | None = None


class _Alternative(_Wire):
    token: str
    logprob: float


class _Token(_Wire):
    top_logprobs: tuple[_Alternative, ...] = ()


class _Logprobs(_Wire):
    content: tuple[_Token, ...] | None = None


class _Choice(_Wire):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(_Wire):
    prompt_tokens: Any = None
    completion_tokens: Any = None


class _Completion(_Wire):
    choices: tuple[_Choice, ...]
    model: Any = None
    usage: _Usage | None = None


def read_reply(body: bytes) -> ChatReply:
    """Raises `ProviderError`: malformed, blocked or refused."""
    completion = _parse(body)
    if completion is None or not completion.choices:
        raise ProviderError(FailureReason.MALFORMED)
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        raise ProviderError(FailureReason.BLOCKED)
    if choice.message.refusal:
        raise ProviderError(FailureReason.REFUSED)
    truncated = choice.finish_reason == "length"
    # An empty text is an answer; a missing one is not, unless the limit left no room for it.
    if choice.message.content is None and not truncated:
        raise ProviderError(FailureReason.MALFORMED)
    usage = completion.usage or _Usage()
    return ChatReply(
        text=choice.message.content or "",
        served_model=served_name(completion.model),
        truncated=truncated,
        usage=usage_of(usage.prompt_tokens, usage.completion_tokens),
        first_token_logprobs=_first_token(choice.logprobs),
    )


def _parse(body: bytes) -> _Completion | None:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError:
        return None


def _first_token(logprobs: _Logprobs | None) -> Mapping[str, float] | None:
    if logprobs is None or not logprobs.content:
        return None
    best: dict[str, float] = {}
    for alternative in logprobs.content[0].top_logprobs:
        if math.isfinite(alternative.logprob):
            best[alternative.token] = max(alternative.logprob, best.get(alternative.token, -math.inf))
    return best or None
