"""Who is let in, and what everybody else is told."""

from typing import Any

import httpx2
import pytest
import structlog

from config.tenant import Tenant, TenantLimits
from runtime.keys.api_key import hash_api_key, new_api_key
from tests.runtime.gateway.bench import Bench

GIVEN = {"input": "hi", "output": "ho"}
NOBODY = "00000000-0000-4000-8000-000000000000"


async def asked(bench: Bench, authorization: str | None) -> httpx2.Response:
    headers = {"Authorization": authorization} if authorization is not None else {}
    return await bench.client.get("/v1/evaluations", headers=headers)


def refusal(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]
    return response.status_code, response.json()["code"]


async def test_a_key_is_its_tenants() -> None:
    bench = Bench()
    for name in bench.names:
        accepted = await bench.submit(name, GIVEN)
        assert accepted.status_code == 202
    assert [record.tenant for record in bench.states.records.values()] == list(bench.names)
    assert bench.publisher.tenants == list(bench.names)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
async def test_the_scheme_is_read_as_http_reads_it(scheme: str) -> None:
    bench = Bench()
    assert (await asked(bench, f"{scheme} {bench.keys['acme']}")).status_code == 200


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "missing_api_key"),
        ("", "missing_api_key"),
        ("Bearer", "missing_api_key"),
        ("Bearer   ", "missing_api_key"),
        ("Basic YTpi", "missing_api_key"),
        pytest.param(new_api_key(), "missing_api_key", id="a key alone"),
        ("Bearer CANARY", "malformed_api_key"),
        pytest.param(f"Bearer {new_api_key()[:-1]}", "malformed_api_key", id="a key cut short"),
        pytest.param(f"Bearer {new_api_key()} {new_api_key()}", "malformed_api_key", id="two keys"),
        pytest.param(f"Bearer {new_api_key()}", "unknown_api_key", id="nobody's key"),
    ],
)
async def test_without_a_key_of_a_tenant_the_answer_is_401_and_does_not_repeat_it(
    authorization: str | None, code: str
) -> None:
    response = await asked(Bench(), authorization)
    assert refusal(response) == (401, code)
    assert response.headers["www-authenticate"].startswith('Bearer realm="llm-judge"')
    for word in (authorization or "").split()[1:]:
        assert word not in response.text
        assert word not in str(response.headers)


async def test_a_challenge_names_an_error_only_where_a_key_was_sent() -> None:
    bench = Bench()
    assert "error" not in (await asked(bench, None)).headers["www-authenticate"]
    assert (await asked(bench, f"Bearer {new_api_key()}")).headers["www-authenticate"].endswith('error="invalid_token"')


@pytest.mark.parametrize("environment", ["dev", "prod"])
async def test_a_cloud_without_tenants_lets_nobody_in_and_says_what_to_do(environment: str) -> None:
    bench = Bench(names=(), environment=environment)
    for authorization in (None, f"Bearer {new_api_key()}"):
        response = await asked(bench, authorization)
        assert refusal(response) == (401, "no_tenants")
        assert "operator adds a tenant" in response.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer whatever"}], ids=["no key", "any key"])
async def test_one_machine_without_tenants_is_open_and_has_no_limits(headers: dict[str, str]) -> None:
    bench = Bench(names=(), environment="local")
    accepted = await bench.client.post("/v1/evaluations", json=GIVEN, headers=headers)
    assert accepted.status_code == 202
    assert [record.tenant for record in bench.states.records.values()] == ["local"]


async def test_one_machine_with_tenants_is_not_open() -> None:
    bench = Bench(environment="local")
    assert refusal(await asked(bench, None)) == (401, "missing_api_key")


async def test_both_keys_hold_while_one_is_replaced_and_the_retired_one_no_longer() -> None:
    bench, newer = Bench(), new_api_key()
    older = bench.keys["acme"]
    hashes = (hash_api_key(older), hash_api_key(newer))

    async def let_in(key: str) -> bool:
        return (await asked(bench, f"Bearer {key}")).is_success

    bench.use(Tenant(name="acme", key_hashes=hashes))
    assert [await let_in(key) for key in (older, newer)] == [True, True]
    bench.use(Tenant(name="acme", key_hashes=hashes[1:]))
    assert [await let_in(key) for key in (older, newer)] == [False, True]


