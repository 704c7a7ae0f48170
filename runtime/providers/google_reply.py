"""Reads a generateContent reply from its bytes: a blocked answer raises nothing in the SDK, its text is missing."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatReply, ProviderError
from runtime.providers.reply_fields import served_name, usage_of

BLOCKED = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"})
FINISHED = frozenset({"STOP", "MAX_TOKENS", None})
"""With any other reason the text is an unfinished piece."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, alias_generator=to_camel)


class _Part(_Wire):
    text: str | None = None
    thought: bool = False


class _Content(_Wire):
    parts: tuple[_Part, ...] = ()


class _Candidate(_Wire):
    content: _Content | None = None
    finish_reason: str | None = None


class _PromptFeedback(_Wire):
    block_reason: str | None = None


class _UsageMetadata(_Wire):
    prompt_token_count: Any = None
    candidates_token_count: Any = None
    thoughts_token_count: Any = None


class _Reply(_Wire):
    candidates: tuple[_Candidate, ...] = ()
    prompt_feedback: _PromptFeedback | None = None
    model_version: Any = None
    usage_metadata: _UsageMetadata | None = None


def read_reply(body: bytes) -> ChatReply:
    """Raises `ProviderError`: malformed or blocked."""
    reply = _parse(body)
    if reply is None:
        raise ProviderError(FailureReason.MALFORMED)
    if reply.prompt_feedback is not None and reply.prompt_feedback.block_reason:
        raise ProviderError(FailureReason.BLOCKED)
    if not reply.candidates:
        raise ProviderError(FailureReason.MALFORMED)
    candidate = reply.candidates[0]
    if candidate.finish_reason in BLOCKED:
        raise ProviderError(FailureReason.BLOCKED)
    if candidate.finish_reason not in FINISHED:
        raise ProviderError(FailureReason.MALFORMED)
    truncated = candidate.finish_reason == "MAX_TOKENS"
    text = _text(candidate)
    # An empty text is an answer; a missing one is not, unless the limit left no room for it.
    if text is None and not truncated:
        raise ProviderError(FailureReason.MALFORMED)
    usage = reply.usage_metadata or _UsageMetadata()
    thoughts = usage.thoughts_token_count if isinstance(usage.thoughts_token_count, int) else 0
    answered = usage.candidates_token_count
    return ChatReply(
        text=text or "",
        served_model=served_name(reply.model_version),
        truncated=truncated,
        usage=usage_of(usage.prompt_token_count, answered + thoughts if isinstance(answered, int) else thoughts),
    )


def _parse(body: bytes) -> _Reply | None:
    try:
        return _Reply.model_validate_json(body)
    except ValidationError:
        return None


def _text(candidate: _Candidate) -> str | None:
    parts = candidate.content.parts if candidate.content is not None else ()
    texts = [part.text for part in parts if part.text is not None and not part.thought]
    return "".join(texts) if texts else None
