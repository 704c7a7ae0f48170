"""Builds the inference service: a worker on the inference queue beside the health endpoints."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from config.callers import flow_between
from config.limits import Limits
from config.topology import INFERENCE, INFERENCE_CHANNEL, JUDGE_CHANNEL, REDIS, Stage
from runtime.clients.http_call_pacing import HttpCallPacing
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.session import open_session
from runtime.inference.service import RunInference
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.keyring import Keyring
from runtime.kit.app import service_app
from runtime.kit.aws import aws_client
from runtime.kit.environment import ProcessEnvironment
from runtime.kit.settings import active_settings
from runtime.messaging.sns_publisher import SnsPublisher
from runtime.providers.registry import open_models
from runtime.stages.pacing import Pacer
from runtime.stages.places import places_for
from runtime.stages.turn import StageTurns
from runtime.stages.workers import open_workers


def create_app(environment: ProcessEnvironment) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))

            def limits() -> Limits:
                return settings.held().limits

            def redis_url() -> str:
                return settings().service_urls[REDIS.name]

            sns = await stack.enter_async_context(aws_client("sns"))
            sqs = await stack.enter_async_context(aws_client("sqs"))
            secrets = await stack.enter_async_context(aws_client("secretsmanager"))
            kms = await stack.enter_async_context(aws_client("kms"))
            session = await stack.enter_async_context(open_session())
            models = await stack.enter_async_context(
                open_models(INFERENCE.providers, settings=lambda: settings().providers)
            )
            publisher = await stack.enter_async_context(
                SnsPublisher(client=sns, topic_arn=lambda: settings().channels[JUDGE_CHANNEL.name].topic_arn)
            )
            to_redis = environment.tokens(flow_between(INFERENCE, REDIS))
            states = HttpRequestStates(session=session, base_url=redis_url, tokens=to_redis)
            pacing = HttpCallPacing(session=session, base_url=redis_url, tokens=to_redis)
            keyring = Keyring(stage=Stage.INFERENCE, names=environment.names, secrets=secrets, kms=kms, now=_now)
            run = RunInference(
                limits=limits,
                turns=StageTurns(stage=Stage.INFERENCE, leases=states, limits=limits, now=_now),
                publisher=publisher,
                opener=HpkeOpener(stage=Stage.INFERENCE, keyring=keyring, now=_now),
                models=models.chat,
                places=places_for(INFERENCE.providers, settings),
                pacer=Pacer(pacing=pacing, stage=Stage.INFERENCE, document=settings, now=_now),
                prices=lambda: settings().prices,
            )
            worker = await open_workers(
                stack, sqs=sqs, address=lambda: settings().channels[INFERENCE_CHANNEL.name], run=run, settings=settings
            )
            yield {"readiness": worker.readiness, "settings_status": settings.status}

    return service_app(INFERENCE, lifespan=lifespan, routers=[], max_body_bytes=lambda _: 0)


def _now() -> datetime:
    return datetime.now(UTC)
