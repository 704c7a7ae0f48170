"""The Lua that keeps the pace of a provider key: one script, one round trip, one atomic step.

A call costs time: the share of a minute that it takes of the tighter limit. A clock runs while the key is open, slower
after a 429; slots are laid end to end on it, so that a closed key or a lower rate moves all of them together:
- `used`: up to where the time is spent. A call may start where the clock is not behind that and no slot is in the way.
- the queue holds the slots of those who wait, by call. Whoever comes back when its slot begins finds it free.
- `tail`: the end of the last slot, where the next one begins.
So the calls that start within any T seconds cost at most T + LATE_SECONDS and one call more.
"""

from dataclasses import dataclass

from runtime.redis_service.pacing_constants import (
    BACKOFF_MAX_SECONDS,
    BURST_SECONDS,
    EARLY_SECONDS,
    IDLE_SECONDS,
    LATE_SECONDS,
    LEARNED_REQUESTS,
    MIN_SHARE,
    REGAINED_SHARE,
    WINDOW_SECONDS,
)
from runtime.redis_service.scripts import Script

REDIS_CLOCK = "(function(time) return time[1] + time[2] / 1000000 end)(redis.call('TIME'))"

_CONSTANTS = f"""
local BURST, EARLY, LATE, WINDOW = {BURST_SECONDS}, {EARLY_SECONDS}, {LATE_SECONDS}, {WINDOW_SECONDS}
local MIN_SHARE, REGAINED, LEARNED = {MIN_SHARE}, {REGAINED_SHARE}, {LEARNED_REQUESTS}
local BACKOFF_MAX, IDLE = {BACKOFF_MAX_SECONDS}, {IDLE_SECONDS}
"""

_PRELUDE = """
-- KEYS: bucket, queue
-- ARGV: call, tokens, configured requests and tokens per minute ('' for none), patience, check in, the script's own
local bucket, queue, call = KEYS[1], KEYS[2], ARGV[1]
local tokens, patience, check_in = tonumber(ARGV[2]), tonumber(ARGV[5]), tonumber(ARGV[6])

local NAMES = {'clock', 'at', 'used', 'tail', 'share', 'raised_at', 'halved_at', 'closed_until', 'strikes', 'recent',
               'told_requests', 'told_tokens', 'learned', 'requests_limit', 'tokens_limit'}
local it = {clock = 0, at = now, used = -BURST, tail = 0, share = 1, raised_at = 0, halved_at = 0, closed_until = 0,
            strikes = 0, recent = 0}
local stored = redis.call('HMGET', bucket, unpack(NAMES))
for place, name in ipairs(NAMES) do
  it[name] = tonumber(stored[place] or '') or it[name]
end

local function text(number)
  return number and string.format('%.17g', number) or ''
end

local passed = math.max(0, now - it.at)
it.clock = it.clock + math.max(0, math.min(passed, now - it.closed_until)) * it.share
it.recent = it.recent * math.max(0, 1 - passed / 60)
it.at = now

local function apply_limits()
  local requests = it.told_requests or tonumber(ARGV[3]) or it.learned
  local allowed = it.told_tokens or tonumber(ARGV[4])
  if requests ~= it.requests_limit or allowed ~= it.tokens_limit then
    -- The slots were laid out for other limits: those who wait take new ones, in the order in which they come back.
    redis.call('DEL', queue)
    it.requests_limit, it.tokens_limit = requests, allowed
  end
end

local function cost(calls, of_tokens)
  local by_requests = it.requests_limit and 60 * calls / it.requests_limit or 0
  return math.max(by_requests, it.tokens_limit and 60 * of_tokens / it.tokens_limit or 0)
end

local function first_slot()
  redis.call('ZREMRANGEBYSCORE', queue, '-inf', text(it.clock - LATE))
  local first = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')
  local slot = tonumber(first[2] or nil)
  it.used = math.max(it.used, math.min(it.clock - BURST, slot or it.clock))
  if not slot then
    it.tail = it.used
  end
  return slot
end

-- Keeps the slot where it is of use; gives how long to stay away.
local function wait_for(slot)
  local closed, queued = math.max(0, it.closed_until - now), math.max(0, slot - it.clock)
  -- At the full rate: a lower one may pass.
  if closed + queued > patience then
    redis.call('ZREM', queue, call)
    return closed + queued
  end
  redis.call('ZADD', queue, text(slot), call)
  return closed + math.min(queued / it.share, check_in)
end

local function answer(wait)
  local flat = {}
  for _, name in ipairs(NAMES) do
    table.insert(flat, name)
    table.insert(flat, text(it[name]))
  end
  redis.call('HSET', bucket, unpack(flat))
  local seconds = IDLE + math.max(0, it.closed_until - now) + math.max(0, it.tail - it.clock) / it.share
  redis.call('EXPIRE', bucket, math.ceil(seconds))
  redis.call('EXPIRE', queue, math.ceil(seconds))
  local slowed = it.share < 1 or it.strikes > 0
  return {text(wait), text(it.requests_limit), text(it.tokens_limit), slowed and 1 or 0}
end

"""

