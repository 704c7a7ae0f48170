"""The last hop of every provider call: only the headers we mean go out, only a bounded plain body comes in."""

import ssl
from collections.abc import AsyncIterator

import httpx2

from runtime.providers import limits_told
from runtime.providers.retry_after import from_header

TIMEOUTS = {"connect": 5.0, "read": None, "write": None, "pool": None}
"""In seconds, in place of the SDKs' own (google-genai has none). Reading is bounded by each call's total deadline."""
MAX_REPLY_BYTES = 4 * 1024 * 1024
"""A reply of 16,384 tokens is about 100 kB; with every character escaped still below 1 MB."""
MAX_ERROR_BYTES = 64 * 1024
MAX_IDLE_CONNECTIONS = 100

SENT_HEADERS = ("host", "content-type", "content-length", "accept", "user-agent")
RETRY_AFTER = "retry-after"
KEPT_HEADERS = ("content-type", RETRY_AFTER, *limits_told.HEADERS)


class UnusableBody(httpx2.TransportError):
    """A reply that is too large, encoded although we asked for plain bytes, or broken off half-way."""


class ProviderTransport(httpx2.AsyncBaseTransport):
    """Wraps the pooled transport of one provider.

    An allowlist both ways: both SDKs add headers from the environment (`OPENAI_ORG_ID`, `OPENAI_CUSTOM_HEADERS`, ...),
    and a cookie kept by the shared client would follow one caller's calls into another's.
    """

    def __init__(self, *, inner: httpx2.AsyncBaseTransport, key_header: str | None) -> None:
        self._inner = inner
        self._sent_headers = SENT_HEADERS if key_header is None else (*SENT_HEADERS, key_header)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = [(name, request.headers[name]) for name in self._sent_headers if name in request.headers]
        # The SDK's own request stays as it is: openai looks for its marks in it when the reply is there.
        sent = httpx2.Request(
            request.method,
            request.url,
            # Plain bytes only: 50 kB of gzip can hold 50 MB.
            headers=[*headers, ("accept-encoding", "identity")],
            stream=request.stream,
            extensions=dict(request.extensions) | {"timeout": TIMEOUTS},
        )
        try:
            reply = await self._inner.handle_async_request(sent)
        except httpx2.TransportError:
            raise
        except Exception:  # noqa: BLE001 - some TLS and socket errors come through unmapped (httpx2 issue 854)
            raise httpx2.NetworkError("unmapped") from None
        assert isinstance(reply.stream, httpx2.AsyncByteStream)  # noqa: S101 - an async transport gives nothing else
        failed = reply.status_code >= 400  # noqa: PLR2004
        encoded = reply.headers.get("content-encoding", "identity").strip().lower() != "identity"
        body = _ErrorBody(reply.stream, readable=not encoded) if failed else _ReplyBody(reply.stream, plain=not encoded)
        # Without the extensions: the reason phrase is the provider's text, and httpx2 logs it.
        return httpx2.Response(
            reply.status_code,
            headers=_kept(reply.headers),
            stream=body,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def _kept(headers: httpx2.Headers) -> list[tuple[str, str]]:
    """`Retry-After` only where it can be read: on a date out of range google-genai fails, and forgets the status."""
    kept = [(name, headers[name]) for name in KEPT_HEADERS if name in headers]
    return [(name, value) for name, value in kept if name != RETRY_AFTER or from_header(value) is not None]


class _ReplyBody(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, *, plain: bool) -> None:
        self._stream = stream
        self._plain = plain

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not self._plain:
            raise UnusableBody("encoded")
        seen = 0
        try:
            async for part in self._stream:
                seen += len(part)
                if seen > MAX_REPLY_BYTES:
                    raise UnusableBody("too large")  # noqa: TRY301 - passed on just below
                yield part
        except UnusableBody:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise UnusableBody("broken off") from None

    async def aclose(self) -> None:
        await self._stream.aclose()


class _ErrorBody(httpx2.AsyncByteStream):
    """Never fails: the status already says what went wrong, the body can only add to it."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, readable: bool) -> None:
        self._stream = stream
        self._readable = readable

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ERROR_BYTES if self._readable else 0
        try:
            async for part in self._stream:
                # Valid UTF-8, or google-genai fails on the text and forgets the status.
                yield part[:left].decode(errors="replace").encode()
                left -= len(part)
                if left <= 0:
                    return
        except Exception:  # noqa: BLE001 - as above
            return

    async def aclose(self) -> None:
        await self._stream.aclose()


def provider_client(*, ssl_context: ssl.SSLContext, key_header: str | None) -> httpx2.AsyncClient:
    """The one connection pool of a provider, shared by all keys; the caller closes it.

    Its size is not limited here: the work of each stage is, by its `Places`.
    """
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=MAX_IDLE_CONNECTIONS)
    pool = httpx2.AsyncHTTPTransport(verify=ssl_context, trust_env=False, limits=limits)
    transport = ProviderTransport(inner=pool, key_header=key_header)
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)
