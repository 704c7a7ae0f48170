from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from config.environments import DEV, PROD, CloudEnvironment
from config.versions import DIAGRAM
from tests.tools.billed import case, with_ai_model, with_group
from tools.cost.bill import Bill, bill
from tools.cost.case import Case
from tools.cost.line import Line
from tools.cost.prices import MissingPrice, price_list
from tools.cost.stack_lines import (
    cluster_lines,
    data_lines,
    messaging_lines,
    network_lines,
    observability_lines,
    platform_lines,
)


def dollars(lines: tuple[Line, ...]) -> dict[str, Decimal]:
    return {line.what: line.usd for line in lines}


def lines_of(billed: Bill) -> dict[tuple[str, str], Line]:
    return {(stack.name, line.what): line for stack in billed.stacks for line in stack.lines}


NETWORK = {
    "NAT instance, t4g.nano": "7.3",  # 730 h x 0.01
    "its IPv4 address": "730",  # 730 h x 1
    "Interface endpoints": "94.9",  # 13 x 1 zone x 730 h x 0.01
    "Messages": "0.016",  # 100,000 x 4 KB x 2 channels x in and out = 1.6 GB x 0.01
    "Log lines": "0.006",  # 100,000 x 6 KB = 0.6 GB x 0.01
}
DATA = {
    "MySQL, db.t4g.medium": "58.4",  # 730 h x 0.08
    "MySQL storage, gp3": "2",  # 20 GiB x 0.1
    "Redis, cache.t4g.medium": "58.4",
    "KMS keys": "3",
    "Secrets": "8",
    "Private sealing keys": "4",  # 2 stages x 2 epochs
}
PROD_DATA = {
    "MySQL, db.m6g.large": "233.6",  # 2 zones x 730 h x 0.16
    "MySQL storage, gp3": "20",  # 2 zones x 100 GiB x 0.1
    "Redis, cache.m6g.large": "292",  # 2 nodes x 730 h x 0.2
    "KMS keys": "3",
    "Secrets": "8",
    "Private sealing keys": "4",  # 2 stages x 2 epochs
}
MESSAGING = {
    "SNS publishes": "0.2",  # 100,000 x 2 channels, a dollar a million
    "SQS, messages": "0.6",  # three requests each
    "SQS, idle polls": "0.2628",  # 2 workers x 2,628,000 s / 20 s
    "KMS keys": "1",
}
CLUSTER = {
    "Control plane": "730",
    "system nodes, t3.medium": "73",  # 2 x 730 h x 0.05
    "system disks, gp3": "8",  # 2 x 50 GiB x 0.08
    "application nodes, m6i.large": "73",  # 2 x 730 h x 0.1, half price
    "application disks, gp3": "8",
    "fallback nodes, m6i.large": "0",
    "fallback disks, gp3": "0",
    "Images": "12",  # 6 services x 2 GB
    "KMS keys": "1",
}
OBSERVABILITY = {
    "Logs of the services": "0.6",
    "Logs of the platform": "6",
    "Logs kept": "6.6",  # for 30 days
    "Alarms": "19",
    "Dashboards": "2",
    "Metrics from log lines": "16",
    "KMS keys": "1",
}
PLATFORM = {
    "Load balancer": "730",
    "its IPv4 addresses": "2190",  # one in each of 3 zones
    "its traffic": "0.8",  # 100,000 x 4 KB, in and out
    "AppConfig polls": "0.4088",  # 7 pods x 2,628,000 s / 45 s, a dollar a million
}


@pytest.mark.parametrize(
    ("environment", "stack", "expected"),
    [
        (DEV, network_lines, NETWORK),
        (DEV, data_lines, DATA),
        (PROD, data_lines, PROD_DATA),
        (DEV, messaging_lines, MESSAGING),
        (DEV, cluster_lines, CLUSTER),
        (DEV, observability_lines, OBSERVABILITY),
        (DEV, platform_lines, PLATFORM),
    ],
)
def test_each_line_is_what_one_computes_by_hand(
    environment: CloudEnvironment, stack: Callable[[Case], tuple[Line, ...]], expected: dict[str, str]
) -> None:
    assert dollars(stack(case(environment))) == {what: Decimal(usd) for what, usd in expected.items()}


