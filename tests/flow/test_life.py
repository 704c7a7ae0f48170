"""The whole life of a request, over HTTP from outside."""

import asyncio
import json
import os
import sys
from typing import Any

import httpx2
import psutil
import pytest
from redis.asyncio import Redis

from config.limits import Limits
from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS
from tests.flow.system import GOOGLE_KEY, KEYS, OPENAI_KEY, ROOT, System, ended, pages, processes_of

pytestmark = pytest.mark.flow

HOSTED: dict[str, Any] = {
    "input": "Name the largest moon of Saturn. case-life",
    "candidate": {"model": "openai/gpt-x"},
    "judge": {"model": "google/gemini-x"},
}


async def test_a_prompt_is_answered_judged_stored_and_readable(system: System) -> None:
    async with system.client() as client:
        accepted = await client.post("/v1/evaluations", json=HOSTED, headers=KEYS)
        assert accepted.status_code == 202
        assert int(accepted.headers["Retry-After"]) > 0
        location = accepted.headers["Location"]
        assert location == f"/v1/evaluations/{accepted.json()['id']}"

        evaluation = await ended(client, accepted.json()["id"])
        assert (evaluation["status"], evaluation["stage"], evaluation["outcome"]) == ("COMPLETED", "JUDGE", "scored")
        assert 0 <= evaluation["score"] <= 1
        assert evaluation["inference_result"]["output"]
        assert evaluation["inference_result"]["served_model"]
        criteria = evaluation["judge_result"]["criteria"]
        total = sum(one["score"] * one["weight"] for one in criteria) / sum(one["weight"] for one in criteria)
        assert evaluation["score"] == pytest.approx(total)

        listed = [one["id"] async for one in pages(client)]
        assert listed.count(evaluation["id"]) == 1
        calls = [call for call in await system.stub_calls() if call["case"] == "case-life"]
        assert [call["protocol"] for call in calls] == ["openai", "google"]


async def test_every_service_shows_the_same_settings_active(system: System) -> None:
    shown = {}
    async with httpx2.AsyncClient(trust_env=False) as client:
        for service in (GATEWAY, REDIS, PERSISTENCE, INFERENCE, JUDGE):
            answer = await client.get(f"http://127.0.0.1:{system.part(service.name).port}/readyz")
            shown[service.name] = answer.json()["settings"]
    assert {settings["latest_read"] for settings in shown.values()} == {"ok"}
    assert len({settings["active"]["version"] for settings in shown.values()}) == 1


async def test_nobody_from_outside_reads_or_writes_past_the_gateway(system: System) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        for service, path in ((REDIS, "/requests"), (PERSISTENCE, "/history")):
            answer = await client.get(f"http://127.0.0.1:{system.part(service.name).port}{path}?tenant=local&limit=5")
            assert (answer.status_code, answer.json()["code"]) == (401, "caller_unknown")


