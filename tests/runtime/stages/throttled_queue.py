"""Many messages of one provider key, from queue to reply, in simulated time: SQS, workers, pace and provider.

Real are the rules: the pace, `next_attempt` and `release_seconds`. SQS hides a message for whole seconds and hands it
out up to a second after that; the provider has a bucket of a minute and refuses what is over it.
"""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.limits import Limits
from runtime.contracts.pacing import Admission, CallReport, LimitsTold
from runtime.messaging.backoff import release_seconds
from runtime.providers.chat_model import ProviderError
from runtime.stages.attempts import next_attempt
from runtime.stages.pacing import NotYet, check_in_seconds, worth_reporting
from tests.contract.pacing_subjects import asking, fresh_key
from tests.fakes.pacing_model import Pace

EPOCH = datetime(2026, 11, 23, tzinfo=UTC)
POLL_SECONDS = 1.0
CALL_SECONDS = (1.0, 8.0)


@dataclass
class Provider:
    """A token bucket; it refuses everything before `opens_at`."""

    rpm: float
    tells_limits: bool = False
    opens_at: float = 0
    retry_after: float | None = None
    left: float | None = None
    at: float = 0

    def takes(self, now: float) -> bool:
        left = self.rpm if self.left is None else self.left
        self.left, self.at = min(self.rpm, left + (now - self.at) * self.rpm / 60), now
        if self.left < 1 or now < self.opens_at:
            return False
        self.left -= 1
        return True

    def told(self) -> LimitsTold | None:
        return LimitsTold(requests_per_minute=self.rpm, remaining_requests=self.left) if self.tells_limits else None


@dataclass
class ThrottledQueue:
    provider: Provider
    configured_rpm: float | None
    limits: Limits = field(default_factory=Limits)
    deliveries: Counter[int] = field(default_factory=Counter)
    """By message."""
    done_at: dict[int, float] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    refusals: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret

    def run(self, arrivals: list[float]) -> None:
        key, pace = fresh_key(), Pace(at=0)
        events = [(at, message) for message, at in enumerate(arrivals)]
        heapq.heapify(events)
        replies: list[tuple[float, int, CallReport]] = []
        admissions: dict[int, Admission] = {}
        while events or replies:
            if replies and (not events or replies[0][0] <= events[0][0]):
                now, message, report = heapq.heappop(replies)
                if report.throttled:
                    wait = pace.settle(report, now).wait_seconds
                    self._release(events, message, NotYet(wait), now, arrivals[message])
                else:
                    self.done_at[message] = now
                    if worth_reporting(admissions.pop(message), report):
                        pace.settle(report, now)
                continue
            now, message = heapq.heappop(events)
            self.deliveries[message] += 1
            patience = arrivals[message] + self.limits.evaluation_deadline_seconds - now
            call = asking(
                key,
                message,
                rpm=self.configured_rpm,
                patience_seconds=patience,
                check_in_seconds=check_in_seconds(self.limits),
            )
            admissions[message] = pace.admit(call, now)
            if wait := admissions[message].wait_seconds:
                self._release(events, message, NotYet(wait), now, arrivals[message])
                continue
            takes = self.provider.takes(now)
            self.refusals += not takes
            report = CallReport(
                request=call,
                throttled=not takes,
                retry_after_seconds=None if takes else self.provider.retry_after,
                told=self.provider.told(),
            )
            heapq.heappush(replies, (now + (self._random.uniform(*CALL_SECONDS) if takes else 0.2), message, report))

    def _release(
        self, events: list[tuple[float, int]], message: int, error: ProviderError, now: float, arrived: float
    ) -> None:
        count = self.deliveries[message]
        again = next_attempt(
            error,
            attempts_made=1,
            receive_count=count,
            limits=self.limits,
            now=EPOCH + timedelta(seconds=now),
            deadline_at=EPOCH + timedelta(seconds=arrived + self.limits.evaluation_deadline_seconds),
        )
        if again is None:
            self.failed.add(message)
            return
        hidden = release_seconds(again.after_seconds, count, self.limits)
        heapq.heappush(events, (now + hidden + self._random.uniform(0, POLL_SECONDS), message))
