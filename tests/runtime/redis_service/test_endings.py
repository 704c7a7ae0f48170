"""The subscription that wakes waiters: who is woken, and how it stops."""

import asyncio
from typing import Any, Self, cast
from uuid import uuid4

from redis.exceptions import ConnectionError as RedisConnectionError

from runtime.redis_service.endings import Endings
from runtime.redis_service.link import RedisLink


class ScriptedRedis:
    """As much of a link, a client and a subscription as Endings uses; messages come when the test puts them in."""

    def __init__(self, *, loses_first_cancellation: bool = False) -> None:
        self.messages: asyncio.Queue[dict[str, bytes] | Exception] = asyncio.Queue()
        self.subscribed = asyncio.Queue[str]()
        self._loses = loses_first_cancellation

    def client(self) -> Self:
        return self

    def pubsub(self, **_: Any) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def subscribe(self, channel: str) -> None:
        self.subscribed.put_nowait(channel)

    async def get_message(self, *, timeout: float) -> dict[str, bytes] | None:  # noqa: ASYNC109 - redis-py's signature
        try:
            message = await self.messages.get()
        except asyncio.CancelledError:
            if not self._loses:
                raise
            self._loses = False
            return None
        if isinstance(message, Exception):
            raise message
        return message


def link(redis: ScriptedRedis) -> RedisLink:
    return cast("RedisLink", redis)


async def test_an_end_wakes_those_who_wait_for_it_and_nobody_else() -> None:
    redis, one, other = ScriptedRedis(), uuid4(), uuid4()
    async with Endings(redis=link(redis)) as endings:
        await redis.subscribed.get()
        with endings.watch(one) as first, endings.watch(one) as second, endings.watch(other) as third:
            redis.messages.put_nowait({"data": str(one).encode()})
            async with asyncio.timeout(10):
                await first.wait()
                await second.wait()
            assert not third.is_set()


async def test_a_new_subscription_wakes_everyone_because_messages_may_be_missing() -> None:
    redis = ScriptedRedis()
    async with Endings(redis=link(redis)) as endings:
        await redis.subscribed.get()
        with endings.watch(uuid4()) as woken:
            redis.messages.put_nowait(RedisConnectionError("gone"))
            async with asyncio.timeout(10):
                await woken.wait()
        await redis.subscribed.get()


async def test_stopping_ends_a_listener_that_lost_the_first_cancellation() -> None:
    redis = ScriptedRedis(loses_first_cancellation=True)
    async with asyncio.timeout(10), Endings(redis=link(redis)):
        await redis.subscribed.get()
