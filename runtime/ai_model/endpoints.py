"""The HTTP surface of the ai-model-service."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from runtime.ai_model.api_errors import EngineUnavailable
from runtime.ai_model.chat_request import read_chat_request
from runtime.ai_model.disconnect import CallerGone, until_disconnect
from runtime.ai_model.event_stream import EventStream
from runtime.ai_model.service import ChatService

router = APIRouter()

_CLIENT_CLOSED_REQUEST = 499


def _service(request: Request) -> ChatService:
    service: ChatService = request.state.service
    return service


Service = Annotated[ChatService, Depends(_service)]


@router.post("/v1/chat/completions")
async def create_chat_completion(request: Request, service: Service) -> Response:
    chat = await read_chat_request(request)
    if chat.stream:
        return EventStream(service, chat)
    try:
        reply = await until_disconnect(request.receive, service.complete(chat))
    except CallerGone:
        return Response(status_code=_CLIENT_CLOSED_REQUEST)
    return Response(reply, media_type="application/json")


@router.get("/v1/models")
async def list_models(service: Service) -> dict[str, Any]:
    return service.models()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(service: Service) -> dict[str, str]:
    if not await service.is_ready():
        raise EngineUnavailable
    return {"status": "ready"}
