"""The EKS cluster: who reaches its API, and its groups of nodes."""

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen


class Capacity(StrEnum):
    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class Pool(StrEnum):
    """By which pods choose their nodes; two groups may serve one pool."""

    SYSTEM = "system"
    APPLICATION = "application"
    AI = "ai"


POOL_LABEL = "llm-judge/pool"
GPU_RESOURCE = "nvidia.com/gpu"
ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
"""On a service account: the role that its pods take (IRSA)."""


class NodeGroup(Frozen):
    name: str
    pool: Pool
    instance_types: tuple[str, ...] = Field(min_length=1)
    capacity: Capacity
    min_nodes: int = Field(ge=0)
    desired_nodes: int = Field(ge=0)
    max_nodes: int = Field(ge=1)
    disk_gib: int = Field(default=50, ge=20)
    gpu: bool = False
    taint: tuple[str, str] | None = None
    """Key and value of a NO_SCHEDULE taint: only pods that tolerate it land here."""
    priority: int = Field(default=1, ge=1)
    """Of two groups of a pool the autoscaler grows the one with the higher number, as long as it can."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min_nodes <= self.desired_nodes <= self.max_nodes:
            raise ValueError(
                f"node group {self.name}: min_nodes {self.min_nodes} <= desired_nodes {self.desired_nodes} <= "
                f"max_nodes {self.max_nodes} does not hold"
            )
        return self


SYSTEM = NodeGroup(
    name="system",
    pool=Pool.SYSTEM,
    instance_types=("t3.medium",),
    capacity=Capacity.ON_DEMAND,
    min_nodes=2,
    desired_nodes=2,
    max_nodes=3,
)
APPLICATION = NodeGroup(
    name="application",
    pool=Pool.APPLICATION,
    # Two types, so that spot finds capacity in one when the other runs out.
    instance_types=("m6i.large", "m5.large"),
    capacity=Capacity.SPOT,
    min_nodes=2,
    desired_nodes=2,
    max_nodes=10,
    priority=20,
)
FALLBACK = NodeGroup(
    name="fallback",
    pool=Pool.APPLICATION,
    # Empty, and so free, until no zone has a spot node left.
    instance_types=("m6i.large",),
    capacity=Capacity.ON_DEMAND,
    min_nodes=0,
    desired_nodes=0,
    max_nodes=4,
    priority=10,
)
AI = NodeGroup(
    name="ai",
    pool=Pool.AI,
    instance_types=("g4dn.xlarge",),
    capacity=Capacity.SPOT,
    min_nodes=0,
    desired_nodes=0,
    max_nodes=1,
    disk_gib=100,
    gpu=True,
    taint=(GPU_RESOURCE, "true"),
)


class Cluster(Frozen):
    node_groups: tuple[NodeGroup, ...] = (SYSTEM, APPLICATION, FALLBACK, AI)
    public_api_cidrs: tuple[IPv4Network, ...] = ()
    """Who reaches the Kubernetes API from the internet; none: it answers inside the VPC only."""
    admin_role_arns: tuple[str, ...] = ()
    """IAM roles that get cluster-admin by an access entry."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        names = [group.name for group in self.node_groups]
        if len(set(names)) != len(names):
            raise ValueError(f"cluster.node_groups: a name occurs twice in {', '.join(names)}")
        if IPv4Network("0.0.0.0/0") in self.public_api_cidrs:
            raise ValueError("cluster.public_api_cidrs must not be the whole internet: name your office's ranges")
        return self
