"""The runtime document that a deployment writes is the one that the services read."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.addresses import Addresses
from config.document_schema import document_schema
from config.providers import HOSTED
from config.runtime_document import DefaultModels, MySqlAddress, RedisAddress, RuntimeDocument
from config.tenant import Tenant
from config.topology import SERVICES
from tests.stacks.readable import Reader
from tests.stacks.synthesized import Synthesized, synthesize

SCHEMA = jsonschema.Draft4Validator(document_schema())
APPCONFIG_SCHEMA_BYTES = 32 * 1024


def deployed(synthesized: Synthesized) -> dict[str, Any]:
    content = synthesized.umbrella.one("AWS::AppConfig::HostedConfigurationVersion")["Content"]
    document: dict[str, Any] = json.loads(Reader(synthesized).text(content, synthesized.umbrella))
    return document


def test_the_services_accept_it_and_it_points_at_what_was_deployed(dev: Synthesized) -> None:
    document = RuntimeDocument.model_validate(deployed(dev))
    assert document.channels["inference"].topic_arn == "dev-llm-judge-inference-topic"
    assert document.channels["judge"].queue_url == "dev-llm-judge-judge-queue"
    assert document.mysql.host == "dev-llm-judge-mysql.Endpoint.Address"
    assert document.redis.host == "dev-llm-judge-redis.PrimaryEndPoint.Address"
    assert document.mysql.tls
    assert document.redis.tls
    assert document.sealing_verify_key == "SealingEpochsKeys.VerifyKey"
    assert document.service_urls["redis-service"] == "http://redis-service.llm-judge.svc.cluster.local:8001"
    assert document.limits == dev.environment.limits


def test_appconfigs_validator_is_a_schema_that_appconfig_can_read(dev: Synthesized) -> None:
    (validator,) = dev.umbrella.one("AWS::AppConfig::ConfigurationProfile")["Validators"]
    schema = json.loads(validator["Content"])
    assert schema == document_schema()
    jsonschema.Draft4Validator.check_schema(schema)
    assert len(validator["Content"]) < APPCONFIG_SCHEMA_BYTES


def test_the_validator_takes_the_deployed_document(dev: Synthesized) -> None:
    SCHEMA.validate(deployed(dev))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mysql", "port"), "3306"),
        (("limits", "receive_wait_seconds"), 30),
        (("limits", "max_in_flight_per_worker"), 0),
        (("limits", "prefer_wait_max_seconds"), 3600),
        (("default_models", "judge"), "gpt-5"),
        (("redis",), {"host": "h"}),
        (("unheard_of",), 1),
        (("tenants",), [{"name": "acme", "key_hashes": []}]),
        (("tenants",), [{"name": "acme", "key_hashes": ["ljk_a_key_itself"]}]),
        (("schema_version",), 2),
    ],
)
def test_the_validator_refuses_what_the_services_would_refuse(
    dev: Synthesized, path: tuple[str, ...], value: object
) -> None:
    document = deployed(dev)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(document)


def test_a_tenant_stands_in_the_document_with_the_hash_of_its_key_and_in_no_other_stack(
    tmp_path: Path, dev: Synthesized, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "false")
    tenant = Tenant(name="acme", key_hashes=("a" * 64,))
    one = synthesize(tmp_path, dev.environment, tenants=(tenant,))["dev"]
    SCHEMA.validate(deployed(one))
    assert RuntimeDocument.model_validate(deployed(one)).tenants == (tenant,)
    changed = {name for name, template in one.by_name.items() if template.resources != dev.by_name[name].resources}
    assert changed == {"LlmJudge-Dev"}


def test_addresses_from_a_file_change_the_document_and_no_other_stack(
    tmp_path: Path, dev: Synthesized, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "false")
    addresses = Addresses(
        service_urls={service.name: f"http://127.0.0.1:{service.port}" for service in SERVICES},
        redis=RedisAddress(host="127.0.0.1", port=16379, tls=False),
        mysql=MySqlAddress(host="127.0.0.1", port=13306, database="llm_judge", tls=False),
        providers=HOSTED,
        default_models=DefaultModels(judge="local/small"),
    )
    beside = synthesize(tmp_path, dev.environment, addresses=addresses)["dev"]
    document = RuntimeDocument.model_validate(deployed(beside))
    assert document.redis == addresses.redis
    assert document.default_models.judge == "local/small"
    changed = {name for name, template in beside.by_name.items() if template.resources != dev.by_name[name].resources}
    assert changed == {"LlmJudge-Dev"}


def test_a_synthesis_is_the_same_each_time(tmp_path: Path, dev: Synthesized, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "false")
    again = synthesize(tmp_path, dev.environment)["dev"]
    assert {name: template.body for name, template in again.by_name.items()} == {
        name: template.body for name, template in dev.by_name.items()
    }
