"""The eight savings of the design's cost table, in its order: each computed from the config, beside what it claims."""

from decimal import Decimal

from config.cluster import Capacity, NodeGroup
from config.environments import PROD
from config.providers import HOSTED
from tools.cost.case import (
    Case,
    aws_traffic,
    endpoint_hours,
    group_disks,
    group_nodes,
    mysql_instance,
    mysql_storage,
    nat_instance,
    redis_nodes,
)
from tools.cost.line import HOURS, Line, count, dollars, gigabytes, kilobytes, total
from tools.cost.saving import Claim, Saving

X86 = {"t4g": "t3", "m6g": "m5"}
"""Each Graviton family of the config, and the x86 family that AWS sells beside it in EC2, RDS and ElastiCache."""
NAT_DATA, ENDPOINT_DATA = "vpc.nat-gateway-data", "vpc.interface-endpoint-data"


def savings(case: Case) -> tuple[Saving, ...]:
    """Raises MissingPrice."""
    return (
        _nat(case),
        _spot(case),
        _graviton(case),
        _endpoints(case),
        _gp3(case),
        _small_redis(case),
        _small_mysql(case),
        _gpu(case),
    )


def _nat(case: Case) -> Saving:
    size, providers = kilobytes(case.usage.evaluation_kb), count(len(HOSTED), "provider")
    return Saving(
        feature="NAT instance",
        instead_of="NAT gateway",
        default=(
            case.line("NAT gateway", "vpc.nat-gateway", HOURS),
            case.line("Through it", NAT_DATA, count(case.usage.evaluations, "evaluation"), size, providers),
        ),
        ours=(nat_instance(case, case.environment.network.nat_instance_type),),
        claim=_dollars("~$29/month", 29),
        note="against one gateway for all zones, which AWS keeps running; the instance is replaced within minutes",
    )


def _spot(case: Case) -> Saving:
    groups = [group for group in case.environment.node_groups if group.capacity is Capacity.SPOT]
    default = _nodes(case, groups, Capacity.ON_DEMAND)
    return Saving(
        feature="Spot nodes",
        instead_of="on demand",
        default=default,
        ours=_nodes(case, groups, Capacity.SPOT),
        claim=_share("~40-60%", default, low=40, high=60),
        note=f"assumes {case.prices.spot_discount:.0%} off, as of {case.prices.as_of}; the price of spot floats",
    )


def _graviton(case: Case) -> Saving:
    environment = case.environment
    nat, mysql, redis = (
        environment.network.nat_instance_type,
        environment.mysql.instance_type,
        environment.redis.node_type,
    )
    arm = [group for group in environment.node_groups if _is_graviton(group.instance_types[0])]
    others = sorted({type_ for group in environment.node_groups if group not in arm for type_ in group.instance_types})
    default = (
        nat_instance(case, _as_x86(nat)),
        mysql_instance(case, _as_x86(mysql)),
        redis_nodes(case, _as_x86(redis)),
        *_nodes(case, [_group_as_x86(group) for group in arm]),
    )
    return Saving(
        feature="Graviton",
        instead_of="x86",
        default=default,
        ours=(nat_instance(case, nat), mysql_instance(case, mysql), redis_nodes(case, redis), *_nodes(case, arm)),
        claim=_share("~20%", default, low=20, high=20),
        note=f"not on the nodes, which are x86 ({', '.join(others)})" if others else "nodes included",
    )


def _endpoints(case: Case) -> Saving:
    images = case.line("Images", NAT_DATA, gigabytes(case.usage.pulled_image_gb))
    default = (*aws_traffic(case, NAT_DATA), images)
    hours = endpoint_hours(case)
    gb = sum((line.quantity for line in default), start=Decimal(0))
    cheaper = case.prices.price(NAT_DATA).usd - case.prices.price(ENDPOINT_DATA).usd
    return Saving(
        feature="VPC endpoints",
        instead_of="gateway traffic",
        default=default,
        ours=(hours, *aws_traffic(case, ENDPOINT_DATA)),
        claim=_dollars("~$0.01/GB", Decimal("0.01") * gb),
        note=(
            f"a GB costs ${cheaper} less and S3's nothing, but the hours cost {dollars(hours.usd)}: they pay from "
            f"{hours.usd / cheaper:,.0f} GB a month; below that they are the price of traffic that never leaves the VPC"
        ),
    )


