"""Ends the requests whose gateway died before it published them: nobody was told that they were accepted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

import structlog

from config.limits import Limits
from config.naming import REQUEST_KEY_PREFIX
from runtime.contracts.failures import FailureReason, failure, outcome_of
from runtime.contracts.unavailable import Unavailable
from runtime.kit.poller import Poller
from runtime.redis_service.keys import UNPUBLISHED_KEY
from runtime.redis_service.link import RedisLink
from runtime.redis_service.scripts import GIVE_BACK, WORDS, Script

log = structlog.get_logger()

SWEEP_SECONDS = 60.0
BATCH = 100

SWEEP = Script(
    WORDS
    + GIVE_BACK
    + """
-- KEYS: unpublished index
-- ARGV: age in seconds, batch, record prefix, now, failure, outcome
-- Returns the ids of the ended requests. It names keys by itself: there is no cluster mode.
local unpublished = KEYS[1]
local age, batch, prefix, now, failure, outcome = unpack(ARGV)
local before = redis.call('TIME')[1] - age
local ended = {}
for _, request_id in ipairs(redis.call('ZRANGEBYSCORE', unpublished, '-inf', before, 'LIMIT', 0, batch)) do
  redis.call('ZREM', unpublished, request_id)
  local record = prefix .. request_id
  local found = redis.call('HMGET', record, 'status', 'open', 'member')
  if found[1] and rank[found[1]] == 0 then
    redis.call('HSET', record, 'status', 'FAILED', 'updated_at', now, 'failure', failure, 'outcome', outcome)
    redis.call('ZREM', found[2], found[3])
    give_back(record)
    redis.call('PUBLISH', ended_channel, request_id)
    ended[#ended + 1] = request_id
  end
end
return ended
"""
)


class Sweeper:
    """Entering it starts the sweeps; every replica may run one, as each sweep is one atomic step."""

    def __init__(self, *, redis: RedisLink, limits: Callable[[], Limits]) -> None:
        self._redis = redis
        self._limits = limits
        self._poller = Poller(self._sweep_all, seconds=lambda: SWEEP_SECONDS)

    async def __aenter__(self) -> Self:
        await self._poller.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._poller.__aexit__()

    async def sweep(self) -> list[str]:
        """The ids of the requests that it ended. Raises Unavailable."""
        failed = failure(FailureReason.NOT_PUBLISHED, None)
        ended = await self._redis.run(
            SWEEP,
            keys=[UNPUBLISHED_KEY],
            args=[
                *(self._limits().unpublished_seconds, BATCH, REQUEST_KEY_PREFIX, datetime.now(UTC).isoformat()),
                *(failed.model_dump_json(), outcome_of(failed)),
            ],
        )
        for request_id in ended:
            log.warning("request_swept", request_id=request_id.decode(), next_step="none: it was never accepted")
        return [request_id.decode() for request_id in ended]

    async def _sweep_all(self) -> None:
        try:
            while len(await self.sweep()) == BATCH:
                pass
        except Unavailable:
            log.warning("sweep_failed", next_step="none: the next one comes in a minute")