async def test_keys_that_the_client_sealed_are_opened_by_the_stages_alone(system: System) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / "examples/seal_keys.py", system.gateway_url),
        env=os.environ | {"OPENAI_API_KEY": OPENAI_KEY, "GOOGLE_API_KEY": GOOGLE_KEY, "no_proxy": "127.0.0.1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(HOSTED | {"input": "Name a moon. case-sealed"}).encode())
    async with system.client() as client:
        evaluation = await ended(client, json.loads(out)["id"])
    assert evaluation["outcome"] == "scored"
    calls = [call for call in await system.stub_calls() if call["case"] == "case-sealed"]
    assert [call["protocol"] for call in calls] == ["openai", "google"]


async def test_a_given_answer_is_judged_by_the_local_model_within_one_call_of_the_api(system: System) -> None:
    async with system.client() as client:
        body = {"input": "What is 2 + 2?", "output": "It is 4."}
        response = await client.post("/v1/evaluations", json=body, headers={"Prefer": "wait=60"})
        assert response.status_code == 200
        assert response.headers["Preference-Applied"] == "wait=60"
        evaluation = response.json()
        assert evaluation["judge_result"]["method"] == "likelihood"
        assert evaluation["inference_result"]["source"] == "provided"
        assert 0 < evaluation["score"] < 1


@pytest.mark.fault("F15", "F16", "F21", "F23", "F57")
@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"judge": {"model": "google/gemini-x--verdict_prose"}}, "judge_error", "judge_unparseable"),
        ({"judge": {"model": "google/gemini-x--verdict_invented"}}, "judge_error", "judge_evidence"),
        ({"judge": {"model": "google/gemini-x--key_refused"}}, "judge_error", "auth"),
        ({"judge": {"model": "google/gemini-x--blocked_prompt"}}, "blocked", "blocked"),
        ({"candidate": {"model": "openai/gpt-x--refusal"}}, "refused", "refused"),
        ({"candidate": {"model": "openai/gpt-x--quota"}}, "inference_error", "quota"),
    ],
)
async def test_what_fails_ends_in_the_history_with_a_reason_and_without_a_score(
    system: System, change: dict[str, Any], outcome: str, reason: str
) -> None:
    async with system.client() as client:
        response = await client.post("/v1/evaluations", json=HOSTED | change, headers=KEYS)
        evaluation = await ended(client, response.json()["id"])
        assert (evaluation["status"], evaluation["outcome"]) == ("FAILED", outcome)
        assert evaluation["failure"]["reason"] == reason
        assert evaluation["failure"]["advice"]
        assert (evaluation["score"], evaluation["judge_result"]) == (None, None)
        stored = [one async for one in pages(client, outcome=outcome, status="FAILED")]
        assert [one["id"] for one in stored].count(evaluation["id"]) == 1


@pytest.mark.fault("F17", "F18")
async def test_a_throttled_and_a_failing_provider_are_waited_for(system: System) -> None:
    async with system.client() as client:
        body = HOSTED | {
            "candidate": {"model": "openai/gpt-x--throttled_plain:1"},
            "judge": {"model": "google/g--http_503:1"},
        }
        body |= {"input": "case-retry"}
        response = await client.post("/v1/evaluations", json=body, headers=KEYS)
        evaluation = await ended(client, response.json()["id"])
        assert evaluation["outcome"] == "scored"
        calls = [call["protocol"] for call in await system.stub_calls() if call["case"] == "case-retry"]
        assert calls == ["openai", "openai", "google", "google"]


