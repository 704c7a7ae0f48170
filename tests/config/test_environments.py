"""A configuration that contradicts itself fails when it is loaded, with one message: which field, and why."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from pydantic import ValidationError

from config.cluster import SYSTEM, Cluster, NodeGroup
from config.complaint import complaint
from config.data import MySqlDatabase
from config.environments import DEV, PROD, CloudEnvironment
from config.naming import NAME_LIMITS, Names
from config.network import Network
from config.operations import Operations


def refusal(make: Any, **fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        make(**fields)
    return complaint(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"app_cidrs": [f"10.0.{n}.0/20" for n in (0, 32, 48)]},
            "network.public_cidrs 10.0.1.0/24 and network.app_cidrs 10.0.0.0/20 overlap: give each its own range",
        ),
        ({"vpc_cidr": "10.0.0.0/18"}, "network.data_cidrs 10.0.64.0/24 is outside network.vpc_cidr 10.0.0.0/18"),
        ({"data_cidrs": ["10.0.64.0/24"]}, "network.data_cidrs has 1 ranges for 3 availability_zones: one each"),
        ({"endpoint_zones": 4}, "network.endpoint_zones is 4, but there are 3 zones"),
    ],
)
def test_a_network_that_cannot_be_is_refused_by_name(fields: dict[str, Any], said: str) -> None:
    assert refusal(Network, **fields) == said


@pytest.mark.parametrize("thresholds", [(50, 40), (), (0, 50), (50, 50)])
def test_a_budget_out_of_order_is_refused_by_name(thresholds: tuple[int, ...]) -> None:
    assert "operations.budget_thresholds_usd must rise" in refusal(Operations, budget_thresholds_usd=thresholds)


def test_an_unknown_region_is_refused_with_the_known_ones() -> None:
    said = refusal(CloudEnvironment, **fields_of(DEV) | {"region": "us-east-9"})
    assert said.startswith("region 'us-east-9' is unknown: choose one of us-east-1, ")


def test_a_zone_of_another_region_is_refused() -> None:
    said = refusal(CloudEnvironment, **fields_of(DEV) | {"region": "eu-west-1"})
    assert said == "network.availability_zones: us-east-1a is not in region eu-west-1"


def fields_of(environment: CloudEnvironment) -> dict[str, Any]:
    return {name: getattr(environment, name) for name in type(environment).model_fields}


def test_a_name_over_awss_length_is_refused_with_its_length() -> None:
    said = refusal(Names, environment="a" * 40)
    assert "the cache name" in said
    assert f"AWS takes {NAME_LIMITS['cache']}" in said


@pytest.mark.parametrize("environment", ["Dev", "1dev", "dev_one", "", "dev-"])
def test_a_name_that_aws_would_refuse_is_refused(environment: str) -> None:
    assert "environment: " in refusal(Names, environment=environment)


def test_node_counts_out_of_order_are_refused() -> None:
    fields = SYSTEM.model_dump() | {"min_nodes": 4}
    assert "node group system: min_nodes 4 <= desired_nodes 2" in refusal(NodeGroup, **fields)


def test_two_node_groups_of_one_name_are_refused() -> None:
    assert "a name occurs twice" in refusal(Cluster, node_groups=(SYSTEM, SYSTEM))


def test_a_kubernetes_api_open_to_the_whole_internet_is_refused() -> None:
    assert "must not be the whole internet" in refusal(Cluster, public_api_cidrs=(IPv4Network("0.0.0.0/0"),))


def test_a_volume_that_could_only_shrink_is_refused() -> None:
    assert "storage_max_gib" in refusal(MySqlDatabase, instance_type="t4g.medium", storage_gib=200)


def test_a_field_that_does_not_exist_is_named() -> None:
    said = refusal(Operations, budgets=(1, 2))
    assert said == "budgets: Extra inputs are not permitted"


ALLOCATABLE_MILLIS = {"m6i.large": 1730}
"""Of its 2 vCPUs, less what the kubelet keeps and what runs on each node: network, proxy, log shipper."""


@pytest.mark.parametrize("environment", [DEV, PROD], ids=lambda environment: environment.name)
def test_as_many_pods_as_there_may_be_fit_on_as_many_spot_nodes_as_there_may_be(environment: CloudEnvironment) -> None:
    (spot,) = [group for group in environment.node_groups if group.name == "application"]
    pods = [(each.max_replicas, each.pod.cpu_millis) for each in environment.workloads.by_service.values()]
    on_a_node = ALLOCATABLE_MILLIS[spot.instance_types[0]] // max(cpu for _, cpu in pods)
    assert sum(number for number, _ in pods) <= spot.max_nodes * on_a_node


def test_development_and_production_differ_in_what_the_diagram_says_and_share_the_rest() -> None:
    assert {name for name in CloudEnvironment.model_fields if getattr(DEV, name) != getattr(PROD, name)} == {
        "name",
        "network",
        "mysql",
        "redis",
        "workloads",
        "public",
        "operations",
        "keep_data",
    }
