"""Wakes whoever waits for a request to end: one subscription per process, one Event per waiter."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self
from uuid import UUID

from redis.asyncio import Redis

from runtime.contracts.unavailable import Unavailable
from runtime.redis_service.link import RedisLink, reaching_redis
from runtime.redis_service.scripts import ENDED_CHANNEL

RESUBSCRIBE_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.2
POLL_SECONDS = 1.0
"""Below the socket's own time-out, which would end the subscription."""


class Endings:
    """Only a hint: a message lost while Redis is away is made good by the waiter's own re-check."""

    def __init__(self, *, redis: RedisLink) -> None:
        self._redis = redis
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        # Again until it ends: redis-py sends through asyncio.wait_for, which before Python 3.12 loses a cancellation
        # that arrives together with the end of its wait.
        while self._listener is not None and not self._listener.done():
            self._listener.cancel()
            await asyncio.wait([self._listener], timeout=CANCEL_AGAIN_SECONDS)

    @contextmanager
    def watch(self, request_id: UUID) -> Iterator[asyncio.Event]:
        """The event is set when the request may have ended."""
        key, woken = str(request_id), asyncio.Event()
        self._waiting[key].add(woken)
        try:
            yield woken
        finally:
            self._waiting[key].discard(woken)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscribe(self._redis.client())
            except Unavailable:
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    async def _subscribe(self, client: Redis) -> None:
        async with client.pubsub(ignore_subscribe_messages=True) as subscription:
            async with reaching_redis():
                await subscription.subscribe(ENDED_CHANNEL)
            self._wake(set(self._waiting))
            while self._redis.client() is client:
                async with reaching_redis():
                    message = await subscription.get_message(timeout=POLL_SECONDS)
                if message is not None:
                    self._wake({message["data"].decode()})

    def _wake(self, request_ids: set[str]) -> None:
        for request_id in request_ids & self._waiting.keys():
            for woken in self._waiting[request_id]:
                woken.set()
