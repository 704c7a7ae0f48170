"""The AppConfig document: written by the deployment, read, polled and hot-applied by every service."""

from collections.abc import Collection
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from config.base import Frozen
from config.limits import Limits
from config.model_names import MODEL_PATTERN
from config.naming import ONE_MACHINE
from config.prices import Prices
from config.tenant import Tenants
from config.topology import CHANNELS, SERVICES, Provider

SCHEMA_VERSION: Final = 1
"""Raised with a change that the services before it could not read: they refuse the document and keep theirs."""
MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
"""AppConfig hosts no larger one."""


class ChannelAddress(Frozen):
    topic_arn: str
    queue_url: str
    dead_letter_queue_url: str


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
    requests_per_minute: int | None = Field(default=None, ge=1)
    """For each key and model; None: not limited, until the provider says so. What it says comes first."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    models: tuple[str, ...] = ()
    """What the provider serves, where that is known; empty: any name, the provider decides."""


class DefaultModels(Frozen):
    """`provider/model` used when a request names none; None: the request must name one."""

    candidate: str | None = Field(default=None, pattern=MODEL_PATTERN)
    judge: str | None = Field(default=None, pattern=MODEL_PATTERN)


class RuntimeDocument(Frozen):
    """CDK fills the addresses with tokens, so they are plain `str`."""

    schema_version: Literal[1] = SCHEMA_VERSION
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
    prices: Prices = Field(default={})
    sealing_verify_key: str
    """Says which public sealing keys are genuine: ECDSA on P-256, SubjectPublicKeyInfo in DER, base64."""
    limits: Limits
    tenants: Tenants = ()
    """None: nobody is let in, except on one machine, whose only caller is its owner."""

    @property
    def is_open(self) -> bool:
        """Whether whoever reaches it may use it."""
        return self.environment == ONE_MACHINE and not self.tenants

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """A service would fail with every request that needs what is missing."""
        lacking: dict[str, Collection[str]] = {
            "channels": {channel.name for channel in CHANNELS} - self.channels.keys(),
            "service_urls": {service.name for service in SERVICES} - self.service_urls.keys(),
        }
        for field, missing in lacking.items():
            if missing:
                raise ValueError(f"{field} lacks {', '.join(sorted(missing))}")
        return self
