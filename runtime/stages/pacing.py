"""Around each provider call with a key: waits for nothing, but asks whether it may start, and reports how it went."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import SecretStr

from config.limits import Limits
from config.runtime_document import RuntimeDocument
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.models import ModelRef
from runtime.contracts.outcomes import Usage, add_usage
from runtime.contracts.pacing import (
    UNLIMITED,
    Admission,
    CallPacing,
    CallReport,
    CallRequest,
    LimitsTold,
    PacedKey,
    RateLimits,
)
from runtime.contracts.unavailable import Unavailable
from runtime.keys.key_id import key_id
from runtime.providers.chat_model import ProviderError, Reply

log = structlog.get_logger()

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English; what it misses is settled after the call."""
PLENTY_SECONDS = 20.0
"""A provider that has this much of a minute's allowance left need not be reported."""


class NotYet(ProviderError):
    """The key's rate lets the call start in `retry_after_seconds`: a turn of its own, so no backoff comes on top."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(FailureReason.THROTTLED, retry_after_seconds=wait_seconds)
        self.wait_seconds = wait_seconds


class PacedCall:
    """What one piece of work got from its provider, in one call or in several."""

    def __init__(self) -> None:
        self.replies = 0
        self.usage: Usage | None = None
        self.told: LimitsTold | None = None

    def answered(self, reply: Reply) -> None:
        self.replies += 1
        self.usage = add_usage(self.usage, reply.usage)
        self.told = reply.told or self.told


@dataclass(frozen=True, kw_only=True)
class Pacer:
    pacing: CallPacing
    stage: Stage
    document: Callable[[], RuntimeDocument]
    now: Callable[[], datetime]

    @asynccontextmanager
    async def call(
        self, key: SecretStr | None, ref: ModelRef, *, identity: Identity, tokens: int
    ) -> AsyncIterator[PacedCall]:
        """Raises NotYet where it is not the call's turn, before or after the provider says so; Unavailable before.

        `tokens` is an estimate. A model without a key has no pace but its places.
        """
        call = PacedCall()
        if key is None:
            yield call
            return
        request = CallRequest(
            key=PacedKey(key_id=key_id(key), provider=ref.provider, model=ref.model),
            call_id=f"{self.stage}:{identity.request_id}",
            tokens=tokens,
            limits=self._rate_limits(ref.provider),
            patience_seconds=(identity.deadline_at - self.now()).total_seconds(),
            check_in_seconds=check_in_seconds(self.document().limits),
        )
        admission = await self.pacing.admit(request)
        if admission.wait_seconds:
            raise NotYet(admission.wait_seconds)
        failed: ProviderError | None = None
        try:
            yield call
        except ProviderError as error:
            failed = error
        report, settled = _report(request, call, failed), None
        if report.throttled or (call.replies and worth_reporting(admission, report)):
            settled = await self._settle(report)
        if report.throttled:
            log.warning("provider_throttled", provider=ref.provider.value, model=ref.model)
            if settled is not None:
                raise NotYet(settled.wait_seconds)
        if failed is not None:
            raise failed

    def _rate_limits(self, provider: Provider) -> RateLimits:
        found = self.document().providers.get(provider)
        if found is None:
            return UNLIMITED
        return RateLimits(requests_per_minute=found.requests_per_minute, tokens_per_minute=found.tokens_per_minute)

    async def _settle(self, report: CallReport) -> Admission | None:
        """None where it is lost: the call is over, and what it found out is found out again by the next one."""
        try:
            return await self.pacing.settle(report)
        except Unavailable as error:
            log.warning("pace_unreported", what=error.what, next_step="none: the next call finds out the same")
            return None


def check_in_seconds(limits: Limits) -> float:
    """So that even a turn at the end of the deadline takes fewer than half of a message's deliveries."""
    return limits.evaluation_deadline_seconds / (limits.max_receive_count / 2 - 1)


def worth_reporting(admission: Admission, report: CallReport) -> bool:
    """Whether a call that went well changes anything: most do not, and save a round trip."""
    told, limits = report.told, admission.limits
    if admission.slowed or report.calls > 1:
        return True
    if told is None:
        return limits.tokens_per_minute is not None and report.tokens_used is not None
    spare = told.spare_seconds
    news = any(
        said is not None and said != known
        for said, known in (
            (told.requests_per_minute, limits.requests_per_minute),
            (told.tokens_per_minute, limits.tokens_per_minute),
        )
    )
    return news or (spare is not None and spare < PLENTY_SECONDS)


def estimated_tokens(texts: Iterable[str], *, output_tokens: int) -> int:
    return sum(map(len, texts)) // CHARACTERS_PER_TOKEN + output_tokens


def _report(request: CallRequest, call: PacedCall, failed: ProviderError | None) -> CallReport:
    usage = call.usage
    throttled = failed if failed is not None and failed.reason is FailureReason.THROTTLED else None
    return CallReport(
        request=request,
        calls=max(1, call.replies),
        tokens_used=usage.input_tokens + usage.output_tokens if usage else None,
        throttled=throttled is not None,
        retry_after_seconds=throttled.retry_after_seconds if throttled else None,
        told=(throttled.told if throttled else None) or call.told,
    )
