"""HTTP/1.1 with an end to every wait: uvicorn itself takes headers of any size, for any time."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from config.limits import HEAD_BYTES, REQUEST_SECONDS


class BoundedHttp(HttpToolsProtocol):
    """Ends a connection whose request is not whole in time, and answers 400 to a head that is too large."""

    request_seconds = REQUEST_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = self._header_bytes = 0
        self._reading_head = True
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._too_late is None and (self.cycle is None or self.cycle.response_complete):
            # Also where it is no more than an empty line, which begins no request and yet keeps the connection awake.
            self._wait_for_request()
        # Counted before it is parsed: a single endless header reaches no callback.
        self._head_bytes += len(data) if self._reading_head else 0
        super().data_received(data)
        if self._reading_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._header_bytes = 0
        self._reading_head = True
        self._wait_for_request()

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > HEAD_BYTES:
            raise ValueError  # the parser answers 400

    def on_headers_complete(self) -> None:
        self._reading_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def _wait_for_request(self) -> None:
        self._stop_waiting()
        self._too_late = self.loop.call_later(self.request_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
