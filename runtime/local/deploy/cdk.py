"""The CDK command line, pinned by package.json: each call in a process of its own, with a log of its own."""

import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from runtime.local.aws_access import ACCOUNT
from runtime.local.child_environment import PROJECT, child_environment
from runtime.local.deploy.failure import DeployFailed
from runtime.local.folder import Folder
from runtime.local.spawn import spawn

NODE_MODULES = PROJECT / "node_modules"
PROGRAM = NODE_MODULES / ".bin" / "cdk"
NAME = "cdk"
QUIETLY = ("--no-color", "--no-notices", "--no-version-reporting")
TOLD_LINES = 4
"""Of a log, to a person."""


def check_tools() -> None:
    """Raises DeployFailed."""
    if shutil.which("node") is None:
        raise DeployFailed("The CDK command line needs Node.js: install Node.js 20 or newer, then `make deploy-local`")
    wanted = json.loads((PROJECT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    missing = [name for name in wanted if not (NODE_MODULES / name).is_dir()]
    if find_spec("aws_cdk") is None:
        missing.append("aws-cdk-lib")
    if missing:
        raise DeployFailed(f"{', '.join(missing)} is not installed here: `make deploy-local` does that first")


class Cdk:
    def __init__(self, *, folder: Folder, access: Mapping[str, str], region: str) -> None:
        self._folder = folder
        self._target = f"aws://{ACCOUNT}/{region}"
        self._environment = child_environment() | {
            **access,
            "CDK_HOME": str(folder.state(NAME)),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            # Without it the AWS SDK prints ten lines about the Node of next year.
            "NODE_NO_WARNINGS": "1",
        }

    async def synthesize(self, assembly: Path, *, addresses: Path, tenants: Path) -> None:
        app = shlex.join((sys.executable, "app.py"))
        chosen = ("--context", f"addresses={addresses}", "--context", f"tenants={tenants}")
        given = ("--app", app, "--output", str(assembly), *chosen)
        await self._run("synth", "--quiet", *given, log=f"synth-{assembly.name}", inside=PROJECT)

    async def bootstrap(self) -> None:
        await self._run("bootstrap", self._target, log="bootstrap")

    async def deploy(self, stack: str, *, assembly: Path) -> None:
        """With the stacks it depends on, four at a time."""
        given = ("--app", str(assembly), "--require-approval", "never", "--concurrency", "4")
        await self._run("deploy", stack, *given, log="deploy")

    async def diff(self, stack: str, *, assembly: Path) -> str:
        log = await self._run("diff", stack, "--app", str(assembly), log=f"diff-{assembly.name}")
        return log.read_text(encoding="utf-8")

    async def _run(self, *arguments: str, log: str, inside: Path | None = None) -> Path:
        """Outside of the project, unless told: its cdk.json would have the app synthesized each time.

        Raises DeployFailed with the end of its log.
        """
        path = self._folder.log(f"cdk-{log}")
        path.unlink(missing_ok=True)
        process = await spawn(
            (str(PROGRAM), *arguments, *QUIETLY),
            environment=self._environment,
            folder=inside or self._folder.state(NAME),
            log=path,
            orphan_signal=signal.SIGKILL,
        )
        try:
            status = await process.wait()
        finally:
            if process.returncode is None:
                # With the app that it may be running.
                os.killpg(process.pid, signal.SIGKILL)
        if status:
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            told = "\n".join(f"  {line}" for line in lines[-TOLD_LINES:])
            raise DeployFailed(f"`cdk {arguments[0]}` failed; all of its output is in {path}\n{told}")
        return path
