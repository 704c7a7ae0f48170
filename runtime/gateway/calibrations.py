"""`/v1/calibrations`: how far a judge agrees with humans."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from config.base import Frozen
from config.limits import PAGE_SIZE_MAX
from runtime.contracts.calibration import Calibration
from runtime.contracts.states import Cursor
from runtime.gateway.calibrate import CalibrationIn
from runtime.gateway.callers import Caller, CallersRoute, Who
from runtime.gateway.card_page import render
from runtime.gateway.context import Gateway, gateway
from runtime.gateway.cursor import decode_cursor, encode_cursor
from runtime.gateway.endpoints import PROBLEM, REFUSED
from runtime.kit.problems import Problem

CALIBRATIONS = "/v1/calibrations"
ONLY_ITSELF = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""What a card's page may load; whatever text is on it runs nothing."""
LOCATION = {
    "Location": {"required": True, "schema": {"type": "string"}, "description": "Where to read the calibration"}
}
router = APIRouter(prefix=CALIBRATIONS, tags=["calibrations"], route_class=CallersRoute, responses=REFUSED)

Here = Annotated[Gateway, Depends(gateway)]


class CalibrationPage(Frozen):
    object: Literal["list"] = "list"
    data: tuple[Calibration, ...]
    has_more: bool
    next_cursor: str | None = Field(description="Pass it as `cursor` to get the next, older page")


@router.post(
    "",
    summary="Calibrate a judge",
    status_code=201,
    responses={
        201: {"description": "Measured and kept", "headers": LOCATION},
        **dict.fromkeys((400, 409, 413, 422, 503), PROBLEM),
    },
)
async def make(body: CalibrationIn, response: Response, here: Here, who: Who) -> Calibration:
    """Measures a judge by human labels of what it judged. The same body again makes another calibration."""
    made = await here.calibrate.make(body, tenant=who.tenant)
    response.headers["Location"] = f"{CALIBRATIONS}/{made.id}"
    return made


@router.get("", summary="List calibrations", responses=dict.fromkeys((422, 503), PROBLEM))
async def get_page(
    here: Here,
    who: Who,
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = 20,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> CalibrationPage:
    """Newest first."""
    after = decode_cursor(cursor) if cursor else None
    found = await here.calibrate.store.page(tenant=who.tenant, limit=limit + 1, after=after)
    shown = found[:limit]
    more = len(found) > limit
    last = Cursor(created_at=shown[-1].created_at, request_id=shown[-1].id) if more else None
    return CalibrationPage(data=tuple(shown), has_more=more, next_cursor=encode_cursor(last) if last else None)


@router.get("/{calibration_id}", summary="Read one calibration", responses=dict.fromkeys((404, 422, 503), PROBLEM))
async def get_one(calibration_id: UUID, here: Here, who: Who) -> Calibration:
    """One calibration, with its judge's card."""
    return await _found(calibration_id, here, who)


@router.get(
    "/{calibration_id}/card",
    summary="Read one calibration as a page",
    response_class=HTMLResponse,
    responses=dict.fromkeys((404, 422, 503), PROBLEM),
)
async def get_card(calibration_id: UUID, here: Here, who: Who) -> HTMLResponse:
    """The judge's card as a page of HTML, for people."""
    page = render(await _found(calibration_id, here, who))
    return HTMLResponse(page, headers={"Content-Security-Policy": ONLY_ITSELF, "X-Content-Type-Options": "nosniff"})


async def _found(calibration_id: UUID, here: Gateway, who: Caller) -> Calibration:
    found = await here.calibrate.store.get(calibration_id, tenant=who.tenant)
    if found is None:
        raise Problem(404, "calibration_not_found", "There is no calibration of this id: check it.")
    return found
