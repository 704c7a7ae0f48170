"""The active document: an invalid or unreachable one never replaces the last good one, nor a part of it."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from botocore.exceptions import EndpointConnectionError

from config.model_names import MODEL_PATTERN
from config.naming import Names
from config.runtime_document import MAX_DOCUMENT_BYTES, DefaultModels, RuntimeDocument
from runtime.kit.settings import Settings
from runtime.kit.settings_document import CHUNK_BYTES, version_of
from tests.runtime.documents import runtime_document
from tests.runtime.kit.scripted_appconfig import Body, ScriptedAppConfig

AWAY = EndpointConnectionError(endpoint_url="http://nowhere")
FIRST = runtime_document(region="us-east-1")
SECOND = runtime_document(region="eu-west-1")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "never-in-a-log"


def content(document: RuntimeDocument) -> bytes:
    return document.model_dump_json().encode()


def changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(content(SECOND)), **changes}).encode()


def without(field: str, name: str) -> bytes:
    rest: Mapping[str, Any] = json.loads(content(SECOND))[field]
    return changed(**{field: {key: value for key, value in rest.items() if key != name}})


def limited(**limits: Any) -> bytes:
    return changed(limits={**json.loads(content(SECOND))["limits"], **limits})


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


def settings(*answers: bytes | Body | Exception, now: Clock | None = None) -> Settings:
    return Settings(appconfigdata=ScriptedAppConfig(*answers), names=Names(environment="local"), now=now or Clock())


INVALID: dict[str, tuple[bytes, str]] = {
    "half written": (content(SECOND)[:-200], "Invalid JSON"),
    "not json": (SECRET.encode(), "Invalid JSON"),
    "not utf-8": (b'{"region": "\xff"}', "Invalid JSON"),
    "nested too deep": (b'{"a":' * 10_000, "Invalid JSON"),
    "another type": (b"[]", "object"),
    "huge": (content(SECOND) + b" " * MAX_DOCUMENT_BYTES, f"more than {MAX_DOCUMENT_BYTES} bytes"),
    "nothing in it": (b"{}", "redis: Field required"),
    "blank": (b"  ", "Invalid JSON"),
    "an unknown field": (changed(unheard_of=SECRET), "unheard_of"),
    "a wrong type": (changed(mysql=SECRET), "mysql"),
    "limits that contradict each other": (limited(visibility_timeout_seconds=1), "visibility_timeout_seconds"),
    "a newer schema": (changed(schema_version=2, invented_later=SECRET), "schema_version: this service reads 1 only"),
    "an older schema": (changed(schema_version=0), "schema_version: this service reads 1 only"),
    "no channel of the judge": (without("channels", "judge"), "channels lacks judge"),
    "no address of a service": (without("service_urls", "redis-service"), "service_urls lacks redis-service"),
}

USELESS_LIMITS: dict[str, Any] = {
    "request_ttl_seconds": 0,
    "idempotency_ttl_seconds": -1,
    "max_body_bytes": 0,
    "max_message_bytes": 0,
    "max_output_chars": 0,
    "evaluation_deadline_seconds": 0,
    "call_deadline_seconds": 0,
    "max_attempts_per_stage": 0,
    "retry_backoff_seconds": -1,
    "retry_backoff_max_seconds": 0,
    "heartbeat_seconds": 0,
    "max_in_flight_per_worker": 0,
    "prefer_wait_max_seconds": 3600,
}
INVALID |= {
    f"{name} {value}": (limited(**{name: value}), f"limits.{name}: Input should be")
    for name, value in USELESS_LIMITS.items()
}
INVALID |= {
    f"a default {field} without a provider": (
        changed(default_models={field: "gpt-5"}),
        f"default_models.{field}: String should match pattern '{MODEL_PATTERN}'",
    )
    for field in DefaultModels.model_fields
}


async def test_a_new_document_is_applied_while_running() -> None:
    current = settings(content(FIRST), content(SECOND))
    await current.refresh()
    assert current() == FIRST
    await current.refresh()
    assert current() == SECOND


async def test_an_unchanged_document_comes_back_empty_and_stays() -> None:
    current = settings(content(FIRST), b"")
    await current.refresh()
    await current.refresh()
    assert current() == FIRST
    assert current.status().latest_read == "ok"


@pytest.mark.fault("F42")
@pytest.mark.parametrize("case", INVALID)
async def test_an_invalid_document_never_becomes_active_and_is_told_without_its_values(case: str) -> None:
    refused, why = INVALID[case]
    current = settings(content(FIRST), refused)
    await current.refresh()
    with structlog.testing.capture_logs() as logs:
        await current.refresh()
    assert current() == FIRST
    status = current.status()
    assert (status.latest_read, status.active and status.active.version) == ("invalid", version_of(content(FIRST)))
    (told,) = logs
    assert (told["event"], told["log_level"]) == ("settings_invalid", "error")
    assert why in told["complaint"]
    assert "the last good one stays" in told["next_step"]
    assert SECRET not in f"{logs}"


@pytest.mark.fault("F42")
async def test_a_newer_schema_is_told_apart_with_what_to_deploy_first() -> None:
    current = settings(content(FIRST), INVALID["a newer schema"][0])
    await current.refresh()
    with structlog.testing.capture_logs() as logs:
        await current.refresh()
    assert "deploy the services of that schema before" in logs[0]["next_step"]


@pytest.mark.fault("F42")
async def test_of_a_huge_body_no_more_is_read_than_is_needed_to_refuse_it() -> None:
    body = Body(b" " * (MAX_DOCUMENT_BYTES * 2))
    current = settings(content(FIRST), body)
    await current.refresh()
    await current.refresh()
    assert body.taken <= MAX_DOCUMENT_BYTES + CHUNK_BYTES


@pytest.mark.fault("F42")
@pytest.mark.parametrize("broken", [AWAY, Body(content(SECOND)[:500], breaks=True), TimeoutError()])
async def test_an_unreachable_appconfig_changes_nothing_and_is_asked_again(broken: Exception | Body) -> None:
    current = settings(content(FIRST), broken, content(SECOND))
    await current.refresh()
    with structlog.testing.capture_logs() as logs:
        await current.refresh()
    assert current() == FIRST
    assert current.status().latest_read == "unreachable"
    assert [each["event"] for each in logs if "next_step" in each] == ["settings_unreachable"]
    await current.refresh()
    assert current() == SECOND
    assert current.status().latest_read == "ok"


@pytest.mark.fault("F42")
async def test_an_empty_document_is_invalid_where_a_new_session_must_bring_one() -> None:
    current = settings(content(FIRST), AWAY, b"")
    for _ in range(3):
        await current.refresh()
    assert current() == FIRST
    assert current.status().latest_read == "invalid"


@pytest.mark.fault("F42")
async def test_a_refused_document_stays_the_latest_until_there_is_a_good_one() -> None:
    now = Clock()
    current = settings(content(FIRST), b"{}", b"", b"[]", content(SECOND), now=now)
    await current.refresh()
    refused_at = now.advance()
    for _ in range(3):
        await current.refresh()
        now.advance()
        assert (current.status().latest_read, current.status().latest_read_since) == ("invalid", refused_at)
    await current.refresh()
    assert (current.status().latest_read, current.status().latest_read_since) == ("ok", now.time)


async def test_the_status_names_the_active_version_and_since_when() -> None:
    now = Clock()
    current = settings(content(FIRST), content(SECOND), AWAY, content(SECOND), now=now)
    seen = []
    for _ in range(4):
        now.advance()
        with structlog.testing.capture_logs() as logs:
            await current.refresh()
        active = current.status().active
        assert active is not None
        taken = [each["version"] for each in logs if each["event"] == "settings_active"]
        seen.append((active.version, active.active_since, taken))
    first, second = version_of(content(FIRST)), version_of(content(SECOND))
    assert seen == [
        (first, START + timedelta(minutes=1), [first]),
        (second, START + timedelta(minutes=2), [second]),
        (second, START + timedelta(minutes=2), []),
        # Read again after the outage, and still the same one.
        (second, START + timedelta(minutes=2), []),
    ]


async def test_a_piece_of_work_sees_one_document_and_the_next_one_the_next() -> None:
    current = settings(content(FIRST), content(SECOND))
    await current.refresh()
    goes_on = asyncio.Event()

    async def work(_: str) -> list[str]:
        before = current.held().region
        await goes_on.wait()
        return [before, current.held().region, current().region]

    running = asyncio.create_task(_run(current.holding(work)))
    await asyncio.sleep(0)
    await current.refresh()
    goes_on.set()
    assert await running == ["us-east-1", "us-east-1", "eu-west-1"]
    assert await current.holding(work)("") == ["eu-west-1"] * 3
    assert current.held().region == "eu-west-1"


async def _run(work: Any) -> Any:
    return await work("")
