"""The commands that build and push the images: one for the five services, one for the model."""

from dataclasses import dataclass
from pathlib import Path

from config.environments import CloudEnvironment
from config.topology import AI_MODEL, SERVICES

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = ("linux/amd64", "linux/arm64")
GPU_PLATFORM = "linux/amd64"


@dataclass(frozen=True)
class Build:
    what: str
    command: tuple[str, ...]


def service_build(environment: CloudEnvironment, *, registry: str) -> Build:
    """Built once and pushed under each service's name: their layers, and their digest, are the same."""
    services = [service for service in SERVICES if service != AI_MODEL]
    tags = [environment.image(service, registry=registry) for service in services]
    return Build(
        f"the five services, {environment.image_tag}",
        (
            *_buildx("service", PLATFORMS, tags),
            *("--build-arg", f"REGION={environment.region}"),
            *("--build-arg", f"VERSION={environment.image_tag}"),
            str(ROOT),
        ),
    )


def model_build(environment: CloudEnvironment, *, registry: str, weights: Path) -> Build:
    """`weights`: a folder as Hugging Face has them: config.json, tokenizer, safetensors."""
    tags = [environment.image(AI_MODEL, registry=registry)]
    return Build(
        f"{AI_MODEL.name} with {environment.ai_model.name}, {environment.ai_model.image_tag}",
        (*_buildx("ai-model", (GPU_PLATFORM,), tags), *("--build-context", f"weights={weights}"), str(ROOT)),
    )


def _buildx(recipe: str, platforms: tuple[str, ...], tags: list[str]) -> tuple[str, ...]:
    named = (part for tag in tags for part in ("--tag", tag))
    file = str(ROOT / "images" / f"{recipe}.Dockerfile")
    # No provenance, which holds the time: pushed again from the cache, it is the same image and no new one.
    return (
        "docker",
        "buildx",
        "build",
        "--push",
        "--provenance=false",
        "--platform",
        ",".join(platforms),
        "--file",
        file,
        *named,
    )
