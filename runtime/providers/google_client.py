"""What the adapters of the google-genai SDK share: one client on one pool, and its errors as ours."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

# The SDK has two families of errors, and exports this one, of its newer endpoints, nowhere else.
from google.genai._interactions import APIConnectionError, APIStatusError

from runtime.contracts.failures import FailureReason
from runtime.providers import limits_told, retry_after
from runtime.providers.chat_model import ProviderError
from runtime.providers.failure_map import other_failure, status_reason

KEY_HEADER = "x-goog-api-key"
"""Lower case: in any other the SDK sends the caller's key beside its own."""
PLACEHOLDER_KEY = "unset"
API_VERSION = "v1"
"""The SDK's default, named here so that `GOOGLE_GENAI_API_VERSION` cannot change it."""


class GoogleClient:
    def __init__(self, *, http: httpx2.AsyncClient, ssl_context: ssl.SSLContext, base_url: Callable[[], str]) -> None:
        """`base_url` is asked at each call: the running configuration may change it."""
        self._http = http
        self._ssl_context = ssl_context
        self._base_url = base_url
        self._sdk: genai.Client | None = None
        self._sdk_url = ""

    def sdk(self) -> genai.Client:
        base_url = self._base_url()
        if self._sdk is None or base_url != self._sdk_url:
            self._sdk_url = base_url
            self._sdk = genai.Client(
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
                    # generateContent makes one attempt unless told otherwise, decisions make five.
                    retry_options=types.HttpRetryOptions(attempts=1),
                ),
            )
        return self._sdk


def failure_of(error: Exception) -> ProviderError:
    match error:
        case errors.APIError():
            return _of_status(error.code, body=error.details, response=error.response)
        case APIStatusError():
            return _of_status(error.response.status_code, body=error.body, response=error.response)
        case APIConnectionError():
            return other_failure(error.__cause__)
        case _:
            return other_failure(error)


def _of_status(status: int, *, body: object, response: object) -> ProviderError:
    details = list(_details(body))
    if status == 400 and any(detail.get("reason") == "API_KEY_INVALID" for detail in details):  # noqa: PLR2004
        return ProviderError(FailureReason.AUTH)
    waits = [retry_after.from_duration(detail.get("retryDelay")) for detail in details]
    asked = next((wait for wait in waits if wait is not None), None)
    if asked is None and isinstance(response, httpx2.Response):
        asked = retry_after.from_header(response.headers.get("retry-after"))
    told = limits_told.from_quota_failures(details)
    return ProviderError(status_reason(status), retry_after_seconds=asked, told=told)


def _details(body: object) -> Iterator[dict[str, Any]]:
    """`error.details[]` of a google.rpc.Status, whatever its shape turns out to be."""
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    if isinstance(details, list):
        yield from (detail for detail in details if isinstance(detail, dict))
