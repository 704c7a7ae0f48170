"""A case to bill, at prices that a reader can multiply in the head."""

from datetime import date
from decimal import Decimal

from config.environments import DEV, CloudEnvironment
from tools.cost.case import Case
from tools.cost.prices import Prices, price_list
from tools.cost.usage import Usage

ON = date(2026, 11, 25)
ROUND_USD = {
    "ec2.t4g.nano": "0.01",
    "ec2.t3.nano": "0.02",
    "ec2.t3.medium": "0.05",
    "ec2.m6i.large": "0.1",
    "ec2.g4dn.xlarge": "0.5",
    "ebs.gp3": "0.08",
    "ebs.gp2": "0.1",
    "vpc.nat-gateway": "0.05",
    "vpc.nat-gateway-data": "0.05",
    "vpc.interface-endpoint": "0.01",
    "vpc.interface-endpoint-data": "0.01",
    "rds.mysql.t4g.medium": "0.08",
    "rds.mysql.t3.medium": "0.1",
    "rds.mysql.m6g.large": "0.16",
    "rds.gp3": "0.1",
    "rds.gp2": "0.1",
    "elasticache.redis.t4g.medium": "0.08",
    "elasticache.redis.t3.medium": "0.1",
    "elasticache.redis.m6g.large": "0.2",
}


def round_prices() -> Prices:
    """Half price on spot, a dollar for whatever is not in the list."""
    listed = price_list()
    prices = {
        name: price.model_copy(update={"usd": Decimal(ROUND_USD.get(name, "1"))})
        for name, price in listed.prices.items()
    }
    return listed.model_copy(update={"as_of": ON, "spot_discount": Decimal("0.5"), "prices": prices})


def case(environment: CloudEnvironment = DEV, *, on: date = ON, prices: Prices | None = None) -> Case:
    return Case(environment, prices or round_prices(), Usage(), on)


def with_group(environment: CloudEnvironment, name: str, **changes: object) -> CloudEnvironment:
    groups = tuple(
        group.model_copy(update=changes) if group.name == name else group for group in environment.cluster.node_groups
    )
    return environment.model_copy(update={"cluster": environment.cluster.model_copy(update={"node_groups": groups})})


def with_ai_model(environment: CloudEnvironment) -> CloudEnvironment:
    """Enabled, and its node running."""
    enabled = environment.ai_model.model_copy(update={"enabled": True})
    return with_group(environment.model_copy(update={"ai_model": enabled}), "ai", desired_nodes=1)
