"""Builds the judge service: a worker on the judge queue beside the health endpoints."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from config.topology import JUDGE, JUDGE_CHANNEL, PERSISTENCE, REDIS, Stage
from runtime.clients.http_history import HttpHistory
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.session import open_session
from runtime.judge.judges import judges_for
from runtime.judge.service import RunJudgement
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.keyring import Keyring
from runtime.kit.app import service_app
from runtime.kit.aws import aws_client
from runtime.kit.environment import ProcessEnvironment
from runtime.kit.settings import active_settings
from runtime.messaging.sqs_inbox import SqsInbox
from runtime.messaging.worker import Worker
from runtime.providers.registry import open_models
from runtime.stages.places import places_for


def create_app(environment: ProcessEnvironment) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))
            sqs = await stack.enter_async_context(aws_client("sqs"))
            secrets = await stack.enter_async_context(aws_client("secretsmanager"))
            kms = await stack.enter_async_context(aws_client("kms"))
            session = await stack.enter_async_context(open_session())
            models = await stack.enter_async_context(
                open_models(JUDGE.providers, settings=lambda: settings().providers)
            )
            inbox = await stack.enter_async_context(
                SqsInbox(client=sqs, queue_url=lambda: settings().channels[JUDGE_CHANNEL.name].queue_url)
            )
            keyring = Keyring(stage=Stage.JUDGE, names=environment.names, secrets=secrets, kms=kms, now=_now)
            run = RunJudgement(
                limits=lambda: settings().limits,
                states=HttpRequestStates(session=session, base_url=lambda: settings().service_urls[REDIS.name]),
                history=HttpHistory(session=session, base_url=lambda: settings().service_urls[PERSISTENCE.name]),
                opener=HpkeOpener(stage=Stage.JUDGE, keyring=keyring, now=_now),
                judges=judges_for(models),
                places=places_for(JUDGE.providers, settings),
                now=_now,
            )
            # Last in, first out: the worker drains while everything that its handlers use is still open.
            worker = await stack.enter_async_context(
                Worker(inbox=inbox, handler=run.handle, limits=lambda: settings().limits)
            )
            yield {"readiness": worker.readiness}

    return service_app(JUDGE, lifespan=lifespan, routers=[], max_body_bytes=lambda _: 0)


def _now() -> datetime:
    return datetime.now(UTC)
