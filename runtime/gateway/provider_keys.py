"""Provider keys arrive in headers: raw, to be sealed first thing and dropped, or sealed by their owner."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationSpec
from runtime.contracts.models import parse_model
from runtime.keys.client_seal import ClientSeal, parse_client_seal
from runtime.keys.header import parse_key
from runtime.kit.problems import FieldProblem, Problem

KEY_HEADERS = {Provider.OPENAI: "X-OpenAI-Api-Key", Provider.GOOGLE: "X-Google-Api-Key"}
"""A provider that is not here needs no key."""
SEALED_KEY_HEADERS = {provider: f"{header}-Sealed" for provider, header in KEY_HEADERS.items()}

ProviderKeys = Mapping[Provider, SecretStr | ClientSeal]
Parsed = TypeVar("Parsed")


def read_keys(headers: Mapping[str, str]) -> dict[Provider, SecretStr | ClientSeal]:
    """The keys that were sent. Raises Problem 422 where one cannot be a key; its value stays out of the message."""
    keys: dict[Provider, SecretStr | ClientSeal] = {}
    for provider, header in KEY_HEADERS.items():
        sealed_header = SEALED_KEY_HEADERS[provider]
        raw, sealed = headers.get(header), headers.get(sealed_header)
        if raw is not None and sealed is not None:
            raise invalid_key(sealed_header, f"Send either this header or {header}, not both.")
        if raw is not None:
            keys[provider] = _parsed(header, raw, parse_key)
        if sealed is not None:
            keys[provider] = _parsed(sealed_header, sealed, parse_client_seal)
    return keys


def required_providers(spec: EvaluationSpec) -> dict[Stage, Provider]:
    """Which provider's key each stage of this evaluation needs."""
    asked = [(Stage.JUDGE, model) for model in spec.judge.models]
    if spec.output is None and spec.candidate is not None:
        asked.append((Stage.INFERENCE, spec.candidate.model))
    providers = [(stage, parse_model(model).provider) for stage, model in asked]
    return {stage: provider for stage, provider in providers if provider in KEY_HEADERS}


def check_keys(spec: EvaluationSpec, keys: ProviderKeys) -> None:
    """Raises Problem 422 that names every missing header."""
    missing = [KEY_HEADERS[provider] for provider in required_providers(spec).values() if provider not in keys]
    if missing:
        errors = [FieldProblem(pointer=f"header:{name}", detail="Send your provider key here.") for name in missing]
        detail = "These models need your own provider keys; they are sealed on arrival and never stored."
        raise Problem(422, "missing_provider_key", detail, errors=errors)


def invalid_key(header: str, detail: str) -> Problem:
    errors = [FieldProblem(pointer=f"header:{header}", detail=detail)]
    return Problem(422, "invalid_provider_key", f"Correct the {header} header.", errors=errors)


def _parsed(header: str, value: str, parse: Callable[[str], Parsed]) -> Parsed:
    try:
        return parse(value)
    except ValueError as error:
        raise invalid_key(header, str(error)) from None
