"""Ready means: a GET is answered with 200."""

import asyncio

import aiohttp

from runtime.local.part import NotReady, Step

PROBE_TIMEOUT_SECONDS = 5.0


def http_probe(url: str) -> Step:
    async def probe() -> None:
        try:
            async with (
                asyncio.timeout(PROBE_TIMEOUT_SECONDS),
                aiohttp.ClientSession() as session,
                session.get(url) as answer,
            ):
                if not answer.ok:
                    raise NotReady
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotReady from None

    return probe
