"""The templates of one side: a commit, or the work tree as it is."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.template_diff.commits import commit_of, provide_packages, unpack
from tools.template_diff.programs import run

CDK = "node_modules/.bin/cdk"
SHORT_COMMIT = 12


@dataclass(frozen=True)
class Side:
    name: str
    templates: Path


def synthesized(
    repository: Path, revision: str | None, *, side: str, scratch: Path, say: Callable[[str], None]
) -> Side:
    """`revision` None is the work tree. Raises Failed."""
    templates = scratch / f"{side}-templates"
    templates.mkdir()
    if revision is None:
        name, folder = "the work tree", repository
    else:
        commit = commit_of(repository, revision)
        name, folder = commit[:SHORT_COMMIT], scratch / side
        unpack(repository, commit, folder)
    if (folder / "cdk.json").is_file():
        if folder != repository:
            provide_packages(repository, folder, say)
        say(f"synthesizing {side}: {name}")
        _synthesize(folder, templates, what=f"{side} ({name})", cdk_home=scratch / "cdk-home")
    else:
        say(f"{side}: {name} has no cdk.json, so no stacks")
    return Side(name, templates)


def _synthesize(folder: Path, templates: Path, *, what: str, cdk_home: Path) -> None:
    command = (CDK, "synth", "--quiet", "--no-color", "--no-notices", "--no-lookups", "--output", templates)
    environment = _without_credentials() | {"CDK_HOME": str(cdk_home)}
    run(command, cwd=folder, env=environment, failing=f"{what} cannot be synthesized")


def _without_credentials() -> dict[str, str]:
    """Nothing of who runs it may get into a template. No PYTHONPATH either: a commit imports its own modules."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CDK_")) and name != "PYTHONPATH"
    }
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        # `make check` validates; here it would only double the time.
        "CDK_VALIDATION": "false",
    }
