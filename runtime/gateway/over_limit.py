"""The answer to a tenant that has reached a limit: which one, and when to come again."""

import math

from config.tenant import TenantLimits
from runtime.contracts.states import Limit, LimitReached
from runtime.kit.problems import Problem

DAY_SECONDS = 86_400


def over_limit(reached: LimitReached, limits: TenantLimits) -> Problem:
    """429. The RateLimit fields are those of draft-ietf-httpapi-ratelimit-headers-10."""
    wait = math.ceil(reached.retry_after_seconds)
    name = reached.limit.value
    match reached.limit:
        case Limit.RATE:
            policy = f'"{name}";q={limits.requests_per_minute};w=60'
            detail = f"You may send {limits.requests_per_minute} requests a minute, {limits.burst} of them at once."
        case Limit.IN_FLIGHT:
            policy = f'"{name}";q={limits.max_in_flight};qu="concurrent-requests"'
            detail = f"You may have {limits.max_in_flight} evaluations running: wait until some have ended."
        case Limit.DAILY:
            policy = f'"{name}";q={limits.requests_per_day};w={DAY_SECONDS}'
            detail = f"You may send {limits.requests_per_day} requests a day; the next day begins at 00:00 UTC."
    return Problem(
        429,
        name,
        f"{detail} Nothing was started: send the same request again after Retry-After.",
        retryable=True,
        headers={"Retry-After": str(wait), "RateLimit-Policy": policy, "RateLimit": f'"{name}";r=0;t={wait}'},
    )
