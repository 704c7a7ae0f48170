"""What each behaviour of a provider means to us: the rows of the contract, and where only one provider has them."""

from dataclasses import dataclass

from runtime.contracts.failures import FailureReason as Reason
from tests.stubs.behaviours import RETRY_SECONDS

EVERY = frozenset({"scripted", "openai", "google"})


@dataclass(frozen=True)
class Row:
    behaviour: str
    reason: Reason
    wait_seconds: float | None = None
    subjects: frozenset[str] = EVERY
    deadline_seconds: float = 20


def _row(behaviour: str, reason: Reason, *only: str) -> Row:
    return Row(behaviour, reason, subjects=frozenset(only) or EVERY)


ROWS = (
    _row("key_refused", Reason.AUTH),
    _row("http_401", Reason.AUTH),
    _row("http_403", Reason.AUTH),
    _row("gzip_error", Reason.AUTH),
    _row("http_404", Reason.MODEL_NOT_FOUND),
    _row("http_400", Reason.REJECTED),
    _row("http_409", Reason.REJECTED),
    _row("http_413", Reason.REJECTED),
    _row("http_422", Reason.REJECTED),
    _row("quota", Reason.QUOTA, "scripted", "openai"),
    # Gemini has one status for a rate and for an empty account.
    _row("quota", Reason.THROTTLED, "google"),
    Row("throttled", Reason.THROTTLED, wait_seconds=RETRY_SECONDS),
    _row("throttled_plain", Reason.THROTTLED),
    _row("throttled_no_date", Reason.THROTTLED),
    _row("http_408", Reason.TRANSIENT),
    _row("http_500", Reason.TRANSIENT),
    _row("http_502", Reason.TRANSIENT),
    _row("http_503", Reason.TRANSIENT),
    _row("http_504", Reason.TRANSIENT),
    _row("http_529", Reason.TRANSIENT),
    _row("html_502", Reason.TRANSIENT),
    _row("huge_error", Reason.TRANSIENT),
    _row("reset", Reason.TRANSIENT),
    Row("hang", Reason.TIMEOUT, deadline_seconds=0.3),
    Row("drip", Reason.TIMEOUT, deadline_seconds=0.3),
    _row("html", Reason.MALFORMED),
    _row("not_json", Reason.MALFORMED),
    _row("not_utf8", Reason.MALFORMED),
    _row("no_body", Reason.MALFORMED),
    _row("list", Reason.MALFORMED),
    _row("deep", Reason.MALFORMED),
    _row("no_choices", Reason.MALFORMED),
    _row("no_text", Reason.MALFORMED),
    _row("surrogate", Reason.MALFORMED),
    _row("broken_off", Reason.MALFORMED),
    _row("huge", Reason.MALFORMED),
    _row("gzip_bomb", Reason.MALFORMED),
    _row("redirect", Reason.MALFORMED),
    _row("http_204", Reason.MALFORMED),
    # A continuation would be a second, hidden call.
    _row("unfinished", Reason.MALFORMED, "google"),
    _row("blocked_prompt", Reason.BLOCKED),
    _row("content_filter", Reason.BLOCKED),
    _row("recitation", Reason.BLOCKED),
    _row("refusal", Reason.REFUSED, "scripted", "openai"),
)
