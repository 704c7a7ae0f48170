"""The runtime document of one machine: what CDK writes in a cloud, with loopback addresses."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.addresses import Addresses
from config.environments import LOCAL
from config.providers import HOSTED
from config.runtime_document import (
    ChannelAddress,
    DefaultModels,
    MySqlAddress,
    ProviderSettings,
    RedisAddress,
    RuntimeDocument,
)
from config.tenant import Tenant
from config.topology import AI_MODEL, SERVICES, Provider
from runtime.local.ports import LOOPBACK

BASE_URL_VARIABLES = {
    Provider.OPENAI: "LLM_JUDGE_OPENAI_BASE_URL",
    Provider.GOOGLE: "LLM_JUDGE_GOOGLE_BASE_URL",
}


@dataclass(frozen=True)
class LocalModel:
    name: str
    slots: int


def local_addresses(
    *,
    ports: Mapping[str, int],
    redis: RedisAddress,
    mysql: MySqlAddress,
    model: LocalModel | None,
    environment: Mapping[str, str],
) -> Addresses:
    """Without a local model a request must name its models, and bring the keys."""
    urls = {service.name: f"http://{LOOPBACK}:{ports[service.name]}" for service in SERVICES}
    providers = {
        provider: hosted.model_copy(update={"base_url": environment.get(BASE_URL_VARIABLES[provider], hosted.base_url)})
        for provider, hosted in HOSTED.items()
    }
    default = None
    if model is not None:
        default = f"{Provider.LOCAL}/{model.name}"
        providers[Provider.LOCAL] = ProviderSettings(
            base_url=f"{urls[AI_MODEL.name]}/v1",
            # Both stages share its slots.
            max_in_flight=max(1, model.slots // 2),
            models=(model.name,),
        )
    return Addresses(
        service_urls=urls,
        redis=redis,
        mysql=mysql,
        providers=providers,
        default_models=DefaultModels(candidate=default, judge=default),
    )


def runtime_document(
    addresses: Addresses,
    *,
    channels: dict[str, ChannelAddress],
    sealing_verify_key: str,
    tenants: tuple[Tenant, ...] = (),
) -> RuntimeDocument:
    return RuntimeDocument(
        environment=LOCAL.name,
        region=LOCAL.region,
        channels=channels,
        redis=addresses.redis,
        mysql=addresses.mysql,
        service_urls=addresses.service_urls,
        providers=addresses.providers,
        default_models=addresses.default_models,
        prices=LOCAL.prices,
        sealing_verify_key=sealing_verify_key,
        limits=LOCAL.limits,
        tenants=tenants,
    )
