"""A `DecisionModel` over the openai SDK's decisions: `openai/…`."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from runtime.contracts.failures import FailureReason
from runtime.providers import limits_told
from runtime.providers.chat_model import ProviderError
from runtime.providers.decision_model import DecisionQuestion, DecisionReply, DecisionRequest, distribution
from runtime.providers.openai_client import OpenAiClient
from runtime.providers.reply_fields import served_name, usage_of


class OpenAiDecisions:
    def __init__(self, *, client: OpenAiClient) -> None:
        self._client = client

    async def decide(
        self, request: DecisionRequest, *, key: SecretStr | None, deadline_seconds: float
    ) -> DecisionReply:
        body = {"model": request.model, "input": request.input, "questions": [*map(_question, request.questions)]}
        raw = await self._client.call(lambda sdk: sdk.decisions, body, key=key, deadline_seconds=deadline_seconds)
        decision = _parse(raw.content)
        if decision is None:
            raise ProviderError(FailureReason.MALFORMED)
        usage = decision.usage or _Usage()
        return DecisionReply(
            probabilities=tuple(_in_order(decision.answers, request.questions)),
            served_model=served_name(decision.model),
            usage=usage_of(usage.input_tokens, usage.output_tokens),
            told=limits_told.from_headers(raw.headers),
        )


def _question(question: DecisionQuestion) -> dict[str, Any]:
    """A level is called by its number: two anchors may have the same words."""
    levels = [{"label": str(number), "description": anchor} for number, anchor in enumerate(question.levels)]
    return {"type": "score", "name": question.name, "instructions": question.instructions, "levels": levels}


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Level(_Wire):
    label: str
    probability: float


class _Answer(_Wire):
    type: Literal["score", "refusal"]
    name: str | None = None
    probabilities: tuple[_Level, ...] = ()


class _Usage(_Wire):
    input_tokens: Any = None
    output_tokens: Any = None


class _Decision(_Wire):
    answers: tuple[_Answer, ...]
    model: Any = None
    usage: _Usage | None = None


def _parse(body: bytes) -> _Decision | None:
    try:
        return _Decision.model_validate_json(body)
    except ValidationError:
        return None


def _in_order(
    answers: tuple[_Answer, ...], questions: tuple[DecisionQuestion, ...]
) -> Iterable[tuple[float, ...] | None]:
    """By the order, which the provider promises, with the name as a check."""
    if [answer.name for answer in answers] != [question.name for question in questions]:
        raise ProviderError(FailureReason.MALFORMED)
    for answer, question in zip(answers, questions, strict=True):
        found = {level.label: level.probability for level in answer.probabilities}
        yield None if answer.type == "refusal" else distribution(found, len(question.levels))
