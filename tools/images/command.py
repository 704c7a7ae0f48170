"""`make images`: builds the images and pushes them to the repositories of the environment's stacks."""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment
from tools.images.build import Build, model_build, service_build
from tools.images.registry import Registry, open_registry


class CannotBuild(Exception):
    """The text says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.images", description=__doc__)
    parser.add_argument("--env", choices=sorted(CLOUD_ENVIRONMENTS), default="dev")
    parser.add_argument(
        "--weights",
        type=Path,
        help="a folder with the self-hosted model's weights: builds its image in place of the services'",
    )
    chosen = parser.parse_args(arguments)
    environment = CLOUD_ENVIRONMENTS[chosen.env]
    try:
        _check_weights(chosen.weights)
        _check_engine()
        registry = open_registry(environment.region)
        _log_in(registry)
        build = chosen_build(environment, registry=registry.host, weights=chosen.weights)
        sys.stderr.write(f"Building and pushing {build.what}\n")
        _run(
            build.command,
            "the build failed: see above. A builder for two platforms is made by `docker buildx create --use`; "
            "ECR refuses a tag that exists: raise image_tag",
        )
    except CannotBuild as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: AWS gave no way to push ({type(error).__name__}): check the credentials\n")
        return 1
    return 0


def chosen_build(environment: CloudEnvironment, *, registry: str, weights: Path | None) -> Build:
    """With weights the model's image alone: it has a version of its own, and the services' may be there already."""
    if weights is None:
        return service_build(environment, registry=registry)
    return model_build(environment, registry=registry, weights=weights)


def _check_weights(weights: Path | None) -> None:
    if weights is None:
        return
    if not (weights / "config.json").is_file():
        raise CannotBuild(f"--weights {weights} holds no config.json: name the folder of a model, as downloaded")
    if any(file.is_symlink() for file in weights.iterdir()):
        # Docker copies the links, not the files of the cache that they lead to.
        raise CannotBuild(
            f"--weights {weights} holds links: download to a folder of its own, `hf download --local-dir`"
        )


def _check_engine() -> None:
    advice = (
        "images are built where a Docker engine with buildx is; here, `make test` builds the same files without one"
    )
    if shutil.which("docker") is None:
        raise CannotBuild(f"docker is not there: {advice}")
    for command in (("docker", "info"), ("docker", "buildx", "version")):
        if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603 - our own words
            raise CannotBuild(f"`{' '.join(command)}` fails, so no engine answers: {advice}")


def _log_in(registry: Registry) -> None:
    # By standard input: what is in a command line, every process can read.
    command = ("docker", "login", "--username", registry.username, "--password-stdin", registry.host)
    _run(command, f"{registry.host} did not take the token", given=registry.password)


def _run(command: tuple[str, ...], advice: str, *, given: str | None = None) -> None:
    if subprocess.run(command, input=given, text=True, check=False).returncode:  # noqa: S603 - our own words, and names of the config
        raise CannotBuild(advice)
