"""The HTTP API of the calibrations, for the gateway only: keep one, read it, list them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from config.topology import CALIBRATIONS_PATH
from runtime.contracts.calibration import Calibration
from runtime.contracts.queries import CalibrationsQuery
from runtime.contracts.unavailable import ROW_REFUSED
from runtime.kit.json_body import json_body
from runtime.kit.problems import Problem
from runtime.persistence.calibrations import MySqlCalibrations
from runtime.persistence.database import RowRefused

router = APIRouter(prefix=CALIBRATIONS_PATH)


async def _calibrations(request: Request) -> MySqlCalibrations:
    calibrations: MySqlCalibrations = request.state.calibrations
    return calibrations


Here = Annotated[MySqlCalibrations, Depends(_calibrations)]


@router.post("", status_code=201)
async def store(calibration: Annotated[Calibration, json_body(Calibration)], here: Here) -> Calibration:
    """Sent again it is stored once."""
    try:
        return await here.store(calibration)
    except RowRefused:
        raise Problem(422, ROW_REFUSED, "MySQL does not take this row: see this service's log.") from None


@router.get("/{calibration_id}")
async def get_one(calibration_id: UUID, tenant: str, here: Here) -> Calibration:
    found = await here.get(calibration_id, tenant=tenant)
    if found is None:
        raise Problem(404, "calibration_not_found", "There is no calibration of this id and tenant: check both.")
    return found


@router.get("")
async def get_page(query: Annotated[CalibrationsQuery, Query()], here: Here) -> list[Calibration]:
    return await here.page(tenant=query.tenant, limit=query.limit, after=query.after, where=query.where)