_ADMIT = """
apply_limits()
local first, price = first_slot(), cost(1, tokens)
local held = tonumber(redis.call('ZSCORE', queue, call) or nil)
local slot = held or math.max(it.tail, it.used)
local gap = it.used <= it.clock and (not first or it.used + price <= first)

if now >= it.closed_until and (slot <= it.clock + EARLY or gap) then
  redis.call('ZREM', queue, call)
  if not held and not gap then
    it.tail = slot + price
  end
  it.used, it.recent = it.used + price, it.recent + 1
  return answer(0)
end
local wait = wait_for(slot)
if not held and redis.call('ZSCORE', queue, call) then
  it.tail = slot + price
end
return answer(wait)
"""

_SETTLE = """
-- ARGV: calls, tokens used, throttled, retry after, then what the provider told: requests and tokens per minute,
-- spare seconds ('' for what it did not say)
local calls, tokens_used, throttled = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9] == '1'
local retry_after, spare = tonumber(ARGV[10]), tonumber(ARGV[13])
it.told_requests = tonumber(ARGV[11]) or it.told_requests
it.told_tokens = tonumber(ARGV[12]) or it.told_tokens

if throttled then
  if not it.told_requests and not tonumber(ARGV[3]) and not it.learned then
    it.learned = math.max(LEARNED, it.recent)
  end
  if now >= it.halved_at + WINDOW then
    it.share, it.halved_at = math.max(MIN_SHARE, it.share / 2), now
  end
  if now >= it.closed_until then
    it.strikes = it.strikes + 1
  end
  local backoff = math.min(BACKOFF_MAX, 2 ^ math.min(it.strikes, 16))
  it.closed_until = math.max(it.closed_until, now + math.max(retry_after or 0, backoff))
elseif now >= it.closed_until then
  it.strikes = 0
  it.share = math.min(1, it.share + REGAINED * math.min(60, now - it.raised_at) / 60)
  if it.share == 1 then
    it.learned = nil
  end
end
it.raised_at = now

apply_limits()
first_slot()
local more = throttled and 0 or cost(calls, tokens_used or tokens) - cost(1, tokens)
if more < 0 then
  it.used = it.used + more
else
  -- Whatever moves all slots back turns back the clock.
  it.clock = it.clock - more
end
if spare then
  it.clock = math.min(it.clock, it.used + spare)
end
if not throttled then
  return answer(0)
end
-- It comes first: all slots move back to make room, and so does what is spent.
local price = cost(1, tokens)
it.clock, it.used, it.tail = it.clock - price, it.used - price, math.max(it.tail, it.clock)
return answer(wait_for(it.clock))
"""


@dataclass(frozen=True)
class PacingScripts:
    admit: Script
    settle: Script


def pacing_scripts(clock: str = REDIS_CLOCK) -> PacingScripts:
    """`clock`: a Lua expression for the present, in seconds."""
    head = f"local now = {clock}\n{_CONSTANTS}{_PRELUDE}"
    return PacingScripts(admit=Script(head + _ADMIT), settle=Script(head + _SETTLE))
