"""The HTTP API of the pace of provider keys, for the two workers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from runtime.contracts.pacing import Admission, CallPacing, CallReport, CallRequest
from runtime.kit.json_body import json_body

router = APIRouter()


# Async although it awaits nothing: FastAPI would run a plain function in a worker thread, for every request.
async def _pacing(request: Request) -> CallPacing:
    pacing: CallPacing = request.state.pacing
    return pacing


Pacing = Annotated[CallPacing, Depends(_pacing)]


@router.post("/pacing/admit")
async def admit(request: Annotated[CallRequest, json_body(CallRequest)], pacing: Pacing) -> Admission:
    return await pacing.admit(request)


@router.post("/pacing/settle")
async def settle(report: Annotated[CallReport, json_body(CallReport)], pacing: Pacing) -> Admission:
    return await pacing.settle(report)
