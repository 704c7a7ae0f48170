"""Row 20: one setting brings the self-hosted model: nodes, their add-on, its pod, and the provider of the services."""

from pathlib import Path

import pytest

from config.environments import DEV
from config.runtime_document import RuntimeDocument
from config.topology import Provider
from tests.stacks.synthesized import Synthesized, synthesize
from tests.stacks.test_document import deployed

DEVICE_PLUGIN = "nvidia-device-plugin"


@pytest.fixture(scope="module")
def enabled(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    model = DEV.ai_model.model_copy(update={"enabled": True})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "false")
        folder: Path = tmp_path_factory.mktemp("cdk.out")
        return synthesize(folder, DEV.model_copy(update={"ai_model": model}))["dev"]


def charts(synthesized: Synthesized) -> set[str]:
    return {each["Chart"] for each in synthesized.cluster.all("Custom::AWSCDK-EKS-HelmChart")}


def test_r20_the_gpu_nodes_are_there_tainted_and_none_runs_without_a_pod(enabled: Synthesized) -> None:
    nodes = enabled.cluster.one("AWS::EKS::Nodegroup", Labels={"llm-judge/pool": "ai"})
    assert (nodes["InstanceTypes"], nodes["AmiType"]) == (["g4dn.xlarge"], "AL2023_x86_64_NVIDIA")
    assert nodes["Taints"] == [{"Key": "nvidia.com/gpu", "Value": "true", "Effect": "NO_SCHEDULE"}]
    assert nodes["ScalingConfig"] == {"MinSize": 0, "DesiredSize": 0, "MaxSize": 1}


def test_r20_the_nodes_say_that_they_have_gpus(dev: Synthesized, enabled: Synthesized) -> None:
    assert charts(enabled) - charts(dev) == {DEVICE_PLUGIN}


def test_r20_the_services_know_the_model_and_where_it_is(dev: Synthesized, enabled: Synthesized) -> None:
    assert Provider.LOCAL not in RuntimeDocument.model_validate(deployed(dev)).providers
    local = RuntimeDocument.model_validate(deployed(enabled)).providers[Provider.LOCAL]
    assert local.base_url == "http://ai-model-service.llm-judge.svc.cluster.local:8005/v1"
    assert local.models == (DEV.ai_model.name,)
