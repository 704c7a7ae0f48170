"""Fills a request's defaults from the runtime document and refuses what no stage could run: a pure function."""

from config.runtime_document import RuntimeDocument
from config.topology import INFERENCE
from runtime.contracts.evaluation import Candidate, EvaluationSpec, Message
from runtime.gateway.resolve_judge import resolve_judge
from runtime.gateway.resolve_model import model_problems
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import FieldProblem, Problem


def resolve(request: EvaluationIn, document: RuntimeDocument) -> EvaluationSpec:
    """Raises Problem 422 with every wrong field, not only the first."""
    errors: list[FieldProblem] = []
    needs_candidate = request.output is None
    candidate_model = request.candidate.model or (document.default_models.candidate if needs_candidate else None)
    if needs_candidate or candidate_model:
        errors += model_problems(candidate_model, INFERENCE, "/candidate/model", document, callable_=needs_candidate)
    judge, judge_errors = resolve_judge(request, document)
    errors += judge_errors
    if errors or judge is None:
        detail = "Correct the fields named in `errors` and send the request again."
        raise Problem(422, "invalid_request", detail, errors=errors)
    return EvaluationSpec(
        input=(Message(role="user", content=request.input),) if isinstance(request.input, str) else request.input,
        output=request.output,
        baseline=request.baseline,
        candidate=Candidate(model=candidate_model, parameters=request.candidate.parameters)
        if candidate_model
        else None,
        judge=judge,
        run=request.run,
        item=request.item,
        metadata=request.metadata,
    )
