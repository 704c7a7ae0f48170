"""What every provider's server can do alike, whatever its protocol: failing bodies and slow or broken connections."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.stubs.wire_reply import Manner, WireReply

HUGE_BYTES = 50_000_000
BOMB = gzip.compress(b" " * HUGE_BYTES, compresslevel=1)
RETRY_SECONDS = 7
"""What a throttled caller is told; as a date it lies an hour ahead."""
NO_DATE = "Mon, 06 Jan 99999999999999 00:00:00 GMT"
"""Of a form that Python's reader of dates takes, and then raises OverflowError for."""
LIMITS = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6ms",
}
"""As OpenAI tells them beside an answer or a refusal."""

_BODIES: dict[str, Callable[[], WireReply]] = {
    "html": lambda: WireReply(body=b"<html>welcome</html>", content_type="text/html"),
    "html_502": lambda: WireReply(
        status=502, body="<html>caf\u00e9</html>".encode("latin-1"), content_type="text/html"
    ),
    "not_json": lambda: WireReply(body=b'{"choices": [{"mess'),
    "not_utf8": lambda: WireReply(body=b'{"choices": "\xff\xfe"}'),
    "no_body": WireReply,
    "list": lambda: WireReply(body=b"[]"),
    "deep": lambda: WireReply(body=b"[" * 100_000),
    "huge": lambda: WireReply(body=b'{"choices": "' + b"a" * HUGE_BYTES),
    "huge_error": lambda: WireReply(status=500, body=b'{"error": "' + b"a" * HUGE_BYTES),
    "gzip_bomb": lambda: WireReply(body=BOMB, headers={"content-encoding": "gzip"}),
    "gzip_error": lambda: WireReply(status=401, body=BOMB, headers={"content-encoding": "gzip"}),
    "redirect": lambda: WireReply(status=307, headers={"location": "/_stub/trap"}),
}
_MANNERS = {
    "drip": Manner.DRIP,
    "hang": Manner.HANG,
    "broken_off": Manner.BROKEN_OFF,
    "reset": Manner.RESET,
}
_DELAY = re.compile(r"delay_(\d+)")
STATUS = re.compile(r"http_(\d{3})")


def shared_body(behaviour: str) -> WireReply | None:
    return _BODIES[behaviour]() if behaviour in _BODIES else None


def with_manner(behaviour: str, reply: WireReply) -> WireReply:
    """`delay_250` waits 250 ms before an ordinary answer; the others are named in `Manner`."""
    delayed = _DELAY.fullmatch(behaviour)
    if delayed:
        return replace(reply, delay_seconds=int(delayed[1]) / 1000)
    if behaviour == "limits":
        return replace(reply, headers=LIMITS)
    if behaviour == "cookie":
        return replace(reply, headers={"set-cookie": "session=somebody; Path=/"})
    return replace(reply, manner=_MANNERS.get(behaviour, Manner.WHOLE))


def retry_header(behaviour: str) -> dict[str, str]:
    match behaviour:
        case "throttled":
            return {"retry-after": str(RETRY_SECONDS)} | LIMITS
        case "throttled_date":
            return {"retry-after": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)}
        case "throttled_no_date":
            return {"retry-after": NO_DATE}
        case _:
            return {}
