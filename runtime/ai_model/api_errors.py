"""Every refusal of the ai-model-service, in the shape of the OpenAI API; never with words of the request in it."""

from fastapi import Request
from fastapi.responses import JSONResponse


class ApiError(Exception):
    status = 500
    type = "server_error"
    code = "internal_error"
    message = "The model server failed."

    def __init__(self, *, param: str | None = None) -> None:
        super().__init__(self.code)
        self.param = param


class InvalidRequest(ApiError):
    status, type, code = 400, "invalid_request_error", "invalid_request"
    message = "The body is not a chat completion request that this server understands; see `param`."


class ContextTooLong(ApiError):
    status, type, code = 400, "invalid_request_error", "context_length_exceeded"
    message = "The messages are longer than the model's context."


class BodyTooLarge(ApiError):
    status, type, code = 413, "invalid_request_error", "request_too_large"
    message = "The request body is too large."


class ModelNotFound(ApiError):
    status, type, code = 404, "invalid_request_error", "model_not_found"
    message = "This server has another model; GET /v1/models names it."


class Overloaded(ApiError):
    status, type, code = 429, "rate_limit_error", "rate_limit_exceeded"
    message = "Too many requests are waiting for the model; try again shortly."


class EngineUnavailable(ApiError):
    status, type, code = 503, "server_error", "engine_unavailable"
    message = "The model does not answer."


class NotFound(ApiError):
    status, type, code = 404, "invalid_request_error", "not_found"
    message = "There is no such endpoint."


class MethodNotAllowed(ApiError):
    status, type, code = 405, "invalid_request_error", "method_not_allowed"
    message = "The endpoint does not take this method."


RETRY_AFTER_SECONDS = 2


def as_response(error: ApiError) -> JSONResponse:
    body = {"message": error.message, "type": error.type, "param": error.param, "code": error.code}
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if error.status in (429, 503) else None
    return JSONResponse({"error": body}, status_code=error.status, headers=headers)


async def handle_api_error(_: Request, error: Exception) -> JSONResponse:
    return as_response(error if isinstance(error, ApiError) else ApiError())


async def handle_not_found(_: Request, __: Exception) -> JSONResponse:
    return as_response(NotFound())


async def handle_method_not_allowed(_: Request, __: Exception) -> JSONResponse:
    return as_response(MethodNotAllowed())
