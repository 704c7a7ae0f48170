"""The chat models that must keep the contract: the fake, and both adapters on a server that misbehaves on demand."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from config.runtime_document import ProviderSettings
from config.topology import Provider
from runtime.contracts.outcomes import Usage
from runtime.providers.chat_model import ChatModel, ChatReply, ProviderError
from runtime.providers.registry import open_models
from tests.contract.chat_model_rows import Row
from tests.fakes.scripted_model import HANGS, ScriptedModel
from tests.stubs.llm_stub import LlmStub
from tests.stubs.verdicts import ANSWER


class Subject(Protocol):
    name: str

    @property
    def model(self) -> ChatModel: ...

    def will_fail(self, row: Row) -> str:
        """Prepares the next call; returns the model to ask."""
        ...

    def will_answer(self, behaviour: str) -> str: ...

    def calls(self) -> int: ...


@dataclass
class ScriptedSubject:
    model: ScriptedModel
    name: str = "scripted"

    def will_fail(self, row: Row) -> str:
        silent = row.behaviour in ("hang", "drip")
        self.model.then(HANGS if silent else ProviderError(row.reason, retry_after_seconds=row.wait_seconds))
        return "scripted"

    def will_answer(self, behaviour: str) -> str:
        text = {"ok": ANSWER, "empty_text": "", "cut": ANSWER[:10], "cut_empty": ""}[behaviour]
        self.model.then(
            ChatReply(
                text=text,
                served_model="scripted-2026-11",
                truncated=behaviour.startswith("cut"),
                usage=Usage(input_tokens=11, output_tokens=7),
            )
        )
        return "scripted"

    def calls(self) -> int:
        return len(self.model.asked)


@dataclass
class StubSubject:
    model: ChatModel
    name: str
    stub: LlmStub

    def will_fail(self, row: Row) -> str:
        return f"some-model--{row.behaviour}"

    def will_answer(self, behaviour: str) -> str:
        return f"some-model--{behaviour}"

    def calls(self) -> int:
        return self.stub.count(protocol=self.name)


def provider_settings(url: str) -> dict[Provider, ProviderSettings]:
    return {
        Provider.OPENAI: ProviderSettings(base_url=f"{url}/v1", max_in_flight=64),
        Provider.GOOGLE: ProviderSettings(base_url=url, max_in_flight=64),
        Provider.LOCAL: ProviderSettings(base_url=f"{url}/v1", max_in_flight=64),
    }


@asynccontextmanager
async def open_subject(name: str) -> AsyncIterator[Subject]:
    if name == "scripted":
        yield ScriptedSubject(ScriptedModel())
        return
    async with LlmStub() as stub, models_at(lambda: stub.url) as models:
        yield StubSubject(model=models[Provider(name)], name=name, stub=stub)


@asynccontextmanager
async def models_at(url: Callable[[], str]) -> AsyncIterator[dict[Provider, ChatModel]]:
    async with open_models(Provider, settings=lambda: provider_settings(url())) as models:
        yield models.chat
