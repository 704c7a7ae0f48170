"""`/v1/runs`: evaluations that were sent under one name, summed up and compared."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from runtime.contracts.calibration import RunComparison, RunSummary
from runtime.contracts.evaluation import Label
from runtime.gateway.callers import CallersRoute, Who
from runtime.gateway.context import Gateway, gateway
from runtime.gateway.endpoints import PROBLEM, REFUSED

router = APIRouter(
    prefix="/v1/runs",
    tags=["runs"],
    route_class=CallersRoute,
    responses={**REFUSED, **dict.fromkeys((404, 422, 503), PROBLEM)},
)
Here = Annotated[Gateway, Depends(gateway)]


@router.get("/{run}", summary="Sum up a run")
async def get_summary(run: Label, here: Here, who: Who) -> RunSummary:
    """Means are over what was scored. With a calibration of its judge the pass rate is corrected by its errors."""
    return await here.runs.summary(run, tenant=who.tenant)


@router.get("/{run}/comparison", summary="Compare a run with another")
async def get_comparison(
    run: Label,
    other: Annotated[Label, Query(alias="with", description="The other run")],
    here: Here,
    who: Who,
    pass_score: Annotated[float, Query(ge=0, le=1, description="A score from here on is a pass")] = 0.5,
) -> RunComparison:
    """By `item`, over the items that have a score in both."""
    return await here.runs.comparison(run, other, tenant=who.tenant, pass_score=pass_score)
