"""What a gateway handler works with."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from config.runtime_document import RuntimeDocument
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.calibrate import Calibrate
from runtime.gateway.callers import Callers
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns


@dataclass(frozen=True, kw_only=True)
class Gateway:
    document: Callable[[], RuntimeDocument]
    callers: Callers
    accept: AcceptEvaluation
    read: ReadEvaluations
    calibrate: Calibrate
    runs: ReadRuns


# Async although it awaits nothing: FastAPI would run a plain function in a worker thread, for every request.
async def gateway(request: Request) -> Gateway:
    here: Gateway = request.state.gateway
    return here
