"""Every physical name, so that stacks, charts and runtime agree on it without asking AWS."""

from typing import Final, Self

from pydantic import Field, model_validator

from config.base import Frozen
from config.topology import CHANNELS, Channel, Flow, Service, Stage

DATABASE = "llm_judge"
HISTORY_TABLE = "request_history"
CALIBRATIONS_TABLE = "calibrations"
REQUEST_KEY_PREFIX = "request:"
SYSTEM = "llm-judge"
ONE_MACHINE: Final = "local"
"""The environment that is no cloud."""

NAME_LIMITS = {
    "cluster": 100,
    "IAM role": 64,
    "topic": 256,
    "queue": 80,
    "database instance": 63,
    "cache": 40,
    "secret": 512,
    "AppConfig application": 64,
    "load balancer": 32,
}
"""The longest name, in characters, that AWS takes for each kind of resource; from each service's API reference."""


class Names(Frozen):
    """The names of one environment: for `dev` the inference topic is `dev-llm-judge-inference-topic`."""

    environment: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")

    @property
    def prefix(self) -> str:
        return f"{self.environment}-{SYSTEM}"

    @property
    def umbrella_stack(self) -> str:
        return f"LlmJudge-{self.environment.capitalize()}"

    def stack(self, part: str) -> str:
        return f"{self.umbrella_stack}-{part}"

    @property
    def vpc(self) -> str:
        return f"{self.prefix}-vpc"

    @property
    def cluster(self) -> str:
        return f"{self.prefix}-cluster"

    def role(self, workload: str) -> str:
        """For `gateway-svc`: `dev-gateway-svc-role`."""
        return f"{self.environment}-{workload}-role"

    def service_role(self, service: Service) -> str:
        return self.role(service.name.replace("-service", "-svc"))

    def repository(self, service: Service) -> str:
        """ECR; one for each service and environment, so that a dev image can never be pulled by prod."""
        return f"{self.prefix}/{service.name}"

    def topic(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.topic}"

    def queue(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.queue}"

    def dead_letter_queue(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.dead_letter_queue}"

    def undelivered_queue(self, channel: Channel) -> str:
        """What the topic could not hand to the queue."""
        return f"{self.prefix}-{channel.undelivered_queue}"

    @property
    def sealing_secrets(self) -> str:
        """What the names of all private sealing keys in Secrets Manager begin with."""
        return f"{self.prefix}/sealing/"

    def sealing_secret(self, stage: Stage, epoch: str) -> str:
        """Secrets Manager: the KMS-wrapped private sealing key of one stage and epoch; `*` for every epoch."""
        return f"{self.sealing_secrets}{stage}/{epoch}"

    @property
    def sealing_keyset(self) -> str:
        """Secrets Manager: the public sealing keys, signed."""
        return f"{self.prefix}/sealing-keyset"

    def kms_alias(self, purpose: str) -> str:
        return f"alias/{self.prefix}-{purpose}"

    @property
    def sealing_kms_alias(self) -> str:
        return self.kms_alias("sealing")

    @property
    def sealing_signature_alias(self) -> str:
        """The KMS key that signs the public sealing keys."""
        return self.kms_alias("sealing-signature")

    @property
    def database_instance(self) -> str:
        return f"{self.prefix}-mysql"

    @property
    def database_secret(self) -> str:
        return f"{self.prefix}/mysql"

    @property
    def cache(self) -> str:
        return f"{self.prefix}-redis"

    @property
    def redis_secret(self) -> str:
        return f"{self.prefix}/redis"

    def caller_secret(self, flow: Flow) -> str:
        """Secrets Manager: the token by which a flow's source shows its destination who calls."""
        return f"{self.prefix}/callers/{flow.source}-to-{flow.destination}"

    @property
    def load_balancer(self) -> str:
        return f"{self.prefix}-alb"

    @property
    def appconfig_application(self) -> str:
        return self.prefix

    @property
    def appconfig_environment(self) -> str:
        return self.environment

    @property
    def appconfig_profile(self) -> str:
        return "runtime"

    def log_group(self, what: str) -> str:
        """CloudWatch."""
        return f"/{SYSTEM}/{self.environment}/{what}"

    @property
    def service_log_group(self) -> str:
        """What the pods of the namespace write."""
        return self.log_group("services")

    @property
    def metric_namespace(self) -> str:
        """CloudWatch: the numbers read from the services' log lines."""
        return f"LlmJudge/{self.environment}"

    @property
    def alerts_topic(self) -> str:
        return f"{self.prefix}-alerts"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        longest_role = self.role("cluster-autoscaler")
        named = [
            ("cluster", self.cluster),
            ("IAM role", longest_role),
            ("database instance", self.database_instance),
            ("cache", self.cache),
            ("secret", self.database_secret),
            ("AppConfig application", self.appconfig_application),
            ("load balancer", self.load_balancer),
            *(("topic", self.topic(channel)) for channel in CHANNELS),
            *(("queue", self.undelivered_queue(channel)) for channel in CHANNELS),
        ]
        for kind, name in named:
            if len(name) > NAME_LIMITS[kind]:
                raise ValueError(
                    f"names.environment is too long: it makes the {kind} name {name} of {len(name)} characters, "
                    f"and AWS takes {NAME_LIMITS[kind]}"
                )
        return self
