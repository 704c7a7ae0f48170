"""The messages between the stages: facts in the past tense, self-contained: losing Redis loses no evaluation."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from config.base import Frozen
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import Failure
from runtime.contracts.outcomes import InferenceResult

MESSAGE_VERSION = 1


class SealedKey(Frozen):
    """A provider key that only one stage can open; see `runtime/keys`."""

    kid: str
    stage: Stage
    provider: Provider
    expires_at: AwareDatetime
    ciphertext: str
    """HPKE, base64."""


class EvaluationRequested(Frozen):
    """gateway -> inference."""

    type: Literal["evaluation_requested"] = "evaluation_requested"
    version: Literal[1] = 1
    identity: Identity
    candidate_key: SealedKey | None = None
    judge_key: SealedKey | None = None


class InferenceCompleted(Frozen):
    """inference -> judge, with the answer to be judged."""

    type: Literal["inference_completed"] = "inference_completed"
    version: Literal[1] = 1
    identity: Identity
    inference_result: InferenceResult
    judge_key: SealedKey | None = None


class InferenceFailed(Frozen):
    """inference -> judge: there is nothing to judge, but the history must know. Judge has the only way to MySQL."""

    type: Literal["inference_failed"] = "inference_failed"
    version: Literal[1] = 1
    identity: Identity
    failure: Failure


JudgeMessage = Annotated[InferenceCompleted | InferenceFailed, Field(discriminator="type")]
INFERENCE_MESSAGE: TypeAdapter[EvaluationRequested] = TypeAdapter(EvaluationRequested)
JUDGE_MESSAGE: TypeAdapter[InferenceCompleted | InferenceFailed] = TypeAdapter(JudgeMessage)
