"""What every `Calibrations` must do."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from runtime.contracts.calibration import Calibration, JudgeCard, LabelKind
from runtime.contracts.evaluation import Mode
from runtime.contracts.history import CalibrationFilter, Calibrations
from runtime.contracts.states import Cursor
from runtime.local.replacements import MySqlServer
from tests.contract.calibrations import BINARY, PAIRS, calibration
from tests.contract.evaluations import JUDGE_MODEL, START
from tests.contract.history_subjects import calibrations_over_http
from tests.fakes.calibrations import InMemoryCalibrations


@pytest.fixture(params=["memory", pytest.param("http", marks=pytest.mark.servers)])
async def calibrations(request: pytest.FixtureRequest) -> AsyncIterator[Calibrations]:
    if request.param == "memory":
        yield InMemoryCalibrations()
    else:
        mysql: MySqlServer = request.getfixturevalue("mysql_at")
        async with calibrations_over_http(mysql) as subject:
            yield subject


def one_of(tenant: str, *, created_at: datetime = START, judge: Any = None, **changes: Any) -> Calibration:
    """A new one; `judge`: what is different about its judge."""
    made = calibration(BINARY, model=JUDGE_MODEL)
    fields = {"id": uuid4(), "tenant": tenant, "created_at": created_at, **changes}
    return made.model_copy(update={**fields, "judge": made.judge.model_copy(update=judge or {})})


@pytest.mark.parametrize("card", [BINARY, PAIRS, BINARY.model_copy(update={"cost_usd": 0.1 + 0.2})])
async def test_a_calibration_comes_back_equal(calibrations: Calibrations, tenant: str, card: JudgeCard) -> None:
    made = one_of(tenant, card=card)
    assert await calibrations.store(made) == made
    assert await calibrations.get(made.id, tenant=tenant) == made
    assert await calibrations.page(tenant=tenant, limit=5) == [made]


async def test_sent_again_it_is_kept_once_as_it_was(calibrations: Calibrations, tenant: str) -> None:
    made = one_of(tenant)
    for name in (made.name, "second"):
        await calibrations.store(made.model_copy(update={"name": name}))
    assert await calibrations.page(tenant=tenant, limit=5) == [made]


async def test_an_unknown_one_and_another_tenants_are_both_none(calibrations: Calibrations, tenant: str) -> None:
    made = await calibrations.store(one_of(tenant))
    assert await calibrations.get(uuid4(), tenant=tenant) is None
    for other in (f"{tenant} ", tenant.upper()):
        assert await calibrations.get(made.id, tenant=other) is None
        assert await calibrations.page(tenant=other, limit=5) == []


async def test_pages_walk_through_all_once_newest_first(calibrations: Calibrations, tenant: str) -> None:
    for step in range(5):
        await calibrations.store(one_of(tenant, created_at=START + timedelta(microseconds=step // 2)))
    seen: list[UUID] = []
    after: Cursor | None = None
    while page := await calibrations.page(tenant=tenant, limit=2, after=after):
        seen += [one.id for one in page]
        after = Cursor(created_at=page[-1].created_at, request_id=page[-1].id)
    assert seen == [one.id for one in await calibrations.page(tenant=tenant, limit=9)]
    assert len(set(seen)) == 5


async def test_the_newest_of_one_judge_is_found_among_those_of_others(calibrations: Calibrations, tenant: str) -> None:
    jury = ", ".join(f"openai/{letter * 120}" for letter in "abcdefg")
    mine = [one_of(tenant, created_at=START + timedelta(seconds=step)) for step in range(2)]
    later = START + timedelta(seconds=9)
    others = [
        one_of(tenant, created_at=later, judge={"requested_model": "google/other"}),
        one_of(tenant, created_at=later, judge={"requested_model": jury}),
        one_of(tenant, created_at=later, judge={"rubric": "correct@2"}),
        one_of(tenant, created_at=later, judge={"mode": Mode.PAIRWISE}),
        one_of(tenant, created_at=later, judge={"settings_hash": "other"}),
        one_of(tenant, created_at=later, card=BINARY.model_copy(update={"kind": LabelKind.SCALE})),
    ]
    for one in [*mine, *others]:
        await calibrations.store(one)
    judge = mine[0].judge
    named = CalibrationFilter(judge_model=JUDGE_MODEL, rubric=judge.rubric, mode=Mode.POINTWISE, kind=LabelKind.BINARY)
    where = named.model_copy(update={"settings_hash": judge.settings_hash})
    assert await calibrations.page(tenant=tenant, limit=1, where=where) == [mine[1]]
    assert await calibrations.page(tenant=tenant, limit=1, where=named) == [others[4]]
    assert await calibrations.page(tenant=tenant, limit=9, where=CalibrationFilter(judge_model=jury)) == [others[1]]
    assert await calibrations.page(tenant=tenant, limit=9, where=CalibrationFilter(rubric="none@1")) == []
