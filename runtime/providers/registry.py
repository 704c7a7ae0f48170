"""Opens the providers of a service: one connection pool each, addresses and limits from the running configuration."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2

from config.runtime_document import ProviderSettings
from config.topology import Provider
from runtime.contracts.failures import FailureReason
from runtime.providers import google_chat, openai_chat
from runtime.providers.chat_model import ChatModel, ProviderError
from runtime.providers.google_chat import GoogleChat
from runtime.providers.openai_chat import OpenAiChat
from runtime.providers.transport import provider_client

_KEY_HEADERS = {Provider.OPENAI: openai_chat.KEY_HEADER, Provider.GOOGLE: google_chat.KEY_HEADER}


@asynccontextmanager
async def open_models(
    providers: Iterable[Provider], *, settings: Callable[[], Mapping[Provider, ProviderSettings]]
) -> AsyncIterator[dict[Provider, ChatModel]]:
    """`settings` is asked at each call. TLS trusts `SSL_CERT_FILE` where it is set, else the system's store."""
    ssl_context = ssl.create_default_context()
    async with AsyncExitStack() as stack:
        models: dict[Provider, ChatModel] = {}
        for provider in providers:
            client = provider_client(ssl_context=ssl_context, key_header=_KEY_HEADERS.get(provider))
            http = await stack.enter_async_context(client)
            models[provider] = _chat_model(provider, settings=settings, http=http, ssl_context=ssl_context)
        yield models


def _chat_model(
    provider: Provider,
    *,
    settings: Callable[[], Mapping[Provider, ProviderSettings]],
    http: httpx2.AsyncClient,
    ssl_context: ssl.SSLContext,
) -> ChatModel:
    def base_url() -> str:
        found = settings().get(provider)
        if found is None:
            raise ProviderError(FailureReason.MODEL_NOT_FOUND)
        return found.base_url

    if provider is Provider.GOOGLE:
        return GoogleChat(http=http, ssl_context=ssl_context, base_url=base_url)
    return OpenAiChat(http=http, base_url=base_url, takes_key=provider is Provider.OPENAI)
