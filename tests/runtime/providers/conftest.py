"""Both adapters on a server that misbehaves on demand."""

from collections.abc import AsyncIterator, Mapping

import pytest

from config.topology import Provider
from runtime.providers.chat_model import ChatModel
from tests.contract.chat_model_subjects import models_at
from tests.stubs.llm_stub import LlmStub


@pytest.fixture
async def stub() -> AsyncIterator[LlmStub]:
    async with LlmStub() as started:
        yield started


@pytest.fixture
async def models(stub: LlmStub) -> AsyncIterator[Mapping[Provider, ChatModel]]:
    async with models_at(lambda: stub.url) as opened:
        yield opened
