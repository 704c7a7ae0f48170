"""AWS clients of a process, and the border where their errors become ours."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import aiohttp
import structlog
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError

from runtime.contracts.unavailable import Unavailable

log = structlog.get_logger()

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 30
"""Above the 20 s for which SQS may hold a receive."""
MAX_POOL_CONNECTIONS = 64
CALL_TIMEOUT_SECONDS = 10.0
"""A whole call with its one retry; a read timeout alone would let a slow reply take for ever."""

AWS_ERRORS = (BotoCoreError, ClientError, ResponseParserError, aiohttp.ClientError, TimeoutError, OSError)
"""Everything that an AWS call can raise; aiobotocore lets some of aiohttp's through."""


@asynccontextmanager
async def aws_client(service_name: str) -> AsyncIterator[Any]:
    """Region, endpoint and credentials come from the environment; in the cluster from the pod's own role."""
    session = get_session()
    session.register_component("data_loader", _loader())
    config = AioConfig(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        # One retry covers a kept-alive connection that the other side has just closed; the queues do the rest.
        retries={"mode": "standard", "total_max_attempts": 2},
        tcp_keepalive=True,
        max_pool_connections=MAX_POOL_CONNECTIONS,
    )
    # botocore itself reads AWS_DEFAULT_REGION only.
    async with session.create_client(service_name, region_name=os.environ.get("AWS_REGION"), config=config) as client:
        yield client


@cache
def _loader() -> Loader:
    """One for all clients: reading botocore's service models is most of what creating a client costs."""
    return create_loader()


@asynccontextmanager
async def aws_call(what: str, *, timeout_seconds: float = CALL_TIMEOUT_SECONDS) -> AsyncIterator[None]:
    """Around each call. Raises Unavailable(what) for whatever goes wrong; its code is logged, its text is not."""
    try:
        async with asyncio.timeout(timeout_seconds):
            yield
    except AWS_ERRORS as error:
        log.warning("aws_call_failed", what=what, error=aws_error_code(error))
        raise Unavailable(what) from None


def aws_error_code(error: BaseException) -> str:
    """AWS's own code such as `AccessDenied`, or the exception's class."""
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    return str(code or type(error).__name__)
