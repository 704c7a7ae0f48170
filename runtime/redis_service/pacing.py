"""`CallPacing` over Redis: a hash and a sorted set for each key and model, gone an hour after their last call."""

from collections.abc import Sequence
from typing import Any

from runtime.contracts.pacing import Admission, CallReport, CallRequest, PacedKey, RateLimits
from runtime.redis_service.link import RedisLink
from runtime.redis_service.pacing_scripts import PacingScripts, pacing_scripts
from runtime.redis_service.scripts import Script


class RedisCallPacing:
    def __init__(self, *, redis: RedisLink, scripts: PacingScripts | None = None) -> None:
        self._redis = redis
        self._scripts = scripts or pacing_scripts()

    async def admit(self, request: CallRequest) -> Admission:
        return await self._run(self._scripts.admit, request)

    async def settle(self, report: CallReport) -> Admission:
        told = report.told
        return await self._run(
            self._scripts.settle,
            report.request,
            report.calls,
            _text(report.tokens_used),
            int(report.throttled),
            _text(report.retry_after_seconds),
            *_limits(told or RateLimits()),
            _text(told.spare_seconds if told else None),
        )

    async def _run(self, script: Script, request: CallRequest, *more: str | int) -> Admission:
        waits = [_text(request.patience_seconds), _text(request.check_in_seconds)]
        args = [request.call_id, request.tokens, *_limits(request.limits), *waits, *more]
        reply: Sequence[Any] = await self._redis.run(script, keys=_keys(request.key), args=args)
        wait, requests, tokens, slowed = reply
        limits = RateLimits(
            requests_per_minute=float(requests) if requests else None,
            tokens_per_minute=float(tokens) if tokens else None,
        )
        return Admission(wait_seconds=float(wait), limits=limits, slowed=bool(slowed))


def _keys(key: PacedKey) -> list[str]:
    name = f"{key.key_id}:{key.provider}:{key.model}"
    return [f"pace:{name}", f"reserved:{name}"]


def _limits(limits: RateLimits) -> list[str]:
    return [_text(limits.requests_per_minute), _text(limits.tokens_per_minute)]


def _text(number: float | None) -> str:
    return "" if number is None else repr(number)
