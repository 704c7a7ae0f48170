"""Raw provider keys arrive in headers, are sealed first thing, and are gone when the request is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationSpec
from runtime.contracts.messages import SealedKey
from runtime.contracts.models import parse_model
from runtime.keys.header import parse_key
from runtime.keys.ports import KeyBinding, KeySealer
from runtime.kit.problems import FieldProblem, Problem

KEY_HEADERS = {Provider.OPENAI: "X-OpenAI-Api-Key", Provider.GOOGLE: "X-Google-Api-Key"}
"""A provider that is not here needs no key."""


@dataclass(frozen=True)
class SealedKeys:
    candidate: SealedKey | None
    judge: SealedKey | None


def read_keys(headers: Mapping[str, str]) -> dict[Provider, SecretStr]:
    """The keys that were sent. Raises Problem 422 where one cannot be a key; its value stays out of the message."""
    keys = {}
    for provider, header in KEY_HEADERS.items():
        value = headers.get(header)
        if value is not None:
            try:
                keys[provider] = parse_key(value)
            except ValueError as error:
                errors = [FieldProblem(pointer=f"header:{header}", detail=str(error))]
                raise Problem(422, "invalid_provider_key", f"Correct the {header} header.", errors=errors) from None
    return keys


def required_providers(spec: EvaluationSpec) -> dict[Stage, Provider]:
    """Which provider's key each stage of this evaluation needs."""
    providers = {Stage.JUDGE: parse_model(spec.judge.model).provider}
    if spec.output is None and spec.candidate is not None:
        providers[Stage.INFERENCE] = parse_model(spec.candidate.model).provider
    return {stage: provider for stage, provider in providers.items() if provider in KEY_HEADERS}


def check_keys(spec: EvaluationSpec, keys: Mapping[Provider, SecretStr]) -> None:
    """Raises Problem 422 that names every missing header."""
    missing = [KEY_HEADERS[provider] for provider in required_providers(spec).values() if provider not in keys]
    if missing:
        errors = [FieldProblem(pointer=f"header:{name}", detail="Send your provider key here.") for name in missing]
        detail = "These models need your own provider keys; they are sealed on arrival and never stored."
        raise Problem(422, "missing_provider_key", detail, errors=errors)


def seal_keys(
    spec: EvaluationSpec,
    keys: Mapping[Provider, SecretStr],
    *,
    sealer: KeySealer,
    binding: KeyBinding,
    expires_at: datetime,
) -> SealedKeys:
    sealed = {
        stage: sealer.seal(keys[provider], stage=stage, provider=provider, binding=binding, expires_at=expires_at)
        for stage, provider in required_providers(spec).items()
    }
    return SealedKeys(candidate=sealed.get(Stage.INFERENCE), judge=sealed.get(Stage.JUDGE))
