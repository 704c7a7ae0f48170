"""The Lua that runs inside Redis: one script, one round trip, one atomic step of a request's state."""

import hashlib
from dataclasses import dataclass

from runtime.contracts.lifecycle import RANK, TERMINAL_RANK, Status

ENDED_CHANNEL = "request-ended"
"""Carries the id of each request that reached a terminal status."""


@dataclass(frozen=True)
class Script:
    text: str

    @property
    def sha(self) -> str:
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


_RANKS = ", ".join(f"{status.value} = {rank}" for status, rank in RANK.items())

CREATE = Script(
    """
-- KEYS: record, open index, [claim]
-- ARGV: request_id, ttl, member, oldest member, claim ttl, body hash, created_at, then the record's field, value, ...
local record, open, claim = KEYS[1], KEYS[2], KEYS[3]
local request_id, ttl, member, oldest, claim_ttl, body_hash, created_at = unpack(ARGV, 1, 7)

local known = redis.call('HGET', record, 'created_at')
if known and known ~= created_at then
  -- A client's own id that was used before, and not the repetition of this call.
  local same = claim and redis.call('HGET', claim, 'request_id') == request_id
  return {0, request_id, same and redis.call('HGET', claim, 'body_hash') or false}
end
if claim then
  local held = redis.call('HMGET', claim, 'request_id', 'body_hash')
  -- Our own claim is no replay: the caller repeats a call whose reply was lost.
  if held[1] and held[1] ~= request_id then
    return {0, held[1], held[2]}
  end
  redis.call('HSET', claim, 'request_id', request_id, 'body_hash', body_hash)
  redis.call('EXPIRE', claim, claim_ttl)
end

if not known then
  redis.call('HSET', record, unpack(ARGV, 8))
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
    f"""
local rank = {{{_RANKS}}}
local terminal, failed, ended_channel = {TERMINAL_RANK}, '{Status.FAILED.value}', '{ENDED_CHANNEL}'
"""
    """
-- KEYS: record, open index, [claim]
-- ARGV: request_id, to, stage, now, ttl, member, attempt, refund, the five facts ('' for none),
--       then field, value, ... to rebuild a lost record
local record, open, claim = KEYS[1], KEYS[2], KEYS[3]
local request_id, to, stage, now, ttl, member, attempt, refund = unpack(ARGV, 1, 8)
local inference_result, judge_result, failure, outcome = unpack(ARGV, 9, 12)
local ends = rank[to] == terminal

local current = redis.call('HGET', record, 'status')
local lost = not current
if lost then
  redis.call('HSET', record, 'stage', stage, unpack(ARGV, 13))
elseif rank[to] < rank[current] or rank[current] == terminal then
  return {0, redis.call('HGETALL', record)}
elseif to == current then
  if attempt .. refund .. inference_result .. judge_result .. failure .. outcome == '' then
    return {0, redis.call('HGETALL', record)}
  end
end

if attempt ~= '' then
  redis.call('HINCRBY', record, attempt, 1)
end
if refund ~= '' and tonumber(redis.call('HGET', record, refund) or 0) > 0 then
  redis.call('HINCRBY', record, refund, -1)
end

-- While it runs the first result wins; its end says what the history row holds, and that is what stays.
local write = ends and 'HSET' or 'HSETNX'
if inference_result ~= '' then
  redis.call(write, record, 'inference_result', inference_result)
end
if judge_result ~= '' then
  redis.call(write, record, 'judge_result', judge_result)
elseif to == failed then
  redis.call('HDEL', record, 'judge_result')
end
if failure ~= '' then
  redis.call('HSET', record, 'failure', failure)
end
if outcome ~= '' then
  redis.call('HSET', record, 'outcome', outcome)
end

if rank[stage] > rank[redis.call('HGET', record, 'stage')] then
  redis.call('HSET', record, 'stage', stage)
end
redis.call('HSET', record, 'status', to, 'updated_at', now)
redis.call('EXPIRE', record, ttl)

if ends then
  redis.call('ZREM', open, member)
  if claim and redis.call('HGET', claim, 'request_id') == request_id then
    redis.call('DEL', claim)
  end
  redis.call('PUBLISH', ended_channel, request_id)
elseif lost then
  redis.call('ZADD', open, 0, member)
  redis.call('EXPIRE', open, ttl)
end
return {1, redis.call('HGETALL', record)}
"""
)