def test_the_total_is_the_sum_of_the_stacks_and_they_of_their_lines() -> None:
    tables = (NETWORK, DATA, MESSAGING, CLUSTER, OBSERVABILITY, PLATFORM)
    assert bill(case()).usd == sum(Decimal(usd) for table in tables for usd in table.values())


def test_prod_pays_for_its_endpoints_in_every_zone() -> None:
    assert dollars(network_lines(case(PROD)))["Interface endpoints"] == Decimal("284.7")


def test_the_prices_shown_are_those_that_were_multiplied() -> None:
    line = network_lines(case())[2]
    assert (line.how_many, str(line.price)) == ("13 endpoints x 1 zone x 730 h", "$0.01/h")


def test_a_changed_node_count_changes_the_lines_of_its_group_and_no_other() -> None:
    before = lines_of(bill(case()))
    after = lines_of(bill(case(with_group(DEV, "application", desired_nodes=5))))
    changed = {key: after[key].usd - before[key].usd for key in before if after[key] != before[key]}
    assert changed == {
        ("Cluster", "application nodes, m6i.large"): Decimal("109.5"),
        ("Cluster", "application disks, gp3"): Decimal(12),
    }


def test_the_gpu_group_costs_nothing_until_the_model_is_enabled() -> None:
    assert not [line for line in cluster_lines(case()) if line.what.startswith("ai ")]
    enabled = cluster_lines(case(with_ai_model(DEV)))
    assert dollars(enabled)["ai nodes, g4dn.xlarge"] == Decimal("182.5")


def test_versions_in_standard_support_carry_no_surcharge() -> None:
    billed = bill(case())
    assert billed.surcharged == ()
    assert not [key for key in lines_of(billed) if "surcharge" in key[1]]


def test_the_versions_of_the_diagram_carry_both_surcharges_and_say_why() -> None:
    old = DEV.model_copy(update={"versions": DIAGRAM})
    billed = bill(case(old))
    found = {key: line.usd for key, line in lines_of(billed).items() if "surcharge" in key[1]}
    assert found == {
        ("Data", "MySQL 8.0 surcharge"): Decimal(1460),  # 2 vCPUs x 730 h x 1
        ("Cluster", "Kubernetes 1.29 surcharge"): Decimal(730),
    }
    assert [str(standing).split(" left")[0] for standing in billed.surcharged] == ["kubernetes 1.29", "mysql 8.0"]


def test_a_surcharge_begins_the_day_after_standard_support_ends() -> None:
    def surcharges(on: date) -> list[str]:
        return [what for _, what in lines_of(bill(case(on=on))) if "surcharge" in what]

    assert surcharges(date(2027, 3, 27)) == []
    assert surcharges(date(2027, 3, 28)) == ["Kubernetes 1.35 surcharge"]


@pytest.mark.parametrize(("on", "price"), [(date(2028, 7, 30), "years-1-2"), (date(2028, 8, 1), "year-3")])
def test_the_third_year_of_mysql_has_a_price_of_its_own(on: date, price: str) -> None:
    old = DEV.model_copy(update={"versions": DIAGRAM})
    prices = price_list()
    (surcharge,) = [line for line in data_lines(case(old, on=on, prices=prices)) if "surcharge" in line.what]
    assert surcharge.price == prices.price(f"rds.extended-support.{price}")


@pytest.mark.parametrize(
    ("budgets", "exceeded"), [((50, 200), (50, 200)), ((4000, 50_000), (4000,)), ((40_000, 50_000), ())]
)
def test_the_budgets_that_the_total_exceeds_are_known(budgets: tuple[int, ...], exceeded: tuple[int, ...]) -> None:
    operations = DEV.operations.model_copy(update={"budget_thresholds_usd": budgets})
    assert bill(case(DEV.model_copy(update={"operations": operations}))).exceeded_usd == exceeded


def test_an_instance_type_without_a_price_is_named() -> None:
    network = DEV.network.model_copy(update={"nat_instance_type": "t4g.huge"})
    with pytest.raises(MissingPrice, match=r"ec2\.t4g\.huge"):
        bill(case(DEV.model_copy(update={"network": network})))


def test_another_region_has_other_prices() -> None:
    with pytest.raises(MissingPrice, match="has the prices of us-east-1, and dev is in eu-west-1"):
        bill(case(DEV.model_copy(update={"region": "eu-west-1"})))
