"""The gateway that a command talks to, with the caller's own keys from the environment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from rich.console import Console

from runtime.api_client.chosen_models import choose_models
from runtime.api_client.gateway import PATIENCE_SECONDS, UNKNOWN_PATIENCE_SECONDS, GatewayClient
from runtime.api_client.send import MOST_AT_ONCE
from runtime.local.ensure import running_or_started
from runtime.local.folder import local_folder
from runtime.local.tenants import API_KEY_VARIABLE, authorization


@asynccontextmanager
async def gateway_session(url: str | None, console: Console) -> AsyncIterator[GatewayClient]:
    """Raises StartFailed where there is no `url` and the local system does not start."""
    base_url = url.rstrip("/") if url else (await running_or_started(local_folder(), console)).gateway_url
    headers = authorization(os.environ.get(API_KEY_VARIABLE))
    patience = UNKNOWN_PATIENCE_SECONDS if url else PATIENCE_SECONDS
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_AT_ONCE), headers=headers) as session:
        own_keys = choose_models(os.environ).headers
        yield GatewayClient(session=session, base_url=base_url, headers=own_keys, first_patience_seconds=patience)
