"""A `DecisionModel` over the google-genai SDK's decisions: `google/…`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ProviderError
from runtime.providers.decision_model import DecisionReply, DecisionRequest, distribution
from runtime.providers.google_client import KEY_HEADER, GoogleClient, failure_of
from runtime.providers.keys import usable_key
from runtime.providers.reply_fields import usage_of
from runtime.providers.single_call import single_call


class GoogleDecisions:
    def __init__(self, *, client: GoogleClient) -> None:
        self._client = client

    async def decide(
        self, request: DecisionRequest, *, key: SecretStr | None, deadline_seconds: float
    ) -> DecisionReply:
        headers = {KEY_HEADER: usable_key(key)}
        decisions: Any = self._client.sdk().aio.decisions
        questions = {
            question.name: {
                "type": "score",
                "instructions": question.instructions,
                "criteria": list(question.levels),
            }
            for question in request.questions
        }

        async def send() -> bytes:
            reply = await decisions.with_raw_response.create(
                model=f"models/{request.model}", input=request.input, questions=questions, extra_headers=headers
            )
            return bytes(reply.http_response.content)

        decision = _parse(await single_call(send, deadline_seconds=deadline_seconds, failure_of=failure_of))
        if decision is None:
            raise ProviderError(FailureReason.MALFORMED)
        if decision.prompt_feedback is not None and decision.prompt_feedback.block_reason:
            raise ProviderError(FailureReason.BLOCKED)
        if decision.answers.keys() != questions.keys():
            raise ProviderError(FailureReason.MALFORMED)
        usage = decision.usage or _Usage()
        thoughts = usage.total_thought_tokens if isinstance(usage.total_thought_tokens, int) else 0
        answered = usage.total_output_tokens
        return DecisionReply(
            probabilities=tuple(
                distribution(decision.answers[question.name].probabilities, len(question.levels))
                for question in request.questions
            ),
            # It does not say.
            served_model=None,
            usage=usage_of(usage.total_input_tokens, answered + thoughts if isinstance(answered, int) else thoughts),
        )


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Answer(_Wire):
    type: Literal["score"]
    probabilities: dict[str, float]


class _PromptFeedback(_Wire):
    block_reason: str | None = None


class _Usage(_Wire):
    total_input_tokens: Any = None
    total_output_tokens: Any = None
    total_thought_tokens: Any = None


class _Decision(_Wire):
    answers: dict[str, _Answer] = {}
    prompt_feedback: _PromptFeedback | None = None
    usage: _Usage | None = None


def _parse(body: bytes) -> _Decision | None:
    try:
        return _Decision.model_validate_json(body)
    except ValidationError:
        return None
