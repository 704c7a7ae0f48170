"""The rules of a key's pace in plain Python: what the Lua in `runtime/redis_service/pacing_scripts.py` must do too."""

from dataclasses import dataclass, field

from runtime.contracts.pacing import Admission, CallReport, CallRequest, RateLimits
from runtime.redis_service.pacing_constants import (
    BACKOFF_MAX_SECONDS,
    BURST_SECONDS,
    EARLY_SECONDS,
    LATE_SECONDS,
    LEARNED_REQUESTS,
    MIN_SHARE,
    REGAINED_SHARE,
    WINDOW_SECONDS,
)


@dataclass
class Pace:
    at: float
    clock: float = 0
    used: float = -BURST_SECONDS
    tail: float = 0
    share: float = 1
    raised_at: float = 0
    halved_at: float = 0
    closed_until: float = 0
    strikes: int = 0
    recent: float = 0
    told_requests: float | None = None
    told_tokens: float | None = None
    learned: float | None = None
    limits: RateLimits = field(default_factory=RateLimits)
    slots: dict[str, float] = field(default_factory=dict)

    def admit(self, request: CallRequest, now: float) -> Admission:
        self._pass(now)
        self._apply_limits(request.limits)
        first, price = self._first_slot(), self._cost(1, request.tokens)
        held = self.slots.get(request.call_id)
        slot = max(self.tail, self.used) if held is None else held
        gap = self.used <= self.clock and (first is None or self.used + price <= first)
        if now >= self.closed_until and (slot <= self.clock + EARLY_SECONDS or gap):
            self.slots.pop(request.call_id, None)
            if held is None and not gap:
                self.tail = slot + price
            self.used += price
            self.recent += 1
            return self._answer(0)
        wait = self._wait_for(slot, request)
        if held is None and request.call_id in self.slots:
            self.tail = slot + price
        return self._answer(wait)

    def settle(self, report: CallReport, now: float) -> Admission:
        self._pass(now)
        request, told = report.request, report.told
        if told is not None:
            self.told_requests = told.requests_per_minute or self.told_requests
            self.told_tokens = told.tokens_per_minute or self.told_tokens
        if report.throttled:
            self._throttled(request, report.retry_after_seconds)
        elif now >= self.closed_until:
            self._succeeded()
        self.raised_at = now
        self._apply_limits(request.limits)
        self._first_slot()
        price = self._cost(1, request.tokens)
        tokens = request.tokens if report.tokens_used is None else report.tokens_used
        more = 0 if report.throttled else self._cost(report.calls, tokens) - price
        if more < 0:
            self.used += more
        else:
            self.clock -= more
        if told is not None and told.spare_seconds is not None:
            self.clock = min(self.clock, self.used + told.spare_seconds)
        if not report.throttled:
            return self._answer(0)
        self.tail = max(self.tail, self.clock)
        self.clock -= price
        self.used -= price
        return self._answer(self._wait_for(self.clock, request))

    def _pass(self, now: float) -> None:
        passed = max(0, now - self.at)
        self.clock += max(0, min(passed, now - self.closed_until)) * self.share
        self.recent *= max(0, 1 - passed / 60)
        self.at = now

    def _apply_limits(self, configured: RateLimits) -> None:
        requests = self.told_requests or configured.requests_per_minute or self.learned
        limits = RateLimits(
            requests_per_minute=requests, tokens_per_minute=self.told_tokens or configured.tokens_per_minute
        )
        if limits != self.limits:
            self.slots.clear()
            self.limits = limits

    def _cost(self, calls: int, tokens: int) -> float:
        requests, allowed = self.limits.requests_per_minute, self.limits.tokens_per_minute
        return max(60 * calls / requests if requests else 0, 60 * tokens / allowed if allowed else 0)

    def _first_slot(self) -> float | None:
        self.slots = {call: slot for call, slot in self.slots.items() if slot > self.clock - LATE_SECONDS}
        first = min(self.slots.values(), default=None)
        self.used = max(self.used, min(self.clock - BURST_SECONDS, self.clock if first is None else first))
        if first is None:
            self.tail = self.used
        return first

    def _wait_for(self, slot: float, request: CallRequest) -> float:
        closed, queued = max(0, self.closed_until - self.at), max(0, slot - self.clock)
        if closed + queued > request.patience_seconds:
            self.slots.pop(request.call_id, None)
            return closed + queued
        self.slots[request.call_id] = slot
        return closed + min(queued / self.share, request.check_in_seconds)

    def _throttled(self, request: CallRequest, retry_after: float | None) -> None:
        if not (self.told_requests or request.limits.requests_per_minute or self.learned):
            self.learned = max(LEARNED_REQUESTS, self.recent)
        if self.at >= self.halved_at + WINDOW_SECONDS:
            self.share, self.halved_at = max(MIN_SHARE, self.share / 2), self.at
        if self.at >= self.closed_until:
            self.strikes += 1
        backoff = min(BACKOFF_MAX_SECONDS, 2 ** min(self.strikes, 16))
        self.closed_until = max(self.closed_until, self.at + max(retry_after or 0, backoff))

    def _succeeded(self) -> None:
        self.strikes = 0
        self.share = min(1, self.share + REGAINED_SHARE * min(60, self.at - self.raised_at) / 60)
        if self.share == 1:
            self.learned = None

    def _answer(self, wait: float) -> Admission:
        return Admission(wait_seconds=wait, limits=self.limits, slowed=self.share < 1 or self.strikes > 0)
