"""Which models are asked: the local one, or with keys in the environment those of OpenAI and Google."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.topology import Provider


@dataclass(frozen=True)
class ChosenModels:
    candidate: str | None = None
    """None: the deployment's default."""
    judge: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The caller's own keys: sent with each request, written nowhere."""
    notes: tuple[str, ...] = ()

    def applied_to(self, body: dict[str, Any]) -> dict[str, Any]:
        """A line that names a model keeps it; a line that brings its answer needs no candidate."""
        candidate = self.candidate if body.get("output") is None else None
        return _with_model(_with_model(body, "candidate", candidate), "judge", self.judge)


def choose_models(environment: Mapping[str, str]) -> ChosenModels:
    openai = environment.get("OPENAI_API_KEY", "").strip()
    google = (environment.get("GOOGLE_API_KEY") or environment.get("GEMINI_API_KEY") or "").strip()
    candidate = environment.get("LLM_JUDGE_CANDIDATE_MODEL", "").strip()
    judge = environment.get("LLM_JUDGE_JUDGE_MODEL", "").strip()
    notes = []
    if openai and not candidate:
        notes.append("OPENAI_API_KEY is set: name a model in LLM_JUDGE_CANDIDATE_MODEL to have OpenAI answer.")
    if google and not judge:
        notes.append("A Google key is set: name a model in LLM_JUDGE_JUDGE_MODEL to have Google judge.")
    keys = {"X-OpenAI-Api-Key": openai, "X-Google-Api-Key": google}
    return ChosenModels(
        candidate=_full_name(Provider.OPENAI, candidate),
        judge=_full_name(Provider.GOOGLE, judge),
        headers={name: key for name, key in keys.items() if key},
        notes=tuple(notes),
    )


def _full_name(provider: Provider, model: str) -> str | None:
    """`gpt-x` is `openai/gpt-x`; a name with a provider of ours stays as it is."""
    if not model or model.partition("/")[0] in tuple(Provider):
        return model or None
    return f"{provider}/{model}"


def _with_model(body: dict[str, Any], role: str, model: str | None) -> dict[str, Any]:
    settings = body.get(role, {})
    if model is None or not isinstance(settings, dict) or settings.get("model"):
        return body
    return body | {role: settings | {"model": model}}
