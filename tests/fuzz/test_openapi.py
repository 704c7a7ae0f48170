"""The API keeps to its own document: requests made from it, right and wrong, one by one and in chains."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from config.tenant import Tenant, TenantLimits
from runtime.keys.api_key import hash_api_key, new_api_key
from tests.fuzz.cases import CASES, COUNT
from tests.fuzz.gateway_app import running_gateway

API_KEY = new_api_key()
AMPLE = TenantLimits(requests_per_minute=60_000, burst=10_000, max_in_flight=10_000)
CONFIG = {
    "auth": {"openapi": {"ApiKey": {"bearer": API_KEY}}},
    "request-timeout": 10,  # longer is a hang
    "checks": {
        # A good body may name a model that is not served, or lack its key: no schema can say so.
        "positive_data_acceptance": {"expected-statuses": ["2xx", 404, 413, 422]},
    },
}
OPERATIONS = [
    ("POST", "/v1/evaluations"),
    ("GET", "/v1/evaluations"),
    ("GET", "/v1/evaluations/{evaluation_id}"),
    ("GET", "/v1/sealing-keys"),
    ("POST", "/v1/calibrations"),
    ("GET", "/v1/calibrations"),
    ("GET", "/v1/calibrations/{calibration_id}"),
    ("GET", "/v1/calibrations/{calibration_id}/card"),
    ("GET", "/v1/runs/{run}"),
    ("GET", "/v1/runs/{run}/comparison"),
]


@pytest.fixture(scope="module")
def document() -> Iterator[Any]:
    with running_gateway(Tenant(name="acme", key_hashes=(hash_api_key(API_KEY),), limits=AMPLE)) as (url, _):
        config = SchemathesisConfig.from_dict(CONFIG)
        yield schemathesis.openapi.from_url(f"{url}/openapi.json", config=config)


def test_these_are_all_operations(document: Any) -> None:
    found = [result.ok() for result in document.get_all_operations()]
    assert sorted((one.method.upper(), one.path) for one in found) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_documented(document: Any, method: str, path: str, mode: GenerationMode) -> None:
    @CASES
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def ask(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate()

    ask()


def test_what_one_answer_gives_the_next_request_takes(document: Any) -> None:
    machine = document.as_state_machine()
    machine.run(settings=settings(CASES, max_examples=max(5, COUNT // 6), stateful_step_count=6))
