"""The EKS cluster: who reaches its API, its groups of nodes, and the charts of its add-ons."""

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen


class Capacity(StrEnum):
    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class NodeGroup(Frozen):
    name: str
    instance_types: tuple[str, ...] = Field(min_length=1)
    capacity: Capacity
    min_nodes: int = Field(ge=0)
    desired_nodes: int = Field(ge=0)
    max_nodes: int = Field(ge=1)
    disk_gib: int = Field(default=50, ge=20)
    gpu: bool = False
    taint: tuple[str, str] | None = None
    """Key and value of a NO_SCHEDULE taint: only pods that tolerate it land here."""
    enabled: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min_nodes <= self.desired_nodes <= self.max_nodes:
            raise ValueError(
                f"node group {self.name}: min_nodes {self.min_nodes} <= desired_nodes {self.desired_nodes} <= "
                f"max_nodes {self.max_nodes} does not hold"
            )
        return self


class Chart(Frozen):
    """A Helm chart, pinned."""

    chart: str
    repository: str
    version: str
    namespace: str


SYSTEM = NodeGroup(
    name="system",
    instance_types=("t3.medium",),
    capacity=Capacity.ON_DEMAND,
    min_nodes=2,
    desired_nodes=2,
    max_nodes=3,
)
APPLICATION = NodeGroup(
    name="application",
    # Two types, so that spot finds capacity in one when the other runs out.
    instance_types=("m6i.large", "m5.large"),
    capacity=Capacity.SPOT,
    min_nodes=2,
    desired_nodes=2,
    max_nodes=10,
)
AI = NodeGroup(
    name="ai",
    instance_types=("g4dn.xlarge",),
    capacity=Capacity.SPOT,
    min_nodes=0,
    desired_nodes=0,
    max_nodes=1,
    disk_gib=100,
    gpu=True,
    taint=("nvidia.com/gpu", "true"),
    enabled=False,
)

KUBE_SYSTEM = "kube-system"
EXTERNAL_SECRETS_NAMESPACE = "external-secrets-system"

METRICS_SERVER = Chart(
    chart="metrics-server",
    repository="https://kubernetes-sigs.github.io/metrics-server/",
    version="3.13.0",
    namespace=KUBE_SYSTEM,
)
CLUSTER_AUTOSCALER = Chart(
    chart="cluster-autoscaler",
    repository="https://kubernetes.github.io/autoscaler",
    version="9.54.0",
    namespace=KUBE_SYSTEM,
)
EXTERNAL_SECRETS = Chart(
    chart="external-secrets",
    repository="https://charts.external-secrets.io",
    version="2.11.0",
    namespace=EXTERNAL_SECRETS_NAMESPACE,
)
LOG_SHIPPER = Chart(
    chart="aws-for-fluent-bit",
    repository="https://aws.github.io/eks-charts",
    version="0.1.35",
    namespace=KUBE_SYSTEM,
)


class Cluster(Frozen):
    node_groups: tuple[NodeGroup, ...] = (SYSTEM, APPLICATION, AI)
    public_api_cidrs: tuple[IPv4Network, ...] = ()
    """Who reaches the Kubernetes API from the internet; none: it answers inside the VPC only."""
    admin_role_arns: tuple[str, ...] = ()
    """IAM roles that get cluster-admin by an access entry."""

    @property
    def enabled_groups(self) -> tuple[NodeGroup, ...]:
        return tuple(group for group in self.node_groups if group.enabled)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        names = [group.name for group in self.node_groups]
        if len(set(names)) != len(names):
            raise ValueError(f"cluster.node_groups: a name occurs twice in {', '.join(names)}")
        if IPv4Network("0.0.0.0/0") in self.public_api_cidrs:
            raise ValueError("cluster.public_api_cidrs must not be the whole internet: name your office's ranges")
        return self
