from dataclasses import replace
from decimal import Decimal

import pytest

from config.environments import DEV, PROD, CloudEnvironment
from tests.tools.billed import case, with_ai_model, with_group
from tools.cost.saving import Claim, Saving
from tools.cost.savings import savings

ROWS = [
    # 730 h x 0.05 and 0.8 GB x 0.05, less 730 h x 0.01
    ("NAT instance", "NAT gateway", "29.24", "~$29/month", "as claimed"),
    # 2 nodes x 730 h x 0.1, half of it
    ("Spot nodes", "on demand", "73", "~40-60%", "as claimed"),
    # 730 h x (0.02 + 0.1 + 0.1), less 730 h x (0.01 + 0.08 + 0.08)
    ("Graviton", "x86", "36.5", "~20%", "more"),
    # 22.2 GB x 0.05, less 13 x 730 h x 0.01 and 2.2 GB x 0.01
    ("VPC endpoints", "gateway traffic", "-93.812", "~$0.01/GB", "costs more"),
    # 200 GiB x (0.1 - 0.08), and 20 GiB at one price
    ("gp3 storage", "gp2", "4", "~20%", "as claimed"),
    # 730 h x (0.2 - 0.08)
    ("Redis t4g.medium", "cache.m6g.large", "87.6", "~70% (dev only)", "less"),
    # 730 h x (0.16 - 0.08)
    ("MySQL t4g.medium", "db.m6g.large", "58.4", "~70% (dev only)", "less"),
    # 730 h x 0.5 and 100 GiB x 0.08
    ("GPU scales to 0", "always on", "373", "~$500+/month", "less"),
]


def row(feature: str, environment: CloudEnvironment = DEV) -> Saving:
    return next(saving for saving in savings(case(environment)) if saving.feature.startswith(feature))


def test_the_rows_are_the_eight_of_the_diagram_in_its_order() -> None:
    found = [
        (saving.feature, saving.instead_of, saving.usd, saving.claim.text, saving.verdict) for saving in savings(case())
    ]
    assert found == [
        (feature, instead_of, Decimal(usd), claim, verdict) for feature, instead_of, usd, claim, verdict in ROWS
    ]


@pytest.mark.parametrize(
    ("feature", "percent"),
    [
        ("NAT", "80.02"),
        ("Spot", "50.00"),
        ("Graviton", "22.73"),
        ("gp3", "18.18"),
        ("Redis", "60.00"),
        ("MySQL", "50.00"),
        ("GPU", "100.00"),
    ],
)
def test_a_saving_is_a_share_of_what_the_default_would_cost(feature: str, percent: str) -> None:
    share = row(feature).share
    assert share is not None
    assert f"{share * 100:.2f}" == percent


def test_what_costs_more_saves_no_share() -> None:
    assert row("VPC endpoints").share is None


def test_endpoints_say_from_how_much_traffic_on_they_pay() -> None:
    # Their hours of $94.90, at $0.04 less for a GB.
    assert "from 2,372 GB a month" in row("VPC endpoints").note


def test_gp3_saves_on_the_nodes_disks_and_not_on_the_database() -> None:
    assert row("gp3").note == "20% on the nodes' disks, 0% on MySQL's"


def test_graviton_says_which_nodes_are_x86() -> None:
    assert row("Graviton").note == "not on the nodes, which are x86 (m5.large, m6i.large, t3.medium)"


def test_graviton_nodes_would_count_too() -> None:
    arm = with_group(DEV, "system", instance_types=("t4g.nano",))
    # 2 nodes x 730 h x (0.02 - 0.01)
    assert row("Graviton", arm).usd == row("Graviton").usd + Decimal("14.6")


def test_prod_saves_nothing_on_sizes_that_it_runs_itself_and_the_claim_is_for_dev() -> None:
    for feature in ("Redis", "MySQL"):
        saving = row(feature, PROD)
        assert (saving.usd, saving.share) == (Decimal(0), None)
        assert saving.verdict == "as claimed"
        assert saving.note == "prod runs m6g.large itself"


def test_a_gpu_node_that_runs_saves_what_spot_is_cheaper() -> None:
    running = with_ai_model(DEV)
    assert row("GPU", running).usd == Decimal("182.5")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (29, 29, "as claimed"),
        (32, 32, "as claimed"),
        (33, 33, "less"),
        (27, 27, "as claimed"),
        (26, 26, "more"),
        (10, None, "as claimed"),
    ],
)
def test_a_claim_holds_within_a_tenth(low: int, high: int | None, verdict: str) -> None:
    claim = Claim("", Decimal(low), None if high is None else Decimal(high))
    saving = replace(row("NAT"), claim=claim)
    assert saving.usd == Decimal("29.24")
    assert saving.verdict == verdict
