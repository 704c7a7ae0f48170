"""What statistics need of an evaluation that ended: a few numbers and names, none of its texts."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from runtime.contracts.calibration import HumanLabel, JudgeIdentity, Spending
from runtime.contracts.evaluation import EvaluationRecord, EvaluationSpec, JudgeSettings, Mode
from runtime.contracts.failures import outcome_of
from runtime.contracts.lifecycle import is_terminal
from runtime.contracts.outcomes import Comparison, InferenceResult, JudgeResult, Method, Outcome

HEX_CHARS = 16


@dataclass(frozen=True)
class JudgeKey:
    """As it was asked for, also where it has failed."""

    requested_model: str
    rubric: str
    mode: Mode
    settings_hash: str

    def __str__(self) -> str:
        return f"{self.requested_model}, {self.rubric}, {self.mode} (settings {self.settings_hash})"


@dataclass(frozen=True)
class Verdict:
    score: float
    methods: tuple[Method, ...]
    """Of the judges that decided: a jury's voters, else the one."""
    served_models: tuple[str, ...]
    prompt_hash: str | None
    comparison: Comparison | None
    votes: tuple[tuple[str, float], ...]
    """Of a jury's members: model and score."""
    needs_human: bool


@dataclass(frozen=True)
class Judged:
    request_id: UUID
    created_at: datetime
    item: str | None
    judge: JudgeKey
    outcome: Outcome
    verdict: Verdict | None
    """Only where it was scored."""
    output_length: int | None
    """In characters. None: there was no answer."""
    baseline_length: int | None
    candidate_spending: Spending
    judge_spending: Spending

    @property
    def score(self) -> float | None:
        return self.verdict.score if self.verdict else None


@dataclass(frozen=True)
class Labelled:
    label: HumanLabel
    judged: Judged


class NotMeasurable(Exception):
    """There is too little to measure with; the message says what is missing, for people."""


def judge_key(spec: EvaluationSpec) -> JudgeKey:
    judge = spec.judge
    return JudgeKey(
        requested_model=", ".join(judge.models),
        rubric=judge.rubric.label,
        mode=judge.mode,
        settings_hash=settings_hash(judge),
    )


def settings_hash(judge: JudgeSettings) -> str:
    """The first 16 hex characters of the SHA-256 of the settings as canonical JSON, without the item's own reference.

    Two judges of the same names may differ in how they vote, when they give up, and what their rubric asks.
    """
    told = json.dumps(judge.model_dump(mode="json", exclude={"reference"}), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:HEX_CHARS]


def judged(record: EvaluationRecord) -> Judged:
    """Raises ValueError where the evaluation has not ended."""
    if not is_terminal(record.status):
        raise ValueError("an open evaluation has no outcome")
    result, answer, spec = record.judge_result, record.inference_result, record.spec
    # A record that the gateway ended says only why.
    outcome = record.outcome or (outcome_of(record.failure) if record.failure else Outcome.SCORED)
    return Judged(
        request_id=record.request_id,
        created_at=record.created_at,
        item=spec.item,
        judge=judge_key(spec),
        outcome=outcome,
        verdict=_verdict(result) if result is not None and outcome is Outcome.SCORED else None,
        output_length=len(answer.output) if answer else None,
        baseline_length=len(spec.baseline) if spec.baseline is not None else None,
        candidate_spending=_spending(answer),
        judge_spending=_spending(result),
    )


def identities(items: Iterable[Judged]) -> tuple[JudgeIdentity, ...]:
    """One for each judge that was asked for, with all that served it, the most used first."""
    by_key: dict[JudgeKey, list[Judged]] = {}
    for item in items:
        by_key.setdefault(item.judge, []).append(item)
    return tuple(_identity(key, of) for key, of in sorted(by_key.items(), key=lambda each: -len(each[1])))


def _identity(key: JudgeKey, items: list[Judged]) -> JudgeIdentity:
    verdicts = [item.verdict for item in items if item.verdict]
    return JudgeIdentity(
        requested_model=key.requested_model,
        served_models=tuple(sorted({model for verdict in verdicts for model in verdict.served_models})),
        rubric=key.rubric,
        mode=key.mode,
        settings_hash=key.settings_hash,
        prompt_hashes=tuple(sorted({verdict.prompt_hash for verdict in verdicts if verdict.prompt_hash})),
    )


def _verdict(result: JudgeResult) -> Verdict:
    served = [result.served_model, *(juror.served_model for juror in result.jury)]
    # A step of a cascade that gave way to the next one has a score too, and no vote.
    voters = [juror for juror in result.jury if juror.part == "voted"]
    return Verdict(
        score=result.score,
        methods=tuple(sorted({voter.method for voter in voters if voter.method})) or (result.method,),
        served_models=tuple(sorted({model for model in served if model})),
        prompt_hash=result.prompt_hash,
        comparison=result.comparison,
        votes=tuple((voter.model, voter.score) for voter in voters if voter.score is not None),
        needs_human=result.needs_human,
    )


def _spending(result: InferenceResult | JudgeResult | None) -> Spending:
    return Spending(usage=result.usage, cost_usd=result.cost_usd) if result else Spending()
