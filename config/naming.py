"""Every physical name, so that stacks, charts and runtime agree on it without asking AWS."""

from config.base import Frozen
from config.topology import Channel, Stage


class Names(Frozen):
    """The names of one environment: for `dev` the inference topic is `dev-llm-judge-inference-topic`."""

    environment: str

    @property
    def prefix(self) -> str:
        return f"{self.environment}-llm-judge"

    def topic(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.topic}"

    def queue(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.queue}"

    def dead_letter_queue(self, channel: Channel) -> str:
        return f"{self.prefix}-{channel.dead_letter_queue}"

    def sealing_secret(self, stage: Stage) -> str:
        """Secrets Manager: the KMS-wrapped private sealing key of one stage."""
        return f"{self.prefix}/sealing/{stage}"

    @property
    def sealing_kms_alias(self) -> str:
        return f"alias/{self.prefix}-sealing"

    @property
    def database_secret(self) -> str:
        return f"{self.prefix}/mysql"

    @property
    def redis_secret(self) -> str:
        return f"{self.prefix}/redis"

    @property
    def appconfig_application(self) -> str:
        return self.prefix

    @property
    def appconfig_environment(self) -> str:
        return self.environment

    @property
    def appconfig_profile(self) -> str:
        return "runtime"


DATABASE = "llm_judge"
HISTORY_TABLE = "request_history"
REQUEST_KEY_PREFIX = "request:"
