"""What a local deployment tells and refuses, as far as it needs no cloud."""

import asyncio
from pathlib import Path

import pytest

from config.environments import DEV
from config.topology import AI_MODEL, SERVICES, Provider
from runtime.ai_model.settings import read_settings
from runtime.local.deploy.cdk import check_tools
from runtime.local.deploy.differences import differences, shortened
from runtime.local.deploy.failure import DeployFailed
from runtime.local.deploy.site import Site, with_one_change
from runtime.local.deploy.stacks import DeployedResource, DeployedStack
from runtime.local.deploy.together import together
from runtime.local.emulator.recorded import METRIC_MATH, recorded_kind
from tests.runtime.local.stand_ins import made

SAME = "Stack One (aws://000000000000/us-east-1)\nThere were no differences\n"
CHANGED = (
    "start: Publishing Two\nStack Two\nResources\n[~] AWS::SQS::Queue Q\n\n✨  Number of stacks with differences: 1\n"
)
PORTS = {"aws": 1, "redis": 2, "mysql": 3} | {service.name: service.port for service in SERVICES}


def test_each_stack_of_a_diff_has_its_own_differences() -> None:
    assert differences(SAME + CHANGED) == {"One": "", "Two": "Resources\n[~] AWS::SQS::Queue Q"}


def test_a_diff_of_no_stack_is_empty() -> None:
    assert differences("Including dependency stacks: One\n") == {}


def test_of_two_long_lines_only_what_differs_is_shown() -> None:
    before, after = (f'[{sign}] {"a" * 300}"max": {number}{"b" * 300}' for sign, number in (("-", 64), ("+", 65)))
    old, new = shortened(f" {before}\n {after}").splitlines()
    assert '"max": 64b' in old
    assert '"max": 65b' in new
    assert max(len(old), len(new)) < 120


def test_short_lines_are_shown_as_they_are() -> None:
    difference = " [-] one\n [+] two\n [+] three"
    assert shortened(difference) == difference


def test_a_stack_is_complete_when_it_and_all_its_resources_are() -> None:
    good, bad = (DeployedResource(f"CREATE_{end}", recorded_as=None) for end in ("COMPLETE", "FAILED"))
    assert DeployedStack("s", "CREATE_COMPLETE", (good, good)).is_complete
    assert not DeployedStack("s", "CREATE_COMPLETE", (good, bad)).is_complete
    assert not DeployedStack("s", "ROLLBACK_COMPLETE", (good,)).is_complete


def test_what_is_only_recorded_is_counted_by_kind() -> None:
    kinds = ("AWS::EKS::Addon", "AWS::EKS::Addon", None, METRIC_MATH)
    resources = tuple(DeployedResource("CREATE_COMPLETE", kind) for kind in kinds)
    assert DeployedStack("s", "CREATE_COMPLETE", resources).recorded_only == {"AWS::EKS::Addon": 2, METRIC_MATH: 1}


def test_an_alarm_is_only_recorded_where_it_is_computed() -> None:
    assert recorded_kind("AWS::CloudWatch::Alarm", {"MetricName": "M"}) is None
    assert recorded_kind("AWS::CloudWatch::Alarm", {"Metrics": []}) == METRIC_MATH


def test_the_services_are_found_beside_the_deployment(tmp_path: Path) -> None:
    variables = {"LLM_JUDGE_OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "MODEL_PATH": "/models/tiny.gguf"}
    site = Site(folder=made(tmp_path), environment=DEV, ports=PORTS, model=read_settings(variables))
    addresses = site.addresses(variables)
    assert addresses.service_urls[AI_MODEL.name] == f"http://127.0.0.1:{AI_MODEL.port}"
    assert (addresses.redis.port, addresses.mysql.port) == (2, 3)
    assert addresses.providers[Provider.OPENAI].base_url == "http://127.0.0.1:9/v1"
    assert addresses.default_models.judge == "local/tiny"


def test_the_changed_setting_is_the_only_change(tmp_path: Path) -> None:
    variables = {"MODEL_PATH": "/models/tiny.gguf"}
    site = Site(folder=made(tmp_path), environment=DEV, ports=PORTS, model=read_settings(variables))
    before = site.addresses(variables)
    after = with_one_change(before)
    assert after.providers[Provider.OPENAI].max_in_flight == before.providers[Provider.OPENAI].max_in_flight + 1
    restored = after.providers | {Provider.OPENAI: before.providers[Provider.OPENAI]}
    assert after.model_copy(update={"providers": restored}) == before


async def test_of_steps_at_once_the_first_failure_is_told_and_ends_the_others() -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        raise DeployFailed("it did not hold")

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(DeployFailed, match="it did not hold"):
        await together(waits(), fails())
    assert ended.is_set()


def test_without_node_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DeployFailed, match=r"install Node\.js"):
        check_tools()
