"""The creation of a request: one Lua script that knows a repetition, keeps to the tenant's limits and writes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.limits import Limits
from config.naming import REQUEST_KEY_PREFIX
from config.tenant import ABANDONED_SECONDS, IN_FLIGHT_RETRY_SECONDS
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Creation, Limit, LimitReached, NewRequest
from runtime.redis_service.keys import bucket_key, claim_key, quota_key, state_keys
from runtime.redis_service.record_hash import identity_fields, index_member
from runtime.redis_service.scripts import NEVER_ACCEPTED, Script

MICROSECONDS = 1_000_000

_NAMES = f"""
local record_prefix, created = '{REQUEST_KEY_PREFIX}', '{Status.CREATED.value}'
local rate_limited, too_many, quota_exceeded = '{Limit.RATE}', '{Limit.IN_FLIGHT}', '{Limit.DAILY}'
local in_flight_wait = {IN_FLIGHT_RETRY_SECONDS * MICROSECONDS}
"""

CREATE = Script(
    _NAMES
    + NEVER_ACCEPTED
    + """
-- KEYS: record, open index, unpublished index, bucket, quota, [claim]
-- ARGV: request_id, ttl, member, oldest member, claim ttl, body hash, how long one may be in flight (microseconds),
--       the four limits (all '' for none), created_at, then the record's field, value, ...
local record, open, unpublished, bucket, quota, claim = unpack(KEYS)
local request_id, ttl, member, oldest, claim_ttl, body_hash, longest = unpack(ARGV, 1, 7)
local per_minute, burst, max_open, per_day, created_at = unpack(ARGV, 8, 12)

-- The name of the limit that is reached, and for how many microseconds; or nothing, and then it is counted.
local function limit_reached()
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]

  local midnight = (math.floor(time[1] / 86400) + 1) * 86400
  if tonumber(redis.call('GET', quota) or 0) >= tonumber(per_day) then
    return quota_exceeded, midnight * 1000000 - now
  end

  -- What is older than its deadline was abandoned: its entry stays a while, and must not count.
  local youngest_lost = string.format('(%016.0f', now - longest)
  if redis.call('ZLEXCOUNT', open, youngest_lost, '+') >= tonumber(max_open) then
    return too_many, in_flight_wait
  end

  -- A token bucket as one number, the moment when it will be full again (GCRA, ITU-T I.371).
  local interval = 60000000 / per_minute
  local capacity = interval * burst
  -- Never further away than an empty bucket's, whatever another replica's clock, or an older limit, made of it.
  local full_at = math.min(tonumber(redis.call('GET', bucket) or 0), now + capacity)
  local then_full_at = math.max(full_at, now) + interval
  if then_full_at - now > capacity then
    return rate_limited, math.ceil(then_full_at - now - capacity)
  end

  redis.call('SET', bucket, string.format('%.0f', then_full_at), 'PX', math.ceil((then_full_at - now) / 1000))
  redis.call('INCR', quota)
  redis.call('EXPIREAT', quota, midnight)
end

local known = redis.call('HMGET', record, 'created_at', 'status', 'failure')
if known[1] and known[1] ~= created_at then
  -- A client's own id that was used before, and not the repetition of this call. Where its first use was never
  -- accepted, a message of it may be under way all the same: the id is not free for another body.
  local same = claim and redis.call('HGET', claim, 'request_id') == request_id
  local body = same and not never_accepted(known[2], known[3]) and redis.call('HGET', claim, 'body_hash') or false
  return {'used', request_id, body, known[2] == created and 1 or 0}
end

if claim then
  local held = redis.call('HMGET', claim, 'request_id', 'body_hash')
  -- Our own claim is no replay: the caller repeats a call whose reply was lost.
  if held[1] and held[1] ~= request_id then
    local first = redis.call('HMGET', record_prefix .. held[1], 'status', 'failure')
    -- One that was never accepted gives its key back, whoever found that out.
    if not never_accepted(first[1], first[2]) then
      -- Without its record nobody knows whether it was published: that is no acceptance either.
      return {'used', held[1], held[2], (not first[1] or first[1] == created) and 1 or 0}
    end
  end
end

if redis.call('EXISTS', record) == 0 then
  if per_minute ~= '' then
    local limit, wait = limit_reached()
    if limit then
      return {'refused', limit, wait}
    end
  end
  redis.call('HSET', record, 'open', open, 'member', member, 'quota', quota, unpack(ARGV, 13))
  redis.call('ZADD', unpublished, redis.call('TIME')[1], request_id)
  redis.call('EXPIRE', unpublished, ttl)
  redis.call('ZADD', open, 0, member)
  -- Whatever is older has no record any more: abandoned requests must not pile up here.
  redis.call('ZREMRANGEBYLEX', open, '-', oldest)
  redis.call('EXPIRE', open, ttl)
end
redis.call('EXPIRE', record, ttl)
if claim then
  redis.call('HSET', claim, 'request_id', request_id, 'body_hash', body_hash)
  redis.call('EXPIRE', claim, claim_ttl)
end
return {'created'}
"""
)


def create_keys(new: NewRequest) -> list[str]:
    request_id, tenant = str(new.identity.request_id), new.identity.tenant
    keys = [*state_keys(request_id, tenant), bucket_key(tenant), quota_key(tenant)]
    return [*keys, claim_key(tenant, new.idempotency)] if new.idempotency else keys


def create_args(new: NewRequest, limits: Limits, *, now: datetime) -> list[str | int]:
    identity, of_tenant = new.identity, new.limits
    request_id = str(identity.request_id)
    oldest = now - timedelta(seconds=limits.request_ttl_seconds)
    return [
        request_id,
        limits.request_ttl_seconds,
        index_member(identity.created_at, request_id),
        f"({index_member(oldest, '')}",
        limits.idempotency_ttl_seconds,
        new.idempotency.body_hash if new.idempotency else "",
        (limits.evaluation_deadline_seconds + ABANDONED_SECONDS) * MICROSECONDS,
        of_tenant.requests_per_minute if of_tenant else "",
        of_tenant.burst if of_tenant else "",
        of_tenant.max_in_flight if of_tenant else "",
        of_tenant.requests_per_day if of_tenant else "",
        identity.created_at.isoformat(),
        *identity_fields(identity),
        *("status", Status.CREATED, "stage", Status.CREATED, "updated_at", now.isoformat()),
    ]


def to_creation(reply: Sequence[Any], new: NewRequest) -> Creation:
    match [value.decode() if isinstance(value, bytes) else value for value in reply]:
        case ["used", first, body_hash, in_progress]:
            return Creation(created=False, request_id=UUID(first), body_hash=body_hash, in_progress=bool(in_progress))
        case ["refused", limit, wait]:
            refused = LimitReached(limit=Limit(limit), retry_after_seconds=int(wait) / MICROSECONDS)
            return Creation(created=False, request_id=new.identity.request_id, refused=refused)
        case _:
            return Creation(created=True, request_id=new.identity.request_id)
