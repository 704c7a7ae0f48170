"""The environments side by side: the only place where they differ."""

from typing import Literal, Self

from pydantic import Field, model_validator

from config.ai_model import AiModel
from config.base import Frozen
from config.cluster import Cluster, NodeGroup
from config.data import MySqlDatabase, RedisCache
from config.limits import KEEP_ALIVE_SECONDS, Limits
from config.naming import ONE_MACHINE, Names
from config.network import Network
from config.operations import Operations
from config.prices import Prices
from config.public_endpoint import PublicEndpoint
from config.regions import REGIONS
from config.resources import Resources
from config.topology import AI_MODEL, Service
from config.versions import Versions
from config.workloads import ScaledByBacklog, ScaledByCpu, Workloads

EnvironmentName = Literal["dev", "prod", "local"]


class Environment(Frozen):
    """What every environment has, one machine included."""

    name: EnvironmentName
    region: str
    limits: Limits
    prices: Prices = Field(default={})
    """What the evaluations' `cost_usd` is reckoned with."""

    @property
    def names(self) -> Names:
        return Names(environment=self.name)


class CloudEnvironment(Environment):
    """An environment in AWS."""

    network: Network
    mysql: MySqlDatabase
    redis: RedisCache
    cluster: Cluster
    workloads: Workloads
    ai_model: AiModel = AiModel()
    public: PublicEndpoint
    operations: Operations
    versions: Versions = Versions()
    keep_data: bool
    """Whether a database, its keys and its secrets outlive the stack that is deleted."""
    image_tag: str = Field(default="0.1.0", pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$")
    """Of the five services: what `make images` pushes and the pods run. The repositories let no tag move."""

    def image(self, service: Service, *, registry: str) -> str:
        """What is pushed and what the pods pull."""
        tag = self.ai_model.image_tag if service == AI_MODEL else self.image_tag
        return f"{registry}/{self.names.repository(service)}:{tag}"

    @property
    def node_groups(self) -> tuple[NodeGroup, ...]:
        return tuple(group for group in self.cluster.node_groups if self.ai_model.enabled or not group.gpu)

    @model_validator(mode="after")
    def _in_its_region(self) -> Self:
        if self.region not in REGIONS:
            raise ValueError(f"region {self.region!r} is unknown: choose one of {', '.join(REGIONS)}")
        for zone in self.network.availability_zones:
            if zone[:-1] != self.region:
                raise ValueError(f"network.availability_zones: {zone} is not in region {self.region}")
        return self

    @model_validator(mode="after")
    def _outlasts_the_services(self) -> Self:
        if self.public.idle_timeout_seconds <= self.limits.prefer_wait_max_seconds:
            raise ValueError(
                "public.idle_timeout_seconds must exceed limits.prefer_wait_max_seconds: the load balancer would cut "
                "off a caller who waits for a result"
            )
        if self.public.idle_timeout_seconds >= KEEP_ALIVE_SECONDS:
            raise ValueError(
                f"public.idle_timeout_seconds must be below {KEEP_ALIVE_SECONDS}, when the services close idle "
                "connections: the load balancer would use one that is being closed"
            )
        if "latest" in (self.image_tag, self.ai_model.image_tag):
            raise ValueError("image_tag must name one version: which one `latest` is changes with each push")
        return self


DEV = CloudEnvironment(
    name="dev",
    region="us-east-1",
    limits=Limits(),
    network=Network(endpoint_zones=1),
    mysql=MySqlDatabase(instance_type="t4g.medium"),
    redis=RedisCache(node_type="t4g.medium"),
    cluster=Cluster(),
    workloads=Workloads(
        gateway=ScaledByCpu(pod=Resources(cpu_millis=250, memory_mib=512), min_replicas=2, max_replicas=4),
        redis=ScaledByCpu(pod=Resources(cpu_millis=250, memory_mib=256), min_replicas=2, max_replicas=4),
        persistence=ScaledByCpu(pod=Resources(cpu_millis=200, memory_mib=256), min_replicas=1, max_replicas=2),
        inference=ScaledByBacklog(pod=Resources(cpu_millis=250, memory_mib=512), min_replicas=1, max_replicas=4),
        judge=ScaledByBacklog(pod=Resources(cpu_millis=250, memory_mib=512), min_replicas=1, max_replicas=4),
    ),
    public=PublicEndpoint(domain="judge-dev.example.com"),
    # RDS grows the volume at 10 % free: 2 of its 20 GiB.
    operations=Operations(free_storage_gib=1),
    keep_data=False,
)
PROD = CloudEnvironment(
    name="prod",
    region="us-east-1",
    limits=Limits(),
    network=Network(),
    mysql=MySqlDatabase(
        instance_type="m6g.large",
        storage_gib=100,
        storage_max_gib=1000,
        multi_az=True,
        backup_days=30,
        deletion_protection=True,
    ),
    redis=RedisCache(node_type="m6g.large", replicas=1, snapshot_days=7),
    cluster=Cluster(),
    workloads=Workloads(
        gateway=ScaledByCpu(pod=Resources(cpu_millis=250, memory_mib=512), min_replicas=3, max_replicas=12),
        redis=ScaledByCpu(pod=Resources(cpu_millis=250, memory_mib=256), min_replicas=3, max_replicas=9),
        persistence=ScaledByCpu(pod=Resources(cpu_millis=250, memory_mib=256), min_replicas=2, max_replicas=6),
        inference=ScaledByBacklog(pod=Resources(cpu_millis=250, memory_mib=768), min_replicas=2, max_replicas=12),
        judge=ScaledByBacklog(pod=Resources(cpu_millis=250, memory_mib=768), min_replicas=2, max_replicas=12),
    ),
    public=PublicEndpoint(domain="judge.example.com"),
    operations=Operations(log_retention_days=90, rollout_minutes=10, bake_minutes=10),
    keep_data=True,
)
CLOUD_ENVIRONMENTS: dict[str, CloudEnvironment] = {environment.name: environment for environment in (DEV, PROD)}
LOCAL = Environment(
    name=ONE_MACHINE,
    region="us-east-1",
    limits=Limits(
        # Short polls let a stop end within seconds; one machine has no bill for empty receives.
        receive_wait_seconds=2,
        config_poll_seconds=15,
        # A verdict on a CPU takes up to half a minute; what a killed process held comes back two minutes later.
        call_deadline_seconds=90,
        visibility_timeout_seconds=120,
        heartbeat_seconds=40,
        drain_seconds=90,
    ),
)
