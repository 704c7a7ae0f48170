"""Which judge a provider's models get: token probabilities where a model has them, a verdict by schema elsewhere."""

from collections.abc import Mapping

from config.topology import Provider
from runtime.judge.decision import DecisionJudge
from runtime.judge.likelihood import LikelihoodJudge
from runtime.judge.ports import Judge
from runtime.judge.samples import SampledJudge
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ChatModel
from runtime.providers.decision_model import DecisionModel


def judges_for(models: Mapping[Provider, ChatModel]) -> dict[Provider, Judge]:
    """A small local model writes numbers at random but knows yes from no; the large ones follow a rubric's schema."""
    return {provider: _judge_of(provider, model) for provider, model in models.items()}


def decision_judges_for(models: Mapping[Provider, DecisionModel]) -> dict[Provider, Judge]:
    return {provider: DecisionJudge(model=model) for provider, model in models.items()}


def _judge_of(provider: Provider, model: ChatModel) -> Judge:
    return (
        LikelihoodJudge(model=model) if provider is Provider.LOCAL else SampledJudge(one=StructuredJudge(model=model))
    )
