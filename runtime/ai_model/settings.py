"""Start of the ai-model-service: its settings, from the environment alone: it talks to no other service."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from config.base import Frozen
from config.topology import AI_MODEL
from runtime.ai_model.catalogue import CATALOGUE, DEFAULT_MODEL

MOST_SLOTS = 4
_CGROUP_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


class UnknownModel(ValueError):
    def __init__(self) -> None:
        super().__init__(
            f"LLM_JUDGE_MODEL is none of {', '.join(CATALOGUE)}; for weights of your own set MODEL_PATH to a GGUF file"
        )


class Settings(Frozen):
    model_name: str
    """What callers name and replies report."""
    weights: Path
    """Any GGUF file."""
    catalogued: bool
    """The weights come from the catalogue's cache, and are verified before they are used."""
    context_tokens: int = Field(default=4096, ge=256)
    """Of one slot: prompt and answer together."""
    threads: int = Field(ge=1)
    slots: int = Field(default_factory=lambda known: _slots(known["threads"]), ge=1, le=64)
    """Requests that are computed at once; they share the speed of the threads."""
    host: str = "127.0.0.1"
    port: int = Field(default=AI_MODEL.port, ge=0, le=65535)


def _slots(threads: int) -> int:
    """At least one for each stage. Two verdicts at once on two CPUs take twice as long each: long texts then miss the
    deadline of a call, and nothing is won (24 short ones took 109 s by one, 118 s by two).
    """
    return max(2, min(threads, MOST_SLOTS))


def cache_directory(environment: Mapping[str, str]) -> Path:
    named = environment.get("LLM_JUDGE_MODEL_CACHE")
    if named:
        return Path(named)
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "llm-judge" / "models"


def usable_cpus() -> int:
    """llama.cpp does not read cgroups: more threads than the pod's CPU limit make it many times slower."""
    cpus = len(os.sched_getaffinity(0))
    try:
        quota, _, period = _CGROUP_CPU_MAX.read_text().strip().partition(" ")
    except OSError:
        return cpus
    return cpus if quota == "max" else max(1, min(cpus, int(quota) // int(period)))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises UnknownModel, or pydantic's ValidationError where a number is none."""
    own = environment.get("MODEL_PATH")
    named = environment.get("LLM_JUDGE_MODEL")
    if own:
        weights, name = Path(own), named or Path(own).stem
    else:
        model = CATALOGUE.get(named or DEFAULT_MODEL.name)
        if model is None:
            raise UnknownModel
        weights, name = cache_directory(environment) / model.file_name, model.name
    numbers = {
        "slots": environment.get("MODEL_SLOTS"),
        "context_tokens": environment.get("MODEL_CONTEXT_TOKENS"),
        "threads": environment.get("MODEL_THREADS") or usable_cpus(),
        "host": environment.get("LLM_JUDGE_HOST"),
        "port": environment.get("LLM_JUDGE_PORT"),
    }
    return Settings.model_validate(
        {"model_name": name, "weights": weights, "catalogued": not own}
        | {field: value for field, value in numbers.items() if value}
    )
