"""What is billed, and the lines that are both in the bill and compared with a dearer or a cheaper choice."""

from dataclasses import dataclass
from datetime import date

from config.cluster import Capacity, NodeGroup
from config.environments import CloudEnvironment
from config.network import INTERFACE_ENDPOINTS
from config.topology import CHANNELS
from tools.cost.line import HOURS, Factor, Line, count, gigabytes, kilobytes
from tools.cost.prices import Prices
from tools.cost.usage import Usage


@dataclass(frozen=True)
class Case:
    """An environment at its desired node counts, used as assumed, on a day, at these prices."""

    environment: CloudEnvironment
    prices: Prices
    usage: Usage
    on: date

    def line(self, what: str, price: str, *factors: Factor) -> Line:
        """Raises MissingPrice."""
        return Line(what, self.prices.price(price), factors)


def nat_instance(case: Case, type_: str) -> Line:
    return case.line(f"NAT instance, {type_}", f"ec2.{type_}", count(1, "instance"), HOURS)


def endpoint_hours(case: Case) -> Line:
    endpoints = count(len(INTERFACE_ENDPOINTS), "endpoint")
    zones = count(case.environment.network.endpoint_zones, "zone")
    return case.line("Interface endpoints", "vpc.interface-endpoint", endpoints, zones, HOURS)


def aws_traffic(case: Case, price: str) -> tuple[Line, Line]:
    """What the services send to AWS's APIs, whichever way it goes."""
    usage = case.usage
    evaluations, channels = count(usage.evaluations, "evaluation"), count(len(CHANNELS), "channel")
    # Into SNS and out of SQS.
    messages = case.line("Messages", price, evaluations, kilobytes(usage.evaluation_kb), channels, count(2, "way"))
    return messages, case.line("Log lines", price, evaluations, kilobytes(usage.log_kb))


def mysql_instance(case: Case, type_: str) -> Line:
    return case.line(f"MySQL, db.{type_}", f"rds.mysql.{type_}", mysql_copies(case), HOURS)


def mysql_storage(case: Case, kind: str) -> Line:
    size = gigabytes(case.environment.mysql.storage_gib, "GiB")
    return case.line(f"MySQL storage, {kind}", f"rds.{kind}", mysql_copies(case), size)


def mysql_copies(case: Case) -> Factor:
    """Multi-AZ keeps a second instance and a second volume in another zone."""
    return count(2 if case.environment.mysql.multi_az else 1, "zone")


def redis_nodes(case: Case, type_: str) -> Line:
    nodes = count(1 + case.environment.redis.replicas, "node")
    return case.line(f"Redis, cache.{type_}", f"elasticache.redis.{type_}", nodes, HOURS)


def group_nodes(case: Case, group: NodeGroup, *, number: int, capacity: Capacity) -> Line:
    """A group of several types is priced as its first."""
    type_, share = group.instance_types[0], 1 - case.prices.spot_discount
    paid = (Factor(share, f"{share} spot"),) if capacity is Capacity.SPOT else ()
    return case.line(f"{group.name} nodes, {type_}", f"ec2.{type_}", count(number, "node"), HOURS, *paid)


def group_disks(case: Case, group: NodeGroup, *, number: int, kind: str) -> Line:
    size = gigabytes(group.disk_gib, "GiB")
    return case.line(f"{group.name} disks, {kind}", f"ebs.{kind}", count(number, "node"), size)
