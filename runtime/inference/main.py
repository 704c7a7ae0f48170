"""Builds the inference service: a worker on the inference queue beside the health endpoints."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from config.topology import INFERENCE, INFERENCE_CHANNEL, JUDGE_CHANNEL, REDIS, Stage
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
from runtime.messaging.sqs_inbox import SqsInbox
from runtime.messaging.worker import Worker
from runtime.providers.registry import open_models
from runtime.stages.places import places_for


def create_app(environment: ProcessEnvironment) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))
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
            inbox = await stack.enter_async_context(
                SqsInbox(client=sqs, queue_url=lambda: settings().channels[INFERENCE_CHANNEL.name].queue_url)
            )
            states = HttpRequestStates(session=session, base_url=lambda: settings().service_urls[REDIS.name])
            keyring = Keyring(stage=Stage.INFERENCE, names=environment.names, secrets=secrets, kms=kms, now=_now)
            run = RunInference(
                limits=lambda: settings().limits,
                states=states,
                publisher=publisher,
                opener=HpkeOpener(stage=Stage.INFERENCE, keyring=keyring, now=_now),
                models=models,
                places=places_for(INFERENCE.providers, settings),
                now=_now,
            )
            # Last in, first out: the worker drains while everything that its handlers use is still open.
            worker = await stack.enter_async_context(
                Worker(inbox=inbox, handler=run.handle, limits=lambda: settings().limits)
            )
            yield {"readiness": worker.readiness}

    return service_app(INFERENCE, lifespan=lifespan, routers=[], max_body_bytes=lambda _: 0)


def _now() -> datetime:
    return datetime.now(UTC)
