"""The rate limits that a provider tells beside its replies: OpenAI in headers, Gemini in a refusal's QuotaFailure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from runtime.contracts.pacing import LimitsTold

_UNITS = ("requests", "tokens")
HEADERS = tuple(f"x-ratelimit-{fact}-{unit}" for fact in ("limit", "remaining", "reset") for unit in _UNITS)

MINUTES_A_DAY = 24 * 60
LONGEST_PERIOD_SECONDS = 3600.0
"""A limit that takes longer than this to come back is one of a day."""
_COUNT = re.compile(r"\d{1,12}")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def from_headers(headers: Mapping[str, str]) -> LimitsTold | None:
    """`x-ratelimit-{limit,remaining,reset}-{requests,tokens}`; None where none of them says a limit.

    `reset` is the time until all of the limit is back. Small accounts have limits of a day under the same name.
    """
    facts: dict[str, float | None] = {}
    for unit in _UNITS:
        limit, remaining = (_count(headers.get(f"x-ratelimit-{fact}-{unit}")) for fact in ("limit", "remaining"))
        if not limit:
            continue
        reset = duration_seconds(headers.get(f"x-ratelimit-reset-{unit}"))
        if remaining is not None and reset is not None and _of_a_day(limit, remaining, reset):
            facts[f"{unit}_per_minute"] = limit / MINUTES_A_DAY
        else:
            facts |= {f"{unit}_per_minute": limit, f"remaining_{unit}": remaining}
    return _told(facts)


def from_quota_failures(details: Iterable[Mapping[str, Any]]) -> LimitsTold | None:
    """The limits of a minute among the violations of google.rpc.QuotaFailure, by quota id and value."""
    facts: dict[str, float | None] = {}
    for violation in _violations(details):
        quota, limit = violation.get("quotaId"), _count(violation.get("quotaValue"))
        if not limit or not isinstance(quota, str) or "PerMinute" not in quota:
            continue
        facts["tokens_per_minute" if "Token" in quota else "requests_per_minute"] = limit
    return _told(facts)


def duration_seconds(value: str | None) -> float | None:
    """As Go writes durations: "17ms", "6m0s", "1h2m3.5s"."""
    if value is None or re.fullmatch(f"(?:{_PART.pattern}){{1,4}}", value) is None:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(value))


def _of_a_day(limit: float, remaining: float, reset_seconds: float) -> bool:
    spent = limit - remaining
    return spent > 0 and reset_seconds * limit / spent > LONGEST_PERIOD_SECONDS


def _violations(details: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for detail in details:
        found = detail.get("violations")
        if isinstance(found, list):
            yield from (violation for violation in found if isinstance(violation, dict))


def _count(value: object) -> float | None:
    return float(value) if isinstance(value, str) and _COUNT.fullmatch(value) else None


def _told(facts: Mapping[str, float | None]) -> LimitsTold | None:
    try:
        return LimitsTold.model_validate(facts) if facts else None
    except ValidationError:
        return None
