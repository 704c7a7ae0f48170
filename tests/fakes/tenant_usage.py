"""What each tenant has used of its limits, in memory: a plain token bucket, a count of today, the open evaluations."""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.limits import Limits
from config.tenant import ABANDONED_SECONDS, IN_FLIGHT_RETRY_SECONDS, TenantLimits
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.states import Limit, LimitReached

DAY_SECONDS = 86_400


@dataclass
class Bucket:
    tokens: float
    at: float


class TenantUsage:
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        """Seconds since 1970."""
        self._buckets: dict[str, Bucket] = {}
        self._of_day: Counter[tuple[str, int]] = Counter()

    def count(
        self, tenant: str, limits: TenantLimits | None, *, open_: Sequence[EvaluationRecord]
    ) -> LimitReached | None:
        """The limit that is reached; else None, and one request is counted."""
        if limits is None:
            return None
        now = self.now()
        day = math.floor(now / DAY_SECONDS)
        if self._of_day[tenant, day] >= limits.requests_per_day:
            return LimitReached(limit=Limit.DAILY, retry_after_seconds=(day + 1) * DAY_SECONDS - now)
        if sum(_counts(one, now) for one in open_) >= limits.max_in_flight:
            return LimitReached(limit=Limit.IN_FLIGHT, retry_after_seconds=IN_FLIGHT_RETRY_SECONDS)
        bucket = self._buckets.setdefault(tenant, Bucket(limits.burst, now))
        per_second = limits.requests_per_minute / 60
        bucket.tokens = min(limits.burst, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens < 1 - 1e-9:  # a float that waited for one whole token may just miss it
            return LimitReached(limit=Limit.RATE, retry_after_seconds=(1 - bucket.tokens) / per_second)
        bucket.tokens -= 1
        self._of_day[tenant, day] += 1
        return None

    def give_back(self, tenant: str) -> None:
        day = math.floor(self.now() / DAY_SECONDS)
        self._of_day[tenant, day] = max(0, self._of_day[tenant, day] - 1)


def _counts(record: EvaluationRecord, now: float) -> bool:
    longest = timedelta(seconds=Limits().evaluation_deadline_seconds + ABANDONED_SECONDS)
    return datetime.fromtimestamp(now, UTC) - record.created_at < longest