async def test_a_disabled_tenant_is_403_from_the_next_request_on() -> None:
    bench = Bench()
    bench.use(Tenant(name="acme", key_hashes=(hash_api_key(bench.keys["acme"]),), disabled=True))
    assert refusal(await asked(bench, f"Bearer {bench.keys['acme']}")) == (403, "tenant_disabled")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/evaluations"),
        ("GET", "/v1/evaluations"),
        ("GET", f"/v1/evaluations/{NOBODY}"),
        ("POST", "/v1/calibrations"),
        ("GET", "/v1/calibrations"),
        ("GET", f"/v1/calibrations/{NOBODY}"),
        ("GET", f"/v1/calibrations/{NOBODY}/card"),
        ("GET", "/v1/runs/night"),
        ("GET", "/v1/runs/night/comparison?with=day"),
    ],
)
async def test_every_operation_needs_a_key(method: str, path: str) -> None:
    response = await Bench().client.request(method, path)
    assert refusal(response) == (401, "missing_api_key")


async def test_a_stranger_is_refused_before_anything_of_the_body_is_read() -> None:
    async def body() -> Any:
        raise AssertionError("it was read")
        yield b""

    response = await Bench().client.post(
        "/v1/evaluations", content=body(), headers={"Content-Type": "application/json"}
    )
    assert refusal(response) == (401, "missing_api_key")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
async def test_health_and_the_api_document_need_no_key(path: str) -> None:
    assert (await Bench().client.get(path)).status_code == 200


async def test_the_api_document_names_the_key_for_every_operation() -> None:
    document = (await Bench().client.get("/openapi.json")).json()
    (name,) = document["components"]["securitySchemes"]
    scheme = document["components"]["securitySchemes"][name]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in operations:
        assert operation["security"] == [{name: []}]
        assert {"401", "403"} <= set(operation["responses"])


async def test_a_log_line_names_the_tenant_and_never_the_key() -> None:
    bench = Bench()
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await bench.submit("acme", GIVEN)
        await asked(bench, "Bearer CANARY")
    assert {line.get("tenant") for line in lines if line.get("status") == 202} == {"acme"}
    assert bench.keys["acme"] not in str(lines)
    assert "CANARY" not in str(lines)


@pytest.mark.parametrize(
    ("limits", "code", "policy"),
    [
        (TenantLimits(requests_per_minute=6, burst=1), "rate_limited", '"rate_limited";q=6;w=60'),
        (TenantLimits(max_in_flight=1), "too_many_in_flight", '"too_many_in_flight";q=1;qu="concurrent-requests"'),
        (TenantLimits(requests_per_day=1), "quota_exceeded", '"quota_exceeded";q=1;w=86400'),
    ],
)
async def test_over_a_limit_the_answer_is_429_with_which_one_and_when_to_come_again(
    limits: TenantLimits, code: str, policy: str
) -> None:
    bench = Bench(limits=limits)
    assert (await bench.submit("acme", GIVEN)).status_code == 202
    response = await bench.submit("acme", GIVEN)
    assert refusal(response) == (429, code)
    assert response.json()["retryable"] is True
    wait = int(response.headers["retry-after"])
    assert wait >= 1
    assert response.headers["ratelimit-policy"] == policy
    assert response.headers["ratelimit"] == f'"{code}";r=0;t={wait}'
    assert len(bench.publisher.published) == 1
    assert (await bench.submit("globex", GIVEN)).status_code == 202


async def test_a_changed_limit_holds_from_the_next_request_on() -> None:
    bench = Bench(limits=TenantLimits(max_in_flight=1))
    for limit, status in ((1, 202), (1, 429), (2, 202), (2, 429)):
        hashes, limits = (hash_api_key(bench.keys["acme"]),), TenantLimits(max_in_flight=limit)
        bench.use(Tenant(name="acme", key_hashes=hashes, limits=limits))
        assert (await bench.submit("acme", GIVEN)).status_code == status
