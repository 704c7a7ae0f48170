"""Fills a request's defaults from the runtime document and refuses what no stage could run: a pure function."""

from config.runtime_document import RuntimeDocument
from config.topology import INFERENCE, JUDGE, Service
from runtime.contracts.evaluation import Candidate, EvaluationSpec, JudgeSettings, Message
from runtime.contracts.models import parse_model
from runtime.contracts.rubric import DEFAULT_RUBRIC, RUBRICS, Rubric
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import FieldProblem, Problem


def resolve(request: EvaluationIn, document: RuntimeDocument) -> EvaluationSpec:
    """Raises Problem 422 with every wrong field, not only the first."""
    errors: list[FieldProblem] = []
    needs_candidate = request.output is None
    candidate_model = request.candidate.model or (document.default_models.candidate if needs_candidate else None)
    judge_model = request.judge.model or document.default_models.judge
    if needs_candidate or candidate_model:
        errors += _model_problems(candidate_model, INFERENCE, "/candidate/model", document, callable_=needs_candidate)
    errors += _model_problems(judge_model, JUDGE, "/judge/model", document)
    rubric = _rubric(request.judge.rubric, errors)
    if errors or judge_model is None or rubric is None:
        detail = "Correct the fields named in `errors` and send the request again."
        raise Problem(422, "invalid_request", detail, errors=errors)
    return EvaluationSpec(
        input=(Message(role="user", content=request.input),) if isinstance(request.input, str) else request.input,
        output=request.output,
        candidate=Candidate(model=candidate_model, parameters=request.candidate.parameters)
        if candidate_model
        else None,
        judge=JudgeSettings(
            model=judge_model, mode=request.judge.mode, rubric=rubric, reference=request.judge.reference
        ),
        metadata=request.metadata,
    )


def _rubric(asked: str | Rubric | None, errors: list[FieldProblem]) -> Rubric | None:
    if asked is None:
        return DEFAULT_RUBRIC
    if isinstance(asked, Rubric):
        return asked
    if asked not in RUBRICS:
        known = ", ".join(sorted(RUBRICS))
        errors.append(
            FieldProblem(pointer="/judge/rubric", detail=f"Unknown rubric: use one of {known}, or an object.")
        )
    return RUBRICS.get(asked)


def _model_problems(
    model: str | None, service: Service, pointer: str, document: RuntimeDocument, *, callable_: bool = True
) -> list[FieldProblem]:
    """A candidate that is only named, because its answer is given, need not be callable here."""
    if model is None:
        names = " or ".join(f"{provider}/..." for provider in service.providers)
        return [FieldProblem(pointer=pointer, detail=f"Name a model: {names}.")]
    ref = parse_model(model)
    if not callable_:
        return []
    settings = document.providers.get(ref.provider)
    if ref.provider not in service.providers or settings is None:
        names = " or ".join(f"{provider}/..." for provider in service.providers)
        return [FieldProblem(pointer=pointer, detail=f"{ref.provider}/ models are not available here: use {names}.")]
    if settings.models and ref.model not in settings.models:
        served = ", ".join(f"{ref.provider}/{name}" for name in settings.models)
        return [FieldProblem(pointer=pointer, detail=f"Unknown model: this deployment serves {served}.")]
    return []
