"""Evaluations that ended in the stores of a gateway, to be labelled and summed up."""

from typing import Any
from uuid import UUID

from runtime.contracts.evaluation import EvaluationRecord, JudgeSettings, Mode
from runtime.contracts.outcomes import Comparison, Outcome
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from tests.contract.evaluations import JUDGE_MODEL, completed, failed, identity, spec, verdict
from tests.runtime.gateway.bench import Bench

TENANT = "acme"


def judge(model: str = JUDGE_MODEL, mode: Mode = Mode.POINTWISE) -> JudgeSettings:
    return JudgeSettings(model=model, rubric=DEFAULT_RUBRIC, mode=mode)


async def scored(bench: Bench, score: float, *, tenant: str = TENANT, **of_spec: Any) -> EvaluationRecord:
    return await bench.history.record(completed(identity(tenant=tenant, spec=spec(**of_spec)), score=score))


async def unscored(bench: Bench, *, tenant: str = TENANT, **of_spec: Any) -> EvaluationRecord:
    return await bench.history.record(
        failed(identity(tenant=tenant, spec=spec(**of_spec)), outcome=Outcome.JUDGE_ERROR)
    )


async def compared(bench: Bench, preference: Any) -> EvaluationRecord:
    of = identity(tenant=TENANT, spec=spec(judge=judge(mode=Mode.PAIRWISE), output="Titan.", baseline="It is Rhea."))
    comparison = Comparison(
        preference=preference, order_consistent=True, shown_first=preference, shown_second=preference
    )
    score = {"output": 1.0, "baseline": 0.0, "tie": 0.5}[preference]
    result = verdict(score).model_copy(update={"comparison": comparison})
    return await bench.history.record(completed(of).model_copy(update={"judge_result": result}))


def label(record: EvaluationRecord | UUID | str, **said: Any) -> dict[str, Any]:
    return {"evaluation_id": str(record.request_id if isinstance(record, EvaluationRecord) else record), **said}
