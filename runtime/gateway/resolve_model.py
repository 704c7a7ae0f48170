"""Whether this deployment can ask a model: a pure function."""

from config.runtime_document import RuntimeDocument
from config.topology import Service
from runtime.contracts.models import parse_model
from runtime.kit.problems import FieldProblem


def model_problems(
    model: str | None, service: Service, pointer: str, document: RuntimeDocument, *, callable_: bool = True
) -> list[FieldProblem]:
    """A candidate that is only named, because its answer is given, need not be callable here."""
    reachable = [provider for provider in service.providers if provider in document.providers]
    names = " or ".join(f"{provider}/..." for provider in reachable)
    if model is None:
        return [FieldProblem(pointer=pointer, detail=f"Name a model: {names}.")]
    ref = parse_model(model)
    if not callable_:
        return []
    if ref.provider not in reachable:
        return [FieldProblem(pointer=pointer, detail=f"{ref.provider}/ models are not available here: use {names}.")]
    models = document.providers[ref.provider].models
    if models and ref.model not in models:
        served = ", ".join(f"{ref.provider}/{name}" for name in models)
        return [FieldProblem(pointer=pointer, detail=f"Unknown model: this deployment serves {served}.")]
    return []
