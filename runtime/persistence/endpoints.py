"""The HTTP API of the persistence-service, for the other services only: keep a finished record, read it, list them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from config.topology import HISTORY_PATH
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import is_terminal
from runtime.contracts.queries import HistoryQuery, LookupQuery
from runtime.contracts.unavailable import ROW_REFUSED
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.kit.json_body import json_body
from runtime.kit.problems import Problem
from runtime.persistence.database import RowRefused
from runtime.persistence.store import MySqlHistory

router = APIRouter()


# Async although it awaits nothing: FastAPI would run a plain function in a worker thread, for every request.
async def _history(request: Request) -> MySqlHistory:
    history: MySqlHistory = request.state.history
    return history


History = Annotated[MySqlHistory, Depends(_history)]


@router.put(HISTORY_PATH + "/{request_id}", status_code=201)
async def record(
    request_id: UUID,
    record: Annotated[EvaluationRecord, json_body(EvaluationRecord)],
    history: History,
    response: Response,
) -> EvaluationRecord:
    """201: stored. 200: the row was there before; the answer is that one."""
    if record.request_id != request_id:
        raise Problem(422, "other_request", "The path and the body name different requests: send the same id in both.")
    if not is_terminal(record.status):
        raise Problem(422, "not_terminal", "Only an evaluation that ended is kept: send it once it has.")
    try:
        stored = await history.store(record)
    except RowRefused:
        raise Problem(422, ROW_REFUSED, "MySQL does not take this record: see this service's log.") from None
    crash_point(CrashPoint.PERSISTENCE_COMMITTED)
    response.status_code = 201 if stored.created else 200
    return stored.record


# Before the one below, which would take `lookup` for an id.
@router.get(f"{HISTORY_PATH}/lookup")
async def lookup(query: Annotated[LookupQuery, Query()], history: History) -> list[EvaluationRecord]:
    return await history.lookup(query.request_ids, tenant=query.tenant)


@router.get(HISTORY_PATH + "/{request_id}")
async def get_one(request_id: UUID, tenant: str, history: History) -> EvaluationRecord:
    found = await history.get(request_id, tenant=tenant)
    if found is None:
        raise Problem(404, "request_not_found", "There is no finished request of this id and tenant: check both.")
    return found


@router.get(HISTORY_PATH)
async def get_page(query: Annotated[HistoryQuery, Query()], history: History) -> list[EvaluationRecord]:
    return await history.page(tenant=query.tenant, limit=query.limit, after=query.after, where=query.where)
