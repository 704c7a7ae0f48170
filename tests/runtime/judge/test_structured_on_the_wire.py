"""The structured judge over both real adapters, against a server whose verdicts are broken on demand."""

from collections.abc import AsyncIterator, Mapping

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.failures import FailureReason
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ChatModel, ProviderError
from tests.contract.chat_model_subjects import models_at
from tests.runtime.judge.tasks import task
from tests.stubs.llm_stub import LlmStub
from tests.stubs.verdicts import BROKEN

KEY = SecretStr("key-1")
PROVIDERS = [Provider.OPENAI, Provider.GOOGLE]


@pytest.fixture
async def stub() -> AsyncIterator[LlmStub]:
    async with LlmStub() as started:
        yield started


@pytest.fixture
async def models(stub: LlmStub) -> AsyncIterator[Mapping[Provider, ChatModel]]:
    async with models_at(lambda: stub.url) as opened:
        yield opened


@pytest.mark.parametrize(("behaviour", "score"), [("ok", 1), ("verdict_low", 0)])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verdict_that_keeps_the_schema_is_a_score(
    provider: Provider, behaviour: str, score: float, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    judge = StructuredJudge(model=models[provider])
    result = await judge.judge(task(model=f"judge--{behaviour}"), key=KEY, deadline_seconds=20)
    assert result.score == score
    assert result.served_model == f"judge--{behaviour}-2026-11"
    assert "temperature" not in repr(stub.calls[0].body)


@pytest.mark.fault("F23")
@pytest.mark.parametrize("behaviour", sorted(BROKEN.keys() - {"verdict_low"}))
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_broken_verdict_is_corrected_once_and_never_scored(
    provider: Provider, behaviour: str, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    judge = StructuredJudge(model=models[provider])
    with pytest.raises(ProviderError) as caught:
        await judge.judge(task(model=f"judge--{behaviour}"), key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.UNPARSEABLE
    assert stub.count() == 2


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verdict_that_is_right_the_second_time_is_a_score(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    judge = StructuredJudge(model=models[provider])
    result = await judge.judge(task(model="judge--verdict_nan:1"), key=KEY, deadline_seconds=20)
    assert (result.score, stub.count()) == (1, 2)


@pytest.mark.fault("F22")
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verdict_cut_twice_is_truncated(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    judge = StructuredJudge(model=models[provider])
    with pytest.raises(ProviderError) as caught:
        await judge.judge(task(model="judge--cut"), key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.TRUNCATED
    assert stub.count() == 2


@pytest.mark.fault("F57")
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verdict_with_made_up_evidence_is_corrected_once_and_never_scored(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    judge = StructuredJudge(model=models[provider])
    with pytest.raises(ProviderError) as caught:
        await judge.judge(task(model="judge--verdict_invented"), key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.EVIDENCE
    assert stub.count() == 2


@pytest.mark.parametrize(("behaviour", "consistent"), [("ok", True), ("verdict_low", False)])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_pair_is_compared_in_both_orders(
    provider: Provider, behaviour: str, consistent: bool, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    """The stub always says `tie`, or always `first`."""
    judge = StructuredJudge(model=models[provider])
    pair = task(model=f"judge--{behaviour}", baseline="London.")
    result = await judge.judge(pair, key=KEY, deadline_seconds=20)
    assert result.comparison is not None
    assert (result.score, result.comparison.order_consistent, stub.count()) == (0.5, consistent, 2)
    one, other = (repr(call.body) for call in stub.calls)
    assert (one.index("London.") < one.index("Paris.")) is not (other.index("London.") < other.index("Paris."))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_pair_of_which_one_order_fails_is_no_comparison(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    stub.script("ok", "http_404")
    judge = StructuredJudge(model=models[provider])
    with pytest.raises(ProviderError) as caught:
        await judge.judge(task(baseline="London."), key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.MODEL_NOT_FOUND
