"""The system on one screen: the services, the channels between them, every network flow. All else derives from here."""

from enum import StrEnum

from config.base import Frozen

NAMESPACE = "llm-judge"


class Stage(StrEnum):
    """The two steps that hold a provider key; each has its own sealing key pair."""

    INFERENCE = "inference"
    JUDGE = "judge"


class Provider(StrEnum):
    OPENAI = "openai"
    GOOGLE = "google"
    LOCAL = "local"


class Service(Frozen):
    name: str
    port: int
    module: str
    """What `python -m` starts."""
    stage: Stage | None = None
    providers: tuple[Provider, ...] = ()
    """The model providers this service may call, and thus which model names its stage accepts."""
    reads_settings: bool = True
    """From AppConfig, and so with a role in AWS."""

    @property
    def cluster_url(self) -> str:
        """By which the other pods reach it."""
        return f"http://{self.name}.{NAMESPACE}.svc.cluster.local:{self.port}"


class Channel(Frozen):
    """SNS topic -> SQS queue with raw delivery; what fails for good ends in the queue's DLQ.

    What the topic cannot even hand to the queue ends in a DLQ of the subscription.
    """

    name: str
    publishers: tuple[str, ...]
    consumer: str

    @property
    def topic(self) -> str:
        return f"{self.name}-topic"

    @property
    def queue(self) -> str:
        return f"{self.name}-queue"

    @property
    def dead_letter_queue(self) -> str:
        return f"{self.queue}-dlq"

    @property
    def undelivered_queue(self) -> str:
        return f"{self.topic}-dlq"


class Flow(Frozen):
    """One allowed TCP connection; whatever is not listed is denied."""

    source: str
    destination: str
    port: int
    methods: tuple[str, ...] = ()
    """Of HTTP, that the source may use, where the destination asks who calls; empty: it does not ask."""
    writes: str | None = None
    """The beginning of the paths on which it may use any other method than GET; None: on all."""


GATEWAY = Service(name="gateway-service", port=8000, module="runtime.gateway")
REDIS = Service(name="redis-service", port=8001, module="runtime.redis_service")
PERSISTENCE = Service(name="persistence-service", port=8002, module="runtime.persistence")
INFERENCE = Service(
    name="inference-service",
    port=8003,
    module="runtime.inference",
    stage=Stage.INFERENCE,
    providers=(Provider.OPENAI, Provider.LOCAL),
)
JUDGE = Service(
    name="judge-service",
    port=8004,
    module="runtime.judge",
    stage=Stage.JUDGE,
    providers=(Provider.GOOGLE, Provider.OPENAI, Provider.LOCAL),
)
AI_MODEL = Service(name="ai-model-service", port=8005, module="runtime.ai_model", reads_settings=False)
SERVICES = (GATEWAY, REDIS, PERSISTENCE, INFERENCE, JUDGE, AI_MODEL)

INFERENCE_CHANNEL = Channel(name="inference", publishers=(GATEWAY.name,), consumer=INFERENCE.name)
JUDGE_CHANNEL = Channel(name="judge", publishers=(INFERENCE.name,), consumer=JUDGE.name)
CHANNELS = (INFERENCE_CHANNEL, JUDGE_CHANNEL)

ALB, ELASTICACHE, RDS = "alb", "elasticache", "rds"
SNS, SQS, OPENAI_API, GOOGLE_API = "sns", "sqs", "openai-api", "google-api"
HTTPS_PORT, REDIS_PORT, MYSQL_PORT, DNS_PORT = 443, 6379, 3306, 53

HISTORY_PATH, CALIBRATIONS_PATH = "/history", "/calibrations"
"""Of persistence-service: who may write the one may not write the other."""

FLOWS = (
    Flow(source=ALB, destination=GATEWAY.name, port=GATEWAY.port),
    Flow(source=GATEWAY.name, destination=REDIS.name, port=REDIS.port, methods=("GET", "POST")),
    Flow(
        source=GATEWAY.name,
        destination=PERSISTENCE.name,
        port=PERSISTENCE.port,
        methods=("GET", "POST"),
        writes=CALIBRATIONS_PATH,
    ),
    Flow(source=GATEWAY.name, destination=SNS, port=HTTPS_PORT),
    Flow(source=INFERENCE.name, destination=REDIS.name, port=REDIS.port, methods=("POST",)),
    Flow(source=INFERENCE.name, destination=SQS, port=HTTPS_PORT),
    Flow(source=INFERENCE.name, destination=SNS, port=HTTPS_PORT),
    Flow(source=INFERENCE.name, destination=OPENAI_API, port=HTTPS_PORT),
    Flow(source=INFERENCE.name, destination=AI_MODEL.name, port=AI_MODEL.port),
    Flow(source=JUDGE.name, destination=REDIS.name, port=REDIS.port, methods=("POST",)),
    Flow(
        source=JUDGE.name,
        destination=PERSISTENCE.name,
        port=PERSISTENCE.port,
        methods=("GET", "PUT"),
        writes=HISTORY_PATH,
    ),
    Flow(source=JUDGE.name, destination=SQS, port=HTTPS_PORT),
    Flow(source=JUDGE.name, destination=GOOGLE_API, port=HTTPS_PORT),
    Flow(source=JUDGE.name, destination=OPENAI_API, port=HTTPS_PORT),
    Flow(source=JUDGE.name, destination=AI_MODEL.name, port=AI_MODEL.port),
    Flow(source=REDIS.name, destination=ELASTICACHE, port=REDIS_PORT),
    Flow(source=PERSISTENCE.name, destination=RDS, port=MYSQL_PORT),
)

STAGE_SERVICES = {service.stage: service for service in SERVICES if service.stage is not None}
