"""A `ChatModel` over the google-genai SDK's generateContent: `google/…`."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.providers import limits_told, retry_after
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from runtime.providers.failure_map import other_failure, status_reason
from runtime.providers.google_reply import read_reply
from runtime.providers.keys import usable_key
from runtime.providers.single_call import single_call

KEY_HEADER = "x-goog-api-key"
"""Lower case: in any other the SDK sends the caller's key beside its own."""
PLACEHOLDER_KEY = "unset"
API_VERSION = "v1"
"""The SDK's default, named here so that `GOOGLE_GENAI_API_VERSION` cannot change it."""


class GoogleChat:
    def __init__(self, *, http: httpx2.AsyncClient, ssl_context: ssl.SSLContext, base_url: Callable[[], str]) -> None:
        """`base_url` is asked at each call: the running configuration may change it."""
        self._http = http
        self._ssl_context = ssl_context
        self._base_url = base_url
        self._client: genai.Client | None = None
        self._client_url = ""

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        config = _config(request, key=usable_key(key))
        contents = _contents(request)
        if not contents:
            # Gemini takes no system instruction alone; the SDK would say so with a ValueError.
            raise ProviderError(FailureReason.REJECTED)
        models = self._client_for(self._base_url()).aio.models

        async def send() -> bytes:
            reply = await models.generate_content(model=request.model, contents=contents, config=config)
            raw = reply.sdk_http_response
            return (raw.body or "").encode("utf-8", "surrogatepass") if raw is not None else b""

        return read_reply(await single_call(send, deadline_seconds=deadline_seconds, failure_of=_failure_of))

    def _client_for(self, base_url: str) -> genai.Client:
        if self._client is None or base_url != self._client_url:
            self._client_url = base_url
            self._client = genai.Client(
                api_key=PLACEHOLDER_KEY,
                vertexai=False,
                http_options=types.HttpOptions(
                    base_url=base_url,
                    api_version=API_VERSION,
                    # With aiohttp installed the SDK would take that, and with it hidden retries and no timeout of ours.
                    httpx_async_client=self._http,
                    # Never used; without it and the context the SDK loads the CA bundle three times (50 ms).
                    httpx_client=httpx2.Client(verify=self._ssl_context, trust_env=False),
                    async_client_args={"ssl": self._ssl_context},
                ),
            )
        return self._client


def _config(request: ChatRequest, *, key: str) -> types.GenerateContentConfig:
    system = [message.content for message in request.messages if message.role == "system"]
    parameters = request.parameters
    optional: dict[str, Any] = {
        "system_instruction": "\n\n".join(system) or None,
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_output_tokens": parameters.max_tokens,
        "seed": parameters.seed,
    }
    if request.json_schema is not None:
        optional["response_mime_type"] = "application/json"
        optional["response_json_schema"] = dict(request.json_schema)
    return types.GenerateContentConfig(
        http_options=types.HttpOptions(headers={KEY_HEADER: key}),
        should_return_http_response=True,
        # Both are on by default and may turn one call into several.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        **{name: value for name, value in optional.items() if value is not None},
    )


def _contents(request: ChatRequest) -> list[types.ContentUnion]:
    return [
        types.Content(role="model" if message.role == "assistant" else "user", parts=[types.Part(text=message.content)])
        for message in request.messages
        if message.role != "system"
    ]


def _failure_of(error: Exception) -> ProviderError:
    if not isinstance(error, errors.APIError):
        return other_failure(error)
    details = list(_details(error.details))
    if error.code == 400 and any(detail.get("reason") == "API_KEY_INVALID" for detail in details):  # noqa: PLR2004
        return ProviderError(FailureReason.AUTH)
    waits = [retry_after.from_duration(detail.get("retryDelay")) for detail in details]
    asked = next((wait for wait in waits if wait is not None), None)
    if asked is None and isinstance(error.response, httpx2.Response):
        asked = retry_after.from_header(error.response.headers.get("retry-after"))
    told = limits_told.from_quota_failures(details)
    return ProviderError(status_reason(error.code), retry_after_seconds=asked, told=told)


def _details(body: object) -> Iterator[dict[str, Any]]:
    """`error.details[]` of a google.rpc.Status, whatever its shape turns out to be."""
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    if isinstance(details, list):
        yield from (detail for detail in details if isinstance(detail, dict))
