"""The Lua of a lease: it lives in the record's own hash, so that no step can see one without the other.

Times are Redis's own: the clocks of the workers do not matter.
"""

from runtime.redis_service.scripts import WORDS, Script

_NOW_MS = """
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
"""

BEGIN = Script(
    WORDS
    + _NOW_MS
    + """
-- KEYS: record, open index, unpublished index
-- ARGV: request_id, to, attempts field, result field, now, ttl, member, fence, lease ms, inference result,
--       then field, value, ... to rebuild a lost record
-- Returns: granted (2: taken over), busy ms (-1: nobody holds it), rebuilt, the record
local record, open, unpublished = KEYS[1], KEYS[2], KEYS[3]
local request_id, to, attempts, result, now, ttl, member, fence, lease_ms, inference_result = unpack(ARGV, 1, 10)

local current = redis.call('HGET', record, 'status')
if current and rank[to] < rank[current] then
  return {0, -1, 0, redis.call('HGETALL', record)}
end
if not current then
  redis.call('HSET', record, 'stage', to, 'rebuilt', 1, unpack(ARGV, 11))
  redis.call('ZADD', open, 0, member)
  redis.call('EXPIRE', open, ttl)
elseif rank[to] > rank[current] then
  -- What the stage before left behind: a late worker of it must save nothing more.
  redis.call('HDEL', record, 'lease_fence', 'lease_until', 'failure')
end
redis.call('HSET', record, 'status', to, 'stage', to, 'updated_at', now)
redis.call('EXPIRE', record, ttl)
redis.call('ZREM', unpublished, request_id)
if inference_result ~= '' then
  redis.call('HSETNX', record, 'inference_result', inference_result)
end

local rebuilt = redis.call('HEXISTS', record, 'rebuilt')
if redis.call('HEXISTS', record, result) + redis.call('HEXISTS', record, 'failure') > 0 then
  return {0, -1, rebuilt, redis.call('HGETALL', record)}
end
local held = redis.call('HMGET', record, 'lease_fence', 'lease_until')
local left = held[2] and held[2] - now_ms() or 0
if left > 0 and held[1] ~= fence then
  return {0, left, rebuilt, redis.call('HGETALL', record)}
end
-- A repeated call finds its own lease: it is the same attempt.
if held[1] ~= fence then
  redis.call('HINCRBY', record, attempts, 1)
end
redis.call('HSET', record, 'lease_fence', fence, 'lease_until', string.format('%d', now_ms() + lease_ms))
return {held[2] and held[1] ~= fence and 2 or 1, -1, rebuilt, redis.call('HGETALL', record)}
"""
)

SAVE = Script(
    WORDS
    + """
-- KEYS: record, open index
-- ARGV: to, result field, result, now, ttl, member, fence, the answer it is about ('' for none),
--       then field, value, ... to rebuild a lost record
local record, open = KEYS[1], KEYS[2]
local to, field, result, now, ttl, member, fence, answer = unpack(ARGV, 1, 8)

local current = redis.call('HGET', record, 'status')
if current and rank[to] < rank[current] then
  return {0, redis.call('HGETALL', record)}
end
if not current then
  redis.call('HSET', record, 'rebuilt', 1, unpack(ARGV, 9))
  redis.call('ZADD', open, 0, member)
  redis.call('EXPIRE', open, ttl)
end
local held = redis.call('HGET', record, 'lease_fence')
if held and held ~= fence then
  return {0, redis.call('HGETALL', record)}
end
redis.call('HSET', record, 'status', to, 'stage', to, 'updated_at', now)
redis.call('HSETNX', record, field, result)
if answer ~= '' then
  redis.call('HSETNX', record, 'inference_result', answer)
end
redis.call('HDEL', record, 'lease_until', 'votes')
redis.call('EXPIRE', record, ttl)
return {1, redis.call('HGETALL', record)}
"""
)

RELEASE = Script(
    """
-- KEYS: record
-- ARGV: fence, attempts field ('' for no refund), votes ('' for none)
local record = KEYS[1]
local fence, attempts, votes = unpack(ARGV)
local held = redis.call('HGET', record, 'lease_fence')
if held and held ~= fence then
  return 0
end
-- The fence stays: whoever held the lease before this worker must save nothing any more.
if redis.call('HDEL', record, 'lease_until') == 1 then
  if attempts ~= '' then
    redis.call('HINCRBY', record, attempts, -1)
  end
  if votes ~= '' then
    redis.call('HSET', record, 'votes', votes)
  end
end
return 1
"""
)
