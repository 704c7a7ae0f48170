"""The Lua that runs inside Redis: one script, one round trip, one atomic step of a request's state."""

import hashlib
from dataclasses import dataclass

from runtime.contracts.lifecycle import RANK, TERMINAL_RANK

ENDED_CHANNEL = "request-ended"
"""Carries the id of each request that reached a terminal status."""
UNPUBLISHED_KEY = "unpublished"
"""The requests that are CREATED only, by the second of their creation: the sweeper looks here."""


@dataclass(frozen=True)
class Script:
    text: str

    @property
    def sha(self) -> str:
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


_RANKS = ", ".join(f"{status.value} = {rank}" for status, rank in RANK.items())
WORDS = f"""
local rank = {{{_RANKS}}}
local terminal, ended_channel = {TERMINAL_RANK}, '{ENDED_CHANNEL}'
"""
"""What the scripts share."""

CREATE = Script(
    """
-- KEYS: record, open index, unpublished index, [claim]
-- ARGV: request_id, ttl, member, oldest member, claim ttl, body hash, then the record's field, value, ...
local record, open, unpublished, claim = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local request_id, ttl, member, oldest, claim_ttl, body_hash = unpack(ARGV, 1, 6)

if claim then
  local held = redis.call('HMGET', claim, 'request_id', 'body_hash')
  -- Our own claim is no replay: the caller repeats a call whose reply was lost.
  if held[1] and held[1] ~= request_id then
    return {0, held[1], held[2]}
  end
  redis.call('HSET', claim, 'request_id', request_id, 'body_hash', body_hash)
  redis.call('EXPIRE', claim, claim_ttl)
end

if redis.call('EXISTS', record) == 0 then
  redis.call('HSET', record, 'open', open, 'member', member, unpack(ARGV, 7))
  if claim then
    redis.call('HSET', record, 'claim', claim)
  end
  redis.call('ZADD', unpublished, redis.call('TIME')[1], request_id)
  redis.call('EXPIRE', unpublished, ttl)
  redis.call('ZADD', open, 0, member)
  -- Whatever is older has no record any more: abandoned requests must not pile up here.
  redis.call('ZREMRANGEBYLEX', open, '-', oldest)
  redis.call('EXPIRE', open, ttl)
end
redis.call('EXPIRE', record, ttl)
return {1, request_id, false}
"""
)

ADVANCE = Script(
    WORDS
    + """
-- KEYS: record, open index, unpublished index, [claim]
-- ARGV: request_id, to, stage, now, ttl, member, the four facts ('' for none),
--       then field, value, ... to rebuild a lost record
local record, open, unpublished, claim = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local request_id, to, stage, now, ttl, member = unpack(ARGV, 1, 6)
local inference_result, judge_result, failure, outcome = unpack(ARGV, 7, 10)
local ends = rank[to] == terminal

local current = redis.call('HGET', record, 'status')
if not current then
  redis.call('HSET', record, 'stage', stage, 'rebuilt', 1, unpack(ARGV, 11))
elseif rank[to] <= rank[current] then
  return {0, redis.call('HGETALL', record)}
end

-- The end says what the history row holds, and that is what stays.
if inference_result ~= '' then
  redis.call('HSET', record, 'inference_result', inference_result)
end
if judge_result ~= '' then
  redis.call('HSET', record, 'judge_result', judge_result)
elseif to == 'FAILED' then
  redis.call('HDEL', record, 'judge_result')
end
if failure ~= '' then
  redis.call('HSET', record, 'failure', failure)
else
  redis.call('HDEL', record, 'failure')
end
if outcome ~= '' then
  redis.call('HSET', record, 'outcome', outcome)
end

if rank[stage] > rank[redis.call('HGET', record, 'stage')] then
  redis.call('HSET', record, 'stage', stage)
end
redis.call('HSET', record, 'status', to, 'updated_at', now)
redis.call('HDEL', record, 'lease_fence', 'lease_until')
redis.call('EXPIRE', record, ttl)
redis.call('ZREM', unpublished, request_id)

if ends then
  redis.call('ZREM', open, member)
  if claim and redis.call('HGET', claim, 'request_id') == request_id then
    redis.call('DEL', claim)
  end
  redis.call('PUBLISH', ended_channel, request_id)
elseif not current then
  redis.call('ZADD', open, 0, member)
  redis.call('EXPIRE', open, ttl)
end
return {1, redis.call('HGETALL', record)}
"""
)
