"""A `ChatModel` over the openai SDK: `openai/…`, and `local/…` at another address without a key."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import openai
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.providers import limits_told, retry_after
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from runtime.providers.failure_map import other_failure, status_reason
from runtime.providers.keys import usable_key
from runtime.providers.openai_reply import read_reply
from runtime.providers.single_call import single_call

KEY_HEADER = "authorization"
PLACEHOLDER_KEY = "unset"
"""What the shared client holds. Each call brings its own key as a header, which wins over this and over the
environment; a copy of the client per key (`with_options`) does not: `OPENAI_CUSTOM_HEADERS` overrides its key."""

_REASON_BY_CODE = {
    "insufficient_quota": FailureReason.QUOTA,
    "content_filter": FailureReason.BLOCKED,
    "content_policy_violation": FailureReason.BLOCKED,
}
"""These come with the status of a rate limit or of a bad request."""


class OpenAiChat:
    def __init__(self, *, http: httpx2.AsyncClient, base_url: Callable[[], str], takes_key: bool) -> None:
        """`base_url` is asked at each call: the running configuration may change it."""
        self._http = http
        self._base_url = base_url
        self._takes_key = takes_key
        self._client: openai.AsyncOpenAI | None = None
        self._client_url = ""

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        headers = {"Authorization": f"Bearer {usable_key(key)}"} if self._takes_key else {}
        client = self._client_for(self._base_url())

        async def send() -> Any:
            create: Any = client.chat.completions.with_raw_response.create
            return await create(**_body(request), extra_headers=headers)

        raw = await single_call(send, deadline_seconds=deadline_seconds, failure_of=_failure_of)
        return replace(read_reply(raw.content), told=limits_told.from_headers(raw.headers))

    def _client_for(self, base_url: str) -> openai.AsyncOpenAI:
        if self._client is None or base_url != self._client_url:
            self._client_url = base_url
            self._client = openai.AsyncOpenAI(
                api_key=PLACEHOLDER_KEY, base_url=base_url, http_client=self._http, max_retries=0
            )
        return self._client


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


def _failure_of(error: Exception) -> ProviderError:
    if not isinstance(error, openai.APIStatusError):
        return other_failure(error.__cause__ if isinstance(error, openai.APIConnectionError) else error)
    status = error.response.status_code
    reason = _special_reason(error) or status_reason(status)
    headers = error.response.headers
    if reason is FailureReason.QUOTA:
        return ProviderError(reason)
    return ProviderError(
        reason,
        retry_after_seconds=retry_after.from_header(headers.get("retry-after")),
        told=limits_told.from_headers(headers),
    )


def _special_reason(error: openai.APIStatusError) -> FailureReason | None:
    if error.response.status_code not in (400, 429):
        return None
    for code in (error.code, error.type):
        if isinstance(code, str) and code in _REASON_BY_CODE:
            return _REASON_BY_CODE[code]
    return None
