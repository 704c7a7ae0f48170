"""`/v1/runs`: a run read whole from both stores, summed up and compared."""

import asyncio
from typing import Any

import httpx2
import pytest

from runtime.contracts.calibration import RunComparison, RunSummary
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.judged import settings_hash
from runtime.gateway.measuring import AT_ONCE, Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns
from runtime.kit.problems import Problem
from tests.contract.evaluations import START
from tests.fakes.history import InMemoryHistory
from tests.runtime.gateway.bench import Bench
from tests.runtime.gateway.measured import TENANT, compared, judge, label, scored, unscored


async def summary(bench: Bench, run: str = "night", tenant: str = TENANT) -> httpx2.Response:
    return await bench.client.get(f"/v1/runs/{run}", headers=bench.auth(tenant))


async def summed(bench: Bench, run: str = "night") -> RunSummary:
    answer = await summary(bench, run)
    assert answer.status_code == 200, answer.text
    return RunSummary.model_validate_json(answer.text)


async def comparison(bench: Bench, run: str, other: str, **query: Any) -> httpx2.Response:
    params = {"with": other, **query}
    return await bench.client.get(f"/v1/runs/{run}/comparison", params=params, headers=bench.auth(TENANT))


async def calibrated(bench: Bench, labels: list[dict[str, Any]], **more: Any) -> str:
    body = {"name": "spring", "labels": labels, **more}
    answer = await bench.client.post("/v1/calibrations", json=body, headers=bench.auth(TENANT))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def passes(bench: Bench, **of_spec: Any) -> list[dict[str, Any]]:
    judged = [(0.9, True), (0.8, True), (0.4, True), (0.3, False), (0.2, False), (0.1, False)] * 5
    return [label(await scored(bench, score, **of_spec), passed=passed) for score, passed in judged]


async def test_a_run_is_read_whole_with_what_is_open_and_without_what_is_not_its_own() -> None:
    bench = Bench()
    for place in range(250):
        await scored(bench, place / 249, run="night")
    await unscored(bench, run="night")
    await bench.submit(TENANT, {"input": "hi", "output": "ho", "run": "night"})
    for run in ("night2", "day"):
        await scored(bench, 0, run=run)
        await bench.submit(TENANT, {"input": "hi", "output": "ho", "run": run})
    await scored(bench, 0, run="night", tenant="globex")
    found = await summed(bench)
    assert (found.evaluations, found.open, found.outcomes) == (252, 1, {"scored": 250, "judge_error": 1})
    assert found.mean_score is not None
    assert found.mean_score.value == pytest.approx(0.5)


async def test_one_that_is_still_open_in_redis_and_has_its_row_is_counted_once() -> None:
    bench = Bench()
    await bench.submit(TENANT, {"input": "hi", "output": "ho", "run": "night"})
    (record,) = bench.states.records.values()
    bench.history.rows[record.request_id] = (await unscored(bench, run="night")).model_copy(
        update={"request_id": record.request_id}
    )
    found = await summed(bench)
    assert (found.evaluations, found.open) == (2, 0)


async def test_the_newest_calibration_of_its_judge_corrects_the_pass_rate() -> None:
    bench = Bench()
    for score in (0.9, 0.7, 0.5, 0.1):
        await scored(bench, score, run="night")
    labels = await passes(bench)
    for pass_score in (0.95, 0.5):
        newest = await calibrated(bench, labels, pass_score=pass_score)
    await calibrated(bench, await passes(bench, judge=judge("google/other")), pass_score=0.9)
    await calibrated(bench, [label(await scored(bench, score), score=score) for score in (0.1, 0.9)])
    rate = (await summed(bench)).pass_rate
    assert rate is not None
    assert str(rate.calibration_id) == newest
    assert rate.measured.value == 0.75
    assert rate.corrected is not None
    # Sensitivity 2/3, specificity 1.
    assert rate.corrected.value == 1


async def test_without_a_calibration_of_its_judge_a_run_says_so_and_names_the_newest_other() -> None:
    bench = Bench()
    await scored(bench, 0.9, run="night")
    assert any("no calibration" in warning for warning in (await summed(bench)).warnings)
    await calibrated(bench, await passes(bench, judge=judge("google/other")))
    found = await summed(bench)
    assert found.pass_rate is None
    assert any("(spring) is of google/other" in warning for warning in found.warnings)


async def test_a_calibration_of_other_settings_corrects_nothing_and_is_named_before_a_newer_one_of_another() -> None:
    bench = Bench()
    changed = judge().model_copy(update={"samples": 3})
    await calibrated(bench, await passes(bench, judge=changed))
    await calibrated(bench, await passes(bench, judge=judge("google/other")))
    await scored(bench, 0.9, run="night")
    found = await summed(bench)
    assert found.pass_rate is None
    (told,) = [warning for warning in found.warnings if "The judge changed" in warning]
    assert f"settings {settings_hash(changed)}" in told
    assert f"settings {settings_hash(judge())}" in told


