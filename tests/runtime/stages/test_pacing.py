"""The pace around a provider call: when it may start, what is reported, and what a lost report costs."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from config.limits import Limits
from config.runtime_document import ProviderSettings
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.models import ModelRef
from runtime.contracts.outcomes import Usage
from runtime.contracts.pacing import Admission, CallReport, LimitsTold, RateLimits
from runtime.contracts.unavailable import Unavailable
from runtime.keys.key_id import key_id
from runtime.providers.chat_model import ChatReply, ProviderError
from runtime.stages.attempts import TryAgain, next_attempt
from runtime.stages.pacing import NotYet, Pacer, check_in_seconds, estimated_tokens, worth_reporting
from tests.contract.evaluations import identity
from tests.contract.pacing_subjects import asking, fresh_key
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.fakes.flakiness import Flakiness
from tests.runtime.documents import runtime_document
from tests.runtime.stages.setup import NOW

KEY = SecretStr("sk-plain-and-long-enough")
REF = ModelRef(Provider.OPENAI, "gpt-x")
DOWN = Flakiness(what="redis-service", share=2)


def reply(told: LimitsTold | None = None, tokens: int = 30) -> ChatReply:
    usage = Usage(input_tokens=tokens, output_tokens=0)
    return ChatReply(text="Titan.", served_model=None, truncated=False, usage=usage, told=told)


@dataclass
class Bench:
    requests_per_minute: int | None = 60
    tokens_per_minute: int | None = None
    now: float = 0
    report_is_lost: bool = False
    identities: dict[str, Identity] = field(default_factory=dict)
    pacing: InMemoryCallPacing = field(init=False)
    pacer: Pacer = field(init=False)

    def __post_init__(self) -> None:
        settings = ProviderSettings(
            base_url="http://127.0.0.1:1",
            max_in_flight=1,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
        )
        self.pacing = InMemoryCallPacing(now=lambda: self.now)
        document = runtime_document(providers={Provider.OPENAI: settings})
        self.pacer = Pacer(
            pacing=self.pacing,
            stage=Stage.INFERENCE,
            document=lambda: document,
            now=lambda: NOW + timedelta(seconds=self.now),
        )

    async def call(self, name: str, *outcomes: ChatReply | ProviderError, key: SecretStr | None = KEY) -> None:
        asked = self.identities.setdefault(name, identity(tenant="t", created_at=NOW))
        async with self.pacer.call(key, REF, identity=asked, tokens=100) as call:
            if self.report_is_lost:
                self.pacing.flakiness = DOWN
            for outcome in outcomes:
                if isinstance(outcome, ProviderError):
                    raise outcome
                call.answered(outcome)

    async def wait(self, name: str, *outcomes: ChatReply | ProviderError) -> float:
        with pytest.raises(NotYet) as caught:
            await self.call(name, *outcomes)
        assert caught.value.reason is FailureReason.THROTTLED
        return caught.value.wait_seconds


def throttled(**facts: Any) -> ProviderError:
    return ProviderError(FailureReason.THROTTLED, **facts)


async def test_a_call_that_is_not_its_turn_never_starts_and_is_told_when() -> None:
    bench = Bench()
    for name in "ab":
        await bench.call(name, reply())
    assert await bench.wait("c", throttled()) == 1
    bench.now = 1
    await bench.call("c", reply())


async def test_an_ordinary_success_is_not_reported() -> None:
    bench = Bench()
    await bench.call("a", reply())
    assert bench.pacing.reports == []


async def test_a_429_is_reported_with_all_that_it_tells_and_gives_the_time_for_the_next_try() -> None:
    bench = Bench(requests_per_minute=None)
    told = LimitsTold(requests_per_minute=30)
    wait = await bench.wait("a", throttled(retry_after_seconds=7, told=told))
    (report,) = bench.pacing.reports
    assert (report.throttled, report.retry_after_seconds, report.told) == (True, 7, told)
    assert wait == 7
    assert await bench.wait("b") > 7


async def test_a_success_after_a_429_is_reported() -> None:
    bench = Bench()
    bench.now += await bench.wait("a", throttled()) + 1
    await bench.call("a", reply())
    assert [report.throttled for report in bench.pacing.reports] == [True, False]


async def test_all_calls_of_a_verdict_are_charged_whether_it_comes_about_or_not() -> None:
    bench = Bench()
    await bench.call("a", reply(), reply())
    bench.now += 10
    with pytest.raises(ProviderError) as caught:
        await bench.call("b", reply(), reply(), ProviderError(FailureReason.UNPARSEABLE))
    assert caught.value.reason is FailureReason.UNPARSEABLE
    assert [(report.calls, report.tokens_used, report.throttled) for report in bench.pacing.reports] == [
        (2, 60, False)
    ] * 2


@pytest.mark.parametrize("reason", [FailureReason.TRANSIENT, FailureReason.AUTH, FailureReason.QUOTA])
async def test_any_other_failure_passes_and_is_no_success(reason: FailureReason) -> None:
    bench = Bench()
    bench.now += await bench.wait("a", throttled()) + 1
    with pytest.raises(ProviderError) as caught:
        await bench.call("a", ProviderError(reason))
    assert caught.value.reason is reason
    assert len(bench.pacing.reports) == 1


async def test_without_a_key_there_is_no_pace() -> None:
    bench = Bench(requests_per_minute=1)
    bench.pacing.flakiness = DOWN
    for name in "abc":
        await bench.call(name, reply(), key=None)


async def test_where_the_pace_is_out_of_reach_no_call_starts() -> None:
    bench = Bench()
    bench.pacing.flakiness = DOWN
    with pytest.raises(Unavailable):
        await bench.call("a", throttled())


@pytest.mark.parametrize("outcome", [reply(LimitsTold(requests_per_minute=5)), throttled(retry_after_seconds=3)])
async def test_a_report_that_is_lost_changes_nothing_of_how_the_call_went(outcome: ChatReply | ProviderError) -> None:
    bench = Bench()
    bench.report_is_lost = True
    with structlog.testing.capture_logs() as logs:
        if isinstance(outcome, ProviderError):
            with pytest.raises(ProviderError) as caught:
                await bench.call("a", outcome)
            assert caught.value is outcome
        else:
            await bench.call("a", outcome)
    assert "pace_unreported" in [log["event"] for log in logs]


async def test_neither_key_nor_its_name_is_logged() -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        await bench.wait("a", throttled(retry_after_seconds=1))
    assert logs
    assert KEY.get_secret_value() not in str(logs)
    assert key_id(KEY) not in str(logs)


async def test_a_turn_of_its_own_takes_no_backoff_on_top() -> None:
    again = next_attempt(
        NotYet(1.5),
        attempts_made=1,
        receive_count=9,
        limits=Limits(),
        now=NOW,
        deadline_at=NOW.replace(hour=13),
    )
    assert again == TryAgain(after_seconds=1.5, refund=True)


def test_the_longest_wait_takes_fewer_than_half_of_the_deliveries() -> None:
    limits = Limits()
    assert limits.evaluation_deadline_seconds / check_in_seconds(limits) < limits.max_receive_count / 2


@pytest.mark.parametrize(
    ("admission", "report", "worth"),
    [
        ({}, {}, False),
        ({"slowed": True}, {}, True),
        ({}, {"calls": 2}, True),
        ({"limits": RateLimits(tokens_per_minute=900)}, {"tokens_used": 7}, True),
        ({"limits": RateLimits(tokens_per_minute=900)}, {}, False),
        ({}, {"told": LimitsTold(requests_per_minute=60)}, True),
        ({"limits": RateLimits(requests_per_minute=60)}, {"told": LimitsTold(requests_per_minute=60)}, False),
        ({"limits": RateLimits(requests_per_minute=60)}, {"told": LimitsTold(requests_per_minute=59)}, True),
        (
            {"limits": RateLimits(requests_per_minute=60)},
            {"told": LimitsTold(requests_per_minute=60, remaining_requests=19)},
            True,
        ),
        (
            {"limits": RateLimits(tokens_per_minute=900)},
            {"told": LimitsTold(tokens_per_minute=900, remaining_tokens=900), "tokens_used": 7},
            False,
        ),
    ],
)
def test_only_news_are_worth_a_report(admission: dict[str, Any], report: dict[str, Any], worth: bool) -> None:
    made = CallReport(request=asking(fresh_key(), 1), **report)
    assert worth_reporting(Admission(wait_seconds=0, **admission), made) is worth


def test_an_estimate_counts_four_characters_a_token_and_the_answer() -> None:
    assert estimated_tokens(["abcd" * 10, "ab", "cd"], output_tokens=500) == 511
