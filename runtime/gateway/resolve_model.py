"""Whether this deployment can ask a model: a pure function."""

from config.runtime_document import RuntimeDocument
from config.topology import Service
from runtime.contracts.models import parse_model
from runtime.kit.problems import FieldProblem


def model_problems(
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
