"""The programs that do the work (git, npm, node, cdk), and how their failures are said."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Failed(Exception):
    """There is no result. The message says why; `output` is what the failing program printed."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output.strip()


def run(
    command: Sequence[str | Path], *, failing: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """What it prints. Raises Failed, with `failing` as its message."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    except FileNotFoundError:
        raise Failed(f"{command[0]} is not there: git, Node.js 20 or newer and `npm ci` are needed") from None
    if done.returncode:
        raise Failed(failing, f"{done.stdout}\n{done.stderr}")
    return done.stdout
