"""A complete runtime document for tests that need one: every field as a deployment would fill it."""

from config.limits import Limits
from config.runtime_document import (
    ChannelAddress,
    DefaultModels,
    MySqlAddress,
    ProviderSettings,
    RedisAddress,
    RuntimeDocument,
)
from config.topology import CHANNELS, SERVICES, Provider


def runtime_document(**changes: object) -> RuntimeDocument:
    fields: dict[str, object] = {
        "environment": "local",
        "region": "us-east-1",
        "channels": {
            channel.name: ChannelAddress(
                topic_arn=f"arn:aws:sns:us-east-1:123456789012:{channel.topic}",
                queue_url=f"http://127.0.0.1/123456789012/{channel.queue}",
                dead_letter_queue_url=f"http://127.0.0.1/123456789012/{channel.dead_letter_queue}",
            )
            for channel in CHANNELS
        },
        "redis": RedisAddress(host="127.0.0.1", port=6379, tls=False),
        "mysql": MySqlAddress(host="127.0.0.1", port=3306, database="llm_judge", tls=False),
        "service_urls": {service.name: f"http://127.0.0.1:{service.port}" for service in SERVICES},
        "providers": {
            Provider.OPENAI: ProviderSettings(base_url="http://127.0.0.1:1/v1", max_in_flight=8),
            Provider.GOOGLE: ProviderSettings(base_url="http://127.0.0.1:1", max_in_flight=8),
            Provider.LOCAL: ProviderSettings(base_url="http://127.0.0.1:1/v1", max_in_flight=2, models=("small",)),
        },
        "default_models": DefaultModels(candidate="local/small", judge="local/small"),
        "sealing_verify_key": "",
        "limits": Limits(),
    }
    return RuntimeDocument.model_validate(fields | changes)
