"""`/v1/calibrations`: what is measured, what is refused, and who sees it."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from config.limits import CALIBRATION_BODY_BYTES, CALIBRATION_LABELS_MAX
from runtime.contracts.calibration import Calibration, LabelKind
from runtime.contracts.evaluation import EvaluationRecord
from tests.contract.evaluations import JUDGE_MODEL, completed
from tests.runtime.gateway.bench import Bench
from tests.runtime.gateway.measured import TENANT, compared, judge, label, scored, unscored

PATH = "/v1/calibrations"


async def sent(bench: Bench, labels: list[Any], *, tenant: str = TENANT, **more: Any) -> httpx2.Response:
    return await bench.client.post(PATH, json={"name": "spring", "labels": labels, **more}, headers=bench.auth(tenant))


async def passes(bench: Bench) -> list[dict[str, Any]]:
    judged = [(0.9, True), (0.8, True), (0.4, True), (0.3, False), (0.2, False), (0.7, False)]
    return [label(await scored(bench, score), passed=passed) for score, passed in judged]


def problem(answer: httpx2.Response) -> tuple[int, str, list[str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    return answer.status_code, body["code"], [error["pointer"] for error in body["errors"]]


async def test_labels_of_a_judges_evaluations_make_a_card_that_can_be_read_again() -> None:
    bench = Bench()
    labels = [*await passes(bench), label(await unscored(bench), passed=True)]
    answer = await sent(bench, labels, pass_score=0.5)
    assert answer.status_code == 201
    made = Calibration.model_validate_json(answer.text)
    assert answer.headers["location"] == f"{PATH}/{made.id}"
    assert (made.tenant, made.name, made.judge.requested_model) == (TENANT, "spring", JUDGE_MODEL)
    card = made.card
    assert (card.kind, card.items, card.scored, card.pass_score) == (LabelKind.BINARY, 7, 6, 0.5)
    assert card.confusion.counts == ((2, 1), (1, 2))
    read = await bench.client.get(answer.headers["location"], headers=bench.auth(TENANT))
    assert read.json() == answer.json()


async def test_preferences_go_with_pairs_and_scores_with_a_scale() -> None:
    bench = Bench()
    pairs = [label(await compared(bench, said), preference=said) for said in ("output", "baseline", "tie")]
    scale = [label(await scored(bench, score), score=score) for score in (0.1, 0.5, 0.9)]
    for labels, kind in ((pairs, "preference"), (scale, "scale")):
        answer = await sent(bench, labels)
        assert (answer.status_code, answer.json()["card"]["kind"]) == (201, kind)
        assert answer.json()["card"]["kappa"]["value"] == 1


async def test_the_card_is_a_page_that_may_load_nothing() -> None:
    bench = Bench()
    made = await sent(bench, await passes(bench))
    page = await bench.client.get(made.headers["location"] + "/card", headers=bench.auth(TENANT))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "spring" in page.text


async def test_calibrations_are_listed_newest_first_in_pages() -> None:
    bench = Bench()
    labels = await passes(bench)
    made = [(await sent(bench, labels)).json()["id"] for _ in range(3)]
    assert len(set(made)) == 3
    first = (await bench.client.get(PATH, params={"limit": 2}, headers=bench.auth(TENANT))).json()
    params = {"limit": 2, "cursor": first["next_cursor"]}
    rest = (await bench.client.get(PATH, params=params, headers=bench.auth(TENANT))).json()
    assert [one["id"] for one in (*first["data"], *rest["data"])] == made[::-1]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)


async def test_another_tenant_sees_none_of_it_and_can_label_none_of_its_evaluations() -> None:
    bench = Bench()
    labels = await passes(bench)
    made = await sent(bench, labels)
    others = bench.auth("globex")
    assert (await bench.client.get(PATH, headers=others)).json()["data"] == []
    unknown = await bench.client.get(f"{PATH}/{uuid4()}", headers=others)
    for path in (made.headers["location"], made.headers["location"] + "/card"):
        answer = await bench.client.get(path, headers=others)
        assert (answer.status_code, answer.content) == (404, unknown.content)
    refused, nobodys = (
        await sent(bench, labels, tenant="globex"),
        await sent(bench, [label(uuid4(), passed=True) for _ in labels], tenant="globex"),
    )
    assert (refused.status_code, refused.content) == (422, nobodys.content)


async def test_unknown_evaluations_are_pointed_at_and_no_more_than_twenty_are_looked_for() -> None:
    bench = Bench()
    known = await passes(bench)
    answer = await sent(bench, [*known, *(label(uuid4(), passed=True) for _ in range(300))])
    assert problem(answer) == (422, "invalid_request", [f"/labels/{place}/evaluation_id" for place in range(6, 26)])
    assert bench.calibrations.rows == {}


async def test_open_evaluations_are_named_and_to_be_waited_for() -> None:
    bench = Bench()
    labels = await passes(bench)
    running = (await bench.submit(TENANT, {"input": "hi", "output": "ho"})).json()["id"]
    answer = await sent(bench, [*labels, label(running, passed=True)])
    assert problem(answer) == (409, "evaluations_open", ["/labels/6/evaluation_id"])
    assert answer.json()["retryable"] is True


async def test_one_that_ends_between_the_two_looks_is_taken() -> None:
    bench = Bench()
    labels = await passes(bench)
    running = (await bench.submit(TENANT, {"input": "hi", "output": "ho", "judge": {"model": "local/small"}})).json()
    (record,) = bench.states.records.values()
    ended = completed(record.identity)
    bench.states.records[record.request_id] = ended
    answer = await sent(bench, [*labels, label(running["id"], passed=True)])
    # It was found, and refused for nothing but its judge.
    assert problem(answer) == (422, "invalid_request", ["/labels/6"])
    assert "local/small" in answer.json()["errors"][0]["detail"]


async def test_evaluations_of_several_judges_are_pointed_at() -> None:
    bench = Bench()
    other = await scored(bench, 0.5, judge=judge("google/other"))
    answer = await sent(bench, [*await passes(bench), label(other, passed=True)])
    assert problem(answer) == (422, "invalid_request", ["/labels/6"])
    assert "Judged by google/other, correct_and_helpful@1, pointwise (settings " in answer.text
    assert f"the first by {JUDGE_MODEL}" in answer.text


async def test_evaluations_of_one_model_with_other_settings_are_of_several_judges() -> None:
    bench = Bench()
    other = await scored(bench, 0.5, judge=judge().model_copy(update={"samples": 3}))
    answer = await sent(bench, [*await passes(bench), label(other, passed=True)])
    assert problem(answer) == (422, "invalid_request", ["/labels/6"])


@pytest.mark.parametrize(("said", "place"), [({"score": 0.5}, "/labels/6"), ({"preference": "tie"}, "/labels/6")])
async def test_labels_are_of_one_kind(said: dict[str, Any], place: str) -> None:
    bench = Bench()
    answer = await sent(bench, [*await passes(bench), label(await scored(bench, 0.5), **said)])
    assert problem(answer) == (422, "invalid_request", [place])


async def test_a_kind_of_label_goes_with_the_mode_of_the_verdicts() -> None:
    bench = Bench()
    single: list[EvaluationRecord] = [await scored(bench, 0.5), await scored(bench, 0.6)]
    pairs = [await compared(bench, "output"), await compared(bench, "tie")]
    for records, said in ((single, {"preference": "output"}), (pairs, {"passed": True}), (pairs, {"score": 0.5})):
        answer = await sent(bench, [label(record, **said) for record in records])
        assert problem(answer) == (422, "invalid_request", ["/labels/0", "/labels/1"])


async def test_an_evaluation_has_one_label_and_a_pass_score_goes_with_passes() -> None:
    bench = Bench()
    one, two = await scored(bench, 0.5), await scored(bench, 0.6)
    twice = [label(one, score=0.1), label(two, score=0.9), label(one, score=0.2)]
    answer = await sent(bench, twice, pass_score=0.5)
    assert problem(answer) == (422, "invalid_request", ["/labels/2/evaluation_id", "/pass_score"])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"labels": []}, "/labels"),
        ({"labels": [label(uuid4(), passed=True)]}, "/labels"),
        ({"labels": [label(uuid4()), label(uuid4(), passed=True)]}, "/labels/0"),
        ({"labels": [label(uuid4(), passed=True, score=1), label(uuid4(), passed=True)]}, "/labels/0"),
        ({"labels": [label(uuid4(), passed=1), label(uuid4(), passed=True)]}, "/labels/0/passed"),
        ({"labels": [label(uuid4(), score=True), label(uuid4(), score=0)]}, "/labels/0/score"),
        ({"labels": [label("x", passed=True), label(uuid4(), passed=True)]}, "/labels/0/evaluation_id"),
        ({"name": "a b"}, "/name"),
        ({"pass_score": 2}, "/pass_score"),
        ({"pass_score": "0.5"}, "/pass_score"),
    ],
)
async def test_a_body_that_is_no_calibration_is_pointed_at(wrong: dict[str, Any], pointer: str) -> None:
    bench = Bench()
    body = {"name": "n", "labels": [label(uuid4(), passed=True), label(uuid4(), passed=False)], **wrong}
    if len(body["labels"]) > 1:
        body["labels"].append(label(uuid4(), passed=True))
    answer = await bench.client.post(PATH, json=body, headers=bench.auth(TENANT))
    assert problem(answer) == (422, "invalid_request", [pointer])


async def test_where_all_labels_say_the_same_nothing_can_be_measured() -> None:
    bench = Bench()
    answer = await sent(bench, [label(await scored(bench, score), passed=True) for score in (0.2, 0.9)])
    assert problem(answer) == (422, "not_measurable", [])
    assert bench.calibrations.rows == {}


async def test_the_most_labels_fit_into_the_body_and_a_larger_body_is_refused() -> None:
    bench = Bench()
    most = [label(uuid4(), preference="baseline") for _ in range(CALIBRATION_LABELS_MAX)]
    assert problem(await sent(bench, most))[0] == 422
    assert problem(await sent(bench, [*most, most[0]]))[2] == ["/labels"]
    answer = await sent(bench, most, name="n" * CALIBRATION_BODY_BYTES)
    assert problem(answer)[:2] == (413, "too_large")
