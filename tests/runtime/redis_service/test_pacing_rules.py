"""The rules of the pace in plain Python, whatever happens in whatever order. The Lua is held to the same Python."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.contracts.pacing import CallReport, CallRequest
from runtime.redis_service.pacing_constants import EARLY_SECONDS, LATE_SECONDS
from tests.contract.pacing_subjects import CHECK_IN_SECONDS, START, asking, fresh_key, refused
from tests.fakes.pacing_model import Pace

KEY = fresh_key()


@dataclass
class Ledger:
    """Everybody who wants to call one key, and when each of them was let go, with what it costs in seconds."""

    pace: Pace = field(default_factory=lambda: Pace(at=START))
    now: float = START
    gone: list[tuple[float, float]] = field(default_factory=list)

    def ask(self, call: CallRequest) -> float:
        wait = self.pace.admit(call, self.now).wait_seconds
        if not wait:
            self.gone.append((self.now, cost(call)))
        return wait

    def most_over_the_limit(self) -> float:
        """The largest cost of the calls in any window, less the window's length."""
        return max(
            (
                sum(price for at, price in self.gone if start <= at <= end) - (end - start)
                for start, _ in self.gone
                for end, _ in self.gone
                if end >= start
            ),
            default=0,
        )


def cost(call: CallRequest) -> float:
    requests, tokens = call.limits.requests_per_minute, call.limits.tokens_per_minute
    assert requests
    return max(60 / requests, 60 * call.tokens / tokens if tokens else 0)


TOKENS = st.integers(0, 500)
ASKS = st.tuples(st.just("ask"), st.integers(0, 30), TOKENS)
REFUSALS = st.tuples(st.just("refuse"), st.integers(0, 30), st.integers(0, 20))
PAUSES = st.sampled_from([0.0, 0.0, 0.3, 1.0, 2.5, 11.0, 90.0])


@given(steps=st.lists(st.tuples(PAUSES, ASKS | REFUSALS), max_size=80), rpm=st.sampled_from([6.0, 60.0, 600.0]))
@settings(max_examples=300, deadline=None)
def test_no_window_ever_sees_more_than_the_limit_and_the_burst(
    steps: list[tuple[float, tuple[str, int, int]]], rpm: float
) -> None:
    ledger, closed_until = Ledger(), 0.0
    for pause, (kind, call_id, number) in steps:
        ledger.now += pause
        if kind == "ask":
            wait = ledger.ask(asking(KEY, call_id, rpm=rpm, tpm=6000, tokens=number))
            assert wait or ledger.now >= closed_until
        else:
            call = asking(KEY, call_id, rpm=rpm, tpm=6000)
            ledger.pace.settle(refused(call, retry_after_seconds=number), ledger.now)
            closed_until = max(closed_until, ledger.now + number)
    largest = max((price for _, price in ledger.gone), default=0)
    assert ledger.most_over_the_limit() <= LATE_SECONDS + largest + EARLY_SECONDS


@given(
    waiters=st.integers(1, 120),
    rpm=st.sampled_from([7.0, 60.0, 600.0]),
    tokens=st.lists(TOKENS, min_size=1, max_size=7),
    lateness=st.lists(st.floats(0, LATE_SECONDS - 0.1), min_size=1, max_size=7),
)
@settings(max_examples=100, deadline=None)
def test_whoever_comes_back_when_told_goes_however_many_ask_meanwhile(
    waiters: int, rpm: float, tokens: list[int], lateness: list[float]
) -> None:
    ledger = Ledger()
    calls = [asking(KEY, n, rpm=rpm, tpm=6000, tokens=tokens[n % len(tokens)]) for n in range(waiters)]
    due = [(START, n, 0) for n in range(waiters)]
    while due:
        due.sort()
        ledger.now, n, asked = due.pop(0)
        if (wait := ledger.ask(calls[n])) == 0:
            continue
        assert asked == 0 or wait <= CHECK_IN_SECONDS  # only who was sent away for a part of its time is sent again
        assert asked * CHECK_IN_SECONDS <= ledger.now - START
        due.append((ledger.now + wait + lateness[n % len(lateness)], n, asked + 1))
    assert len(ledger.gone) == waiters
    assert ledger.most_over_the_limit() <= LATE_SECONDS + max(map(cost, calls)) + EARLY_SECONDS


@pytest.mark.parametrize("rest", [{"rpm": None}, {"rpm": 600}, {"rpm": 600, "tpm": 60_000}])
def test_a_key_that_was_throttled_for_long_is_at_its_full_rate_again_in_the_end(rest: dict[str, float | None]) -> None:
    pace, now = Pace(at=START), START
    for _ in range(30):
        call = asking(KEY, 1, **rest)
        now += pace.settle(refused(call), now).wait_seconds
        assert pace.admit(call, now).wait_seconds == 0
    admitted = 0
    while pace.share < 1:
        now += 1
        for n in range(10):
            call = asking(KEY, f"{now}-{n}", patience_seconds=0, **rest)
            if pace.admit(call, now).wait_seconds == 0:
                pace.settle(CallReport(request=call), now)
                admitted += 1
        assert now < START + 3600
    assert admitted
