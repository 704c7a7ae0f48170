"""The services as workloads of the cluster: how much a pod may use, how many there are, what makes them more."""

from typing import Self

from pydantic import Field, model_validator

from config.ai_model import AiModel
from config.base import Frozen
from config.resources import Resources, Total
from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS


class Workload(Frozen):
    pod: Resources
    min_replicas: int = Field(ge=1)
    max_replicas: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError(f"min_replicas {self.min_replicas} is above max_replicas {self.max_replicas}")
        return self


class ScaledByCpu(Workload):
    cpu_percent: int = Field(default=70, ge=10, le=100)
    """Of what is requested, averaged over the pods; above it there are more."""


class ScaledByBacklog(Workload):
    backlog_per_replica: int = Field(default=64, ge=1)
    """Messages of the service's queue, waiting and in flight, for each pod.

    A worker holds up to `limits.max_in_flight_per_worker` calls at once; with fewer there is room for what comes while
    another one starts.
    """


class Workloads(Frozen):
    gateway: ScaledByCpu
    redis: ScaledByCpu
    persistence: ScaledByCpu
    inference: ScaledByBacklog
    judge: ScaledByBacklog

    @property
    def by_service(self) -> dict[str, ScaledByCpu | ScaledByBacklog]:
        return {
            GATEWAY.name: self.gateway,
            REDIS.name: self.redis,
            PERSISTENCE.name: self.persistence,
            INFERENCE.name: self.inference,
            JUDGE.name: self.judge,
        }


DEFAULT_POD = Resources(cpu_millis=100, memory_mib=128)
"""What a container gets that names nothing, such as one that an operator starts to look around."""
SURGE_PODS = 1
"""Of each workload at once, while a new version comes up beside the old one."""
SPARE_PODS = 2
ENDPOINT_SECONDS = 5
"""Until every node has learnt that a pod behind a Service is leaving."""


def total_at_most(workloads: Workloads, ai_model: AiModel) -> Total:
    """Every workload at its most amid a roll-out, the model, and a few pods to look around with.

    Twice: a pod that drains counts until it is gone, which takes minutes.
    """
    each = [
        *((2 * workload.max_replicas + SURGE_PODS, workload.pod) for workload in workloads.by_service.values()),
        (ai_model.replicas, ai_model.pod),
        (SPARE_PODS, DEFAULT_POD),
    ]
    return Total(
        pods=sum(number for number, _ in each),
        cpu_millis=sum(number * pod.cpu_millis for number, pod in each),
        memory_mib=sum(number * pod.memory_mib for number, pod in each),
    )