def _gp3(case: Case) -> Saving:
    default = _disks(case, "gp2")
    nodes, mysql = (
        1 - case.prices.price(f"{on}.gp3").usd / case.prices.price(f"{on}.gp2").usd for on in ("ebs", "rds")
    )
    return Saving(
        feature="gp3 storage",
        instead_of="gp2",
        default=default,
        ours=_disks(case, "gp3"),
        claim=_share("~20%", default, low=20, high=20),
        note=f"{nodes:.0%} on the nodes' disks, {mysql:.0%} on MySQL's",
    )


def _small_redis(case: Case) -> Saving:
    large, type_ = PROD.redis.node_type, case.environment.redis.node_type
    default = (redis_nodes(case, large),)
    return Saving(
        feature=f"Redis {type_}",
        instead_of=f"cache.{large}",
        default=default,
        ours=(redis_nodes(case, type_),),
        claim=_dev_only("~70% (dev only)", default, applies=type_ != large),
        note=_beside_prod(case, large),
    )


def _small_mysql(case: Case) -> Saving:
    large, type_ = PROD.mysql.instance_type, case.environment.mysql.instance_type
    default = (mysql_instance(case, large),)
    return Saving(
        feature=f"MySQL {type_}",
        instead_of=f"db.{large}",
        default=default,
        ours=(mysql_instance(case, type_),),
        claim=_dev_only("~70% (dev only)", default, applies=type_ != large),
        note=_beside_prod(case, large),
    )


def _gpu(case: Case) -> Saving:
    groups = [group for group in case.environment.cluster.node_groups if group.gpu]
    running = [group for group in case.environment.node_groups if group.gpu]
    always = tuple(
        line
        for group in groups
        for line in (
            group_nodes(case, group, number=group.max_nodes, capacity=Capacity.ON_DEMAND),
            group_disks(case, group, number=group.max_nodes, kind="gp3"),
        )
    )
    types = ", ".join(group.instance_types[0] for group in groups)
    return Saving(
        feature="GPU scales to 0",
        instead_of="always on",
        default=always,
        ours=(
            *_nodes(case, running),
            *(group_disks(case, group, number=group.desired_nodes, kind="gp3") for group in running),
        ),
        claim=Claim("~$500+/month", Decimal(500), None),
        note=f"{types} with its disk, on demand all month, is {dollars(total(always))}",
    )


def _nodes(case: Case, groups: list[NodeGroup], capacity: Capacity | None = None) -> tuple[Line, ...]:
    return tuple(
        group_nodes(case, group, number=group.desired_nodes, capacity=capacity or group.capacity) for group in groups
    )


def _disks(case: Case, kind: str) -> tuple[Line, ...]:
    groups = case.environment.node_groups
    return (
        *(group_disks(case, group, number=group.desired_nodes, kind=kind) for group in groups),
        mysql_storage(case, kind),
    )


def _is_graviton(type_: str) -> bool:
    return type_.split(".", maxsplit=1)[0] in X86


def _as_x86(type_: str) -> str:
    family, size = type_.split(".")
    return f"{X86.get(family, family)}.{size}"


def _group_as_x86(group: NodeGroup) -> NodeGroup:
    return group.model_copy(update={"instance_types": tuple(map(_as_x86, group.instance_types))})


def _dollars(text: str, usd: Decimal | int) -> Claim:
    return Claim(text, Decimal(usd), Decimal(usd))


def _share(text: str, default: tuple[Line, ...], *, low: int, high: int) -> Claim:
    cost = total(default)
    return Claim(text, cost * low / 100, cost * high / 100)


def _dev_only(text: str, default: tuple[Line, ...], *, applies: bool) -> Claim:
    return _share(text, default, low=70, high=70) if applies else _dollars(text, 0)


def _beside_prod(case: Case, large: str) -> str:
    if case.environment.name == PROD.name:
        return f"prod runs {large} itself"
    return f"{large} is what prod runs"