@pytest.mark.fault("F1", "F2")
async def test_the_same_idempotency_key_in_parallel_is_one_evaluation(system: System) -> None:

    async with system.client() as client:
        headers = KEYS | {"Idempotency-Key": "twenty-at-once"}
        body = HOSTED | {"input": "case-twenty"}
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.post("/v1/evaluations", json=body, headers=headers)) for _ in range(20)]
        answers = [task.result() for task in tasks]
        assert {answer.status_code for answer in answers} <= {200, 202, 409}
        ids = {answer.json()["id"] for answer in answers if answer.is_success}
        assert len(ids) == 1
        await ended(client, ids.pop())
        calls = [call for call in await system.stub_calls() if call["case"] == "case-twenty"]
        assert len(calls) == 2
        other = await client.post("/v1/evaluations", json=body | {"input": "other"}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_state_in_redis_is_kept_for_seven_days_under_the_diagrams_key(system: System) -> None:
    async with system.client() as client:
        response = await client.post("/v1/evaluations", json=HOSTED, headers=KEYS)
        evaluation = await ended(client, response.json()["id"])
    password = (system.folder.secrets / "redis-password").read_text()
    async with Redis(port=system.part("redis").port or 0, password=password, protocol=2) as redis:
        seconds = await redis.ttl(f"request:{evaluation['id']}")
        assert Limits().request_ttl_seconds - 120 < seconds <= Limits().request_ttl_seconds


async def test_no_key_is_in_any_log_state_file_or_process_environment(system: System) -> None:
    async with system.client() as client:
        for model in ("openai/gpt-x", "openai/gpt-x--key_refused"):
            response = await client.post("/v1/evaluations", json=HOSTED | {"candidate": {"model": model}}, headers=KEYS)
            await ended(client, response.json()["id"])
    keys = (OPENAI_KEY.encode(), GOOGLE_KEY.encode())
    searched = 0
    for path in system.folder.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            searched += len(content)
            assert not any(key in content for key in keys), path
    assert searched > 1_000_000
    for process in processes_of(system):
        assert not any(key.decode() in str(process.environ()) for key in keys)


def test_nothing_listens_beyond_this_machine(system: System) -> None:
    listening = [
        connection.laddr
        for process in processes_of(system)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    ports = {part.port for part in system.record.parts}
    assert ports <= {address.port for address in listening}


@pytest.mark.parametrize(
    ("body", "headers", "status", "pointer"),
    [
        ({}, {}, 422, "/input"),
        ({"input": ""}, {}, 422, "/input"),
        ({"input": "   "}, {}, 422, "/input"),
        ({"input": []}, {}, 422, "/input"),
        ({"input": 5}, {}, 422, "/input"),
        ({"input": "x", "unknown": 1}, {}, 422, "/unknown"),
        ({"input": "x", "judge": {"model": "local/giant"}}, {}, 422, "/judge/model"),
        ({"input": "x", "judge": {"model": "acme/x"}}, {}, 422, "/judge/model"),
        ({"input": "x", "judge": {"rubric": {"name": "r", "criteria": []}}}, {}, 422, "/judge/rubric/criteria"),
        ({"input": "x", "candidate": {"parameters": {"max_tokens": 0}}}, {}, 422, "/candidate/parameters/max_tokens"),
        (HOSTED, {}, 422, "header:X-OpenAI-Api-Key"),
        (HOSTED, {"X-OpenAI-Api-Key": "k", "X-Google-Api-Key": "two words"}, 422, "header:X-Google-Api-Key"),
        ({"input": "x" * 200_000}, {}, 413, None),
    ],
)
async def test_bad_input_is_a_problem_that_points_and_says_what_to_do(
    system: System, body: dict[str, Any], headers: dict[str, str], status: int, pointer: str | None
) -> None:
    async with system.client() as client:
        response = await client.post("/v1/evaluations", json=body, headers=headers)
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    if pointer is not None:
        assert {error["pointer"] for error in problem["errors"]} >= {pointer}, problem
        assert all(error["detail"] for error in problem["errors"])
    assert len(response.content) < 4000


async def test_the_api_describes_itself(system: System) -> None:
    async with system.client() as client:
        document = (await client.get("/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        assert set(document["paths"]) == {
            "/v1/evaluations",
            "/v1/evaluations/{evaluation_id}",
            "/v1/calibrations",
            "/v1/calibrations/{calibration_id}",
            "/v1/calibrations/{calibration_id}/card",
            "/v1/runs/{run}",
            "/v1/runs/{run}/comparison",
            "/v1/sealing-keys",
        }
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "https://" not in page.text
        unknown = await client.get("/v1/evaluations/7b0c7a0e-5f3e-4b43-9d4e-000000000000")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "evaluation_not_found")
        assert (await client.get("/v1/evaluations/nonsense")).status_code == 422
        assert (await client.get("/v1/evaluations", params={"cursor": "nonsense"})).status_code == 422


def test_every_log_line_of_a_service_is_one_json_object(system: System) -> None:
    for name in ("gateway-service", "redis-service", "persistence-service", "inference-service", "judge-service"):
        lines = system.folder.log(name).read_text().splitlines()
        events = [json.loads(line) for line in lines]
        assert {"event", "level", "timestamp"} <= set(events[-1])
    stages = [json.loads(line) for line in system.folder.log("judge-service").read_text().splitlines()]
    assert any("request_id" in event and event.get("stage") == "judge" for event in stages)
