"""What becomes of a queue message that cannot be read."""

import json
from typing import Any

import pytest

from config.limits import Limits
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.messages import INFERENCE_MESSAGE, EvaluationRequested
from runtime.messaging.backoff import MAX_VISIBILITY_SECONDS
from runtime.messaging.worker import Done, Release
from runtime.stages.envelopes import Broken, bury, read_message, refuse
from tests.contract.evaluations import identity
from tests.runtime.stages.setup import delivered

pytestmark = pytest.mark.fault("F14", "F56")
IDENTITY = identity(tenant="t")
MESSAGE = EvaluationRequested(identity=IDENTITY)
UNREADABLE = ["", "not json", "{}", "[" * 10_000, '{"identity":1}', "\x00", "null", '{"a":' * 10_000]


class Failing:
    def __init__(self) -> None:
        self.failed: list[tuple[Identity, FailureReason]] = []

    async def __call__(self, identity: Identity, reason: FailureReason) -> Done:
        self.failed.append((identity, reason))
        return Done()


def changed(**fields: Any) -> str:
    return json.dumps(MESSAGE.model_dump(mode="json") | fields)


def test_a_message_is_read() -> None:
    assert read_message(INFERENCE_MESSAGE, MESSAGE.model_dump_json()) == MESSAGE


@pytest.mark.parametrize("body", UNREADABLE)
def test_of_rubbish_nothing_is_known(body: str) -> None:
    assert read_message(INFERENCE_MESSAGE, body) == Broken(identity=None)


@pytest.mark.parametrize("fields", [{"type": "other"}, {"candidate_key": {"kid": 1}}, {"more": 1}, {"version": 0}])
def test_a_damaged_message_still_tells_whose_it_is(fields: dict[str, Any]) -> None:
    assert read_message(INFERENCE_MESSAGE, changed(**fields)) == Broken(identity=IDENTITY)


def test_a_message_of_the_next_version_is_known_as_such() -> None:
    assert read_message(INFERENCE_MESSAGE, changed(version=2, more=1)) == Broken(identity=IDENTITY, newer=True)
    assert read_message(INFERENCE_MESSAGE, '{"version":2}') == Broken(identity=None, newer=True)


@pytest.mark.parametrize("receive_count", [1, 10])
async def test_a_newer_message_waits_for_the_roll_out(receive_count: int) -> None:
    fail = Failing()
    newer = Broken(identity=IDENTITY, newer=True)
    waits = await refuse(newer, delivered("", receive_count=receive_count), Limits(), fail)
    assert isinstance(waits, Release)
    assert fail.failed == []


async def test_a_newer_message_that_no_worker_came_for_fails() -> None:
    fail = Failing()
    newer = Broken(identity=IDENTITY, newer=True)
    assert await refuse(newer, delivered("", receive_count=11), Limits(), fail) == Done()
    assert fail.failed == [(IDENTITY, FailureReason.INVALID_MESSAGE)]


async def test_a_damaged_message_fails_its_evaluation_at_once() -> None:
    fail = Failing()
    assert await refuse(Broken(identity=IDENTITY), delivered(""), Limits(), fail) == Done()
    assert fail.failed == [(IDENTITY, FailureReason.INVALID_MESSAGE)]


async def test_rubbish_goes_the_way_to_the_dead_letter_queue_and_stays_there() -> None:
    fail = Failing()
    assert isinstance(await refuse(Broken(identity=None), delivered(""), Limits(), fail), Release)
    assert await bury(Broken(identity=None), fail) == Release(MAX_VISIBILITY_SECONDS)
    assert fail.failed == []
