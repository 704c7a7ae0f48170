"""The files of one commit in a folder of its own, with the packages that it was locked to."""

import sys
from collections.abc import Callable
from pathlib import Path

from tools.template_diff.programs import run

PYTHON_LOCK, PYTHON_PACKAGES = "requirements-infra.txt", ".venv"
NODE_LOCK, NODE_PACKAGES = "package-lock.json", "node_modules"


def commit_of(repository: Path, revision: str) -> str:
    """Raises Failed."""
    command = ("git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    unknown = f"{revision!r} is no commit of this repository: fetch it first, or name another"
    return run(command, cwd=repository, failing=unknown).strip()


def unpack(repository: Path, commit: str, folder: Path) -> None:
    """An archive, not a worktree: a run that is killed leaves nothing behind in `.git`. Raises Failed."""
    archive = folder.with_suffix(".tar")
    command = ("git", "archive", "--format=tar", f"--output={archive}", commit)
    run(command, cwd=repository, failing=f"the files of {commit} cannot be read")
    folder.mkdir()
    run(("tar", "-xf", archive), cwd=folder, failing=f"the files of {commit} cannot be unpacked")


def provide_packages(repository: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Those of this checkout where the locks agree; others would hide what a new version of the CDK changes by itself.

    Raises Failed.
    """
    for lock, packages, install in (
        (PYTHON_LOCK, PYTHON_PACKAGES, ("tools/environment", sys.executable, PYTHON_PACKAGES, PYTHON_LOCK)),
        (NODE_LOCK, NODE_PACKAGES, ("npm", "ci")),
    ):
        if _text(folder / lock) == _text(repository / lock):
            (folder / packages).symlink_to(repository / packages)
        else:
            say(f"{lock} of {folder.name} is another: installing its packages, which takes a minute or two")
            run(install, cwd=folder, failing=f"the packages of {folder.name} ({lock}) could not be installed")


def _text(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
