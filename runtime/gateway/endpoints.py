"""The HTTP evaluation API, first part: submit, read one, list."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from config.limits import PAGE_SIZE_MAX
from runtime.contracts.evaluation import EvaluationRecord, Label
from runtime.contracts.history import HistoryFilter
from runtime.contracts.lifecycle import Status, is_terminal
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import Outcome
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.callers import Caller, CallersRoute, Who
from runtime.gateway.context import Gateway, gateway
from runtime.gateway.cursor import decode_cursor, encode_cursor
from runtime.gateway.prefer import wait_seconds
from runtime.gateway.provider_keys import read_keys
from runtime.gateway.schemas import EvaluationAccepted, EvaluationIn, EvaluationOut, EvaluationPage, to_public
from runtime.keys.header import KEY
from runtime.kit.problems import MEDIA_TYPE, Problem, ProblemBody

RETRY_AFTER_SECONDS = 2
PROBLEM_SCHEMA = {"$ref": "#/components/schemas/ProblemBody"}
PROBLEM = {"model": ProblemBody, "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
REFUSED: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 403), PROBLEM)
ACCEPTED_HEADERS = {
    "Location": {"required": True, "schema": {"type": "string"}, "description": "Where to read the evaluation"},
    "Retry-After": {"required": True, "schema": {"type": "integer"}, "description": "Seconds until it may have ended"},
}
router = APIRouter(prefix="/v1", tags=["evaluations"], route_class=CallersRoute, responses=REFUSED)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="The same key and body again gives the same evaluation; another body with it is refused",
    ),
]
Prefer = Annotated[str | None, Header(max_length=100, description="`wait=N`: answer with the result within N seconds")]
ProviderKey = Annotated[
    str | None,
    Header(
        max_length=2048,
        description="Your own provider key; never stored",
        # Documented only: `read_keys` refuses what cannot be a key, with better words.
        json_schema_extra={"pattern": f"^{KEY.pattern}$"},
    ),
]
OwnSeal = Annotated[
    str | None, Header(description="Your provider key, sealed by yourself with a key of `GET /v1/sealing-keys`")
]


@router.post(
    "/evaluations",
    summary="Submit an evaluation",
    status_code=202,
    responses={
        200: {"model": EvaluationOut, "description": "Finished within `Prefer: wait=N`"},
        202: {"model": EvaluationAccepted, "description": "Accepted; poll `Location`", "headers": ACCEPTED_HEADERS},
        **dict.fromkeys((400, 409, 413, 422, 429, 503), PROBLEM),
    },
)
async def submit(
    body: EvaluationIn,
    request: Request,
    response: Response,
    here: Annotated[Gateway, Depends(gateway)],
    who: Who,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
    x_openai_api_key: ProviderKey = None,  # noqa: ARG001 - documents the header; read_keys reads it
    x_google_api_key: ProviderKey = None,  # noqa: ARG001
    x_openai_api_key_sealed: OwnSeal = None,  # noqa: ARG001
    x_google_api_key_sealed: OwnSeal = None,  # noqa: ARG001
) -> EvaluationOut | EvaluationAccepted:
    """Accepts one evaluation. Once it is answered with 202 it ends in exactly one result."""
    wait = wait_seconds(prefer, here.document().limits.prefer_wait_max_seconds)
    keys = read_keys(request.headers)
    accepted = await here.accept.accept(
        body, tenant=who.tenant, limits=who.limits, keys=keys, idempotency_key=idempotency_key
    )
    response.headers["Location"] = f"/v1/evaluations/{accepted.request_id}"
    status = Status.GATEWAY
    if wait or accepted.replayed:
        record = await _look(here, accepted.request_id, who, wait)
        if record is not None and wait:
            response.headers["Preference-Applied"] = f"wait={wait}"
        if record is not None and is_terminal(record.status):
            response.status_code = 200
            return to_public(record)
        status = record.status if record is not None else status
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return EvaluationAccepted(id=str(accepted.request_id), status=status)


@router.get(
    "/evaluations/{evaluation_id}", summary="Read one evaluation", responses=dict.fromkeys((404, 422, 503), PROBLEM)
)
async def get_one(
    evaluation_id: UUID, here: Annotated[Gateway, Depends(gateway)], who: Who, prefer: Prefer = None
) -> EvaluationOut:
    """One evaluation; `Prefer: wait=N` waits up to N seconds for its end."""
    wait = wait_seconds(prefer, here.document().limits.prefer_wait_max_seconds)
    record = await here.read.one(evaluation_id, tenant=who.tenant, wait_seconds=wait)
    if record is None:
        raise Problem(404, "evaluation_not_found", "There is no evaluation of this id: check it.")
    return to_public(record)


@router.get("/evaluations", summary="List evaluations", responses=dict.fromkeys((422, 503), PROBLEM))
async def get_page(
    here: Annotated[Gateway, Depends(gateway)],
    who: Who,
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = 20,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    status: Status | None = None,
    outcome: Outcome | None = None,
    candidate_model: ModelName | None = None,
    judge_model: ModelName | None = None,
    min_score: Annotated[float | None, Query(ge=0, le=1)] = None,
    max_score: Annotated[float | None, Query(ge=0, le=1)] = None,
    run: Label | None = None,
) -> EvaluationPage:
    """Newest first. With a filter other than `status`, only finished evaluations are searched."""
    where = HistoryFilter(
        status=status,
        outcome=outcome,
        candidate_model=candidate_model,
        judge_model=judge_model,
        min_score=min_score,
        max_score=max_score,
        run=run,
    )
    after = decode_cursor(cursor) if cursor else None
    page = await here.read.page(tenant=who.tenant, limit=limit, after=after, where=where)
    return EvaluationPage(
        data=tuple(map(to_public, page.records)),
        has_more=page.next is not None,
        next_cursor=encode_cursor(page.next) if page.next else None,
    )


async def _look(here: Gateway, request_id: UUID, who: Caller, wait: int) -> EvaluationRecord | None:
    """It is accepted whatever happens now: a store that is away makes the answer a 202, not an error."""
    try:
        return await here.read.one(request_id, tenant=who.tenant, wait_seconds=wait)
    except Unavailable:
        return None
