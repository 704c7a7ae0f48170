"""Errors as RFC 9457 `application/problem+json`: our code, JSON pointers, what to do; never the body."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from config.base import Frozen
from config.model_names import MODEL_PATTERN
from config.topology import Provider
from runtime.contracts.text import ANY_TEXT_PATTERN, TEXT_PATTERN
from runtime.contracts.unavailable import Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5


class FieldProblem(Frozen):
    pointer: str
    """A JSON pointer into the request body (RFC 6901), or `header:NAME`, `query:NAME`, `path:NAME`."""
    detail: str


class ProblemBody(Frozen):
    """The body of every 4xx and 5xx answer."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    """Stable; written for programs."""
    detail: str
    """What to do; written for people."""
    retryable: bool = False
    errors: tuple[FieldProblem, ...] = Field(default=(), description="One entry per wrong field")


class Problem(Exception):
    """Raise it anywhere below a handler to answer with it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        retryable: bool = False,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.body = ProblemBody(
            title=TITLES.get(status, "Error"),
            status=status,
            code=code,
            detail=detail,
            retryable=retryable,
            errors=tuple(errors),
        )
        self.headers = dict(headers or {})


TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid request",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}
PATTERN_RULES = {
    TEXT_PATTERN: "The text must not be empty, and must not contain NUL.",
    ANY_TEXT_PATTERN: "The text must not contain NUL.",
    MODEL_PATTERN: f"Name a model as provider/model, with one of the providers {', '.join(Provider)}.",
}
"""What a pattern means, for people."""
DETAILS = {
    400: "The body could not be read: send one valid JSON object.",
    413: "The body is over the limit: send a shorter input or output, or fewer labels.",
}


def problem_response(problem: Problem) -> Response:
    return JSONResponse(
        problem.body.model_dump(mode="json"), problem.body.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def unavailable(what: str) -> Problem:
    return Problem(
        503,
        f"{what.replace('-', '_')}_unavailable",
        "Nothing was lost and nothing was started. Send the same request again later.",
        retryable=True,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def pointer(location: Sequence[int | str]) -> str:
    """`("body", "judge", "model")` -> `/judge/model`; other parts of a request are `query:NAME` and so on.

    A name is cut and cleaned: an unknown field's name is the caller's text.
    """
    kind, *path = location
    path = [part for part in path if not _is_a_branch(part)]
    names = [re.sub(r"[^A-Za-z0-9_.~ -]", "?", str(part))[:40].replace("~", "~0") for part in path]
    return "/" + "/".join(names) if kind == "body" and names else "" if kind == "body" else f"{kind}:{'.'.join(names)}"


def _is_a_branch(part: int | str) -> bool:
    """Pydantic names the branch of a union that it tried: its own word, and no part of the body."""
    return isinstance(part, str) and ("[" in part or part == "constrained-str")


def field_problems(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """Location and rule of each validation error; the refused value stays out."""
    found = (FieldProblem(pointer=pointer(_location(error)), detail=_rule(error)) for error in errors)
    return tuple(dict.fromkeys(found))


def _location(error: Mapping[str, Any]) -> Sequence[int | str]:
    """FastAPI adds to a body that is no JSON where its reading stopped, which is no field."""
    location: Sequence[int | str] = error["loc"]
    return location[:1] if error["type"] == "json_invalid" else location


RULES = {
    "extra_forbidden": "Unknown field: remove it, or check its spelling in /docs.",
    "missing": "This field is required.",
    "json_invalid": "The body is not valid JSON.",
    "string_unicode": "The text is not valid Unicode.",
    "tuple_type": "Input should be an array.",
    "uuid_parsing": "This is not a UUID.",
}
"""Where Pydantic's own words say nothing to a caller."""


def _rule(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] in PATTERN_RULES:
        return PATTERN_RULES[error["ctx"]["pattern"]]
    if error["type"] == "too_short":
        least = error["ctx"]["min_length"]
        return "The array must not be empty." if least == 1 else f"The array needs at least {least} entries."
    return RULES.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def add_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> Response:
        return problem_response(problem)

    @app.exception_handler(Unavailable)
    async def _unavailable(_: Request, error: Unavailable) -> Response:
        return problem_response(unavailable(error.what))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        errors = field_problems(error.errors())
        not_json = any(found["type"] == "json_invalid" for found in error.errors())
        detail = "Correct the fields named in `errors` and send the request again."
        return problem_response(
            Problem(400, "invalid_json", "Send one valid JSON object.", errors=errors)
            if not_json
            else Problem(422, "invalid_request", detail, errors=errors)
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        code = TITLES.get(error.status_code, "error").lower().replace(" ", "_")
        detail = DETAILS.get(error.status_code, "See /docs for the API.")
        return problem_response(Problem(error.status_code, code, detail, headers=error.headers))

    @app.exception_handler(Exception)
    async def _crash(_: Request, __: Exception) -> Response:
        return problem_response(
            Problem(500, "internal_error", "This is our fault. Send the same request again later.", retryable=True)
        )
