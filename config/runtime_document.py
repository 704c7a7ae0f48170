"""The AppConfig document: written by the deployment, read, polled and hot-applied by every service."""

from pydantic import Field

from config.base import Frozen
from config.limits import Limits
from config.topology import Provider


class ChannelAddress(Frozen):
    topic_arn: str
    queue_url: str


class RedisAddress(Frozen):
    host: str
    port: int
    tls: bool


class MySqlAddress(Frozen):
    host: str
    port: int
    database: str
    tls: bool


class ProviderSettings(Frozen):
    base_url: str
    """Set by the operator only; no caller can choose where a key is sent."""
    max_in_flight: int = Field(ge=1)
    """Calls at once from one worker; a model on a CPU has a handful of slots, an API hundreds."""
    models: tuple[str, ...] = ()
    """What the provider serves, where that is known; empty: any name, the provider decides."""


class DefaultModels(Frozen):
    """`provider/model` used when a request names none; None: the request must name one."""

    candidate: str | None = None
    judge: str | None = None


class RuntimeDocument(Frozen):
    """CDK fills the addresses with tokens, so they are plain `str`."""

    schema_version: int = 1
    environment: str
    region: str
    channels: dict[str, ChannelAddress]
    """By channel name of the topology."""
    redis: RedisAddress
    mysql: MySqlAddress
    service_urls: dict[str, str]
    """By service name of the topology, without a trailing slash."""
    providers: dict[Provider, ProviderSettings]
    default_models: DefaultModels
    sealing_verify_key: str
    """Says which public sealing keys are genuine: ECDSA on P-256, SubjectPublicKeyInfo in DER, base64."""
    limits: Limits
