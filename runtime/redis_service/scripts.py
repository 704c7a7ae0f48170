"""The Lua that runs inside Redis: one script, one round trip, one atomic step of a request's state."""

import hashlib
from dataclasses import dataclass

from runtime.contracts.failures import FailureReason
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
WORDS = f"""
local rank = {{{_RANKS}}}
local terminal, ended_channel = {TERMINAL_RANK}, '{ENDED_CHANNEL}'
"""
"""What the scripts share."""
NEVER_ACCEPTED = f"""
local failed, not_published = '{Status.FAILED.value}', '"reason":"{FailureReason.NOT_PUBLISHED.value}"'

local function never_accepted(status, failure)
  return status == failed and string.find(failure or '', not_published, 1, true)
end
"""
GIVE_BACK = """
-- The place in its tenant's day. A counter of a day that has passed is gone, and stays gone.
local function give_back(record)
  local quota = redis.call('HGET', record, 'quota')
  if quota and tonumber(redis.call('GET', quota) or 0) > 0 then
    redis.call('DECR', quota)
  end
end
"""

ADVANCE = Script(
    WORDS
    + NEVER_ACCEPTED
    + GIVE_BACK
    + """
-- KEYS: record, open index, unpublished index
-- ARGV: request_id, to, stage, now, ttl, member, the four facts ('' for none),
--       then field, value, ... to rebuild a lost record
local record, open, unpublished = KEYS[1], KEYS[2], KEYS[3]
local request_id, to, stage, now, ttl, member = unpack(ARGV, 1, 6)
local inference_result, judge_result, failure, outcome = unpack(ARGV, 7, 10)
local ends, by_gateway = rank[to] == terminal, rank[stage] < rank.INFERENCE

local current = redis.call('HGET', record, 'status')
if not current then
  -- The gateway rebuilds nothing: its word may come late, and the evaluation may have ended.
  if by_gateway then
    return {0, {'status', 'CREATED', 'stage', 'CREATED', 'updated_at', now, unpack(ARGV, 11)}}
  end
  redis.call('HSET', record, 'stage', stage, 'rebuilt', 1, unpack(ARGV, 11))
elseif rank[to] <= rank[current] or (by_gateway and rank[current] >= rank.INFERENCE) then
  -- What a stage has begun was published: the gateway cannot end it as never accepted.
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

if never_accepted(to, failure) then
  give_back(record)
end
if ends then
  redis.call('ZREM', open, member)
  redis.call('PUBLISH', ended_channel, request_id)
elseif not current then
  redis.call('ZADD', open, 0, member)
  redis.call('EXPIRE', open, ttl)
end
return {1, redis.call('HGETALL', record)}
"""
)
