"""What a request says about its judge, checked as a whole: a pure function."""

from typing import Any

from config.runtime_document import RuntimeDocument
from config.topology import JUDGE, Provider
from runtime.contracts.answer_schema import UnusableSchema, check_schema
from runtime.contracts.evaluation import JudgeSettings, Mode
from runtime.contracts.jury import jury_weights
from runtime.contracts.models import parse_model
from runtime.contracts.rubric import Rubric
from runtime.contracts.rubrics import DEFAULT_RUBRIC, NEED_REFERENCE, RUBRICS
from runtime.gateway.provider_keys import KEY_HEADERS
from runtime.gateway.resolve_model import model_problems
from runtime.gateway.schemas import EvaluationIn, JudgeIn
from runtime.kit.problems import FieldProblem


def resolve_judge(
    request: EvaluationIn, document: RuntimeDocument
) -> tuple[JudgeSettings | None, tuple[FieldProblem, ...]]:
    """The settings with every default filled in, or everything that is wrong with them."""
    asked = request.judge
    model = asked.model or (asked.jury[0].model if asked.jury else document.default_models.judge)
    rubric, errors = _rubric(asked)
    errors += [*_model_errors(asked, model, document), *_mode_errors(request), *_combination_errors(asked)]
    if model is not None and rubric is not None:
        settings = JudgeSettings(**{**dict(asked), "model": model, "rubric": rubric})
        errors += _one_model_errors(settings)
        if not errors:
            return settings, ()
    return None, tuple(errors)


def _rubric(asked: JudgeIn) -> tuple[Rubric | None, list[FieldProblem]]:
    """One of the caller's own may have any name, and needs nothing."""
    if asked.rubric is None:
        return DEFAULT_RUBRIC, []
    if isinstance(asked.rubric, Rubric):
        return asked.rubric, []
    rubric = RUBRICS.get(asked.rubric)
    if rubric is None:
        known = ", ".join(sorted({rubric.name for rubric in RUBRICS.values()}))
        return None, [_error("/judge/rubric", f"Unknown rubric: use one of {known}, or an object.")]
    if rubric.label in NEED_REFERENCE and asked.reference is None:
        return None, [_error("/judge/reference", f"Give the reference that `{rubric.name}` asks about.")]
    return rubric, []


def _model_errors(asked: JudgeIn, model: str | None, document: RuntimeDocument) -> list[FieldProblem]:
    named = [("/judge/model", model)] if not asked.jury else []
    named += [(f"/judge/jury/{place}/model", juror.model) for place, juror in enumerate(asked.jury)]
    if asked.cascade and asked.cascade.first:
        named.append(("/judge/cascade/first", asked.cascade.first))
    return [error for pointer, name in named for error in model_problems(name, JUDGE, pointer, document)]


def _mode_errors(request: EvaluationIn) -> list[FieldProblem]:
    pairwise = request.judge.mode is Mode.PAIRWISE
    if pairwise and request.baseline is None:
        return [_error("/baseline", "Give the other answer: `pairwise` compares the two.")]
    if not pairwise and request.baseline is not None:
        return [_error("/judge/mode", "Use `pairwise` to compare with a `baseline`, or leave it out.")]
    return []


def _combination_errors(asked: JudgeIn) -> list[FieldProblem]:
    errors = []
    if asked.jury and asked.model is not None:
        errors.append(_error("/judge/model", "Give either `model` or `jury`."))
    if len({juror.model for juror in asked.jury}) != len(asked.jury):
        errors.append(_error("/judge/jury", "Name each judge once: the same judge twice is no second opinion."))
    if asked.jury and not jury_weights({juror.model: juror.accuracy for juror in asked.jury}):
        detail = "No member is better than chance, so none has a vote: name one with an accuracy above 0.5."
        errors.append(_error("/judge/jury", detail))
    if asked.jury and asked.cascade:
        errors.append(_error("/judge/cascade", "Give either `jury` or `cascade`."))
    if asked.cascade:
        errors += _schema_errors(asked.cascade.json_schema)
        if asked.cascade.exact_match and asked.reference is None:
            errors.append(_error("/judge/reference", "Give the reference that an exact match is looked for with."))
        if asked.mode is Mode.PAIRWISE and (asked.cascade.exact_match or asked.cascade.json_schema is not None):
            errors.append(_error("/judge/cascade", "`exact_match` and `json_schema` check one answer, not two."))
    if asked.mode is Mode.PAIRWISE and (asked.samples > 1 or asked.decision_endpoint):
        errors.append(_error("/judge/mode", "`samples` and `decision_endpoint` are for `pointwise`."))
    if asked.decision_endpoint and asked.samples > 1:
        errors.append(_error("/judge/samples", "A decision has its probabilities already: leave `samples` out."))
    return errors


def _schema_errors(schema: dict[str, Any] | None) -> list[FieldProblem]:
    if schema is None:
        return []
    try:
        check_schema(schema)
    except UnusableSchema as unusable:
        return [_error("/judge/cascade/json_schema", str(unusable))]
    return []


def _one_model_errors(settings: JudgeSettings) -> list[FieldProblem]:
    """What depends on which models are asked. The stage is given one key, so they may need no more than one."""
    providers = {parse_model(name).provider for name in settings.models}
    with_key = sorted(providers & KEY_HEADERS.keys())
    errors = []
    if settings.cascade and settings.cascade.first == settings.model:
        errors.append(_error("/judge/cascade/first", "Name a cheaper judge than `model`: this is the same."))
    if len(with_key) > 1:
        detail = f"One provider key goes with an evaluation: use judges of {with_key[0]}/ or of local/."
        errors.append(_error("/judge", detail))
    if Provider.LOCAL in providers and settings.samples > 1:
        errors.append(_error("/judge/samples", "A local judge reads probabilities: more samples would be the same."))
    if Provider.LOCAL in providers and settings.decision_endpoint:
        errors.append(_error("/judge/decision_endpoint", "A local judge has none: it reads probabilities anyway."))
    return errors


def _error(pointer: str, detail: str) -> FieldProblem:
    return FieldProblem(pointer=pointer, detail=detail)
