"""What the adapters of the openai SDK share: one client on one pool, a key for each call, its errors as ours."""

from collections.abc import Callable
from typing import Any

import httpx2
import openai
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.providers import limits_told, retry_after
from runtime.providers.chat_model import ProviderError
from runtime.providers.failure_map import other_failure, status_reason
from runtime.providers.keys import usable_key
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


class OpenAiClient:
    def __init__(self, *, http: httpx2.AsyncClient, base_url: Callable[[], str], takes_key: bool) -> None:
        """`base_url` is asked at each call: the running configuration may change it."""
        self._http = http
        self._base_url = base_url
        self._takes_key = takes_key
        self._sdk: openai.AsyncOpenAI | None = None
        self._sdk_url = ""

    async def call(
        self,
        resource: Callable[[openai.AsyncOpenAI], Any],
        body: dict[str, Any],
        *,
        key: SecretStr | None,
        deadline_seconds: float,
    ) -> Any:
        """The raw reply of the SDK's `create` on that resource. Raises `ProviderError` only."""
        headers = {"Authorization": f"Bearer {usable_key(key)}"} if self._takes_key else {}
        create = resource(self._sdk_for(self._base_url())).with_raw_response.create

        async def send() -> Any:
            return await create(**body, extra_headers=headers)

        return await single_call(send, deadline_seconds=deadline_seconds, failure_of=_failure_of)

    def _sdk_for(self, base_url: str) -> openai.AsyncOpenAI:
        if self._sdk is None or base_url != self._sdk_url:
            self._sdk_url = base_url
            self._sdk = openai.AsyncOpenAI(
                api_key=PLACEHOLDER_KEY, base_url=base_url, http_client=self._http, max_retries=0
            )
        return self._sdk


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
