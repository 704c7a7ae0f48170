"""The VPC: its address ranges by tier and zone, the NAT instance and the VPC endpoints."""

from ipaddress import IPv4Network
from itertools import combinations
from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen

TIERS = ("public", "app", "data")

INTERFACE_ENDPOINTS = (
    *("sqs", "sns", "secretsmanager", "appconfig", "appconfigdata", "ecr.api", "ecr.dkr"),
    # The diagram's seven do not work without these: a pod's role comes from STS, sealed things are opened by KMS, nodes
    # join through EC2, and the controllers of load balancers and node groups call their own APIs.
    *("sts", "kms", "logs", "ec2", "elasticloadbalancing", "autoscaling"),
)
"""AWS's names of the services that are reached inside the VPC; S3 has a gateway endpoint, which costs nothing."""


class Network(Frozen):
    vpc_cidr: IPv4Network = IPv4Network("10.0.0.0/16")
    availability_zones: tuple[str, ...] = ("us-east-1a", "us-east-1b", "us-east-1c")
    public_cidrs: tuple[IPv4Network, ...] = tuple(IPv4Network(f"10.0.{n}.0/24") for n in (1, 2, 3))
    """Load balancer and NAT instance."""
    app_cidrs: tuple[IPv4Network, ...] = tuple(IPv4Network(f"10.0.{n}.0/20") for n in (16, 32, 48))
    """Nodes and pods; out through the NAT instance."""
    data_cidrs: tuple[IPv4Network, ...] = tuple(IPv4Network(f"10.0.{n}.0/24") for n in (64, 65, 66))
    """MySQL, Redis and VPC endpoints; no way out."""
    nat_instance_type: str = "t4g.nano"
    nat_image_owner: str = "568608671756"
    nat_image: str = "fck-nat-al2023-hvm-1.4.0-20260701-arm64-ebs"
    """Pinned by its name, the same in every region; `aws ec2 describe-images --owners 568608671756` lists others."""
    endpoint_zones: int = Field(default=3, ge=1)
    """An interface endpoint costs by zone and hour; one zone serves all three, at the price of traffic in between."""

    @property
    def endpoint_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where the interface endpoints are."""
        return self.data_cidrs[: self.endpoint_zones]

    def cidrs(self, tier: str) -> tuple[IPv4Network, ...]:
        by_tier = {"public": self.public_cidrs, "app": self.app_cidrs, "data": self.data_cidrs}
        return by_tier[tier]

    @model_validator(mode="after")
    def _private(self) -> Self:
        if not self.vpc_cidr.is_private:
            raise ValueError(
                f"network.vpc_cidr {self.vpc_cidr} is public: to the network policies it would be the internet"
            )
        return self

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        named = [(f"network.{tier}_cidrs", cidr) for tier in TIERS for cidr in self.cidrs(tier)]
        for (one, first), (other, second) in combinations(named, 2):
            if first.overlaps(second):
                raise ValueError(f"{one} {first} and {other} {second} overlap: give each its own range")
        for field, cidr in named:
            if not cidr.subnet_of(self.vpc_cidr):
                raise ValueError(f"{field} {cidr} is outside network.vpc_cidr {self.vpc_cidr}")
        return self

    @model_validator(mode="after")
    def _one_subnet_a_zone(self) -> Self:
        zones = len(self.availability_zones)
        for tier in TIERS:
            if len(self.cidrs(tier)) != zones:
                raise ValueError(
                    f"network.{tier}_cidrs has {len(self.cidrs(tier))} ranges for {zones} availability_zones: one each"
                )
        if self.endpoint_zones > zones:
            raise ValueError(f"network.endpoint_zones is {self.endpoint_zones}, but there are {zones} zones")
        return self
