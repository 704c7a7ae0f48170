"""The HTTP API of the redis-service, for the other services only: create, advance, read, list the open ones."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from config.limits import WAIT_SECONDS_MAX
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.queries import PageQuery
from runtime.contracts.states import Advance, Creation, NewRequest, RequestStates, StateChange
from runtime.kit.json_body import json_body
from runtime.kit.problems import Problem

router = APIRouter()


# Async although it awaits nothing: FastAPI would run a plain function in a worker thread, for every request.
async def _states(request: Request) -> RequestStates:
    states: RequestStates = request.state.states
    return states


States = Annotated[RequestStates, Depends(_states)]


@router.post("/requests", status_code=201)
async def create(new: Annotated[NewRequest, json_body(NewRequest)], states: States, response: Response) -> Creation:
    creation = await states.create(new)
    response.status_code = 201 if creation.created else 200
    return creation


@router.post("/requests/{request_id}/advance")
async def advance(request_id: UUID, change: Annotated[StateChange, json_body(StateChange)], states: States) -> Advance:
    _check_same(request_id, change.identity)
    return await states.advance(change)


@router.post("/requests/{request_id}/begin")
async def begin(request_id: UUID, work: Annotated[WorkStart, json_body(WorkStart)], states: States) -> WorkBegun:
    _check_same(request_id, work.identity)
    return await states.begin(work)


@router.post("/requests/{request_id}/save")
async def save(request_id: UUID, result: Annotated[StageResult, json_body(StageResult)], states: States) -> Saved:
    _check_same(request_id, result.identity)
    return await states.save(result)


@router.post("/requests/{request_id}/release")
async def release(request_id: UUID, end: Annotated[LeaseEnd, json_body(LeaseEnd)], states: States) -> bool:
    _check_same(request_id, end.identity)
    return await states.release(end)


@router.get("/requests/{request_id}")
async def get_one(
    request_id: UUID,
    tenant: str,
    states: States,
    wait_seconds: Annotated[float, Query(ge=0, le=WAIT_SECONDS_MAX)] = 0,
) -> EvaluationRecord:
    record = await states.get(request_id, tenant=tenant, wait_seconds=wait_seconds)
    if record is None:
        raise Problem(404, "request_not_found", "There is no request of this id and tenant: check both.")
    return record


@router.get("/requests")
async def list_open(query: Annotated[PageQuery, Query()], states: States) -> list[EvaluationRecord]:
    return await states.list_open(tenant=query.tenant, limit=query.limit, after=query.after)


def _check_same(request_id: UUID, identity: Identity) -> None:
    if identity.request_id != request_id:
        raise Problem(422, "other_request", "The path and the body name different requests: send the same id in both.")
