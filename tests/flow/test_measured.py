"""What a judge can be asked, and how far it can be trusted, through the whole system."""

from typing import Any

import httpx2
import pytest

from tests.flow.system import KEYS, System, ended

pytestmark = pytest.mark.flow

GOOD, POOR, REFUSING = "google/gemini-x", "google/gemini-x--verdict_low", "google/gemini-x--key_refused"


async def evaluated(client: httpx2.AsyncClient, judge: dict[str, Any], **rest: Any) -> dict[str, Any]:
    body = {"input": "Name a moon of Saturn.", "output": "Titan.", "judge": judge} | rest
    accepted = await client.post("/v1/evaluations", json=body, headers=KEYS)
    assert accepted.status_code == 202, accepted.text
    return await ended(client, accepted.json()["id"])


async def test_a_judge_that_always_takes_the_first_answer_has_no_preference(system: System) -> None:
    async with system.client() as client:
        evaluation = await evaluated(client, {"model": POOR, "mode": "pairwise"}, baseline="Io.")
    comparison = evaluation["judge_result"]["comparison"]
    assert (evaluation["score"], comparison["preference"], comparison["order_consistent"]) == (0.5, "tie", False)


async def test_a_jury_votes_by_weight_and_whoever_fails_abstains(system: System) -> None:
    jury = [{"model": GOOD, "accuracy": 0.9}, {"model": POOR, "accuracy": 0.6}, {"model": REFUSING, "accuracy": 0.6}]
    async with system.client() as client:
        evaluation = await evaluated(client, {"jury": [*jury, {"model": "google/g", "accuracy": 0.4}]})
    jurors = evaluation["judge_result"]["jury"]
    assert [juror["part"] for juror in jurors] == ["voted", "voted", "abstained", "dropped"]
    assert jurors[2]["reason"] == "auth"
    good, poor = jurors[0]["weight"], jurors[1]["weight"]
    assert evaluation["score"] == pytest.approx(good / (good + poor))


async def test_a_cascade_asks_nobody_where_the_answer_is_the_reference_and_goes_on_where_it_is_not(
    system: System,
) -> None:
    cascade = {"exact_match": True, "first": "local/smollm2-135m", "min_confidence": 1.0}
    async with system.client() as client:
        same = await evaluated(client, {"model": GOOD, "reference": "titan.", "cascade": cascade})
        other = await evaluated(client, {"model": GOOD, "reference": "Rhea.", "cascade": cascade})
    assert (same["score"], same["judge_result"]["method"], same["judge_result"]["usage"]) == (1, "exact_match", None)
    assert [step["part"] for step in other["judge_result"]["jury"]] == ["escalated", "voted"]
    assert other["judge_result"]["jury"][1]["model"] == GOOD


@pytest.mark.parametrize("model", [GOOD, "openai/gpt-x"])
async def test_a_decision_endpoint_gives_each_level_a_probability(system: System, model: str) -> None:
    async with system.client() as client:
        evaluation = await evaluated(client, {"model": model, "decision_endpoint": True})
    assert evaluation["judge_result"]["method"] == "decision"
    for criterion in evaluation["judge_result"]["criteria"]:
        assert sum(criterion["probabilities"]) == pytest.approx(1)


async def test_a_judge_is_calibrated_and_a_later_run_summed_up_and_compared_by_scores_alone(
    system: System,
) -> None:
    async with system.client() as client:

        async def run(name: str, models: tuple[str, ...]) -> list[str]:
            made = [
                await evaluated(client, {"model": model}, run=name, item=f"i{place}")
                for place, model in enumerate(models)
            ]
            return [evaluation["id"] for evaluation in made]

        labelled = await run("labelled", (GOOD, GOOD, GOOD))
        labels = [{"evaluation_id": one, "passed": one != labelled[-1]} for one in labelled]
        made = await client.post("/v1/calibrations", json={"name": "moons", "labels": labels, "pass_score": 0.5})
        assert made.status_code == 201, made.text
        card = made.json()["card"]
        assert (card["items"], card["scored"], card["accuracy"]["value"]) == (3, 3, pytest.approx(2 / 3))
        assert card["confusion"]["counts"] == [[0, 1], [0, 2]]

        page = await client.get(f"{made.headers['Location']}/card")
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Too few items to say" in page.text

        await run("later", (GOOD, GOOD, f"{GOOD}--verdict_prose"))
        summary = (await client.get("/v1/runs/later")).json()
        assert summary["outcomes"] == {"scored": 2, "judge_error": 1}
        assert (summary["mean_score"]["value"], summary["coverage"]) == (1, pytest.approx(2 / 3))
        comparison = (await client.get("/v1/runs/later/comparison", params={"with": "labelled"})).json()
        assert (comparison["items"], comparison["ties"], comparison["mean_difference"]["value"]) == (2, 2, 0)
        unknown = await client.get("/v1/runs/unknown")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "run_not_found")