async def test_another_tenants_calibration_is_of_no_use() -> None:
    bench = Bench()
    await calibrated(bench, await passes(bench))
    await scored(bench, 0.9, run="night", tenant="globex")
    found = RunSummary.model_validate_json((await summary(bench, tenant="globex")).text)
    assert any("no calibration" in warning for warning in found.warnings)


async def test_a_run_of_pairs_is_looked_at_with_a_calibration_by_preferences() -> None:
    bench = Bench()
    pairs = [label(await compared(bench, said), preference=said) for said in ("output", "baseline") * 5]
    await calibrated(bench, pairs)
    record = await compared(bench, "output")
    spec = record.spec.model_copy(update={"run": "night"})
    bench.history.rows[record.request_id] = record.model_copy(update={"spec": spec})
    found = await summed(bench)
    assert (found.pass_rate, found.judges[0].mode) == (None, "pairwise")
    assert not any("calibration" in warning for warning in found.warnings)


async def test_an_unknown_run_and_another_tenants_are_the_same_404() -> None:
    bench = Bench()
    await scored(bench, 0.5, run="night", tenant="globex")
    await scored(bench, 0.5, run="day")
    unknown = await summary(bench)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "run_not_found")
    del bench.history.rows[next(iter(bench.history.rows))]
    assert (await summary(bench)).content == unknown.content
    for run, other in (("night", "day"), ("day", "night")):
        assert (await comparison(bench, run, other)).content == unknown.content


async def test_two_runs_are_compared_by_item() -> None:
    bench = Bench()
    for item, (one, other) in {"a": (0.9, 0.4), "b": (0.7, 0.6), "c": (0.2, 0.3)}.items():
        await scored(bench, one, run="new", item=item)
        await scored(bench, other, run="old", item=item)
    await bench.submit(TENANT, {"input": "hi", "output": "ho", "run": "old", "item": "d"})
    answer = await comparison(bench, "new", "old")
    found = RunComparison.model_validate_json(answer.text)
    assert (found.items, found.wins, found.losses, found.newly_passing) == (3, 2, 1, 1)
    assert found.mean_difference.value == pytest.approx(0.5 / 3)
    assert "1 evaluations of old have not ended: they are left out." in found.warnings
    strict = (await comparison(bench, "new", "old", pass_score="0.65")).json()
    assert (strict["pass_score"], strict["newly_passing"]) == (0.65, 2)


async def test_runs_without_common_items_are_422() -> None:
    bench = Bench()
    await scored(bench, 0.5, run="new", item="a")
    await scored(bench, 0.5, run="old", item="b")
    answer = await comparison(bench, "new", "old")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_measurable")


@pytest.mark.parametrize("path", ["/v1/runs/a%20b", "/v1/runs/a/comparison", "/v1/runs/a/comparison?with=-"])
async def test_a_name_that_no_run_can_have_is_422(path: str) -> None:
    bench = Bench()
    assert (await bench.client.get(path, headers=bench.auth(TENANT))).status_code == 422


async def test_a_run_that_is_too_large_is_422_and_not_measured_in_part() -> None:
    bench = Bench()
    read = ReadEvaluations(states=bench.states, history=bench.history, now=lambda: START)
    runs = ReadRuns(read=read, calibrations=bench.calibrations, measuring=Measuring(), max_evaluations=3)
    for _ in range(3):
        await scored(bench, 0.5, run="night")
    assert (await runs.summary("night", tenant=TENANT)).evaluations == 3
    await scored(bench, 0.5, run="night")
    with pytest.raises(Problem) as raised:
        await runs.summary("night", tenant=TENANT)
    assert (raised.value.body.status, raised.value.body.code) == (422, "run_too_large")


class _Counted(InMemoryHistory):
    """Holds every reader at its first page until it may go on."""

    def __init__(self, held: InMemoryHistory) -> None:
        super().__init__()
        self.rows, self.readers, self.go_on = held.rows, 0, asyncio.Event()
        self.reading = asyncio.Event()

    async def page(self, **asked: Any) -> list[EvaluationRecord]:
        if asked["after"] is None:
            self.readers += 1
            if self.readers == AT_ONCE:
                self.reading.set()
            await self.go_on.wait()
        return await super().page(**asked)


async def test_no_more_runs_are_read_at_once_than_are_measured() -> None:
    bench = Bench()
    await scored(bench, 0.5, run="night")
    history = _Counted(bench.history)
    read = ReadEvaluations(states=bench.states, history=history, now=lambda: START)
    runs = ReadRuns(read=read, calibrations=bench.calibrations, measuring=Measuring())
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(runs.summary("night", tenant=TENANT)) for _ in range(AT_ONCE + 3)]
        await history.reading.wait()
        # Whoever could start to read has its chance to.
        for _ in range(20):
            await asyncio.sleep(0)
        assert history.readers == AT_ONCE
        history.go_on.set()
    assert [task.result().evaluations for task in asked] == [1] * len(asked)


async def test_the_list_of_evaluations_filters_by_run() -> None:
    bench = Bench()
    record = await scored(bench, 0.5, run="night")
    await scored(bench, 0.5, run="day")
    found = (await bench.page(TENANT, run="night")).json()
    assert [one["id"] for one in found["data"]] == [str(record.request_id)]
