"""Builds the gateway's app: one exit stack holds every client, and what is opened first is closed last."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import Scope

from config.callers import flow_between
from config.limits import CALIBRATION_BODY_BYTES
from config.topology import GATEWAY, INFERENCE_CHANNEL, PERSISTENCE, REDIS
from runtime.clients.http_calibrations import HttpCalibrations
from runtime.clients.http_history import HttpHistory
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.session import open_session
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.calibrate import Calibrate
from runtime.gateway.calibrations import CALIBRATIONS
from runtime.gateway.calibrations import router as calibrations_router
from runtime.gateway.callers import Callers
from runtime.gateway.context import Gateway
from runtime.gateway.endpoints import router
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns
from runtime.gateway.runs import router as runs_router
from runtime.gateway.sealing_keys import ShowSealingKeys
from runtime.gateway.sealing_keys import router as sealing_keys_router
from runtime.keys.client_seal import ClientSeals
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.published_keys import PublishedKeys
from runtime.kit.app import Lifespan, service_app
from runtime.kit.aws import aws_client
from runtime.kit.environment import ProcessEnvironment
from runtime.kit.settings import active_settings
from runtime.messaging.sns_publisher import SnsPublisher

DESCRIPTION = """Judge the answers of language models. Send an `input` alone and the candidate model answers it first;
send `input` and `output` and that answer is judged. A failed judge is never a score."""


def create_app(environment: ProcessEnvironment) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))
            sns = await stack.enter_async_context(aws_client("sns"))
            session = await stack.enter_async_context(open_session())
            secrets = await stack.enter_async_context(aws_client("secretsmanager"))
            published = await stack.enter_async_context(
                PublishedKeys(
                    secrets=secrets, names=environment.names, verify_key=lambda: settings().sealing_verify_key, now=_now
                )
            )
            publisher = await stack.enter_async_context(
                SnsPublisher(client=sns, topic_arn=lambda: settings().channels[INFERENCE_CHANNEL.name].topic_arn)
            )
            states = HttpRequestStates(
                session=session,
                base_url=lambda: settings().service_urls[REDIS.name],
                tokens=environment.tokens(flow_between(GATEWAY, REDIS)),
            )
            history = HttpHistory(
                session=session,
                base_url=lambda: settings().service_urls[PERSISTENCE.name],
                tokens=environment.tokens(flow_between(GATEWAY, PERSISTENCE)),
            )
            calibrations = HttpCalibrations(
                session=session,
                base_url=lambda: settings().service_urls[PERSISTENCE.name],
                tokens=environment.tokens(flow_between(GATEWAY, PERSISTENCE)),
            )
            read, measuring = ReadEvaluations(states=states, history=history, now=_now), Measuring()
            yield {
                "gateway": Gateway(
                    document=settings,
                    callers=Callers(document=settings),
                    accept=AcceptEvaluation(
                        document=settings,
                        states=states,
                        history=history,
                        publisher=publisher,
                        sealer=HpkeSealer(keyset=published.keyset, now=_now),
                        client_seals=ClientSeals(keyset=published.keyset, now=_now, limits=lambda: settings().limits),
                        now=_now,
                    ),
                    read=read,
                    calibrate=Calibrate(read=read, store=calibrations, measuring=measuring, now=_now),
                    runs=ReadRuns(read=read, calibrations=calibrations, measuring=measuring),
                ),
                "sealing_keys": ShowSealingKeys(published=published, now=_now, limits=lambda: settings().limits),
                "readiness": states.readiness,
                "settings_status": settings.status,
            }

    return app_with(lifespan)


def app_with(lifespan: Lifespan) -> FastAPI:
    return service_app(
        GATEWAY,
        lifespan=lifespan,
        routers=[router, calibrations_router, runs_router, sealing_keys_router],
        max_body_bytes=_max_body_bytes,
        factory=FastAPIOffline,
        title="LLM-Judge",
        version="1",
        description=DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _max_body_bytes(scope: Scope) -> int:
    if scope["path"] == CALIBRATIONS:
        return CALIBRATION_BODY_BYTES
    here: Gateway = scope["state"]["gateway"]
    return here.document().limits.max_body_bytes
