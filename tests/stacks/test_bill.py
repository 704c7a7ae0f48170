"""The bill counts what the templates create: a key, a secret or an alarm more is a line that changes."""

import pytest

from config.environments import CLOUD_ENVIRONMENTS
from config.topology import Stage
from tests.stacks.synthesized import Synthesized
from tests.tools.billed import case
from tools.cost.bill import bill
from tools.cost.line import Line
from tools.cost.stack_lines import LIVING_EPOCHS


@pytest.fixture(params=list(CLOUD_ENVIRONMENTS))
def made(request: pytest.FixtureRequest, stacks: dict[str, Synthesized]) -> Synthesized:
    return stacks[request.param]


def billed(made: Synthesized, stack: str, what: str) -> Line:
    (found,) = [found for found in bill(case(made.environment)).stacks if found.name == stack]
    return next(line for line in found.lines if line.what == what)


def first_factor(line: Line) -> int:
    return int(line.factors[0].value)


@pytest.mark.parametrize(
    ("stack", "what", "kind"),
    [
        ("Data", "KMS keys", "AWS::KMS::Key"),
        ("Data", "Secrets", "AWS::SecretsManager::Secret"),
        ("Messaging", "KMS keys", "AWS::KMS::Key"),
        ("Cluster", "KMS keys", "AWS::KMS::Key"),
        ("Cluster", "Images", "AWS::ECR::Repository"),
        ("Observability", "KMS keys", "AWS::KMS::Key"),
        ("Observability", "Dashboards", "AWS::CloudWatch::Dashboard"),
        ("Observability", "Metrics from log lines", "AWS::Logs::MetricFilter"),
    ],
)
def test_as_many_are_billed_as_are_created(made: Synthesized, stack: str, what: str, kind: str) -> None:
    created = made.by_name[made.names.stack(stack)].all(kind)
    assert first_factor(billed(made, stack, what)) == len(created)


def test_no_stack_creates_a_key_or_a_secret_that_is_not_billed(made: Synthesized) -> None:
    for kind, counted in (("AWS::KMS::Key", "kms.key"), ("AWS::SecretsManager::Secret", "secretsmanager.secret")):
        created = sum(len(template.all(kind)) for template in made.by_name.values())
        if counted == "secretsmanager.secret":
            # Made by a job, and in no template.
            created += LIVING_EPOCHS * len(Stage)
        subject = case(made.environment)
        price = subject.prices.price(counted)
        lines = [line for stack in bill(subject).stacks for line in stack.lines if line.price is price]
        assert sum(line.quantity for line in lines) == created


def test_an_alarm_is_billed_for_each_metric_that_it_watches(made: Synthesized) -> None:
    watched = 0
    for alarm in [
        template for each in (made.observability, made.umbrella) for template in each.all("AWS::CloudWatch::Alarm")
    ]:
        metrics = [metric for metric in alarm.get("Metrics", []) if "MetricStat" in metric]
        watched += len(metrics) or 1
    assert first_factor(billed(made, "Observability", "Alarms")) == watched


def test_interface_endpoints_are_billed_in_each_of_their_zones(made: Synthesized) -> None:
    endpoints = made.network.all("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface")
    zones = sum(len(endpoint["SubnetIds"]) for endpoint in endpoints)
    endpoints_times_zones = billed(made, "Network", "Interface endpoints").factors[:2]
    assert endpoints_times_zones[0].value * endpoints_times_zones[1].value == zones


def test_nodes_disks_and_copies_are_billed_as_created(made: Synthesized) -> None:
    for group in made.environment.node_groups:
        nodes = made.cluster.one(
            "AWS::EKS::Nodegroup", Labels={"llm-judge/pool": group.pool}, CapacityType=group.capacity
        )
        line = billed(made, "Cluster", f"{group.name} nodes, {nodes['InstanceTypes'][0]}")
        assert first_factor(line) == nodes["ScalingConfig"]["DesiredSize"]
    database = made.data.one("AWS::RDS::DBInstance")
    storage = billed(made, "Data", f"MySQL storage, {database['StorageType']}")
    assert [int(factor.value) for factor in storage.factors] == [
        2 if database["MultiAZ"] else 1,
        int(database["AllocatedStorage"]),
    ]
    cache = made.data.one("AWS::ElastiCache::ReplicationGroup")
    assert first_factor(billed(made, "Data", f"Redis, {cache['CacheNodeType']}")) == cache["NumCacheClusters"]
