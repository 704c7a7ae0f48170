"""Two tenants that send, read, list, wait and repeat in any order: each sees its own evaluations and nothing else."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import Outcome
from runtime.contracts.states import StateChange
from tests.contract.evaluations import completed, verdict
from tests.runtime.gateway.bench import Bench

T = TypeVar("T")

NAMES = ("acme", "globex")
TENANT, KEY, TEXT = st.sampled_from(NAMES), st.sampled_from("ab"), st.sampled_from(("one", "two"))
PREFER = st.sampled_from(({}, {"Prefer": "wait=1"}))


@dataclass
class Known:
    """What one tenant has been told."""

    ids: list[str] = field(default_factory=list)
    """In the order of their acceptance."""
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Idempotency-Key to text and id."""


class TwoTenants(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.known = {name: Known() for name in NAMES}
        self.cursors: list[str] = []
        self.open: set[str] = set()

    @initialize()
    def start(self) -> None:
        self.bench = self.run(_bench())

    def teardown(self) -> None:
        self.runner.close()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(call)

    @rule(name=TENANT, text=TEXT)
    def submits(self, name: str, text: str) -> None:
        self._accepted(name, self.run(self.bench.submit(name, _body(text))))

    @rule(name=TENANT, key=KEY, text=TEXT)
    def submits_with_a_key(self, name: str, key: str, text: str) -> None:
        published = len(self.bench.publisher.published)
        response = self.run(self.bench.submit(name, _body(text), key=key))
        used = self.known[name].keys.get(key)
        if used is None:
            self.known[name].keys[key] = (text, self._accepted(name, response))
        elif used[0] == text:
            assert response.is_success
            assert response.json()["id"] == used[1]
            assert len(self.bench.publisher.published) == published
        else:
            assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
            assert used[1] not in response.text
            assert len(self.bench.publisher.published) == published

    @rule(name=TENANT, key=KEY, text=TEXT)
    def cannot_publish(self, name: str, key: str, text: str) -> None:
        self.bench.publisher.down = True
        response = self.run(self.bench.submit(name, _body(text), key=key))
        self.bench.publisher.down = False
        assert (response.status_code == 503) is (key not in self.known[name].keys)

    @rule(name=TENANT, prefer=PREFER, data=st.data())
    def reads_what_is_not_its_own(self, name: str, prefer: dict[str, str], data: st.DataObject) -> None:
        (other,) = set(NAMES) - {name}
        foreign = data.draw(st.sampled_from(self.known[other].ids or [str(uuid4())]))
        unknown = self.run(self.bench.read(name, str(uuid4()), **prefer))
        assert unknown.status_code == 404
        assert _bytes(self.run(self.bench.read(name, foreign, **prefer))) == _bytes(unknown)

    @precondition(lambda self: any(known.ids for known in self.known.values()))
    @rule(prefer=PREFER, data=st.data())
    def reads_its_own(self, prefer: dict[str, str], data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([name for name in NAMES if self.known[name].ids]))
        evaluation_id = data.draw(st.sampled_from(self.known[name].ids))
        if evaluation_id in self.open:
            prefer = {}  # it would be waited for
        response = self.run(self.bench.read(name, evaluation_id, **prefer))
        assert (response.status_code, response.json()["id"]) == (200, evaluation_id)

    @rule(name=TENANT, limit=st.integers(1, 4), data=st.data())
    def lists_from_anywhere(self, name: str, limit: int, data: st.DataObject) -> None:
        """Also from a cursor that the other tenant was given."""
        cursor = data.draw(st.sampled_from([None, *self.cursors]))
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = self.run(self.bench.page(name, **query)).json()
        own = list(reversed(self.known[name].ids))
        listed = [item["id"] for item in page["data"]]
        assert listed == [one for one in own if one in listed]
        if cursor is None:
            assert listed == own[:limit]
        if page["next_cursor"]:
            self.cursors.append(page["next_cursor"])

    @precondition(lambda self: self.open)
    @rule(data=st.data(), expires=st.booleans())
    def ends(self, data: st.DataObject, *, expires: bool) -> None:
        """`expires`: its record leaves Redis, only the history knows it."""
        evaluation_id = data.draw(st.sampled_from(sorted(self.open)))
        self.open.remove(evaluation_id)
        self.run(_end(self.bench, UUID(evaluation_id)))
        if expires:
            self.bench.states.lose(UUID(evaluation_id))

    def _accepted(self, name: str, response: httpx2.Response) -> str:
        assert response.status_code == 202
        evaluation_id = str(response.json()["id"])
        assert all(evaluation_id not in known.ids for known in self.known.values())
        self.known[name].ids.append(evaluation_id)
        self.open.add(evaluation_id)
        return evaluation_id


async def _bench() -> Bench:
    return Bench(names=NAMES)


def _body(text: str) -> dict[str, str]:
    return {"input": text, "output": "an answer"}


def _bytes(response: httpx2.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    return response.status_code, sorted(response.headers.raw), response.content


async def _end(bench: Bench, request_id: UUID) -> None:
    identity = bench.states.records[request_id].identity
    await bench.history.record(completed(identity))
    change = StateChange(identity=identity, to=Status.COMPLETED, judge_result=verdict(), outcome=Outcome.SCORED)
    await bench.states.advance(change)


TwoTenants.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


TestTwoTenants = pytest.mark.fault("F1", "F2", "F3")(TwoTenants.TestCase)


@pytest.mark.fault("F1")
async def test_of_twenty_requests_at_once_with_one_key_one_is_published_and_no_other_id_is_told() -> None:
    bench = Bench()
    answers = await asyncio.gather(*(bench.submit("acme", _body("one"), key="a") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert all(answer.headers["retry-after"] for answer in answers)
    assert len(bench.publisher.published) == 1
    again = await bench.submit("acme", _body("one"), key="a")
    assert {answer.json()["id"] for answer in answers if answer.is_success} == {again.json()["id"]}


async def test_a_tenant_that_waits_for_anothers_evaluation_waits_no_longer_than_for_an_unknown_one() -> None:
    bench = Bench()
    accepted = await bench.submit("acme", _body("one"))
    async with asyncio.timeout(20):
        foreign = await bench.read("globex", accepted.json()["id"], Prefer="wait=60")
        unknown = await bench.read("globex", str(uuid4()), Prefer="wait=60")
    assert _bytes(foreign) == _bytes(unknown)
