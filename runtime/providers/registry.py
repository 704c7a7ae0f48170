"""Opens the providers of a service: one connection pool each, addresses and limits from the running configuration."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from config.runtime_document import ProviderSettings
from config.topology import Provider
from runtime.contracts.failures import FailureReason
from runtime.providers import google_client, openai_client
from runtime.providers.chat_model import ChatModel, ProviderError
from runtime.providers.decision_model import DecisionModel
from runtime.providers.google_chat import GoogleChat
from runtime.providers.google_client import GoogleClient
from runtime.providers.google_decisions import GoogleDecisions
from runtime.providers.openai_chat import OpenAiChat
from runtime.providers.openai_client import OpenAiClient
from runtime.providers.openai_decisions import OpenAiDecisions
from runtime.providers.transport import provider_client

_KEY_HEADERS = {Provider.OPENAI: openai_client.KEY_HEADER, Provider.GOOGLE: google_client.KEY_HEADER}


@dataclass(frozen=True)
class Models:
    """What each provider offers; the two share its connections."""

    chat: dict[Provider, ChatModel] = field(default_factory=dict)
    decisions: dict[Provider, DecisionModel] = field(default_factory=dict)


@asynccontextmanager
async def open_models(
    providers: Iterable[Provider], *, settings: Callable[[], Mapping[Provider, ProviderSettings]]
) -> AsyncIterator[Models]:
    """`settings` is asked at each call. TLS trusts `SSL_CERT_FILE` where it is set, else the system's store."""
    ssl_context = ssl.create_default_context()
    async with AsyncExitStack() as stack:
        models = Models()
        for provider in providers:
            client = provider_client(ssl_context=ssl_context, key_header=_KEY_HEADERS.get(provider))
            http = await stack.enter_async_context(client)
            _add(models, provider, settings=settings, http=http, ssl_context=ssl_context)
        yield models


def _add(
    models: Models,
    provider: Provider,
    *,
    settings: Callable[[], Mapping[Provider, ProviderSettings]],
    http: httpx2.AsyncClient,
    ssl_context: ssl.SSLContext,
) -> None:
    def base_url() -> str:
        found = settings().get(provider)
        if found is None:
            raise ProviderError(FailureReason.MODEL_NOT_FOUND)
        return found.base_url

    if provider is Provider.GOOGLE:
        google = GoogleClient(http=http, ssl_context=ssl_context, base_url=base_url)
        models.chat[provider] = GoogleChat(client=google)
        models.decisions[provider] = GoogleDecisions(client=google)
        return
    openai = OpenAiClient(http=http, base_url=base_url, takes_key=provider is Provider.OPENAI)
    models.chat[provider] = OpenAiChat(client=openai)
    if provider is Provider.OPENAI:
        models.decisions[provider] = OpenAiDecisions(client=openai)
