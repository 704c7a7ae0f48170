"""`make images`: what Docker is asked for, and what a person is told where there is none."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from config.environments import DEV, PROD
from tools.images.command import chosen_build, main

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def values(command: tuple[str, ...], option: str) -> list[str]:
    return [value for name, value in pairwise(command) if name == option]


def test_one_build_for_both_architectures_is_pushed_under_the_name_of_each_service() -> None:
    build = chosen_build(DEV, registry=REGISTRY, weights=None)
    assert values(build.command, "--platform") == ["linux/amd64,linux/arm64"]
    assert values(build.command, "--tag") == [
        f"{REGISTRY}/dev-llm-judge/{service}-service:{DEV.image_tag}"
        for service in ("gateway", "redis", "persistence", "inference", "judge")
    ]
    assert "--push" in build.command


def test_the_authorities_of_rds_are_those_of_the_environments_region() -> None:
    build = chosen_build(PROD, registry=REGISTRY, weights=None)
    assert f"REGION={PROD.region}" in values(build.command, "--build-arg")


def test_with_weights_the_models_image_is_built_and_no_other(tmp_path: Path) -> None:
    model = chosen_build(DEV, registry=REGISTRY, weights=tmp_path)
    assert values(model.command, "--tag") == [f"{REGISTRY}/dev-llm-judge/ai-model-service:{DEV.ai_model.image_tag}"]
    assert values(model.command, "--build-context") == [f"weights={tmp_path}"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "docker is not there: images are built where a Docker engine with buildx is"),
        (("--weights", "/nowhere"), "--weights /nowhere holds no config.json: name the folder of a model"),
    ],
)
def test_what_is_missing_is_said_in_one_line(arguments: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.images", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {complaint}")
    assert len(done.stderr.splitlines()) == 1


def test_an_engine_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    docker.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "tools.images"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: `docker info` fails, so no engine answers")


def test_weights_that_are_links_into_a_cache_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.json").touch()
    (tmp_path / "model.safetensors").symlink_to(tmp_path.parent / "blob")
    assert main(["--weights", str(tmp_path)]) == 1
    assert "holds links: download to a folder of its own" in capsys.readouterr().err
