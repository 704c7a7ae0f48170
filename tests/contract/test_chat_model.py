"""One contract for every `ChatModel`: the same tests on the fake and on both adapters against a real server."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage
from runtime.kit.logs import QUIET_LOGGERS
from runtime.providers.chat_model import ChatRequest, ProviderError
from tests.contract.chat_model_rows import EVERY, ROWS, Row
from tests.contract.chat_model_subjects import Subject, open_subject
from tests.stubs.verdicts import ANSWER

CANARY = "sk-canary-5f1d0c7e9b"
KEY = SecretStr(CANARY)
PATIENCE_SECONDS = 30
CASES = [pytest.param(name, row, id=f"{name}-{row.behaviour}") for row in ROWS for name in sorted(row.subjects)]


@pytest.fixture(params=sorted(EVERY))
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with open_subject(request.param) as opened:
        yield opened


@pytest.fixture
def service_logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything at DEBUG except the libraries that every service keeps quiet, because they log headers."""
    caplog.set_level(logging.DEBUG)
    before = {name: logging.getLogger(name).level for name in QUIET_LOGGERS}
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def ask(model: str) -> ChatRequest:
    return ChatRequest(model=model, messages=(Message(role="user", content="What is the capital of France?"),))


async def failure_of(
    subject: Subject, model: str, *, key: SecretStr | None = KEY, deadline_seconds: float = 20
) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await subject.model.complete(ask(model), key=key, deadline_seconds=deadline_seconds)
    return caught.value


@pytest.mark.fault("F15", "F16", "F17", "F18", "F19", "F20", "F21")
@pytest.mark.parametrize(("name", "row"), CASES)
async def test_every_failure_has_its_reason_and_costs_one_call(name: str, row: Row) -> None:
    async with open_subject(name) as subject:
        failed = await failure_of(subject, subject.will_fail(row), deadline_seconds=row.deadline_seconds)
        assert failed.reason is row.reason
        assert failed.retry_after_seconds == row.wait_seconds
        assert subject.calls() == 1


@pytest.mark.parametrize(("name", "row"), CASES)
async def test_no_failure_tells_the_key_or_the_providers_text(
    name: str, row: Row, service_logs: pytest.LogCaptureFixture
) -> None:
    async with open_subject(name) as subject:
        failed = await failure_of(subject, subject.will_fail(row), deadline_seconds=row.deadline_seconds)
    assert failed.__cause__ is None
    assert failed.__context__ is None
    told = "".join([*traceback.format_exception(failed), str(failed), repr(failed), repr(vars(failed))])
    for text in (told, service_logs.text, repr([vars(record) for record in service_logs.records])):
        assert CANARY not in text
        assert "API key" not in text


async def test_an_answer_comes_with_its_model_and_usage(subject: Subject) -> None:
    reply = await subject.model.complete(ask(subject.will_answer("ok")), key=KEY, deadline_seconds=PATIENCE_SECONDS)
    assert reply.text == ANSWER
    assert reply.served_model is not None
    assert reply.served_model.endswith("2026-11")
    assert reply.usage == Usage(input_tokens=11, output_tokens=7)
    assert not reply.truncated


@pytest.mark.fault("F22")
@pytest.mark.parametrize(
    ("behaviour", "text", "truncated"), [("empty_text", "", False), ("cut", ANSWER[:10], True), ("cut_empty", "", True)]
)
async def test_an_empty_or_a_cut_answer_is_still_an_answer(
    subject: Subject, behaviour: str, text: str, truncated: bool
) -> None:
    reply = await subject.model.complete(
        ask(subject.will_answer(behaviour)), key=KEY, deadline_seconds=PATIENCE_SECONDS
    )
    assert (reply.text, reply.truncated) == (text, truncated)


@pytest.mark.parametrize(
    "key", [None, *map(SecretStr, ("", "  \n", "a b", "line\nbreak", "sch\u00e9ma", "x" * 513, "\x00"))], ids=repr
)
async def test_without_a_usable_key_nothing_is_asked(subject: Subject, key: SecretStr | None) -> None:
    failed = await failure_of(subject, "some-model", key=key)
    assert failed.reason is FailureReason.AUTH
    assert subject.calls() == 0


async def test_a_cancelled_call_is_cancelled_and_not_a_failure(subject: Subject) -> None:
    model = subject.will_fail(Row("hang", FailureReason.TIMEOUT))
    call = asyncio.create_task(subject.model.complete(ask(model), key=KEY, deadline_seconds=PATIENCE_SECONDS))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not subject.calls():
            await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait((call,), timeout=PATIENCE_SECONDS)
    assert call.cancelled()
