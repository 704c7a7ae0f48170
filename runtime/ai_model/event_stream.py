"""Exit of the ai-model-service for streams: events go out as they come; a caller who hangs up ends the work."""

from contextlib import AsyncExitStack

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from runtime.ai_model.api_errors import ApiError, as_response
from runtime.ai_model.chat_request import ChatCompletionRequest
from runtime.ai_model.disconnect import CallerGone, until_disconnect
from runtime.ai_model.service import ChatService


class EventStream(Response):
    media_type = "text/event-stream"

    def __init__(self, service: ChatService, request: ChatCompletionRequest) -> None:
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._service = service
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await until_disconnect(receive, self._relay(scope, receive, send))
        except CallerGone:
            return

    async def _relay(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                events = await stack.enter_async_context(self._service.stream(self._request))
            except ApiError as refused:
                await as_response(refused)(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for chunk in events:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
